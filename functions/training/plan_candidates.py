"""Workflow step PlanCandidates: what Train is mapped over."""

from functions.contracts.messages import PlanInput, PlanOutput
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core import search_space


def plan_candidates(spec: ModelSpec) -> PlanOutput:
    """Return the points of the model's search space that are tried; see `core.search_space`."""
    return PlanOutput(candidates=search_space.plan_candidates(spec.training))


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = PlanInput.model_validate(event)
    output = plan_candidates(load_model_spec(message.model))
    return output.model_dump(mode="json")
