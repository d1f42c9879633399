"""The model folder's pipeline, fitted to rows of a history for a backtest."""

from contextlib import AbstractContextManager
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # publishes no types

from functions.cli.errors import RefusedError
from functions.contracts.errors import WindvaneError
from functions.contracts.estimates import Estimator
from functions.core.backtest_history import History
from functions.core.backtest_run import Fitted, Parameters
from functions.training.export import make_estimator
from functions.training.fitting import Rows, TrainingRowsError, answer_rows, fit_pipeline
from functions.training.model_code import ModelCode

RowsKey = tuple[int, int, int]
"""The first row's number, the last one's, and how many there are."""

THREADS = 1
"""Most fits are of few rows, and more threads than free processors slow every one of them."""


def one_thread() -> AbstractContextManager[object]:
    """Hold the libraries that are loaded by now, the model's among them, to THREADS."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=THREADS)
    return limits


class FittedPipeline:
    """A fitted pipeline that remembers what it answered."""

    def __init__(
        self, pipeline: Pipeline, code: ModelCode, history: History, seconds: float
    ) -> None:
        self._pipeline, self._code, self._history = pipeline, code, history
        self._answers: dict[RowsKey, NDArray[np.float32]] = {}
        self.seconds = seconds

    def answer(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what it answers to rows of the history, by their numbers."""
        key = _key_of(rows)
        if key not in self._answers:
            matrix = self._history.x[rows]
            found = answer_rows(self._pipeline, self._code.spec, matrix, threads=None)
            self._answers[key] = found.astype(np.float32)
        return self._answers[key]


class PipelineFitter:
    """Fits a model folder's pipeline; the same rows and parameters are fitted once."""

    def __init__(self, code: ModelCode, history: History) -> None:
        self._code, self._history = code, history
        self._fitted: dict[tuple[object, ...], FittedPipeline | None] = {}

    def fit(self, parameters: Parameters, rows: NDArray[np.int64]) -> Fitted | None:
        """Return the pipeline fitted to rows of the history, None if they lack a class.

        Raises RefusedError if the folder's code cannot be fitted to them.
        """
        key = (*_key_of(rows), *sorted((name, repr(value)) for name, value in parameters.items()))
        if key not in self._fitted:
            self._fitted[key] = self._fit(parameters, rows)
        return self._fitted[key]

    def estimator(self, fitted: Fitted, rows: NDArray[np.int64]) -> Estimator:
        """Return what estimates its quality without labels, from held-out rows."""
        return make_estimator(self._code.spec, self._rows(rows), fitted.answer(rows))

    def _rows(self, rows: NDArray[np.int64]) -> Rows:
        return Rows(self._history.x[rows], _truth(self._history.y[rows]))

    def _fit(self, parameters: Parameters, rows: NDArray[np.int64]) -> FittedPipeline | None:
        began = perf_counter()
        try:
            pipeline = fit_pipeline(self._code, parameters, self._rows(rows), threads=None)
        except TrainingRowsError:
            return None
        except WindvaneError:
            raise
        except Exception as error:
            msg = (
                f"models/{self._code.spec.name}/model.py cannot be fitted to {len(rows):,} rows "
                f"with {dict(parameters)}: {type(error).__name__}: "
                f"{(str(error).splitlines() or [''])[0]}"
            )
            raise RefusedError(msg) from error
        return FittedPipeline(pipeline, self._code, self._history, perf_counter() - began)


def _key_of(rows: NDArray[np.int64]) -> RowsKey:
    """Return what tells rows of one backtest apart.

    What is left out only grows, so of two of equal ends and length none is without a row of the
    other.
    """
    return int(rows[0]), int(rows[-1]), len(rows)


def _truth(
    values: NDArray[np.integer] | NDArray[np.floating],
) -> NDArray[np.int64] | NDArray[np.float64]:
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(np.int64)
    return values.astype(np.float64)
