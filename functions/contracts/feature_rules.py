"""What a model.toml must not say of its columns, though its form is right."""

from collections import Counter
from collections.abc import Iterator

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_problem import Absent, Mistake, name_choices
from functions.contracts.model_spec import Label, ModelSpec

_NUMBERS = (FeatureType.NUMBER, FeatureType.INTEGER)
_EXAMPLE_TYPES: dict[FeatureType, tuple[type, ...]] = {
    FeatureType.NUMBER: (int, float),
    FeatureType.INTEGER: (int,),
    FeatureType.BOOLEAN: (bool,),
    FeatureType.STRING: (str,),
}


def find_column_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield the mistakes of features, target and the data's other columns."""
    for feature in spec.features:
        yield from _feature_mistakes(feature)
    for name, count in Counter(feature.name for feature in spec.features).items():
        if count > 1:
            yield Mistake("features", name, f"{count} features have this name; keep one of them")
    yield from _target_mistakes(spec)
    yield from _role_mistakes(spec)


def _feature_mistakes(feature: Feature) -> Iterator[Mistake]:
    yield from _range_mistakes(feature)
    yield from _category_mistakes(feature)
    if feature.example is not None and (misfit := _example_misfit(feature)):
        yield Mistake(f"features.{feature.name}.example", feature.example, misfit)


def _range_mistakes(feature: Feature) -> Iterator[Mistake]:
    key = f"features.{feature.name}"
    for name, limit in (("minimum", feature.minimum), ("maximum", feature.maximum)):
        if limit is not None and feature.type not in _NUMBERS:
            remedy = f"a {feature.type} has no range: remove this key"
            yield Mistake(f"{key}.{name}", limit, remedy)
    if (
        feature.minimum is not None
        and feature.maximum is not None
        and feature.minimum > feature.maximum
    ):
        remedy = f"is above maximum = {feature.maximum}: swap them or correct one"
        yield Mistake(f"{key}.minimum", feature.minimum, remedy)


def _category_mistakes(feature: Feature) -> Iterator[Mistake]:
    key = f"features.{feature.name}"
    if feature.type is FeatureType.STRING:
        yield from _list_mistakes(f"{key}.categories", feature.categories)
        return
    if feature.categories:
        remedy = f'a {feature.type} has no categories: remove this key, or write type = "string"'
        yield Mistake(f"{key}.categories", feature.categories, remedy)
    if feature.max_unseen_rate > 0:
        remedy = "only strings have categories that can be unseen: remove this key"
        yield Mistake(f"{key}.max_unseen_rate", feature.max_unseen_rate, remedy)


def _list_mistakes(key: str, categories: tuple[str, ...]) -> Iterator[Mistake]:
    if not categories:
        yield Mistake(key, Absent, "a string feature lists every value that it can have")
    if "" in categories:
        yield Mistake(key, "", "an empty text means a missing value: remove it from the list")
    for category, count in Counter(categories).items():
        if count > 1:
            yield Mistake(key, category, f"is listed {count} times; keep one")


def _example_misfit(feature: Feature) -> str | None:
    value = feature.example
    if type(value) not in _EXAMPLE_TYPES[feature.type]:
        return f"write an example of type {feature.type}"
    if isinstance(value, str) and value not in feature.categories:
        return name_choices(value, feature.categories)
    if isinstance(value, int | float) and not _in_range(value, feature.minimum, feature.maximum):
        return f"lies outside minimum = {feature.minimum}, maximum = {feature.maximum}"
    return None


def _in_range(value: float, minimum: float | None, maximum: float | None) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def _target_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    target = spec.target
    for name, limit in (("minimum", target.minimum), ("maximum", target.maximum)):
        if limit is not None and spec.is_classification:
            remedy = "classes have no range: remove this key"
            yield Mistake(f"target.{name}", limit, remedy)
    if (
        target.minimum is not None
        and target.maximum is not None
        and target.minimum > target.maximum
    ):
        remedy = f"is above maximum = {target.maximum}: swap them or correct one"
        yield Mistake("target.minimum", target.minimum, remedy)
    spellings = Counter(_spelling(label) for label in target.classes)
    for label in target.classes:
        if spellings[_spelling(label)] > 1:
            remedy = "another class is read from files as the same value; write distinct classes"
            yield Mistake("target.classes", label, remedy)
            return


def _spelling(label: Label) -> str:
    """Return how files spell a label: they do not tell 1, true and "1" apart."""
    return str(int(label)) if isinstance(label, bool) else str(label)


def _role_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield a mistake for each column that would be two things at once."""
    named = {
        "target.name": spec.target.name,
        "data.timestamp": spec.data.timestamp,
        "data.id": spec.data.id,
    }
    roles = {key: column for key, column in named.items() if column is not None}
    features = {feature.name for feature in spec.features}
    for key, column in roles.items():
        if column in features:
            remedy = "is also a feature, which would give the answer away or mean nothing: "
            yield Mistake(key, column, f"{remedy}remove it from the features")
        other = next((name for name in roles if name != key and roles[name] == column), None)
        if other:
            yield Mistake(key, column, f"is also {other}: name two columns")
    used = {name: f"features.{name}" for name in features}
    used |= {column: key for key, column in roles.items()}
    for column in spec.data.ignore:
        if column in used:
            remedy = f"is used as {used[column]}: remove it from one of them"
            yield Mistake("data.ignore", column, remedy)
