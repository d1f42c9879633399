"""A history in which something can be learned, and pipelines of numpy alone."""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from functions.contracts.alerts import Alerts
from functions.contracts.estimates import Estimator
from functions.contracts.feature_schema import Feature
from functions.contracts.feature_types import FeatureType
from functions.contracts.maintenance import Maintenance
from functions.contracts.model_spec import ModelSpec, Retraining, Target, Task, Training
from functions.core.backtest import Replay, Step
from functions.core.backtest_history import Cutting, History, cut_history
from functions.core.backtest_run import Parameters, Workshop
from functions.core.estimate_fitting import fit_estimator

HOUR = 3_600_000_000
START = 1_700_000_000_000_000


def spec(
    *,
    retraining: Retraining | None = None,
    alerts: Alerts | None = None,
    **maintenance: object,
) -> ModelSpec:
    return ModelSpec(
        name="tiny",
        task=Task.BINARY_CLASSIFICATION,
        owner="ann",
        target=Target(name="y", classes=(0, 1)),
        features=(Feature(name="x", type=FeatureType.NUMBER),),
        training=Training(metric="roc_auc_score"),
        retraining=retraining or Retraining(),
        alerts=alerts or Alerts(),
        maintenance=Maintenance(**maintenance),  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class Slope:
    """A logistic curve through zero with the slope that the rows' means suggest."""

    x: NDArray[np.float32]
    slope: float
    seconds: float = 1.0

    def answer(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        p = 1.0 / (1.0 + np.exp(-self.slope * self.x[rows, 0]))
        return np.column_stack([1.0 - p, p]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Slopes:
    """Fits slopes, and remembers to which rows."""

    history: History
    fitted: list[tuple[int, int]] = field(default_factory=list)
    learned: list[NDArray[np.int64]] = field(default_factory=list)

    def fit(self, _parameters: Parameters, rows: NDArray[np.int64]) -> Slope | None:
        self.fitted.append((int(rows[0]), int(rows[-1]) + 1))
        self.learned.append(rows)
        x, y = self.history.x[rows, 0], self.history.y[rows]
        if len(np.unique(y)) < 2:
            return None
        slope = 0.0
        for _ in range(25):
            p = 1.0 / (1.0 + np.exp(-slope * x))
            slope += float((x * (y - p)).sum() / max((x * x * p * (1 - p)).sum(), 1e-9))
        return Slope(self.history.x, slope)

    def estimator(self, fitted: Slope, rows: NDArray[np.int64]) -> Estimator:
        return fit_estimator(Task.BINARY_CLASSIFICATION, self.history.y[rows], fitted.answer(rows))


def history(slopes: list[float], *, rows: int = 500, first: int = 2000, seed: int = 0) -> History:
    """A history of a first stretch of slope 2 and then windows of the given slopes."""
    rng = np.random.default_rng(seed)
    slope = np.repeat([2.0, *slopes], [first, *[rows] * len(slopes)])
    x = rng.normal(size=(len(slope), 1)).astype(np.float32)
    y = (rng.random(len(slope)) < 1 / (1 + np.exp(-slope * x[:, 0]))).astype(np.int64)
    times = START + np.arange(len(y), dtype=np.int64) * (24 * HOUR // rows)
    return cut_history(x, y, times, Cutting(rows=rows, first_share=first / len(y)))


def workshop(of: History, made: ModelSpec | None = None) -> Workshop:
    return Workshop(made or spec(), of, Slopes(of), [{}])


def replayed(
    of: History, made: ModelSpec | None = None, *, delay_days: int = 0
) -> tuple[Step, ...]:
    return Replay(workshop(of, made), timedelta(days=delay_days)).run(told=lambda _step: None)
