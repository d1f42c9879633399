import re
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from functions.contracts.drift import ScoreLimit, ScorePoint
from functions.core.report_agreement import agreement_plot
from functions.core.report_axes import round_values
from functions.core.report_scores import WIDTH, score_plot
from tests.unit.monitoring.drift_report_world import AUC, DAY, NOW, history


def point(day: float, **fields: object) -> ScorePoint:
    end = NOW + day * DAY
    return ScorePoint.model_validate(
        {"metric": AUC, "window_start": end - DAY, "window_end": end, "version": 1, **fields}
    )


def count(svg: str, kind: str) -> int:
    return len(re.findall(f'class="{kind}"', svg))


def heights(svg: str, kind: str) -> list[float]:
    return [float(y) for y in re.findall(rf'class="{kind}" cx="[\d.]+" cy="([\d.]+)"', svg)]


def test_draws_both_scores_and_the_band() -> None:
    svg = score_plot("t", [point(i, estimated=0.9, sampling_error=0.01) for i in range(3)])

    assert (count(svg, "band"), count(svg, "line reference"), count(svg, "line current")) == (
        1,
        1,
        0,
    )
    assert count(svg, "dot reference") == 3
    assert "estimated 0.9000 ± 0.0300" in svg


def test_a_better_score_is_higher() -> None:
    svg = score_plot("t", [point(0, realized=0.5), point(1, realized=0.9)])

    low, high = heights(svg, "dot current")
    assert high < low


def test_ends_a_line_where_labels_are_missing_or_the_version_is_another() -> None:
    points = [
        point(0, realized=0.9),
        point(1, realized=0.8),
        point(2),
        point(3, realized=0.8),
        point(4, realized=0.7),
        point(5, realized=0.9, version=2),
        point(6, realized=0.9, version=2),
    ]

    svg = score_plot("t", points)

    assert count(svg, "line current") == 3
    assert count(svg, "dot current") == 6
    assert re.findall(r">(version \d)<", svg) == ["version 1", "version 2"]


def test_draws_one_window_alone() -> None:
    svg = score_plot("t", [point(0, estimated=0.9, sampling_error=0.01)])

    assert (count(svg, "whisker"), count(svg, "dot reference")) == (1, 1)


@pytest.mark.parametrize("points", [[], [point(0), point(1)]], ids=["no history", "no values"])
def test_draws_nothing_of_nothing(points: list[ScorePoint]) -> None:
    assert score_plot("t", points) == ""


@pytest.mark.parametrize(
    ("metric", "source", "name"),
    [
        ("accuracy_score", "page", "page &lt; 0.85"),
        ("mean_absolute_error", "retrain", "retrain &gt; 0.85"),
        ("accuracy_score", "gate", "gate ≥ 0.85"),
        ("mean_absolute_error", "gate", "gate ≤ 0.85"),
    ],
)
def test_names_each_limit_by_its_bad_side(metric: str, source: str, name: str) -> None:
    limit = ScoreLimit(metric=metric, limit=0.85, source=source)

    svg = score_plot("t", [point(0, metric=metric, realized=0.9)], [limit])

    assert f">{name}</text>" in svg
    assert f'class="limit {source}"' in svg


def test_the_names_of_close_limits_do_not_lie_on_each_other() -> None:
    limits = [
        ScoreLimit(metric=AUC, limit=limit, source=source)
        for limit, source in ((0.9, "gate"), (0.9, "page"), (0.899, "retrain"))
    ]

    svg = score_plot("t", [point(0, realized=0.1)], limits)

    rows = sorted(float(y) for y in re.findall(r'y="([\d.]+)">(?:gate|page|retrain)', svg))
    assert len(rows) == 3
    assert all(b - a >= 12 for a, b in pairwise(rows))


@pytest.mark.parametrize("days", [1, 2, 30, 200])
def test_everything_is_on_the_picture(days: int) -> None:
    limits = [ScoreLimit(metric=AUC, limit=0.2, source="page")]

    svg = score_plot("a < b", history(days), limits)

    root = ElementTree.fromstring(svg)  # noqa: S314 - what this very module drew
    assert root.findtext("title") == "a < b"
    assert f"{days} windows." in (root.findtext("desc") or "")
    for name in ("x", "x1", "x2", "cx"):
        assert all(0 <= float(x) <= WIDTH for x in re.findall(rf' {name}="([-\d.]+)"', svg))
    names = re.findall(r">([-\d: ]+)</text>", svg)
    assert 1 <= len([name for name in names if "-" in name]) <= 10


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(hours=5), timedelta(days=9)])
def test_names_a_few_moments_however_long_it_is(step: timedelta) -> None:
    points = [point(0, realized=0.9), point(step / DAY, realized=0.9)]

    named = re.findall(r">(\d\d-\d\d \d\d:\d\d|\d{4}-\d\d-\d\d)</text>", score_plot("t", points))

    assert len(named) <= 8


def test_compares_the_windows_that_have_both() -> None:
    points = [
        point(0, estimated=0.9, realized=0.8),
        point(1, estimated=0.8, realized=0.8),
        point(2, estimated=0.7),
    ]

    svg = agreement_plot("t", points)

    assert count(svg, "dot current") == 2
    assert "2 windows, at most 0.1000 apart." in svg
    assert agreement_plot("t", points[1:]) == ""


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.899, 0.9012), (-3.0, 2e6)])
def test_names_round_values_within_the_room(low: float, high: float) -> None:
    values = round_values(low, high)

    assert 2 <= len(values) <= 7
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
