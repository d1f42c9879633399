"""`windvane drill …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask; a deployed stage is drilled after a question.")
]
WaitOption = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=1.0, help="How long one link may take."),
]
TrainOption = Annotated[
    bool | None,
    typer.Option(
        "--train/--no-train",
        help="Have a candidate trained and refused, too; on an emulator it is unless said.",
        show_default=False,
    ),
]

SettleOption = Annotated[
    bool | None,
    typer.Option(
        "--settle/--no-settle",
        help="Wait 5 minutes and see the alarms over; on an emulator it does not unless said.",
        show_default=False,
    ),
]

app = typer.Typer(
    help="Fire drills: inject a condition, and see each link that should follow.",
    no_args_is_help=True,
)


@app.command()
def drift(  # noqa: PLR0913, PLR0917 - its options
    model: ModelArgument,
    train: TrainOption = None,
    settle: SettleOption = None,
    wait: WaitOption = 300.0,
    yes: YesOption = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge rows of a changed population: report, metrics, alarms, trigger and notices.

    Exit code 1 names the dead link.

    \b
    Examples:
      windvane drill drift loan_default
      windvane drill drift loan_default --stage prod --train
    """
    _run("drift", model, stage, train=train, settle=settle, wait=wait, yes=yes, as_json=as_json)


@app.command(name="data-fault")
def data_fault(
    model: ModelArgument,
    settle: SettleOption = None,
    wait: WaitOption = 300.0,
    yes: YesOption = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge rows with a number in another unit: somebody is called, retraining is held back.

    \b
    Example:
      windvane drill data-fault loan_default
    """
    _run("data-fault", model, stage, settle=settle, wait=wait, yes=yes, as_json=as_json)


@app.command(name="no-labels")
def no_labels(
    model: ModelArgument,
    settle: SettleOption = None,
    wait: WaitOption = 300.0,
    yes: YesOption = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Join labels where none has come for days: metric, alarm and notice.

    \b
    Example:
      windvane drill no-labels loan_default
    """
    _run("no-labels", model, stage, settle=settle, wait=wait, yes=yes, as_json=as_json)


@app.command(name="bad-candidate")
def bad_candidate(
    model: ModelArgument,
    wait: WaitOption = 300.0,
    yes: YesOption = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train on shuffled labels: the gates must refuse, and the champion must stay.

    \b
    Example:
      windvane drill bad-candidate loan_default
    """
    _run("bad-candidate", model, stage, wait=wait, yes=yes, as_json=as_json)


@app.command()
def rollback(
    model: ModelArgument,
    wait: WaitOption = 300.0,
    yes: YesOption = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a rollout and let an alarm end it: all callers are back within 60 seconds.

    The model needs a version beside its champion.

    \b
    Example:
      windvane drill rollback loan_default
    """
    _run("rollback", model, stage, wait=wait, yes=yes, as_json=as_json)


def _run(  # noqa: PLR0913 - the options that all drills have
    kind: str,
    model: str,
    stage: str | None,
    *,
    wait: float,
    yes: bool,
    as_json: bool,
    train: bool | None = None,
    settle: bool | None = None,
) -> None:
    from functions.cli.drill import view
    from functions.cli.output import Output

    asked = view.Asked(
        kind, model, stage, train=train, settle=settle, is_sure=yes, patience_seconds=wait
    )
    view.drill(Output(as_json=as_json), asked)
