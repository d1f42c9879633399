from datetime import timedelta

from functions.contracts.drift import LabelledScores
from functions.contracts.estimates import QualityVerdict
from functions.monitoring.drift_report_quality import quality
from tests.unit.monitoring.drift_report_world import AUC, DAY, NOW, full_report, history

REPORT = full_report()


def test_sets_estimates_beside_what_labels_say() -> None:
    shown = quality(REPORT)

    assert "<td>0.9180 (0.9060 to 0.9300)</td><td>0.9510 to 0.9800</td><td>▲ a loss</td>" in shown
    assert "<td>0.9050</td>" in shown
    assert "of this window: 1,900 of 24,000 rows have one (8%)." in shown


def test_draws_each_score_over_time_with_its_own_limits() -> None:
    shown = quality(REPORT)

    first, second = shown.split("accuracy_score over time</h2>")
    assert "roc_auc_score over time</h2>" in first
    assert "gate ≥ 0.95" in first
    assert "page &lt; 0.85" not in first
    assert "page &lt; 0.85" in second
    assert "gate ≥" not in second


def test_lists_the_numbers_of_each_window_newest_first() -> None:
    shown = quality(REPORT)

    table = shown.split("The numbers, window by window")[1].split("</table>")[0]
    assert table.index("2026-03-01 12:00:00") < table.index("2026-02-28 12:00:00")
    assert table.count("<tr>") == 31


def test_draws_only_windows_as_long_as_this_one() -> None:
    odd = history(1)[0]
    longer = odd.model_copy(update={"window_start": odd.window_start - timedelta(days=6)})

    shown = quality(REPORT.model_copy(update={"history": (longer, *history(2))}))

    assert "2 windows." in shown


def test_says_that_no_label_has_come() -> None:
    none_yet = LabelledScores(rows=0, answered_rows=2000)

    shown = quality(REPORT.model_copy(update={"labelled": none_yet}))

    assert "No label has come yet for the 2,000 rows" in shown
    nothing = LabelledScores(rows=0, answered_rows=0)
    shown = quality(REPORT.model_copy(update={"labelled": nothing}))
    assert "No row of this window could have a label." in shown
    assert "No labels were looked for" in quality(REPORT.model_copy(update={"labelled": None}))


def test_names_the_earlier_window_that_labels_are_of() -> None:
    earlier = LabelledScores(
        rows=90,
        answered_rows=100,
        scores={AUC: 0.9},
        window_start=NOW - 8 * DAY,
        window_end=NOW - 7 * DAY,
        delay_seconds=600_000.0,
    )

    shown = quality(REPORT.model_copy(update={"labelled": earlier}))

    assert "from 2026-02-21 12:00:00 UTC to 2026-02-22 12:00:00 UTC: 90 of 100 rows" in shown
    assert "Nine of ten labels come within 6.94 days." in shown


def test_an_estimate_that_was_not_judged_has_no_usual_range() -> None:
    estimate = REPORT.estimates[0].model_copy(
        update={
            "lower_threshold": None,
            "upper_threshold": None,
            "verdict": QualityVerdict.NOT_JUDGED,
        }
    )

    shown = quality(REPORT.model_copy(update={"estimates": (estimate,)}))

    assert "<td></td><td>○ not judged</td>" in shown


def test_draws_points_of_reports_that_name_no_metric() -> None:
    nameless = tuple(point.model_copy(update={"metric": ""}) for point in history(3))

    shown = quality(REPORT.model_copy(update={"history": nameless, "limits": ()}))

    assert "the model&#x27;s metric over time" in shown


def test_says_nothing_of_a_report_without_quality() -> None:
    bare = REPORT.model_copy(update={"history": (), "labelled": None, "estimates": ()})

    assert quality(bare) == ""


def test_escapes_the_name_of_a_score() -> None:
    evil = "<b>_score"
    points = tuple(point.model_copy(update={"metric": evil}) for point in history(3))

    shown = quality(REPORT.model_copy(update={"history": points, "labelled": None}))

    assert AUC in shown
    assert "<b>_score" not in shown
