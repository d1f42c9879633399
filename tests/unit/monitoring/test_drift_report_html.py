import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.drift_method import DriftMethod
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import judge_window
from functions.monitoring.drift_report_html import render_report
from tests.unit.core.drift_world import SCHEMA, Matrix, personal, profile, rows, spec
from tests.unit.monitoring.drift_report_world import full_report

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden"
VOID = {"meta"}


def report_of(matrix: Matrix, schema: FeatureSchema = SCHEMA) -> DriftReport:
    reference = profile(rows(4000, seed=1))
    drift = judge_window(spec(schema), DriftPolicy(), reference=reference, current=profile(matrix))
    return DriftReport(
        model="car",
        model_version=7,
        window_start=NOW - timedelta(days=1),
        window_end=NOW,
        created_at=NOW,
        reference_rows=4000,
        current_rows=len(matrix),
        rows_needed=drift.rows_needed,
        verdict=drift.verdict,
        reason=drift.reason,
        features=drift.features,
        prediction=drift.prediction,
    )


class Page(HTMLParser):
    """Checks that what is opened is closed, and keeps the tags and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        (rows(2000, seed=2), "car has not drifted"),
        (rows(2000, seed=2, shift=1.0), "car has drifted: 1 of 3 features and the prediction"),
        (rows(50, seed=2), "car: not enough rows to tell"),
        (rows(0, seed=2), "car: not enough rows to tell"),
    ],
    ids=["ok", "drift", "few", "none"],
)
def test_says_the_verdict_first(matrix: Matrix, sentence: str) -> None:
    report = report_of(matrix)

    page = render_report(report)

    assert Page(page).open == []
    assert f"<title>{sentence}</title>" in page
    assert page.index('class="verdict') < page.index("Every column against its threshold")
    assert f'class="verdict {report.verdict}"' in page


def test_shows_the_most_drifted_feature_first() -> None:
    page = render_report(report_of(rows(2000, seed=2, shift=1.0)))

    assert re.findall(r"<h3>(\w+)</h3>", page)[:2] == ["prediction", "amount"]


def test_stands_alone() -> None:
    page = render_report(report_of(rows(2000, seed=2)))

    assert "default-src 'none'" in page
    for tag, attributes in Page(page).tags:
        assert tag not in {"script", "link", "img", "iframe", "object"}
        assert not {"src", "href"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in page
    assert "@import" not in page


def test_is_readable_in_the_dark_and_without_colors() -> None:
    page = render_report(report_of(rows(2000, seed=2, shift=1.0)))

    assert "prefers-color-scheme: dark" in page
    assert "▲" in page
    assert "drift</span>" in page
    plots = [attributes for tag, attributes in Page(page).tags if tag == "svg"]
    assert len(plots) == 5
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in plots)


def test_escapes_every_name() -> None:
    evil = "<img src=x onerror=alert(1)>\"&'"
    schema = FeatureSchema(
        features=(
            SCHEMA.features[0],
            Feature(name="fuel", type="string", categories=(evil, "b" * 90, "none")),
            SCHEMA.features[2],
        )
    )
    report = report_of(rows(2000, seed=2, shift=1.0), schema)
    report = report.model_copy(
        update={
            "reason": evil,
            "prediction": report.prediction.model_copy(update={"reason": evil}),
            "features": tuple(
                column.model_copy(update={"name": evil, "reason": evil})
                for column in report.features
            ),
        }
    )

    page = render_report(report)

    assert "<img" not in page
    assert "alert(1)&gt;" in page
    assert {tag for tag, _ in Page(page).tags} <= KNOWN_TAGS
    assert all("onerror" not in attributes for _, attributes in Page(page).tags)


KNOWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "div"),
    *("span", "ul", "li", "b", "section", "svg", "rect", "text", "line", "circle"),
}


def test_marks_personal_data_as_not_judged() -> None:
    page = render_report(report_of(rows(2000, seed=2), personal("amount")))

    assert "not judged" in page
    assert "Personal data, dropped before a capture is written." in page


def test_shows_what_was_read() -> None:
    report = report_of(rows(2000, seed=2))
    counts = report.captures.model_copy(update={"corrupt_lines": 12_345})

    page = render_report(report.model_copy(update={"captures": counts}))

    assert "corrupt lines <b>12,345</b>" in page


def rounded(report: DriftReport) -> dict[str, object]:
    """The report's document; releases add a distance up in other orders."""
    document = report.model_dump()
    for column in (*document["features"], document["prediction"]):
        if column["ks_statistic"] is not None:
            column["ks_statistic"] = round(column["ks_statistic"], 12)
    return document


def test_reads_the_report_it_once_wrote() -> None:
    text = (GOLDEN / "drift_report_v1.json").read_text(encoding="utf-8")

    report = DriftReport.model_validate_json(text)

    written = report_of(rows(2000, seed=2, shift=1.0), personal("is_new")).model_dump()
    for column in (*written["features"], written["prediction"]):
        for later in ("breaches", "method", "distance", "p_value", "ks_error"):
            del column[later]
    assert rounded(report) == rounded(DriftReport.model_validate(written))
    assert report.verdict is Verdict.DRIFT
    assert "amount" in render_report(report)


def test_shows_all_that_was_found_before_the_columns() -> None:
    page = render_report(full_report(50))

    parts = [
        *('class="decision"', "Data faults</h2>", "Estimated and realized quality</h2>"),
        *("roc_auc_score over time</h2>", "What the shift is made of</h2>"),
        *("Every column against its threshold</h2>", "All watched conditions</h2>"),
    ]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    tags = {tag for tag, _ in Page(page).tags}
    assert tags <= KNOWN_TAGS | {"polyline", "polygon", "desc", "details", "summary", "i"} | TABLE
    assert len(page) < 400_000


TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


def test_a_report_is_written_down_and_read_again() -> None:
    report = full_report()

    assert DriftReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize(
    "missing",
    [
        {"history": ()},
        {"labelled": None},
        {"estimates": ()},
        {"alerts": ()},
        {"faults": (), "attribution": ()},
        {"features": ()},
        {"action": "", "action_reason": ""},
    ],
    ids=lambda missing: next(iter(missing)),
)
def test_leaves_out_what_there_is_not(missing: dict[str, object]) -> None:
    page = render_report(full_report().model_copy(update=missing))

    assert Page(page).open == []
    assert "None" not in page.replace("None of", "")


def test_tells_of_chance_where_it_is_known() -> None:
    by_ks = tuple(
        column.model_copy(update={"method": DriftMethod.KS, "distance": 0.2})
        for column in full_report().features
    )
    report = full_report()
    other = report.prediction.model_copy(update={"method": DriftMethod.KS, "distance": 0.2})

    page = render_report(report.model_copy(update={"features": by_ks, "prediction": other}))

    assert "chance alone" not in page
    assert "chance alone" in render_report(report)


def test_says_what_the_kolmogorov_smirnov_statistic_may_miss() -> None:
    report = full_report()
    (statistic, *_) = (each.ks_statistic for each in report.features)
    assert statistic is not None

    page = render_report(report)

    assert f"<b>{statistic:.4f} (up to {statistic + 0.0038:.4f})</b>" in page
