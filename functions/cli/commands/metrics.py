"""`windvane metrics …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from datetime import timedelta
from typing import Annotated

import typer

from functions.cli.options import JsonOption, StageOption

app = typer.Typer(help="The metrics of models, for other tools.", no_args_is_help=True)


@app.callback()
def metrics() -> None:
    """Hand the metrics of models to other tools."""


@app.command()
def export(  # noqa: PLR0913, PLR0917 - its options
    model: Annotated[
        str | None,
        typer.Argument(metavar="[MODEL]", help="The model; else all of them.", show_default=False),
    ] = None,
    hours: Annotated[
        float, typer.Option("--hours", metavar="HOURS", help="How old a value may be.")
    ] = 26.0,
    timestamps: Annotated[
        bool,
        typer.Option("--timestamps/--no-timestamps", help="Say when each value was emitted."),
    ] = True,
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen",
            metavar="HOST:PORT",
            help="Serve them at /metrics of a loopback address instead, without timestamps.",
            show_default=False,
        ),
    ] = None,
    refresh: Annotated[
        float,
        typer.Option(
            "--refresh",
            metavar="SECONDS",
            min=0,
            help="With --listen: ask CloudWatch again after so long; it bills every metric asked.",
        ),
    ] = 300.0,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the newest value of each metric as OpenMetrics text.

    Values come from CloudWatch, by the names in docs/reference/metrics.md. A metric without a value
    in that time is left out.

    \b
    Examples:
      windvane metrics export
      windvane metrics export loan_default --stage prod > windvane.prom
      windvane metrics export --stage prod --listen 127.0.0.1:9109
    """
    from functions.cli import metrics_view
    from functions.cli.output import Output

    out, within = Output(as_json=as_json), metrics_view.read_hours(hours)
    if listen is None:
        metrics_view.export(out, model=model, within=within, timestamps=timestamps, stage=stage)
        return
    every = timedelta(seconds=refresh)
    metrics_view.serve(out, model=model, within=within, listen=(listen, every), stage=stage)
