"""The whole loop: what the demo tells, required link by link."""

import io
import json

from functions.aws.executions import largest_state_bytes
from functions.cli import wiring
from functions.cli.demo.cast import Cast
from functions.cli.demo.loop import run
from functions.cli.demo.telling import Telling
from functions.cli.output import Output
from tests.workflow.checkout import TestCheckout

STATE_LIMIT_BYTES = 200 * 1024


def test_goes_from_data_to_a_new_champion_by_itself(checkout: TestCheckout, loan: Cast) -> None:
    told = io.StringIO()
    telling = Telling(Output(as_json=False, stdout=told))

    run(telling, loan, wiring.ROOT / "models" / loan.model)

    facts = telling.facts
    assert facts["alarm_before_drift"] == "OK"
    assert facts["champion_before"] == "loan_default/1"
    assert facts["champion_after"] == "loan_default/2"
    assert facts["captures"] == facts["predictions"]
    assert "car_value" in list(facts["drifted_features"])  # type: ignore[call-overload]
    old = float(str(facts["roc_auc_score_old_champion_on_drift"]))
    new = float(str(facts["roc_auc_score_new_champion_on_drift"]))
    assert old < float(str(facts["roc_auc_score_before_drift"]))
    assert new > old
    assert facts["rollout_shares_percent"] == [10.0, 50.0]
    _was_started_by_the_alarm(loan, str(facts["execution"]))
    assert "loan_default/2 is champion" in told.getvalue()
    versions = checkout.windvane("versions", loan.model, "--json").document
    assert [version["trigger"] for version in versions] == ["drift_alarm", "person"]


def _was_started_by_the_alarm(loan: Cast, name: str) -> None:
    execution = loan.executions.describe(name)
    events = tuple(loan.executions.history(name))

    assert json.loads(execution.input)["trigger"]["kind"] == "drift_alarm"
    assert largest_state_bytes(events) < STATE_LIMIT_BYTES
