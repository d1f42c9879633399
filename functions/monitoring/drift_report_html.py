"""The drift report as one page."""

from functions.contracts.drift import DriftReport


def render_report(report: DriftReport) -> str:
    """Return the page."""
    return f"<!doctype html><title>{report.verdict}</title>"
