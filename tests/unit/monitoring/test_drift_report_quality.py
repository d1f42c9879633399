from datetime import timedelta

from functions.contracts.drift import LabelledScores
from functions.contracts.estimates import QualityVerdict
from functions.monitoring.drift_report_quality import quality
from tests.unit.monitoring.drift_report_world import AUC, full_report, history

REPORT = full_report()


def test_sets_estimates_beside_what_labels_say() -> None:
    shown = quality(REPORT)

    assert "<td>0.9180 (0.9060 to 0.9300)</td><td>0.9510 to 0.9800</td><td>▲ a loss</td>" in shown
    assert "<td>0.9050</td>" in shown
    assert "1,900 of 24,000 rows have a label (8%)" in shown


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

    table = shown.split("The numbers of 30 windows")[1].split("</table>")[0]
    assert table.index("2026-03-01 12:00:00") < table.index("2026-02-28 12:00:00")
    assert table.count("<tr>") == 31


def test_draws_only_windows_as_long_as_this_one() -> None:
    odd = history(1)[0]
    longer = odd.model_copy(update={"window_start": odd.window_start - timedelta(days=6)})

    shown = quality(REPORT.model_copy(update={"history": (longer, *history(2))}))

    assert "The numbers of 2 windows" in shown


def test_says_that_no_label_has_come() -> None:
    none_yet = LabelledScores(rows=0, answered_rows=2000)

    shown = quality(REPORT.model_copy(update={"labelled": none_yet}))

    assert "No label has come yet for the 2,000 rows" in shown
    assert "No labels were looked for" in quality(REPORT.model_copy(update={"labelled": None}))


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
