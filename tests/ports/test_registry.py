"""What every ModelRegistry promises."""

from datetime import timedelta

import pytest

from functions.contracts.naming import Alias
from functions.contracts.release import ExecutionRecord, Outcome
from functions.core.registry import (
    AliasMovedError,
    ModelRegistry,
    UnknownVersionError,
    VersionAlreadyExistsError,
)
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version


def test_reads_back_a_version(registry: ModelRegistry) -> None:
    registry.add(model_version(1))

    assert registry.get("loan_default", 1) == model_version(1)


def test_refuses_a_number_twice(registry: ModelRegistry) -> None:
    registry.add(model_version(1))

    with pytest.raises(VersionAlreadyExistsError, match="loan_default/1"):
        registry.add(model_version(1))


def test_names_the_version_it_does_not_know(registry: ModelRegistry) -> None:
    with pytest.raises(UnknownVersionError, match="loan_default/3"):
        registry.get("loan_default", 3)


def test_lists_versions_newest_first(registry: ModelRegistry) -> None:
    for number in (2, 10, 1):
        registry.add(model_version(number))

    assert [v.number for v in registry.list_versions("loan_default")] == [10, 2, 1]


def test_lists_each_model_once(registry: ModelRegistry) -> None:
    registry.add(model_version(1, model="b"))
    registry.add(model_version(2, model="b"))
    registry.add(model_version(1, model="a"))

    assert registry.list_models() == ("a", "b")


def test_has_no_champion_before_one_is_set(registry: ModelRegistry) -> None:
    registry.add(model_version(1))

    assert registry.find_alias("loan_default", Alias.CHAMPION) is None


def test_moves_an_alias_with_its_audit_entry(registry: ModelRegistry) -> None:
    registry.add(model_version(1))
    registry.add(model_version(2))

    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)
    registry.move_alias(
        alias_pointer(2, revision=2, previous=1),
        audit_entry(2, to_number=2),
        expected_revision=1,
    )

    assert registry.find_alias("loan_default", Alias.CHAMPION) == alias_pointer(
        2, revision=2, previous=1
    )
    assert [entry.sequence for entry in registry.list_audit("loan_default")] == [2, 1]
    assert registry.newest_audit("loan_default") == registry.list_audit("loan_default")[0]


def test_refuses_a_move_from_a_revision_that_is_gone(registry: ModelRegistry) -> None:
    registry.add(model_version(1))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)

    with pytest.raises(AliasMovedError, match="revision 0"):
        registry.move_alias(alias_pointer(1), audit_entry(2), expected_revision=0)
    assert len(registry.list_audit("loan_default")) == 1


def test_moves_nothing_when_the_audit_number_is_taken(registry: ModelRegistry) -> None:
    registry.add(model_version(1))
    registry.add(model_version(2))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)

    with pytest.raises(AliasMovedError):
        registry.move_alias(
            alias_pointer(2, revision=2), audit_entry(1, to_number=2), expected_revision=1
        )
    champion = registry.find_alias("loan_default", Alias.CHAMPION)
    assert champion is not None
    assert champion.number == 1


def test_refuses_to_point_at_a_version_that_is_not_registered(registry: ModelRegistry) -> None:
    with pytest.raises(UnknownVersionError, match="loan_default/1"):
        registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)
    assert registry.list_audit("loan_default") == ()
    assert registry.newest_audit("loan_default") is None


def test_lists_executions_newest_first(registry: ModelRegistry) -> None:
    for name, minutes in (("early", 0), ("late", 5)):
        registry.add_execution(
            ExecutionRecord(
                model="m",
                execution=name,
                trigger="person",
                outcome=Outcome.PROMOTED,
                reason="all gates passed",
                ended_at=NOW + timedelta(minutes=minutes),
            )
        )

    assert [r.execution for r in registry.list_executions("m")] == ["late", "early"]
