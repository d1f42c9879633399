"""What a model.toml may say beyond its types: rules that look at several keys at once."""

import re
from collections import Counter
from collections.abc import Iterator

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_folder import SPEC_FILE, Problem
from functions.contracts.model_spec import Bound, ModelSpec
from functions.core.scores import METRICS

_SCHEDULE = re.compile(r"(rate\([1-9][0-9]* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))")
_SCORE, _ERROR = "_score", "_error"


def find_problems(folder: str, spec: ModelSpec) -> list[Problem]:
    """Return every mistake that the values of a folder's model.toml make together."""
    file = f"models/{folder}/{SPEC_FILE}"
    found = [
        *_names(folder, spec),
        *(problem for feature in spec.features for problem in _feature(feature)),
        *_metrics(spec),
        *_schedules(spec),
    ]
    return [Problem(file, key, value, remedy) for key, value, remedy in found]


Mistake = tuple[str, str, str]
"""Key, value, remedy."""


def _names(folder: str, spec: ModelSpec) -> Iterator[Mistake]:
    if spec.name != folder:
        yield "name", repr(spec.name), f"write {folder!r}, the folder's name"
    counts = Counter(feature.name for feature in spec.features)
    for name in (name for name, count in counts.items() if count > 1):
        yield "features.name", repr(name), f"name it once, it is there {counts[name]} times"
    if spec.target.name in counts:
        yield "target.name", repr(spec.target.name), "remove it from the features: it is the answer"
    yield from _columns(spec, {*counts, spec.target.name})


def _columns(spec: ModelSpec, taken: set[str]) -> Iterator[Mistake]:
    """Check the columns that are neither features nor the target."""
    for key, column in (("data.timestamp", spec.data.timestamp), ("data.id", spec.data.id)):
        if column in taken:
            yield key, repr(column), "name a column that is neither a feature nor the target"
    if spec.training.holdout.by == "time" and spec.data.timestamp is None:
        yield "training.holdout.by", "'time'", "name a column in data.timestamp, or write 'random'"


def _feature(feature: Feature) -> Iterator[Mistake]:
    key = f"features.{feature.name}"
    if feature.type is FeatureType.STRING and not feature.categories:
        yield f"{key}.categories", "()", "list the categories of a string feature"
    if feature.type is not FeatureType.STRING and feature.categories:
        yield f"{key}.categories", repr(feature.categories), "only a string feature has categories"
    if len(set(feature.categories)) < len(feature.categories):
        yield f"{key}.categories", repr(feature.categories), "list each category once"
    if (
        feature.minimum is not None
        and feature.maximum is not None
        and feature.minimum > feature.maximum
    ):
        yield (
            f"{key}.minimum",
            str(feature.minimum),
            f"write at most the maximum, {feature.maximum}",
        )
    if feature.example is not None and not _example_fits(feature):
        yield (
            f"{key}.example",
            repr(feature.example),
            f"write a {feature.type} that the feature allows",
        )


def _example_fits(feature: Feature) -> bool:
    value = feature.example
    if feature.type is FeatureType.STRING:
        return value in feature.categories
    if feature.type is FeatureType.BOOLEAN or isinstance(value, bool):
        return isinstance(value, bool) and feature.type is FeatureType.BOOLEAN
    if not isinstance(value, int | float):
        return False
    low = feature.minimum if feature.minimum is not None else value
    high = feature.maximum if feature.maximum is not None else value
    whole = feature.type is not FeatureType.INTEGER or float(value).is_integer()
    return low <= value <= high and whole


def _metrics(spec: ModelSpec) -> Iterator[Mistake]:
    known = METRICS[spec.task]
    choices = f"one of {', '.join(known)}"
    if spec.training.metric not in known:
        yield "training.metric", repr(spec.training.metric), f"write {choices}"
    champion = spec.gates.champion
    if champion is not None and champion.metric not in known:
        yield "gates.champion.metric", repr(champion.metric), f"write {choices}"
    for name, bound in spec.gates.absolute.items():
        key = f"gates.absolute.{name}"
        if name not in known:
            yield key, repr(name), f"write {choices}"
        elif not _bound_fits(name, bound):
            side = "minimum" if name.endswith(_SCORE) else "maximum"
            yield key, _bound_text(bound), f"give a {side}, and only that: {_direction(name)}"


def _bound_fits(name: str, bound: Bound) -> bool:
    wanted, other = bound.minimum, bound.maximum
    if name.endswith(_ERROR):
        wanted, other = other, wanted
    return wanted is not None and other is None


def _bound_text(bound: Bound) -> str:
    return f"minimum {bound.minimum}, maximum {bound.maximum}"


def _direction(name: str) -> str:
    return "a higher score is better" if name.endswith(_SCORE) else "a lower error is better"


def _schedules(spec: ModelSpec) -> Iterator[Mistake]:
    for key, value in (
        ("training.schedule", spec.training.schedule),
        ("drift.schedule", spec.drift.schedule),
    ):
        if value is not None and not _SCHEDULE.fullmatch(value):
            yield (
                key,
                repr(value),
                "write rate(1 hour), rate(2 days) or cron(minute hour day month weekday year)",
            )
