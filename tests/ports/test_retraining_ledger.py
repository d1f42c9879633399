"""What every RetrainingLedger promises, and the registry where it asks for a lease."""

import json

import pytest

from functions.aws.clients import make_client
from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.contracts.naming import Alias
from functions.contracts.release import ExecutionRecord, Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.lease import StaleLeaseError
from functions.core.registry import HeldLease, ModelRegistry, SplitRegistry
from functions.core.retraining_ledger import LedgerMovedError, RetrainingLedger
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.registry_tables import make_registry_table
from tests.fakes.retraining import decision, ended, taken
from tests.fakes.splits import MODEL, experiment, rollout, split_move

EMPTY = RetrainingBook(model="m")
HELD = taken(EMPTY, "a")
CLOSED = ExecutionRecord(
    model="m", execution="a", trigger="person", outcome=Outcome.FAILED, reason="x", ended_at=NOW
)


def stored(book: RetrainingBook) -> RetrainingBook:
    """The book as it is read back after it was written."""
    return book.model_copy(update={"revision": book.revision + 1})


@pytest.fixture
def ledger(registry: InMemoryRegistry | DynamoRegistry) -> RetrainingLedger:
    """The ledger beside the registry, as one table holds both."""
    if isinstance(registry, InMemoryRegistry):
        return registry.ledger
    return DynamoLedger(make_client("dynamodb"), "registry")


def test_begins_with_an_empty_book(ledger: RetrainingLedger) -> None:
    assert ledger.read("m") == EMPTY


def test_keeps_a_decision_the_book_and_a_run_s_end_together(
    ledger: RetrainingLedger, registry: ModelRegistry
) -> None:
    ledger.decide(decision(), book=HELD, closed=CLOSED)

    assert ledger.read("m") == stored(HELD)
    assert ledger.find_decision("m", "a@1") == decision()
    assert registry.list_executions("m") == (CLOSED,)


@pytest.mark.usefixtures("aws")
def test_writes_no_field_of_the_book_that_says_nothing() -> None:
    """A release before, which is still deployed, refuses fields that it does not know."""
    client = make_registry_table()
    DynamoLedger(client, "registry").write(HELD)

    key = {"pk": {"S": "MODEL#m"}, "sk": {"S": "LEASE#retraining"}}
    item = client.get_item(TableName="registry", Key=key)["Item"]
    written = json.loads(item["document"]["S"])

    assert written == json.loads(stored(HELD).model_dump_json(exclude_defaults=True))
    assert "labelled_rows" not in written["runs"][0]


def test_decides_upon_a_trigger_once(ledger: RetrainingLedger, registry: ModelRegistry) -> None:
    ledger.decide(decision())

    with pytest.raises(LedgerMovedError, match="others decided about m"):
        ledger.decide(decision(minutes=1.0), book=HELD, closed=CLOSED)

    assert ledger.read("m") == EMPTY
    assert ledger.list_decisions("m", limit=9) == (decision(),)
    assert registry.list_executions("m") == ()


def test_decides_nothing_upon_a_book_that_changed(
    ledger: RetrainingLedger, registry: ModelRegistry
) -> None:
    ledger.decide(decision("first"), book=HELD)

    with pytest.raises(LedgerMovedError):
        ledger.decide(decision("second"), book=taken(EMPTY, "b"), closed=CLOSED)
    with pytest.raises(LedgerMovedError):
        ledger.write(taken(EMPTY, "b"))

    assert ledger.read("m") == stored(HELD)
    assert ledger.find_decision("m", "second") is None
    assert registry.list_executions("m") == ()


def test_records_a_run_s_end_with_the_freed_lease(
    ledger: RetrainingLedger, registry: ModelRegistry
) -> None:
    ledger.write(HELD)
    freed = ended(ledger.read("m"), Outcome.FAILED)

    ledger.write(freed, closed=CLOSED)

    assert ledger.read("m") == stored(freed)
    assert registry.list_executions("m") == (CLOSED,)


def test_lists_the_latest_decisions_newest_first(ledger: RetrainingLedger) -> None:
    for minutes, name in ((2.0, "second"), (1.0, "first"), (3.0, "third")):
        ledger.decide(decision(name, minutes=minutes))
    ledger.decide(decision("another model's", model="n"))

    found = ledger.list_decisions("m", limit=2)

    assert [each.trigger.id for each in found] == ["third", "second"]


def test_registers_a_version_for_the_holder_of_the_lease(
    ledger: RetrainingLedger, registry: ModelRegistry
) -> None:
    ledger.write(HELD)

    registry.add(model_version(1, model="m"), lease_token=1)

    assert registry.get("m", 1).number == 1


@pytest.mark.parametrize("token", [0, 1, 3])
@pytest.mark.parametrize("is_held", [False, True])
def test_registers_nothing_by_a_stale_token(
    ledger: RetrainingLedger, registry: ModelRegistry, token: int, is_held: bool
) -> None:
    ledger.write(HELD)
    ledger.write(ended(ledger.read("m")))
    if is_held:
        ledger.write(taken(ledger.read("m"), "b"))

    with pytest.raises(StaleLeaseError) as raised:
        registry.add(model_version(1, model="m"), lease_token=token)

    assert registry.list_versions("m") == ()
    assert registry.list_models() == ()
    if token == 0:
        assert "was started without a lease: start it with windvane train m" in str(raised.value)
    else:
        holder = "b has it now (token 2)" if is_held else "nobody has it"
        assert f"lost its lease on m (token {token}), {holder}" in str(raised.value)


def test_registers_nothing_by_a_token_before_the_first_lease(registry: ModelRegistry) -> None:
    with pytest.raises(StaleLeaseError, match="nobody has it"):
        registry.add(model_version(1, model="m"), lease_token=1)


@pytest.fixture
def split_registry(registry: SplitRegistry) -> SplitRegistry:
    """Two versions, the first champion."""
    for number in (1, 2):
        registry.add(model_version(number, model=MODEL))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)
    return registry


def test_moves_and_splits_for_whoever_has_the_lease(
    ledger: RetrainingLedger, split_registry: SplitRegistry
) -> None:
    ledger.write(taken(RetrainingBook(model=MODEL), "a"))
    leased = split_registry.under_lease(HeldLease("a", 1))

    leased.change_rollout(rollout(), expected_revision=0, move=split_move(2))
    leased.move_alias(alias_pointer(2, revision=3), audit_entry(3), expected_revision=2)

    assert split_registry.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(2, revision=3)


@pytest.mark.parametrize("token", [0, 1, 3])
def test_moves_and_splits_nothing_by_a_stale_lease(
    ledger: RetrainingLedger, split_registry: SplitRegistry, token: int
) -> None:
    ledger.write(taken(RetrainingBook(model=MODEL), "a"))
    ledger.write(taken(ended(ledger.read(MODEL)), "b"))
    leased = split_registry.under_lease(HeldLease("a", token))

    with pytest.raises(StaleLeaseError):
        leased.move_alias(alias_pointer(2, revision=2), audit_entry(2), expected_revision=1)
    with pytest.raises(StaleLeaseError):
        leased.change_rollout(rollout(), expected_revision=0, move=split_move(2))
    with pytest.raises(StaleLeaseError):
        leased.change_experiment(experiment(), expected_revision=0, move=split_move(2))

    assert split_registry.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(1)
    assert split_registry.list_rollouts(MODEL) == ()
    assert split_registry.list_experiments(MODEL) == ()
    assert len(split_registry.list_audit(MODEL)) == 1
