"""What lost events leave behind is mended, and nothing is trained twice."""

from pathlib import Path

from functions.aws import clients
from functions.cli import wiring
from functions.cli.retraining_view import asking_alarms
from functions.cli.stage import DeployedStage
from functions.contracts.alerts import Alerts
from functions.contracts.release import Outcome
from tests.workflow.checkout import TestCheckout
from tests.workflow.mailbox import Mailbox
from tests.workflow.rollout_stories import add_rows, train_first, wait_for_end

MODEL = "kiln_left_alone"


def look(checkout: TestCheckout) -> list[str]:
    """Call reconcile; return what it did."""
    actions: list[str] = checkout.windvane("retraining", "reconcile", MODEL, "--json").document[
        "actions"
    ]
    return actions


def lose_alarm(stage: DeployedStage) -> None:
    """Let an alarm ring whose message reaches nobody."""
    asking = asking_alarms(stage, MODEL, Alerts())
    names = [name for some in asking.values() for name in some]
    alarms = clients.make_client("cloudwatch")
    alarms.disable_alarm_actions(AlarmNames=names)
    alarms.set_alarm_state(
        AlarmName=names[0], StateValue="ALARM", StateReason="its message is lost"
    )


def test_mends_a_dead_run_and_a_lost_alarm(
    checkout: TestCheckout, stage: DeployedStage, mailbox: Mailbox, tmp_path: Path
) -> None:
    train_first(checkout, MODEL, tmp_path)
    same = checkout.windvane("train", MODEL, "--json", code=1).document
    add_rows(checkout, MODEL, tmp_path, seed=22, rows=200)
    dead = checkout.windvane("train", MODEL, "--no-wait", "--json").document
    clients.make_client("stepfunctions").stop_execution(executionArn=dead["execution_arn"])

    mended = look(checkout)
    lose_alarm(stage)
    started = look(checkout)
    execution = wiring.ledger(stage).read(MODEL).runs[0].execution
    ended = wait_for_end(stage, execution, MODEL)

    assert same["outcome"] == "no_new_data"
    assert mended == [
        f"{dead['execution']}: the execution aborted without concluding; its lease was freed"
    ]
    assert "a retraining died" in mailbox.read()
    assert len(started) == 1
    assert "is in ALARM and nothing ran: its message is lost" in started[0]
    assert (ended.outcome, ended.number) == (Outcome.PROMOTED, 2)
    status = checkout.windvane("retraining", "status", MODEL, "--json").document
    assert (status["lease"], status["rejected_in_a_row"]) == (None, [0, 3])
    decisions = checkout.windvane("retraining", "log", MODEL, "--json").document
    assert [each["decision"] for each in decisions] == ["started"] * 4
