"""`windvane dashboard …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(help="A model's dashboard for other tools.", no_args_is_help=True)


@app.callback()
def dashboard() -> None:
    """Write a model's pictures for other tools; CloudWatch's dashboard is deployed with it."""


@app.command()
def grafana(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """Write a model's dashboard for Grafana, as JSON to standard output.

    Its panels are those of the CloudWatch dashboard. It asks for Grafana's own CloudWatch data
    source, which is chosen on the page; Grafana 10.4 or later imports it.

    \b
    Examples:
      windvane dashboard grafana loan_default > loan_default.json
      windvane dashboard grafana loan_default --stage prod > loan_default.json
    """
    from functions.cli import metrics_view
    from functions.cli.output import Output

    metrics_view.write_grafana_dashboard(Output(as_json=as_json), model=model, stage=stage)
