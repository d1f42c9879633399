"""What `windvane metrics export` and `windvane dashboard grafana` do and say."""

import json
from datetime import timedelta

from functions.aws.latest_metrics import LONGEST
from functions.cli import wiring
from functions.cli.errors import UsageError
from functions.cli.grafana import grafana_dashboard
from functions.cli.metrics_server import PATH, Kept, make_server, parse_address
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.model_folder import find_model_names, load_model_spec
from functions.core.open_metrics import Asked, asked_metrics, exposition


def write_grafana_dashboard(out: Output, *, model: str, stage: str | None) -> None:
    """Write a model's dashboard as one JSON document."""
    spec = load_model_spec(model)
    deployed = wiring.open_stage(stage)
    document = grafana_dashboard(
        spec, stage=deployed.name, state_machine_arn=deployed.settings.state_machine_arn
    )
    out.line(json.dumps(document, indent=2, ensure_ascii=False))
    out.result(document)


def read_hours(hours: float) -> timedelta:
    """Return how far back values are looked for; raise UsageError beyond what is kept."""
    within = timedelta(hours=hours)
    if not timedelta(0) < within <= LONGEST:
        msg = f"--hours {hours:g} is not above 0 and at most {LONGEST / timedelta(hours=1):g}"
        raise UsageError(msg)
    return within


def export(
    out: Output,
    *,
    model: str | None,
    within: timedelta,
    timestamps: bool,
    stage: str | None,
) -> None:
    """Write the newest values of metrics."""
    asked = _asked(model)
    deployed = wiring.open_stage(stage)
    text = _text(deployed, asked, within, timestamps=timestamps)
    out.line(text.removesuffix("\n"))
    out.result({"stage": deployed.name, "openmetrics": text})


def serve(
    out: Output,
    *,
    model: str | None,
    within: timedelta,
    listen: tuple[str, timedelta],
    stage: str | None,
) -> None:
    """Serve the newest values until the command is interrupted.

    Without timestamps: a scraper would take a window's value of an hour ago for a series that has
    ended.
    """
    address, asked = parse_address(listen[0]), _asked(model)
    deployed = wiring.open_stage(stage)
    kept = Kept(lambda: _text(deployed, asked, within, timestamps=False), wiring.now, listen[1])
    with make_server(address, kept) as server:
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        out.remark(f"serving metrics at http://{host}:{server.server_address[1]}{PATH}")
        server.serve_forever()


def _asked(model: str | None) -> tuple[Asked, ...]:
    names = find_model_names() if model is None else (model,)
    return tuple(asked for name in names for asked in asked_metrics(load_model_spec(name)))


def _text(
    deployed: DeployedStage, asked: tuple[Asked, ...], within: timedelta, *, timestamps: bool
) -> str:
    reader = wiring.latest_metrics(deployed)
    found = reader.read(asked, now=wiring.now(), within=within)
    return exposition(deployed.name, found, with_timestamps=timestamps)
