import pytest

from functions.contracts.naming import Alias
from functions.core.promotion import NoPreviousVersionError, plan_move, rollback_target
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version


def test_sets_the_alias_for_the_first_time() -> None:
    pointer, entry = plan_move(
        None, model_version(1), action="promote", actor="ann", reason="first", sequence=1, now=NOW
    )

    assert (pointer.number, pointer.previous, pointer.revision) == (1, None, 1)
    assert (entry.from_number, entry.to_number, entry.alias) == (None, 1, Alias.CHAMPION)


def test_remembers_where_the_alias_pointed_before() -> None:
    pointer, entry = plan_move(
        alias_pointer(3, revision=7),
        model_version(4),
        action="promote",
        actor="ann",
        reason="better",
        sequence=9,
        now=NOW,
    )

    assert (pointer.number, pointer.previous, pointer.revision) == (4, 3, 8)
    assert (entry.sequence, entry.from_number, entry.to_number) == (9, 3, 4)
    assert (entry.actor, entry.reason, entry.at) == ("ann", "better", NOW)


def test_carries_the_artifact_so_that_one_read_is_enough() -> None:
    version = model_version(1)

    pointer, _ = plan_move(
        None, version, action="promote", actor="ann", reason="r", sequence=1, now=NOW
    )

    assert pointer.artifact == version.artifact


def test_rolls_back_to_the_number_before() -> None:
    assert rollback_target("m", alias_pointer(4, previous=3), audit_entry(1)) == 3


@pytest.mark.parametrize(
    ("pointer", "last_action", "message"),
    [
        (None, "promote", "loan_default has no champion"),
        (alias_pointer(1), "promote", "loan_default/1 is the first champion"),
        (
            alias_pointer(3, previous=4),
            "rollback",
            "loan_default/4 was rolled back already, by ann",
        ),
    ],
)
def test_says_why_there_is_nothing_to_roll_back_to(
    pointer: object, last_action: str, message: str
) -> None:
    last = audit_entry(1).model_copy(update={"action": last_action})

    with pytest.raises(NoPreviousVersionError, match=message):
        rollback_target("loan_default", pointer, last)  # type: ignore[arg-type]
