"""What `models/<name>/model.toml` says, typed."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from functions.contracts.alerts import Alerts
from functions.contracts.base import Document, ModelName
from functions.contracts.drift_method import THRESHOLDS, DriftMethod
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.maintenance import Maintenance
from functions.contracts.rollout_policy import Rollout
from functions.contracts.served import Label as Label
from functions.contracts.served import Task as Task

ParameterValue: TypeAlias = bool | int | float | str | None
RowCount: TypeAlias = Annotated[int, Field(ge=20)]


class Target(Document):
    """The column to predict."""

    name: str = Field(description="of the column")
    description: str = ""
    classes: tuple[Label, ...] = Field(
        default=(), description="in code order; the last of two is the positive class"
    )
    minimum: float | None = Field(default=None, description="of a regression's values")
    maximum: float | None = Field(default=None, description="of a regression's values")


class DataRules(Document):
    """What a data set must satisfy besides its features' own rules."""

    timestamp: str | None = Field(default=None, description="the column that orders the rows")
    id: str | None = Field(default=None, description="the column that names a row")
    ignore: tuple[str, ...] = Field(default=(), description="columns that files have beside")
    minimum_rows: int = Field(default=200, ge=20, description="fewer are refused")
    max_duplicate_rate: float = Field(
        default=0.0, ge=0.0, le=1.0, description="of rows that repeat an earlier one"
    )


class Holdout(Document):
    """Which rows are kept from training to judge it."""

    by: Literal["time", "random"] = Field(
        default="random", description="`time`: the latest rows; needs data.timestamp"
    )
    fraction: float = Field(
        default=0.2,
        gt=0.0,
        lt=0.9,
        description="of the window's rows; where row counts are tried, 2,000 rows at most",
    )
    seed: int = Field(default=7, description="of the draw at random")


class Training(Document):
    """What is tried, on which rows, and when."""

    metric: str = Field(description="the score or error by which candidates are ranked")
    search: Literal["grid", "random"] = Field(
        default="grid",
        description="all points of the search space in turn, or points drawn by the seed",
    )
    candidates: int = Field(default=8, ge=1, le=64, description="the most that are tried")
    seed: int = Field(default=7, description="of the search")
    window_rows: RowCount | tuple[RowCount, ...] | Literal["auto"] | None = Field(
        default=None,
        description="use the latest rows only, held-out rows included; a list: try each number; "
        '`"auto"`: try all rows, half, a quarter, …; needs data.timestamp',
    )
    holdout: Holdout = Field(default=Holdout(), description="which rows judge the model")
    schedule: str | None = Field(default=None, description="EventBridge Scheduler expression")
    parameters: dict[str, tuple[ParameterValue, ...]] = Field(
        default_factory=dict, description="the search space: the values to try, by name"
    )

    @property
    def most_rows(self) -> int | None:
        """How many of the latest rows are used at most, held-out rows included; None: all."""
        if isinstance(self.window_rows, int):
            return self.window_rows
        listed = self.window_rows if isinstance(self.window_rows, tuple) else ()
        return max(listed, default=None)

    @property
    def tries_row_counts(self) -> bool:
        """Whether row counts are candidates; each is judged on the held-out rows."""
        return self.window_rows is not None and not isinstance(self.window_rows, int)


class Bound(Document):
    """Limits of one score; a `*_score` has a minimum, a `*_error` a maximum."""

    minimum: float | None = Field(default=None, description="of a `*_score`")
    maximum: float | None = Field(default=None, description="of an `*_error`")


class ChampionGate(Document):
    """What a candidate must show against the champion on the same rows."""

    metric: str = Field(description="the score or error that is compared")
    minimum_gain: float = Field(default=0.0, description="how much better, in the metric's unit")
    false_promotion_rate: float | None = Field(
        default=None,
        gt=0.0,
        lt=0.5,
        description="if written, the gain must exceed what chance gives a candidate no better than "
        "the champion, but for this rate",
    )


class Gates(Document):
    """What a candidate must pass to be registered."""

    absolute: dict[str, Bound] = Field(
        default_factory=dict, description="limits of scores on the held-out rows, by score"
    )
    champion: ChampionGate | None = Field(default=None, description="passes if there is none yet")
    maximum_latency_ms: float | None = Field(default=None, gt=0, description="one row, median")


