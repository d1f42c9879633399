"""The dashboard of one model."""

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.contracts.metrics import FEATURE_DIMENSION, Metric, namespace
from functions.contracts.model_spec import ModelSpec
from infra.stage import Stage

HOUR = Duration.hours(1)
MINUTES = Duration.minutes(5)
HALF, WHOLE, HEIGHT = 12, 24, 6
"""Of a dashboard's 24 columns, and rows."""


class ModelDashboard(Construct):
    """Drift of a model feature by feature, and how its predictions and its retraining fare."""

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
        dashboard.add_widgets(self._breaches(), self._window_rows())
        dashboard.add_widgets(self._feature_psi(spec))
        dashboard.add_widgets(*_answers(api))
        dashboard.add_widgets(_executions(machine))

    def _breaches(self) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title="Drift: breaches and drifted features",
            width=HALF,
            height=HEIGHT,
            left=[
                self._metric(Metric.DATA_DRIFT_BREACH),
                self._metric(Metric.PREDICTION_DRIFT_BREACH),
            ],
            right=[self._metric(Metric.DRIFTED_FEATURES)],
        )

    def _window_rows(self) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title="Rows in the window",
            width=HALF,
            height=HEIGHT,
            left=[self._metric(Metric.WINDOW_ROWS)],
        )

    def _feature_psi(self, spec: ModelSpec) -> cloudwatch.GraphWidget:
        features = [
            self._metric(Metric.FEATURE_PSI, label=feature.name, feature=feature.name)
            for feature in spec.features
        ]
        return cloudwatch.GraphWidget(
            title="Population stability index by feature, and of the predictions",
            width=WHOLE,
            height=HEIGHT,
            left=[*features, self._metric(Metric.PREDICTION_PSI, label="(predictions)")],
            left_annotations=[
                cloudwatch.HorizontalAnnotation(
                    value=spec.drift.threshold, label="threshold of a feature"
                )
            ],
        )

    def _metric(
        self, metric: Metric, *, label: str | None = None, feature: str | None = None
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=metric.value,
            label=label or metric.value,
            dimensions_map={FEATURE_DIMENSION: feature} if feature else None,
            statistic=cloudwatch.Stats.MAXIMUM,
            period=HOUR,
        )


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
