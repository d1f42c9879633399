"""Workflow step PlanCandidates: what Train is mapped over."""

from functions.contracts.messages import PlanInput, PlanOutput, PrepareOutput
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core import search_space


def plan_candidates(spec: ModelSpec, prepared: PrepareOutput) -> PlanOutput:
    """Return the points of the model's search space that are tried; see `core.search_space`."""
    candidates = search_space.plan_candidates(
        spec.training, train_rows=prepared.train_rows, holdout_rows=prepared.holdout_rows
    )
    return PlanOutput(candidates=candidates)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = PlanInput.model_validate(event)
    output = plan_candidates(load_model_spec(message.model), message.prepare)
    return output.model_dump(mode="json")
