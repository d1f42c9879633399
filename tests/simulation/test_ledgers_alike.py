"""The ledger in memory, by which months are simulated, behaves as the one in DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.contracts.model_spec import Retraining
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, RetrainingBook
from tests.fakes.registry_tables import make_registry_table
from tests.simulation.world import MODEL, Chances, World

ROUGH = Chances(
    loss=0.1,
    duplicates=0.3,
    delay=timedelta(minutes=10),
    lost_starts=0.1,
    deaths=0.3,
    interleaving=0.5,
    skew=timedelta(minutes=10),
)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client whose account has the registry's table."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield make_registry_table()


def happen(
    world: World,
) -> tuple[RetrainingBook, tuple[DecisionRecord, ...], tuple[ExecutionRecord, ...]]:
    """Let an alarm change every ten minutes for a day; return what is remembered."""
    world.watch(lambda now: now.minute // 10 % 2 == 0)
    world.reconcile_regularly()
    world.pass_time(timedelta(days=1))
    decisions = world.ports.ledger.list_decisions(MODEL, limit=1000)
    return world.ports.ledger.read(MODEL), decisions, world.registry.list_executions(MODEL)


@pytest.mark.slow
def test_a_rough_day_is_the_same_in_both(seed: int, dynamodb: Any) -> None:
    policy = Retraining(cool_down_minutes=90)
    stored = World(
        seed,
        policy=policy,
        chances=ROUGH,
        registry=DynamoRegistry(dynamodb, "registry"),
        ledger=DynamoLedger(dynamodb, "registry"),
    )

    in_dynamodb = happen(stored)
    in_memory = happen(World(seed, policy=policy, chances=ROUGH))

    assert in_dynamodb == in_memory
    book, decisions, executions = in_memory
    assert len(decisions) > 50
    assert len(executions) >= 3
    assert book.newest_token >= 3
