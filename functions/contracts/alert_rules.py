"""What `[alerts]` of a model.toml must not ask, though its form is right."""

from collections.abc import Iterator, Sequence

from functions.contracts.alerts import Condition, ConditionKind, Severity, read_condition
from functions.contracts.model_problem import Mistake, name_choices
from functions.contracts.model_spec import ModelSpec
from functions.contracts.score_names import SCORE_TASKS, more_is_better, score_names

_BEST_SCORE = 1.0

_NO_RETRAINING = {
    ConditionKind.DATA_FAULT: "nothing is learned from a broken table",
    ConditionKind.NO_LABELS: "without labels there is nothing new to learn from",
}
"""What no retraining helps against, and why."""


def find_alert_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield the mistakes of `[alerts]`."""
    listed: dict[Severity, list[Condition]] = {}
    texts = ((Severity.PAGE, spec.alerts.page), (Severity.RETRAIN, spec.alerts.retrain))
    for severity, conditions in (*texts, (Severity.NOTE, spec.alerts.note)):
        listed[severity] = []
        for text in conditions:
            yield from _list_mistakes(spec, severity, text, listed[severity])
    yield from _order_mistakes(listed[Severity.PAGE], listed[Severity.RETRAIN])


def _list_mistakes(
    spec: ModelSpec, severity: Severity, text: str, before: list[Condition]
) -> Iterator[Mistake]:
    """Yield what is wrong with one text of a list; add what it names to those before it."""
    key = f"alerts.{severity}"
    try:
        conditions = read_condition(text, severity)
    except ValueError as error:
        yield Mistake(key, text, str(error))
        return
    for condition in conditions:
        if condition.metric_name in {each.metric_name for each in before}:
            yield Mistake(key, text, f"{condition.text} is listed twice; keep one")
        before.append(condition)
        yield from _condition_mistakes(spec, key, text, condition)


def _condition_mistakes(
    spec: ModelSpec, key: str, text: str, condition: Condition
) -> Iterator[Mistake]:
    if condition.severity is Severity.RETRAIN and condition.kind in _NO_RETRAINING:
        reason = _NO_RETRAINING[condition.kind]
        yield Mistake(key, text, f"{reason}: write it under page or note")
    if condition.score is not None:
        yield from _score_mistakes(spec, key, text, condition.score)
    if condition.limit is not None and (why := _why_always(condition, condition.limit)):
        yield Mistake(key, text, why)


def _score_mistakes(spec: ModelSpec, key: str, text: str, score: str) -> Iterator[Mistake]:
    names = score_names(spec.task)
    if score not in SCORE_TASKS:
        yield Mistake(key, text, f"unknown score {score}; {name_choices(score, names)}")
    elif score not in names:
        remedy = f"{score} does not fit a {spec.task} model; {name_choices('', names)}"
        yield Mistake(key, text, remedy)


def _why_always(condition: Condition, limit: float) -> str | None:
    """Return why a condition would always hold, or None."""
    if condition.kind is ConditionKind.NO_LABELS:
        return None if limit > 0 else "always holds: write at least some hours, such as 0.25 days"
    name = condition.score or ""
    if not more_is_better(name):
        return None if limit > 0 else f"always holds, {name} is hardly ever 0: write more than 0"
    if limit > _BEST_SCORE:
        return f"always holds, {name} is never above 1: write at most 1"
    return None


def _order_mistakes(pages: Sequence[Condition], retrains: Sequence[Condition]) -> Iterator[Mistake]:
    """Yield pages that come before the retraining that might have spared them."""
    for page in pages:
        for retrain in retrains:
            if page.score is None or page.score != retrain.score:
                continue
            if page.limit is None or retrain.limit is None:
                continue
            upward = more_is_better(page.score)
            too_early = page.limit > retrain.limit if upward else page.limit < retrain.limit
            if too_early:
                worse = "lower" if upward else "higher"
                remedy = (
                    f"pages before {retrain.text} retrains, so retraining never spares a call: "
                    f"write a {worse} limit here, or exchange the two"
                )
                yield Mistake("alerts.page", page.text, remedy)
