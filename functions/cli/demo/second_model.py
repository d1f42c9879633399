"""A second model, trained and asked beside the first: the same workflow, nothing of its own."""

from functions.cli.data_view import upload
from functions.cli.demo.cast import Cast
from functions.cli.demo.telling import Telling, require
from functions.cli.demo.waiting import wait_for
from functions.cli.execution_report import read_report
from functions.cli.rows import read_table, records_of
from functions.cli.training_view import RUNNING, request_training
from functions.contracts.model_folder import MODELS_DIRECTORY, load_model_spec
from functions.contracts.release import Outcome

TRAINING_SECONDS = 120.0


def begin(cast: Cast) -> str:
    """Upload the reference period and start the training; return the execution's name."""
    file = MODELS_DIRECTORY / cast.model / "data" / "reference.parquet"
    day = f"{cast.now():%Y-%m-%d}"
    upload(cast.data, model=cast.model, day=day, file=file, body=file.read_bytes())
    answer = request_training(
        cast.functions, cast.stage, model=cast.model, reason="the demo's second model"
    )
    require(answer.execution is not None, f"{cast.model} did not start: {answer.reason}")
    return str(answer.execution)


def finish(telling: Telling, cast: Cast, name: str) -> None:
    """Wait for the training's end, ask the new champion, and say what it scored and answered."""
    execution = wait_for(
        lambda: found if (found := cast.executions.describe(name)).status != RUNNING else None,
        what=f"the end of {name}",
        seconds=TRAINING_SECONDS,
    )
    report = read_report(execution, store=cast.models)
    require(
        report.outcome is Outcome.PROMOTED and report.gates is not None,
        f"{name} made no champion ({report.outcome or execution.status}): {report.reason}",
    )
    spec = load_model_spec(cast.model)
    file = MODELS_DIRECTORY / cast.model / "data" / "production.parquet"
    answer = cast.client.predict(records_of(read_table(file, count=1), spec.features))
    scores = report.gates.scores if report.gates else {}
    said = ", ".join(f"{score} {scores[score]:,.4f}" for score in sorted(scores))
    telling.say(f"meanwhile {cast.model}/{report.number} was trained and promoted: {said}")
    value = answer.predictions[0]["value"]
    telling.say(f"its first answer: {spec.target.name} {value:,.0f}", style="green")
    telling.keep(f"champion_{cast.model}", f"{cast.model}/{report.number}")
    telling.keep(f"scores_{cast.model}", scores)
