"""A registry with a champion, two more versions, and somebody who is quicker."""

from collections.abc import Callable
from dataclasses import dataclass, field

from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry
from functions.contracts.rollout import RolloutRecord
from functions.core.registry import PointerMove
from functions.release.promote import promote
from functions.release.split_starts import start_experiment, start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import MODEL, bake, cause, experiment_plan, rollout_plan


@dataclass
class RacedRegistry(InMemoryRegistry):
    """Somebody else acts right before each of the next writes."""

    others: list[Callable[[InMemoryRegistry], object]] = field(default_factory=list)

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        self._let_others_act()
        super().move_alias(pointer, entry, expected_revision=expected_revision)

    def change_rollout(
        self, record: RolloutRecord, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        self._let_others_act()
        super().change_rollout(record, expected_revision=expected_revision, move=move)

    def change_experiment(
        self, experiment: Experiment, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        self._let_others_act()
        super().change_experiment(experiment, expected_revision=expected_revision, move=move)

    def _let_others_act(self) -> None:
        if self.others:
            act, self.others, waiting = self.others[0], [], self.others[1:]
            act(self)
            self.others = waiting


def registry_with_champion(number: int = 1) -> RacedRegistry:
    registry = RacedRegistry()
    for each in (1, 2, 3):
        registry.add(model_version(each))
    promote(MODEL, number, actor="ann", reason="first", registry=registry, now=NOW)
    return registry


def rolling_out(**changes: object) -> tuple[RacedRegistry, RolloutRecord]:
    registry = registry_with_champion()
    plan = rollout_plan(**changes)  # type: ignore[arg-type]
    return registry, start_rollout(plan, bake(), cause(), registry=registry)


def ab_testing(**changes: object) -> tuple[RacedRegistry, Experiment]:
    registry = registry_with_champion()
    plan = experiment_plan(**changes)  # type: ignore[arg-type]
    return registry, start_experiment(plan, cause(), registry=registry)


def champion_of(registry: InMemoryRegistry) -> AliasPointer:
    pointer = registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    return pointer


def shares_of(registry: InMemoryRegistry) -> dict[int, float]:
    return {share.number: share.percent for share in champion_of(registry).shares}


def trail(registry: InMemoryRegistry) -> list[tuple[str, int]]:
    """The audit trail, oldest first."""
    return [(e.action, e.to_number) for e in reversed(registry.list_audit(MODEL))]


def by_hand(number: int) -> Callable[[InMemoryRegistry], object]:
    return lambda registry: promote(
        MODEL, number, actor="bob", reason="quicker", registry=registry, now=NOW
    )
