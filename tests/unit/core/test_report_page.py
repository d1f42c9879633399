from datetime import datetime, timedelta, timezone

import pytest

from functions.contracts.drift import ColumnDrift, Verdict
from functions.core.report_page import distances, facts, legend, moment, page, sentence


def test_escapes_the_title_and_keeps_the_body() -> None:
    whole = page("a < b", "<p>body</p>")

    assert "<title>a &lt; b</title>" in whole
    assert "<body><p>body</p></body></html>" in whole
    assert "default-src 'none'" in whole


def test_escapes_facts_and_legends() -> None:
    assert facts({"<a>": "<b>"}) == ('<ul class="facts"><li>&lt;a&gt; <b>&lt;b&gt;</b></li></ul>')
    assert "&lt;x&gt;" in legend("<x>", "y")


@pytest.mark.parametrize(
    ("ks_statistic", "ks_error", "third"),
    [
        (0.25, 0.0038, {"Kolmogorov-Smirnov": "0.2500 (up to 0.2538)"}),
        (0.25, 0.00004, {"Kolmogorov-Smirnov": "0.2500"}),
        (0.25, None, {"Kolmogorov-Smirnov": "0.2500"}),
        (None, None, {}),
    ],
    ids=["it may be more", "no more than is shown", "an earlier release", "categories"],
)
def test_shows_the_distances_there_are(
    ks_statistic: float | None, ks_error: float | None, third: dict[str, str]
) -> None:
    column = ColumnDrift(
        name="age",
        kind="numeric",
        verdict=Verdict.OK,
        reason="it is as it was",
        psi=0.12345,
        psi_expected_without_drift=0.01,
        threshold=0.2,
        jensen_shannon_distance=0.5,
        ks_statistic=ks_statistic,
        ks_error=ks_error,
        reference_missing_rate=0.0,
        current_missing_rate=0.0,
        current_unseen_rate=0.0,
        bins=(),
        reference_shares=(),
        current_shares=(),
    )

    assert distances(column) == {"PSI": "0.1235", "Jensen-Shannon": "0.5000", **third}


def test_a_moment_is_written_as_utc() -> None:
    there = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert moment(there) == "2026-03-01 12:00:00 UTC"


def test_a_sentence_has_a_capital_and_a_full_stop() -> None:
    assert sentence("all passed") == "All passed."
