"""`windvane ab …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from datetime import datetime
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, ReasonOption, StageOption

app = typer.Typer(
    help="A/B tests: versions side by side, until one is proven better.", no_args_is_help=True
)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The A/B test's name.", show_default=False)
]


@app.command()
def start(  # noqa: PLR0913, PLR0917 - one parameter an option
    model: ModelArgument,
    name: NameArgument,
    share: Annotated[
        list[str],
        typer.Option(
            "--share",
            metavar="NUMBER=PERCENT",
            help="A version and its share of the callers; may be given again. The champion gets "
            "the rest.",
            show_default=False,
        ),
    ],
    metric: Annotated[
        str | None,
        typer.Option("--metric", help="The score to compare; else the first of the task's."),
    ] = None,
    minimum_rows: Annotated[
        int,
        typer.Option(
            "--minimum-rows", min=1, help="Rows with ground truth that each version needs."
        ),
    ] = 1000,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="When it ends, in UTC; else in 14 days.",
            show_default=False,
        ),
    ] = None,
    reason: ReasonOption = "started on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Divide a model's callers among versions.

    A caller, known by its routing key, gets the same version throughout. One rollout or A/B test of
    a model runs at a time.

    \b
    Example:
      windvane ab start loan_default deeper --share 8=20 --until 2027-01-15
    """
    from functions.cli import experiment_view
    from functions.cli.output import Output

    asked = experiment_view.Asked(
        model=model,
        name=name,
        shares=tuple(share),
        metric=metric,
        minimum_rows=minimum_rows,
        until=until,
        reason=reason,
    )
    experiment_view.start(Output(as_json=as_json), asked, stage=stage)


@app.command()
def status(
    model: ModelArgument, name: NameArgument, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Compare an A/B test's versions on the rows whose ground truth is known by now.

    You may look as often as you like, and stop when a difference is proven.

    \b
    Example:
      windvane ab status loan_default deeper
    """
    from functions.cli import experiment_view
    from functions.cli.output import Output

    experiment_view.show(Output(as_json=as_json), model=model, name=name, stage=stage)


@app.command()
def stop(
    model: ModelArgument,
    name: NameArgument,
    reason: ReasonOption = "stopped on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the versions a last time, and give all callers back to the champion.

    The comparison is kept with the test. `windvane rollback MODEL` takes the callers back without
    one.

    \b
    Example:
      windvane ab stop loan_default deeper --reason "8 is better"
    """
    from functions.cli import experiment_view
    from functions.cli.output import Output

    experiment_view.stop(
        Output(as_json=as_json), model=model, name=name, reason=reason, stage=stage
    )


@app.command("list")
def list_(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List a model's A/B tests, newest first.

    \b
    Example:
      windvane ab list loan_default
    """
    from functions.cli import experiment_view
    from functions.cli.output import Output

    experiment_view.list_experiments(Output(as_json=as_json), model=model, stage=stage)
