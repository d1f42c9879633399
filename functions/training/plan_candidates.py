"""Workflow step PlanCandidates: what Train is mapped over."""

from functions.contracts.messages import PlanInput, PlanOutput, PrepareOutput, TriggerKind
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core import search_space


def plan_candidates(
    spec: ModelSpec, prepared: PrepareOutput, *, is_drill: bool = False
) -> PlanOutput:
    """Return the points of the model's search space that are tried; see `core.search_space`.

    A fire drill tries one, on labels that are shuffled: its model must be refused.
    """
    candidates = search_space.plan_candidates(
        spec.training, train_rows=prepared.train_rows, holdout_rows=prepared.holdout_rows
    )
    if is_drill:
        candidates = (candidates[0].model_copy(update={"shuffled": True}),)
    return PlanOutput(candidates=candidates)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = PlanInput.model_validate(event)
    is_drill = message.trigger is not None and message.trigger.kind is TriggerKind.DRILL
    output = plan_candidates(load_model_spec(message.model), message.prepare, is_drill=is_drill)
    return output.model_dump(mode="json")