class DriftPolicy(Document):
    """When a window counts as drifted."""

    schedule: str = Field(default="rate(1 hour)", description="when the last window is judged")
    window_hours: int = Field(default=24, ge=1, le=24 * 31, description="how long a window is")
    method: DriftMethod = Field(
        default=DriftMethod.PSI, description="what judges features and predictions"
    )
    methods: dict[str, DriftMethod] = Field(
        default_factory=dict, description="another method for a feature, by its name"
    )
    thresholds: dict[DriftMethod, Annotated[float, Field(gt=0.0)]] = Field(
        default_factory=dict,
        description="distance from which a column has drifted, by method; for psi see `threshold`",
    )
    threshold: float = Field(
        default=0.1, gt=0.0, description="PSI from which a feature has drifted"
    )
    prediction_threshold: float = Field(
        default=0.1, gt=0.0, description="PSI from which the predictions have drifted"
    )
    false_alarm_rate: float = Field(
        default=0.01,
        gt=0.0,
        lt=0.5,
        description="per window, over all features; sets the rows needed",
    )
    minimum_drifted_features: int = Field(
        default=1, ge=1, description="from which the data have drifted"
    )
    whole_windows: bool = Field(
        default=True,
        description="drift asks for retraining only once the endpoint has answered for "
        "`window_hours`; it is told at once",
    )

    def threshold_of(self, method: DriftMethod) -> float:
        """Return the distance from which a feature has drifted by a method."""
        usual = self.threshold if method is DriftMethod.PSI else THRESHOLDS[method]
        return self.thresholds.get(method, usual)


class CapturePolicy(Document):
    """What is written down of each answered row."""

    sample_percent: float = Field(
        default=100.0, ge=0.0, le=100.0, description="of the requests, by a hash of their ids"
    )
    pii: Literal["drop", "hash"] = Field(
        default="drop",
        description="features marked pii: left out, or a hash with the stage's secret key",
    )


class Access(Document):
    """Who may ask this model; how callers show who they are is the stage's choice."""

    clients: tuple[str, ...] = Field(
        default=("*",),
        description="names of API clients or JWT roles that may; `*`: each known one",
    )


class Retraining(Document):
    """When a trigger may start the workflow."""

    on_alarm: bool = Field(
        default=True,
        description="false: alarms start nothing, people are told all the same",
    )
    cool_down_minutes: int = Field(
        default=60, ge=0, description="after a start that no person asked for"
    )
    maximum_runs_per_day: int = Field(default=4, ge=1, le=96, description="in any 24 hours")
    maximum_runs_per_month: int = Field(default=30, ge=1, le=300, description="in any 30 days")
    maximum_training_minutes_per_month: float = Field(
        default=600.0, gt=0.0, description="of all candidates together, in any 30 days"
    )
    maximum_cost_per_month: float = Field(
        default=10.0, gt=0.0, description="estimated, in any 30 days, in the price's currency"
    )
    cost_per_training_second: float = Field(
        default=0.0000922, ge=0.0, description="US dollars, of Train's 7,076 MB in us-east-1"
    )
    rejected_in_a_row: int = Field(
        default=3, ge=1, le=20, description="candidates; then nothing starts until a person acts"
    )


class Serving(Document):
    """How requests are read."""

    extra_features: Literal["refuse", "ignore"] = Field(
        default="refuse", description="what to do with a feature that the model does not know"
    )
    maximum_rows: int = Field(default=5000, ge=1, le=100_000, description="of one request")


class ModelSpec(Document):
    """One model: the whole of its model.toml."""

    name: ModelName = Field(description="the folder's name")
    task: Task = Field(description="what is predicted")
    owner: str = Field(min_length=1, description="who answers for the model")
    description: str = ""
    target: Target
    data: DataRules = DataRules()
    features: tuple[Feature, ...] = Field(min_length=1)
    training: Training
    gates: Gates = Gates()
    drift: DriftPolicy = DriftPolicy()
    rollout: Rollout = Rollout()
    alerts: Alerts = Alerts()
    retraining: Retraining = Retraining()
    maintenance: Maintenance = Maintenance()
    serving: Serving = Serving()
    capture: CapturePolicy = CapturePolicy()
    access: Access = Access()

    @property
    def schema_(self) -> FeatureSchema:
        """The encoding of this model's records."""
        return FeatureSchema(features=self.features)

    @property
    def is_classification(self) -> bool:
        """Whether the target is one of a closed set of classes."""
        return self.task is not Task.REGRESSION

    @model_validator(mode="after")
    def _classes_fit_the_task(self) -> Self:
        count = len(self.target.classes)
        wanted = {
            Task.REGRESSION: "no classes",
            Task.BINARY_CLASSIFICATION: "exactly 2 classes",
            Task.MULTICLASS_CLASSIFICATION: "3 or more classes",
        }[self.task]
        fits = {
            Task.REGRESSION: count == 0,
            Task.BINARY_CLASSIFICATION: count == 2,  # noqa: PLR2004 - that is what binary means
            Task.MULTICLASS_CLASSIFICATION: count >= 3,  # noqa: PLR2004 - two are binary
        }[self.task]
        if not fits:
            msg = f"target.classes: a {self.task} model needs {wanted}, got {count}"
            raise ValueError(msg)
        return self
