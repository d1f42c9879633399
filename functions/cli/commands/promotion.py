"""`windvane promote` and `windvane rollback`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, ReasonOption, StageOption


def promote(
    version: Annotated[
        str,
        typer.Argument(
            metavar="MODEL/NUMBER", help="The version, such as loan_default/7.", show_default=False
        ),
    ],
    reason: ReasonOption = "promoted on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a registered version the champion of all callers.

    One transaction moves the alias and writes the audit entry. A rollout or an A/B test of the
    model that runs is ended by it.

    \b
    Example:
      windvane promote loan_default/7 --reason "the cohort study agrees"
    """
    from functions.cli import registry_view
    from functions.cli.output import Output

    registry_view.promote_version(
        Output(as_json=as_json), reference=version, reason=reason, stage=stage
    )


def rollback(
    model: ModelArgument,
    reason: ReasonOption = "rolled back on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take callers back from what they were given last.

    While a rollout or an A/B test runs, all callers get the champion again and it stays. Otherwise
    the version before it is champion again. One transaction moves the alias and writes the audit
    entry.

    \b
    Example:
      windvane rollback loan_default --reason "complaints since Tuesday"
    """
    from functions.cli import registry_view
    from functions.cli.output import Output

    registry_view.roll_back(Output(as_json=as_json), model=model, reason=reason, stage=stage)
