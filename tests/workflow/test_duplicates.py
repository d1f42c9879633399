"""A request that is delivered twice starts one execution."""

from pathlib import Path

from functions.cli import wiring
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.cli.watching import watch
from functions.contracts.messages import (
    Decision,
    RetrainingAnswer,
    RetrainingRequest,
    TriggerKind,
)
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import write_rows

MODEL = "kiln_duplicates"


def ask(stage: DeployedStage, id_: str) -> RetrainingAnswer:
    request = RetrainingRequest(
        model=MODEL, kind=TriggerKind.PERSON, id=id_, requested_by="ann", ignore_limits=True
    )
    answer = wiring.functions().invoke(
        stage.settings.start_retraining_function, request.model_dump_json()
    )
    return RetrainingAnswer.model_validate(answer)


def test_starts_what_is_asked_for_twice_once(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "firings.csv", rows=600, seed=7)
    checkout.windvane("data", "add", MODEL, str(rows))

    first, again = ask(stage, "a-request"), ask(stage, "a-request")
    other = ask(stage, "another-request")
    assert first.execution is not None
    watch(
        first.execution,
        executions=wiring.executions(stage),
        out=Output(as_json=True),
        now=wiring.now,
    )
    late = ask(stage, "a-request")

    assert first.decision is Decision.STARTED
    assert again.decision is Decision.DUPLICATE
    assert other.decision is Decision.ALREADY_RUNNING
    assert late.decision is Decision.DUPLICATE
    runs = checkout.windvane("runs", "list", MODEL, "--json").document
    assert [run["execution"] for run in runs] == [first.execution]
