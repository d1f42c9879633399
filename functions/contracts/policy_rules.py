"""What a model.toml must not ask of a policy, though its form is right."""

import re
from collections.abc import Iterator

from functions.contracts.alert_rules import find_alert_mistakes
from functions.contracts.drift_method import DriftMethod
from functions.contracts.model_problem import Absent, Mistake, name_choices, show_toml
from functions.contracts.model_spec import Bound, ModelSpec, Training
from functions.contracts.rollout_rules import find_rollout_mistakes
from functions.contracts.schedules import find_schedule_mistake
from functions.contracts.score_names import SCORE_TASKS, more_is_better, score_names

_RESERVED_NAMES = ("latest", "champion", "challenger", "models")
_LIKE_A_VERSION = re.compile(r"v[0-9]+")
_BEST_SCORE = 1.0

MAXIMUM_VALUES = 1_000_000
"""Of one request, rows times features: answered well within a request's time and memory."""


def find_policy_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield the mistakes of the name, training, gates, drift policy, alerts and rollout."""
    if spec.name in _RESERVED_NAMES or _LIKE_A_VERSION.fullmatch(spec.name):
        yield Mistake(
            "name", spec.name, "is reserved, it reads as an alias or version: take another"
        )
    yield from _serving_mistakes(spec)
    yield from _training_mistakes(spec)
    yield from _search_mistakes(spec)
    yield from _gate_mistakes(spec)
    yield from _drift_mistakes(spec)
    yield from find_alert_mistakes(spec)
    yield from find_rollout_mistakes(spec)


def _serving_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    most = MAXIMUM_VALUES // len(spec.features)
    if spec.serving.maximum_rows > most:
        yield Mistake(
            "serving.maximum_rows",
            spec.serving.maximum_rows,
            f"write at most {most}: a request holds {MAXIMUM_VALUES:,} values, and a row has "
            f"{len(spec.features)}; larger files are for windvane batch",
        )


def _training_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    training = spec.training
    yield from _metric_mistakes("training.metric", training.metric, spec)
    if spec.data.timestamp is None:
        missing = "needs to know the rows' order: name the column in data.timestamp"
        if training.holdout.by == "time":
            yield Mistake("training.holdout.by", "time", f'{missing}, or write by = "random"')
        if training.window_rows is not None:
            yield Mistake("training.window_rows", training.window_rows, missing)
    yield from _row_count_mistakes(training)
    if training.schedule is not None and (wrong := find_schedule_mistake(training.schedule)):
        yield Mistake("training.schedule", training.schedule, wrong)


def _row_count_mistakes(training: Training) -> Iterator[Mistake]:
    key, counts = "training.window_rows", training.window_rows
    if isinstance(counts, tuple) and len(set(counts)) < max(len(counts), 1):
        yield Mistake(key, counts, "write at least one number, and each once")
    if training.tries_row_counts and training.holdout.by == "random":
        yield Mistake(
            key,
            counts,
            "row counts are judged on the latest rows: write training.holdout.by = "
            '"time", or one number',
        )


def _search_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    training = spec.training
    for name, values in training.parameters.items():
        key = f"training.parameters.{name}"
        if not values:
            yield Mistake(key, values, "write at least one value to try, or remove this key")
        spellings = [(type(value), value) for value in values]
        if len(set(spellings)) < len(spellings):
            yield Mistake(key, values, "a value is listed twice; keep one")


def _gate_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    for name, bound in spec.gates.absolute.items():
        key = f"gates.absolute.{name}"
        wrong = list(_metric_mistakes(key, name, spec))
        yield from wrong or _bound_mistakes(key, name, bound)
    if spec.gates.champion is not None:
        yield from _metric_mistakes("gates.champion.metric", spec.gates.champion.metric, spec)
    if spec.rollout.guards.metric is not None:
        yield from _metric_mistakes("rollout.guards.metric", spec.rollout.guards.metric, spec)


def _metric_mistakes(key: str, name: str, spec: ModelSpec) -> Iterator[Mistake]:
    names = score_names(spec.task)
    if name not in SCORE_TASKS:
        yield Mistake(key, name, f"unknown score; {name_choices(name, names)}")
    elif name not in names:
        yield Mistake(key, name, f"does not fit a {spec.task} model; {name_choices('', names)}")


def _bound_mistakes(key: str, name: str, bound: Bound) -> Iterator[Mistake]:
    upward = more_is_better(name)
    right, wrong = ("minimum", "maximum") if upward else ("maximum", "minimum")
    direction = "more is better" if upward else "less is better"
    limits = {"minimum": bound.minimum, "maximum": bound.maximum}
    if (useless := limits[wrong]) is not None:
        remedy = f"of {name} {direction}: write {right} instead"
        yield Mistake(f"{key}.{wrong}", useless, remedy)
    limit = limits[right]
    if limit is None and useless is None:
        yield Mistake(f"{key}.{right}", Absent, f"write it; of {name} {direction}")
    elif limit is not None and (limit > _BEST_SCORE if upward else limit < 0):
        best = "above 1" if upward else "below 0"
        yield Mistake(f"{key}.{right}", limit, f"no model can pass: {name} is never {best}")


def _drift_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    if wrong := find_schedule_mistake(spec.drift.schedule):
        yield Mistake("drift.schedule", spec.drift.schedule, wrong)
    names = [feature.name for feature in spec.features]
    for name, method in spec.drift.methods.items():
        if name not in names:
            remedy = f"is no feature of this model; {name_choices(name, names)}"
            yield Mistake(f"drift.methods.{name}", str(method), remedy)
    if DriftMethod.PSI in spec.drift.thresholds:
        value = spec.drift.thresholds[DriftMethod.PSI]
        yield Mistake("drift.thresholds.psi", value, "write it as drift.threshold")
    needed = spec.drift.minimum_drifted_features
    if needed > len(spec.features):
        remedy = f"the model has {len(spec.features)} features: write at most that"
        yield Mistake("drift.minimum_drifted_features", needed, remedy)


def find_folder_mistakes(spec: ModelSpec, folder: str) -> Iterator[Mistake]:
    """Yield the mistake that a model's name is not its folder's."""
    if spec.name != folder:
        remedy = f"the folder is named {folder}: write name = {show_toml(folder)}, or rename it"
        yield Mistake("name", spec.name, remedy)
