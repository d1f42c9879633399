"""A model's dashboard as Grafana's JSON model, for its CloudWatch data source.

It is the classic model, which every Grafana since 10.4 imports and newer ones migrate. The panels
are those of CloudWatch's own dashboard (`functions.contracts.panels`), and the retraining runs.
Queries as the plugin's `dataquery.cue` and panels as `dashboard_kind.cue` (both in grafana/grafana)
have them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from functions.contracts.metrics import namespace
from functions.contracts.model_spec import ModelSpec
from functions.contracts.panels import (
    PERIOD_SECONDS,
    Level,
    Panel,
    PanelKind,
    Series,
    Statistic,
    model_panels,
)

Json: TypeAlias = dict[str, object]

SCHEMA_VERSION = 39
"""Of the classic model."""

VARIABLE = "datasource"
"""Whoever looks chooses the data source on the page."""

WIDE, HALF, HIGH = 24, 12, 8
"""Of the page's 24 columns, and rows of about 30 pixels."""

_PLUGIN = "cloudwatch"
_DATA_SOURCE: Json = {"type": _PLUGIN, "uid": f"${{{VARIABLE}}}"}
_ENDS = ("Started", "Succeeded", "Failed", "TimedOut")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a panel's metrics are."""

    namespace: str
    region: str
    dimensions: dict[str, str] = field(default_factory=dict)


def grafana_dashboard(spec: ModelSpec, *, stage: str, state_machine_arn: str) -> Json:
    """Return the dashboard of a model on a stage.

    Parameters
    ----------
    spec : ModelSpec
    stage : str
    state_machine_arn : str
        Of the retraining workflow; its region is that of all metrics.

    Returns
    -------
    dict
        JSON to import, or to provision as a file. Its `uid` depends on stage and model alone, so
        that importing it again replaces it.
    """
    region = state_machine_arn.split(":")[3]
    own = _Source(namespace(stage, spec.name), region)
    runs = _Source("AWS/States", region, {"StateMachineArn": state_machine_arn})
    panels = [_panel(panel, own) for panel in model_panels(spec)]
    identity = hashlib.sha256(f"{stage}/{spec.name}".encode()).hexdigest()
    return {
        "uid": f"windvane-{identity[:16]}",
        "title": f"Windvane: {spec.name} on {stage}",
        "description": spec.description,
        "tags": ["windvane", stage, spec.name],
        "timezone": "utc",
        "editable": True,
        "graphTooltip": 1,
        "refresh": "5m",
        "time": {"from": "now-7d", "to": "now"},
        "schemaVersion": SCHEMA_VERSION,
        "annotations": {"list": []},
        "templating": {"list": [_data_source_choice()]},
        "panels": _placed([*panels, _panel(_runs(), runs)]),
    }


def _runs() -> Panel:
    return Panel(
        title="Retraining runs (all models)",
        description="Executions of the retraining workflow.",
        series=tuple(Series(f"Executions{end}", end.lower(), Statistic.SUM) for end in _ENDS),
        is_wide=True,
    )


def _data_source_choice() -> Json:
    return {
        "name": VARIABLE,
        "label": "CloudWatch",
        "type": "datasource",
        "query": _PLUGIN,
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "refresh": 1,
        "regex": "",
        "options": [],
        "current": {},
    }


def _panel(panel: Panel, source: _Source) -> Json:
    is_strip = panel.kind is PanelKind.STATES
    return {
        "type": "state-timeline" if is_strip else "timeseries",
        "title": panel.title,
        "description": _description(panel),
        "datasource": _DATA_SOURCE,
        "targets": [_target(i, series, source) for i, series in enumerate(panel.series)],
        "fieldConfig": {
            "defaults": _state_field() if is_strip else _line_field(panel.levels),
            "overrides": [_on_right(series) for series in panel.series if series.on_right],
        },
        "options": _strip_options() if is_strip else _line_options(),
        "gridPos": {"h": HIGH, "w": WIDE if panel.is_wide else HALF, "x": 0, "y": 0},
    }


def _description(panel: Panel) -> str:
    """Return what a panel shows, and what its lines are: Grafana draws them without names."""
    named = ", ".join(f"{level.value:g} ({level.label})" for level in panel.levels)
    return f"{panel.description} Lines at {named}." if named else panel.description


def _target(index: int, series: Series, source: _Source) -> Json:
    return {
        "refId": _reference(index),
        "id": f"m{index}",
        "datasource": _DATA_SOURCE,
        "queryMode": "Metrics",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "region": source.region,
        "namespace": source.namespace,
        "metricName": str(series.metric),
        "dimensions": {**source.dimensions, **series.dimensions},
        "matchExact": True,
        "statistic": series.statistic.value,
        "period": str(PERIOD_SECONDS),
        "label": series.label,
        "expression": "",
    }


def _reference(index: int) -> str:
    """Return A, B, … Z, AA, AB, …, as Grafana names queries.

    Examples
    --------
    >>> [_reference(index) for index in (0, 25, 26, 52)]
    ['A', 'Z', 'AA', 'BA']
    """
    rest, last = divmod(index, 26)
    return (_reference(rest - 1) if rest else "") + chr(ord("A") + last)


def _state_field() -> Json:
    return {
        "color": {"mode": "thresholds"},
        "custom": {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False},
        "mappings": [
            {
                "type": "value",
                "options": {
                    "0": {"text": "no", "color": "transparent", "index": 0},
                    "1": {"text": "holds", "color": "red", "index": 1},
                },
            }
        ],
        "thresholds": _thresholds([Level(1.0, "holds")], "transparent"),
    }


def _line_field(levels: Sequence[Level]) -> Json:
    return {
        "color": {"mode": "palette-classic"},
        "custom": {
            "drawStyle": "line",
            "lineWidth": 1,
            "showPoints": "always",
            "pointSize": 4,
            # An hour without a window is no gap: longer than a day, something is missing.
            "spanNulls": 86_400_000,
            "thresholdsStyle": {"mode": "line" if levels else "off"},
        },
        "mappings": [],
        "thresholds": _thresholds(levels, "transparent"),
    }


def _thresholds(levels: Sequence[Level], base: str) -> Json:
    steps: list[Json] = [{"value": None, "color": base}]
    steps += [{"value": value, "color": "red"} for value in sorted({each.value for each in levels})]
    return {"mode": "absolute", "steps": steps}


def _on_right(series: Series) -> Json:
    return {
        "matcher": {"id": "byName", "options": series.label},
        "properties": [{"id": "custom.axisPlacement", "value": "right"}],
    }


def _strip_options() -> Json:
    return {
        "mergeValues": True,
        "showValue": "never",
        "alignValue": "left",
        "rowHeight": 0.8,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "single", "sort": "none"},
    }


def _line_options() -> Json:
    return {
        "legend": {
            "showLegend": True,
            "displayMode": "table",
            "placement": "right",
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _placed(panels: Sequence[Json]) -> list[Json]:
    """Return panels with ids and places: side by side while a row of 24 columns has room."""
    x = y = 0
    placed = []
    for number, panel in enumerate(panels, start=1):
        size = panel["gridPos"]
        assert isinstance(size, dict)  # noqa: S101 - made above
        if x + size["w"] > WIDE:
            x, y = 0, y + HIGH
        placed.append({"id": number, **panel, "gridPos": {**size, "x": x, "y": y}})
        x += size["w"]
    return placed
