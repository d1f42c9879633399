"""`windvane doctor`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from functions.cli.options import JsonOption, StageOption


def doctor(stage: StageOption = None, as_json: JsonOption = False) -> None:
    """Check what Windvane needs, and name remedies.

    The exit code is 1 if anything is missing.

    \b
    Examples:
      windvane doctor
      windvane doctor --stage prod --json
    """
    from functions.cli import doctor_view
    from functions.cli.output import Output

    doctor_view.doctor(Output(as_json=as_json), asked=stage)
