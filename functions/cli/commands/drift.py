"""`windvane drift`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def drift(  # noqa: PLR0913, PLR0917 - its options
    model: ModelArgument,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", formats=_FORMATS, help="The window's start, UTC.", show_default=False
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=_FORMATS, help="The window's end, UTC; else now.", show_default=False
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FOLDER", help="Save the report there as drift.json and drift.html."
        ),
    ] = None,
    format_: Annotated[
        Literal["windvane", "sagemaker"],
        typer.Option(
            "--format", metavar="FORMAT", help="Of what --save writes: windvane or sagemaker."
        ),
    ] = "windvane",
    fail_on_drift: Annotated[
        bool, typer.Option("--fail-on-drift", help="Exit with code 1 if the verdict is drift.")
    ] = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was served with the champion's reference.

    Without a window, the last `drift.window_hours` of model.toml are judged. The metrics are
    emitted as on schedule, so this can raise the alarm.

    `--format sagemaker` saves the files of SageMaker's Model Monitor: the reference as
    statistics.json and constraints.json, what has drifted as constraint_violations.json.

    \b
    Examples:
      windvane drift loan_default
      windvane drift loan_default --since 2026-11-20 --save report/ --fail-on-drift
      windvane drift loan_default --save report/ --format sagemaker
    """
    from functions.cli import drift_view
    from functions.cli.output import Output

    window = drift_view.read_window(since, until)
    drift_view.drift(
        Output(as_json=as_json),
        model=model,
        window=window,
        save=drift_view.read_save(save, format_),
        fail=fail_on_drift,
        stage=stage,
    )
