"""Whatever a crowd does to a model's callers, in whatever order: the pointer stays right."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.contracts.errors import WindvaneError
from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, VersionState
from functions.contracts.rollout import RolloutRecord
from functions.core.registry import SplitRegistry
from functions.core.rollouts import lapse_of
from functions.core.routing import choose_share
from functions.release.promote import promote
from tests.fakes.crowd import ACTS, Act, Crowd, Interrupted
from tests.fakes.documents import NOW, model_version

CALLERS = [f"customer {number}" for number in range(25)]
REGISTERED = (1, 2, 3)
ARCHIVED = 4


class CrowdMachine(RuleBasedStateMachine):
    """Subclasses say where the registry is; each run has a model of its own in it."""

    def __init__(self) -> None:
        super().__init__()
        self.registry, model = self.open_registry()
        self.crowd = Crowd(model, NOW)
        self.revision = 0

    def open_registry(self) -> tuple[SplitRegistry, str]:
        raise NotImplementedError

    @initialize()
    def register(self) -> None:
        for number in REGISTERED:
            self.registry.add(model_version(number, model=self.crowd.model))
        archived = model_version(ARCHIVED, model=self.crowd.model)
        self.registry.add(archived.model_copy(update={"state": VersionState.ARCHIVED}))
        promote(self.crowd.model, 1, actor="ann", reason="first", registry=self.registry, now=NOW)

    @rule(act=ACTS, minutes=st.sampled_from([0, 0, 1, 20, 100]))
    def one_acts(self, act: Act, minutes: int) -> None:
        self.crowd.now += timedelta(minutes=minutes)
        self._do(act, self.registry)

    @rule(act=ACTS)
    def one_acts_and_repeats_it(self, act: Act) -> None:
        for _ in range(2):
            self._do(act, self.registry)

    @rule(act=ACTS, other=ACTS, at=st.integers(1, 10))
    def another_acts_in_between(self, act: Act, other: Act, at: int) -> None:
        crowded = Interrupted(self.registry, at, lambda: self._do(other, self.registry))
        self._do(act, crowded)  # type: ignore[arg-type] # it stands for the registry

    def _do(self, act: Act, registry: SplitRegistry) -> None:
        """Refusals are right; any other error ends the test."""
        with suppress(WindvaneError):
            act(self.crowd, registry)

    @property
    def pointer(self) -> AliasPointer:
        found = self.registry.find_alias(self.crowd.model, Alias.CHAMPION)
        assert found is not None
        return found

    @property
    def live(self) -> list[RolloutRecord | Experiment]:
        return [
            split
            for split in (
                *self.registry.list_rollouts(self.crowd.model),
                *self.registry.list_experiments(self.crowd.model),
            )
            if not split.is_over
        ]

    @invariant()
    def it_points_to_versions_that_are_there(self) -> None:
        pointer = self.pointer
        numbers = [pointer.number, *(share.number for share in pointer.shares)]

        assert len(set(numbers)) == len(numbers)
        assert set(numbers) <= set(REGISTERED)
        for share in (pointer, *pointer.shares):
            version = self.registry.get(self.crowd.model, share.number)
            assert share.artifact == version.artifact

    @invariant()
    def its_weights_sum_to_100(self) -> None:
        shares = [share.percent for share in self.pointer.shares]

        assert all(percent > 0 for percent in shares)
        assert sum(shares) <= 100.0

    @invariant()
    def its_revision_grows_by_one_with_each_entry(self) -> None:
        entries = self.registry.list_audit(self.crowd.model)

        assert [entry.sequence for entry in entries] == list(range(len(entries), 0, -1))
        assert self.pointer.revision == len(entries) >= self.revision
        self.revision = len(entries)

    @invariant()
    def the_audit_trail_replays_to_it(self) -> None:
        pointer = self.pointer
        states = list(replay(reversed(self.registry.list_audit(self.crowd.model))))
        number, shares = states[-1]

        assert (pointer.number, {s.number: s.percent for s in pointer.shares}) == (number, shares)
        others = [before for (before, _), (after, _) in pairwise(states) if before != after]
        assert pointer.previous == (others[-1] if others else None)

    @invariant()
    def at_most_one_rollout_or_test_is_live(self) -> None:
        assert len(self.live) <= 1

    @invariant()
    def callers_are_divided_by_what_is_live_alone(self) -> None:
        pointer = self.pointer
        if not pointer.shares:
            assert pointer.split_id is None
            return
        (split,) = self.live
        assert (pointer.split_id, pointer.number) == (split.split_id, split.champion)
        if isinstance(split, RolloutRecord):
            shares = {share.number: share.percent for share in pointer.shares}
            assert shares == {split.challenger: split.percent}
            assert pointer.split_until == lapse_of(split)
        else:
            given = {pointer.number: 100.0, **{s.number: s.percent for s in pointer.shares}}
            given[pointer.number] = round(200.0 - sum(given.values()), 2)
            assert given == split.allocation
            assert pointer.split_until == split.ends_at

    @invariant()
    def every_caller_gets_one_of_its_versions(self) -> None:
        pointer = self.pointer
        for caller in CALLERS:
            share = choose_share(pointer, caller, self.crowd.now)
            assert share is None or share in pointer.shares

    @invariant()
    def what_is_over_says_how_it_ended(self) -> None:
        for rollout in self.registry.list_rollouts(self.crowd.model):
            kinds = [event.what for event in rollout.events]
            assert kinds[0] == "started"
            assert rollout.revision == len(kinds)
            ends = [kind for kind in kinds if kind in {"promoted", "aborted"}]
            assert ends == ([rollout.status] if rollout.is_over else [])


def replay(entries: Iterator[AuditEntry]) -> Iterator[tuple[int, dict[int, float]]]:
    """Yield what an alias pointed at after each entry: the number, and the others' shares."""
    number = 0
    for entry in entries:
        if entry.action in {"split", "unsplit"}:
            assert entry.from_number == entry.to_number == number
        elif entry.action == "promote":
            assert entry.from_number == (number or None)
        number = entry.to_number
        yield number, dict(entry.shares)
