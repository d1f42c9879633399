"""The dashboard of one model."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.contracts.metrics import namespace
from functions.contracts.model_spec import ModelSpec
from functions.contracts.panels import PERIOD_SECONDS, Panel, PanelKind, Series, model_panels
from infra.stage import Stage

HOUR = Duration.seconds(PERIOD_SECONDS)
MINUTES = Duration.minutes(5)
HALF, WHOLE, HEIGHT, STRIP = 12, 24, 6, 4
"""Of a dashboard's 24 columns, and rows."""


class ModelDashboard(Construct):
    """What `model_panels` says of a model, and how its predictions and its retraining fare."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        spec: ModelSpec,
        stage: Stage,
        api: apigateway.RestApi | apigatewayv2.HttpApi,
        machine: sfn.StateMachine,
    ) -> None:
        super().__init__(scope, id_)
        self._namespace = namespace(stage.name, spec.name)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.days(7))
        for row in _rows(model_panels(spec)):
            dashboard.add_widgets(*(self._draw(panel) for panel in row))
        dashboard.add_widgets(*_answers(api))
        dashboard.add_widgets(_executions(machine))

    def _draw(self, panel: Panel) -> cloudwatch.GraphWidget:
        """Return a panel; states lie on each other, as high as many hold."""
        is_strip = panel.kind is PanelKind.STATES
        right = [self._metric(series) for series in panel.series if series.on_right]
        return cloudwatch.GraphWidget(
            title=panel.title,
            width=WHOLE if panel.is_wide else HALF,
            height=STRIP if is_strip else HEIGHT,
            stacked=is_strip,
            left=[self._metric(series) for series in panel.series if not series.on_right],
            right=right or None,
            left_y_axis=cloudwatch.YAxisProps(min=0) if is_strip else None,
            left_annotations=[
                cloudwatch.HorizontalAnnotation(value=level.value, label=level.label)
                for level in panel.levels
            ],
        )

    def _metric(self, series: Series) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=series.metric,
            label=series.label,
            dimensions_map=series.dimensions or None,
            statistic=series.statistic.value,
            period=HOUR,
        )


def _rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Return the panels by rows of the page: wide ones alone, the others in pairs."""
    rows: list[list[Panel]] = []
    for panel in panels:
        if panel.is_wide or not rows or rows[-1][0].is_wide or len(rows[-1]) > 1:
            rows.append([])
        rows[-1].append(panel)
    return rows


def _answers(
    api: apigateway.RestApi | apigatewayv2.HttpApi,
) -> tuple[cloudwatch.GraphWidget, cloudwatch.GraphWidget]:
    """Return what all models' callers see: latency, and requests with those that failed."""
    latency = cloudwatch.GraphWidget(
        title="API latency (all models)",
        width=HALF,
        height=HEIGHT,
        left=[api.metric_latency(statistic=s, period=MINUTES, label=s) for s in ("p50", "p95")],
    )
    requests = cloudwatch.GraphWidget(
        title="API requests and errors (all models)",
        width=HALF,
        height=HEIGHT,
        left=[
            api.metric_count(period=MINUTES),
            api.metric_client_error(period=MINUTES, statistic=cloudwatch.Stats.SUM),
            api.metric_server_error(period=MINUTES, statistic=cloudwatch.Stats.SUM),
        ],
    )
    return latency, requests


def _executions(machine: sfn.StateMachine) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title="Retraining executions (all models)",
        width=WHOLE,
        height=HEIGHT,
        left=[
            machine.metric_started(period=HOUR),
            machine.metric_succeeded(period=HOUR),
            machine.metric_failed(period=HOUR),
            machine.metric_timed_out(period=HOUR),
        ],
    )
