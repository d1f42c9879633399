"""`windvane versions`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from functions.cli.options import JsonOption, ModelArgument, StageOption


def versions(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List a model's versions, newest first.

    \b
    Example:
      windvane versions loan_default
    """
    from functions.cli import registry_view
    from functions.cli.output import Output

    registry_view.list_versions(Output(as_json=as_json), model=model, stage=stage)
