"""Workflow step PlanCandidates: what Train is mapped over."""

from functions.contracts.messages import PlanInput, PlanOutput, PrepareOutput, Trigger, TriggerKind
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core import search_space


def plan_candidates(
    spec: ModelSpec, prepared: PrepareOutput, trigger: Trigger | None = None
) -> PlanOutput:
    """Return the points of the model's search space that are tried; see `core.search_space`.

    Where row counts are tried, those labelled since a change that the trigger tells of are tried
    too, and those of each time between changes before it; the latest are held out. A fire drill
    tries one point, on labels that are shuffled: its model must be refused.
    """
    since_change, earlier = None, tuple[int, ...]()
    if trigger is not None and trigger.since is not None:
        since_change = max(trigger.labelled_rows - prepared.holdout_rows, 0)
        earlier = tuple(rows - prepared.holdout_rows for rows in trigger.earlier)
    candidates = search_space.plan_candidates(
        spec.training,
        train_rows=prepared.train_rows,
        holdout_rows=prepared.holdout_rows,
        since_change=since_change,
        earlier=earlier,
    )
    if trigger is not None and trigger.kind is TriggerKind.DRILL:
        candidates = (candidates[0].model_copy(update={"shuffled": True}),)
    return PlanOutput(candidates=candidates)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = PlanInput.model_validate(event)
    output = plan_candidates(load_model_spec(message.model), message.prepare, message.trigger)
    return output.model_dump(mode="json")
