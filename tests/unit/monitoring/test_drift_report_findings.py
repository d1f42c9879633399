import pytest

from functions.monitoring.drift_report_findings import (
    attribution,
    data_faults,
    decision,
    raised_alerts,
    watched_conditions,
)
from tests.unit.monitoring.drift_report_world import NOW, full_report

REPORT = full_report()
BARE = REPORT.model_copy(
    update={"faults": (), "attribution": (), "alerts": (), "action": "", "action_reason": ""}
)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("carry_on", "there is nothing to do"),
        ("note", "Note it"),
        ("hold", "nothing is retrained"),
        ("retrain", "Decision: Retrain."),
        ("page", "A person should look"),
        ("unheard_of", "unheard of"),
    ],
)
def test_says_the_decision_in_words(action: str, words: str) -> None:
    said = decision(REPORT.model_copy(update={"action": action, "action_reason": "x < 1"}))

    assert words in said
    assert "X &lt; 1." in said


def test_says_since_when_a_change_is_there() -> None:
    said = decision(REPORT.model_copy(update={"since": NOW}))

    assert "Since 2026-03-01 12:00:00 UTC." in said
    assert "Since" not in decision(REPORT)


def test_says_once_what_the_page_s_first_sentence_says() -> None:
    state = REPORT.alerts[0].model_copy(update={"holds": True, "reason": REPORT.reason})
    same = REPORT.model_copy(
        update={"action": "retrain", "action_reason": REPORT.reason, "alerts": (state,)}
    )

    assert decision(same) == '<p class="decision">Decision: Retrain.</p>'
    assert f"<b>{state.condition}</b></li>" in raised_alerts(same)


def test_lists_what_holds_and_what_is_held_back() -> None:
    said = raised_alerts(REPORT)

    assert said.count("<li>") == 3
    assert "Held back: a data fault is found." in said
    assert "accuracy_score" not in said.replace("roc_auc_score", "")


def test_says_that_nothing_holds() -> None:
    calm = tuple(
        state.model_copy(update={"holds": False, "held_back": None}) for state in REPORT.alerts
    )

    said = raised_alerts(REPORT.model_copy(update={"alerts": calm}))

    assert f"None of the {len(calm)} watched conditions holds" in said


def test_shows_every_condition_with_what_it_came_to() -> None:
    shown = watched_conditions(REPORT)

    assert shown.count("<tr>") == 1 + len(REPORT.alerts)
    assert "<td>accuracy_score &lt; 0.85</td>" in shown
    assert (shown.count("▲ holds"), shown.count("held back</td>")) == (2, 1)


def test_a_fault_says_evidence_hour_and_action() -> None:
    shown = data_faults(REPORT)

    assert "unit changed: income_1" in shown
    assert "volume gone: all rows" in shown
    assert "The median of income_1 went from 41,200 to 41.2, a factor of 1,000." in shown
    assert "Since 2026-03-01 05:00:00 UTC" in shown
    assert "ask who writes income_1" in shown


def test_attribution_says_share_hour_and_loss() -> None:
    shown = attribution(REPORT)

    assert "62%, since 03-01 05:00" in shown
    assert "+0.0186 roc_auc_score" in shown
    assert "no hour stands out" in shown
    assert "Shares of the estimated loss" in shown


def test_draws_the_largest_shares_and_lists_them_all() -> None:
    many = tuple(
        REPORT.attribution[0].model_copy(update={"feature": f"f{i}", "share": 1 / 50})
        for i in range(50)
    )

    shown = attribution(REPORT.model_copy(update={"attribution": many}))

    assert shown.count("<rect") == 12
    assert shown.count("<tr>") == 51


def test_of_earlier_reports_nothing_is_said() -> None:
    parts = (decision, raised_alerts, watched_conditions, data_faults, attribution)

    assert [part(BARE) for part in parts] == [""] * 5


def test_escapes_what_others_wrote() -> None:
    evil = "<script>x</script>"
    report = REPORT.model_copy(
        update={
            "action_reason": evil,
            "alerts": tuple(
                state.model_copy(update={"reason": evil, "condition": evil, "held_back": evil})
                for state in REPORT.alerts
            ),
            "faults": tuple(
                fault.model_copy(update={"columns": (evil,), "evidence": evil, "action": evil})
                for fault in REPORT.faults
            ),
            "attribution": tuple(
                each.model_copy(update={"feature": evil, "evidence": evil, "metric": evil})
                for each in REPORT.attribution
            ),
        }
    )

    for part in (decision, raised_alerts, watched_conditions, data_faults, attribution):
        shown = part(report)
        assert "<script" not in shown
        assert "&lt;script" in shown


def test_a_fault_on_record_says_how_it_is_accepted() -> None:
    named = REPORT.faults[0].model_copy(update={"recorded_as": "unit_changed-a-20260301T05"})

    shown = data_faults(REPORT.model_copy(update={"faults": (named,)}))

    assert (
        f"<code>windvane faults accept {REPORT.model} unit_changed-a-20260301T05 "
        "--reason &quot;...&quot;</code>"
    ) in shown
    assert "accept" not in data_faults(REPORT)


def test_tells_what_a_person_has_accepted_apart_from_faults() -> None:
    accepted = REPORT.model_copy(update={"faults": (), "accepted_faults": REPORT.faults[:1]})

    shown = data_faults(accepted)

    assert "<h2>Accepted as the new world</h2>" in shown
    assert "unit changed: income_1" in shown
    assert "nothing is retrained" not in shown
