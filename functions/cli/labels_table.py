"""How `windvane labels status` looks: a table for people, a document for scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from functions.cli.output import Output
from functions.contracts.labels import LabelArrivals, LabelExample, LabelOutcome
from functions.contracts.model_spec import Task
from functions.core.label_ledger_status import LabelScores, LabelWindow

SHOWN_SCORES: Mapping[Task, tuple[str, ...]] = {
    Task.BINARY_CLASSIFICATION: ("roc_auc_score", "accuracy_score", "brier_error"),
    Task.MULTICLASS_CLASSIFICATION: ("roc_auc_score", "accuracy_score", "brier_error"),
    Task.REGRESSION: ("root_mean_squared_error", "mean_absolute_error", "r2_score"),
}
"""`--json` has all."""

SHOWN_EXAMPLES = 5
_MINUTE_SECONDS, _HOUR_SECONDS, _DAY_SECONDS = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's labels as far as they have come."""

    model: str
    task: Task
    windows: tuple[LabelWindow, ...]
    newest_label_at: datetime | None
    now: datetime

    @property
    def days_without_labels(self) -> float | None:
        """Days since the newest label arrived; None if there never was one."""
        if self.newest_label_at is None:
            return None
        return (self.now - self.newest_label_at).total_seconds() / _DAY_SECONDS


def show_standing(out: Output, standing: Standing, arrivals: Sequence[LabelArrivals]) -> None:
    """Show scores by window, then what was refused and the first examples."""
    names = SHOWN_SCORES[standing.task]
    out.table(
        ["from", "predicted", "labelled", "coverage", "half within", "90% within", *names],
        [_row(window, names) for window in standing.windows],
    )
    counts = _refused(standing, arrivals)
    out.fields(
        {
            "newest label": standing.newest_label_at,
            "days without labels": standing.days_without_labels,
            **{str(outcome): count for outcome, count in counts.items()},
            "waiting (whole stage)": sum(hour.waiting_lines for hour in arrivals),
            "unreadable lines (whole stage)": sum(hour.corrupt_lines for hour in arrivals),
        }
    )
    for example in _examples(standing, arrivals)[:SHOWN_EXAMPLES]:
        out.line(f"{example.outcome}: {example.inference_id} = {example.value}: {example.reason}")


def standing_document(standing: Standing, arrivals: Sequence[LabelArrivals]) -> dict[str, object]:
    """Return all of it for a script; moments are ISO 8601, delays seconds."""
    return {
        "model": standing.model,
        "newest_label_at": standing.newest_label_at and standing.newest_label_at.isoformat(),
        "days_without_labels": standing.days_without_labels,
        "windows": [_window_document(window) for window in standing.windows],
        "refused": {str(k): count for k, count in _refused(standing, arrivals).items()},
        "waiting": sum(hour.waiting_lines for hour in arrivals),
        "unreadable_lines": sum(hour.corrupt_lines for hour in arrivals),
        "examples": [example.model_dump(mode="json") for example in _examples(standing, arrivals)],
    }


def _row(window: LabelWindow, names: Sequence[str]) -> list[object]:
    total = window.total
    return [
        window.start,
        total.predicted,
        total.labelled,
        f"{total.coverage:.1%}",
        _delay(total.median_delay_seconds),
        _delay(total.most_delay_seconds),
        *(total.scores.get(name) for name in names),
    ]


def _delay(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    if seconds < _HOUR_SECONDS:
        return f"{seconds / _MINUTE_SECONDS:.1f} min"
    if seconds < _DAY_SECONDS:
        return f"{seconds / _HOUR_SECONDS:.1f} h"
    return f"{seconds / _DAY_SECONDS:.1f} d"


def _refused(standing: Standing, arrivals: Sequence[LabelArrivals]) -> dict[LabelOutcome, int]:
    """Return counts: of labels with a prediction by its window, of the others by arrival."""
    absent = [hour.outcomes.get(standing.model, {}) for hour in arrivals]
    return {
        LabelOutcome.DUPLICATE: sum(window.duplicates for window in standing.windows),
        LabelOutcome.CONTRADICTORY: sum(window.contradictions for window in standing.windows),
        LabelOutcome.UNFIT: sum(window.unfit for window in standing.windows),
        LabelOutcome.UNKNOWN: sum(each.get(LabelOutcome.UNKNOWN, 0) for each in absent),
        LabelOutcome.FOREIGN: sum(each.get(LabelOutcome.FOREIGN, 0) for each in absent),
    }


def _examples(standing: Standing, arrivals: Sequence[LabelArrivals]) -> list[LabelExample]:
    judged = [example for window in standing.windows for example in window.examples]
    absent = [item for hour in arrivals for item in hour.examples.get(standing.model, ())]
    return [*judged, *absent]


def _window_document(window: LabelWindow) -> dict[str, object]:
    return {
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        **_scores_document(window.total),
        "duplicates": window.duplicates,
        "contradictions": window.contradictions,
        "unfit": window.unfit,
        "versions": [
            {"version": version, "variant": variant, **_scores_document(scores)}
            for (version, variant), scores in window.groups.items()
        ],
    }


def _scores_document(scores: LabelScores) -> dict[str, object]:
    return {**asdict(scores), "coverage": scores.coverage}
