"""What only a real server shows: compare-and-set under threads, and a repeated transaction.

moto loses acknowledged updates under threads and ignores client request tokens; MiniStack does not.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from functions.aws.clients import make_client
from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.cli import ministack
from functions.contracts.naming import Alias
from functions.contracts.retraining import RetrainingBook
from functions.core.lease import StaleLeaseError
from functions.core.registry import (
    AliasMovedError,
    SplitRegistry,
    SplitTakenError,
    VersionAlreadyExistsError,
)
from functions.core.retraining_ledger import LedgerMovedError
from functions.release.rollout_moves import raise_share
from functions.release.split_starts import start_rollout
from tests.fakes.crowd_machine import CrowdMachine
from tests.fakes.documents import alias_pointer, audit_entry, model_version
from tests.fakes.registry_tables import make_registry_table
from tests.fakes.retraining import decision, taken
from tests.fakes.splits import MODEL, bake, cause, rollout, rollout_plan, split_move

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ministack_ports")]

THREADS = 8
MOVES = 6
CROWDS = 4
"""Runs of the state machine; each step asks the server some thirty times. Memory runs many."""


@pytest.fixture(scope="module")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("ministack")
    process = ministack.start(home, port=None, environ={})
    yield process.endpoint_url
    process.end()


@pytest.fixture
def registry(
    endpoint_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> DynamoRegistry:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": ministack.REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    table = request.node.name
    client = make_registry_table(table)
    return DynamoRegistry(client, table)


@pytest.fixture
def ledger(registry: DynamoRegistry, request: pytest.FixtureRequest) -> DynamoLedger:
    """The ledger in the registry's table."""
    del registry
    return DynamoLedger(make_client("dynamodb"), request.node.name)


def test_loses_no_acknowledged_move_under_threads(registry: DynamoRegistry) -> None:
    registry.add(model_version(1))

    def move_often(worker: int) -> int:
        moved = 0
        while moved < MOVES:
            held = registry.find_alias("loan_default", Alias.CHAMPION)
            revision = held.revision if held else 0
            try:
                registry.move_alias(
                    alias_pointer(1, revision=revision + 1),
                    audit_entry(revision + 1, actor=f"worker {worker}"),
                    expected_revision=revision,
                )
            except AliasMovedError:
                continue
            moved += 1
        return moved

    with ThreadPoolExecutor(THREADS) as threads:
        acknowledged = sum(threads.map(move_often, range(THREADS)))

    champion = registry.find_alias("loan_default", Alias.CHAMPION)
    assert champion is not None
    assert champion.revision == acknowledged == THREADS * MOVES
    assert len(registry.list_audit("loan_default")) == acknowledged


def test_gives_a_number_to_one_of_many(registry: DynamoRegistry) -> None:
    def add(_worker: int) -> bool:
        try:
            registry.add(model_version(1))
        except VersionAlreadyExistsError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        added = list(threads.map(add, range(THREADS)))

    assert added.count(True) == 1


def test_gives_the_lease_to_one_of_many(registry: DynamoRegistry, ledger: DynamoLedger) -> None:
    book = taken(RetrainingBook(model="m"), "a")

    def claim(worker: int) -> bool:
        try:
            ledger.decide(decision(f"trigger-{worker}"), book=book)
        except LedgerMovedError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        won = list(threads.map(claim, range(THREADS)))

    assert won.count(True) == 1
    assert [each.trigger.id for each in ledger.list_decisions("m", limit=9)] == [
        f"trigger-{won.index(True)}"
    ]
    with pytest.raises(StaleLeaseError):
        registry.add(model_version(1, model="m"), lease_token=2)


def test_takes_the_same_move_twice_when_the_answer_was_lost(registry: DynamoRegistry) -> None:
    registry.add(model_version(1))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)

    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)

    assert len(registry.list_audit("loan_default")) == 1


def add_champion(registry: DynamoRegistry) -> None:
    for number in (1, 2):
        registry.add(model_version(number))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)


def test_starts_one_of_many_rollouts(registry: DynamoRegistry) -> None:
    add_champion(registry)

    def start(worker: int) -> str | None:
        plan = rollout_plan(execution=f"execution-{worker}")
        try:
            return start_rollout(plan, bake(), cause(), registry=registry).execution
        except SplitTakenError:
            return None

    with ThreadPoolExecutor(THREADS) as threads:
        started = [name for name in threads.map(start, range(THREADS)) if name]

    assert [record.execution for record in registry.list_rollouts(MODEL)] == started
    assert len(started) == 1
    champion = registry.find_alias(MODEL, Alias.CHAMPION)
    assert champion is not None
    assert champion.revision == 2


def test_raises_a_share_once_however_many_deliver_it(registry: DynamoRegistry) -> None:
    add_champion(registry)
    record = start_rollout(rollout_plan(), bake(), cause(), registry=registry)

    def deliver(worker: int) -> int:
        told = cause(worker, actor=f"worker {worker}")
        return raise_share(record, 1, bake(), told, registry=registry).step

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(deliver, range(THREADS))) == [1] * THREADS

    champion = registry.find_alias(MODEL, Alias.CHAMPION)
    assert champion is not None
    assert [share.percent for share in champion.shares] == [50.0]
    assert champion.revision == 3 == len(registry.list_audit(MODEL))


def test_takes_the_same_change_of_a_rollout_twice_when_the_answer_was_lost(
    registry: DynamoRegistry,
) -> None:
    add_champion(registry)
    for _ in range(2):
        registry.change_rollout(rollout(), expected_revision=0, move=split_move(2))

    assert registry.list_rollouts(MODEL) == (rollout(),)
    assert len(registry.list_audit(MODEL)) == 2


def test_keeps_the_pointer_right_whatever_a_crowd_does(registry: DynamoRegistry) -> None:
    models = iter(range(1000))

    class MachineOnMiniStack(CrowdMachine):
        def open_registry(self) -> tuple[SplitRegistry, str]:
            return registry, f"model_{next(models)}"

    few = settings(max_examples=CROWDS, stateful_step_count=20)
    run_state_machine_as_test(MachineOnMiniStack, settings=few)  # type: ignore[no-untyped-call]
