"""A candidate that learned nothing is refused, and nothing else comes of it."""

from dataclasses import replace

import pytest

from functions.aws.executions import Execution
from functions.cli.drill.bad_candidate import drill_bad_candidate
from functions.cli.drill.links import DeadLinkError
from functions.contracts.messages import TriggerKind
from functions.contracts.retraining import RetrainingBook
from tests.fakes.retraining import taken
from tests.unit.cli.drill.drill_world import Stage
from tests.unit.cli.drill.test_conditions import names, run
from tests.unit.release.world import MODEL


def stage_of(*dead: str, gates_passed: bool = False) -> Stage:
    stage = Stage(dead=set(dead), gates_passed=gates_passed)
    stage.world.add_champion()
    return stage


def test_proves_each_link_from_the_start_to_the_notice() -> None:
    stage = stage_of()

    chain = run(stage, drill_bad_candidate)

    assert names(chain) == [
        "announced",
        "start",
        "run",
        "gates",
        "champion",
        "ledger",
        "outcome",
        "breaker",
        "notice",
    ]
    ((_, request),) = stage.invoked
    assert request["kind"] == TriggerKind.DRILL
    assert request["requested_by"] == "123 as ann"


@pytest.mark.parametrize("link", ["start", "ledger", "notice"])
def test_names_the_dead_link(link: str) -> None:
    with pytest.raises(DeadLinkError, match=f"the link '{link}' is dead"):
        run(stage_of(link), drill_bad_candidate)


def test_calls_gates_dead_that_take_a_model_of_shuffled_labels() -> None:
    with pytest.raises(
        DeadLinkError, match=r"they took a model that learned from shuffled labels \(all 3 gates"
    ):
        run(stage_of(gates_passed=True), drill_bad_candidate)


def test_calls_gates_dead_that_were_never_asked() -> None:
    stage = stage_of()
    describe = stage.describe
    stage.describe = lambda name: _without_gates(describe(name))  # type: ignore[method-assign]

    with pytest.raises(DeadLinkError, match="'gates' is dead: they were never asked"):
        run(stage, drill_bad_candidate)


def test_calls_the_breaker_dead_that_counts_a_drill() -> None:
    stage = stage_of()
    start = stage.invoke

    def count(function: str, payload: str) -> object:
        book: RetrainingBook = stage.ledger.read(MODEL)
        stage.ledger.write(book.model_copy(update={"rejected_in_a_row": 1}))
        return start(function, payload)

    stage.invoke = count  # type: ignore[method-assign]

    with pytest.raises(DeadLinkError, match="'breaker' is dead: 1 refused in a row, 0 before"):
        run(stage, drill_bad_candidate)


def test_calls_a_lease_dead_that_is_kept() -> None:
    stage = stage_of()
    start = stage.invoke

    def keep(function: str, payload: str) -> object:
        stage.ledger.write(taken(stage.ledger.read(MODEL), "drill", kind=TriggerKind.DRILL))
        return start(function, payload)

    stage.invoke = keep  # type: ignore[method-assign]

    with pytest.raises(DeadLinkError, match="'breaker' is dead"):
        run(stage, drill_bad_candidate)


def _without_gates(execution: Execution) -> Execution:
    return replace(execution, output='{"model": "tiny"}')
