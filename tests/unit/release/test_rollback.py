import pytest

from functions.core.promotion import NoPreviousVersionError
from functions.release.promote import promote
from functions.release.rollback import rollback
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry

MODEL = "loan_default"


def registry_after(*promoted: int) -> InMemoryRegistry:
    made = InMemoryRegistry()
    for number in (1, 2, 3):
        made.add(model_version(number))
    for number in promoted:
        promote(MODEL, number, actor="ann", reason="better", registry=made, now=NOW)
    return made


def test_goes_back_to_the_version_before() -> None:
    held = registry_after(1, 3)

    pointer = rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)

    assert (pointer.number, pointer.previous, pointer.revision) == (1, 3, 3)
    newest = held.list_audit(MODEL)[0]
    assert (newest.action, newest.actor, newest.from_number, newest.to_number) == (
        "rollback",
        "bob",
        3,
        1,
    )


def test_does_not_bring_the_bad_version_back_when_it_is_called_twice() -> None:
    held = registry_after(1, 3)
    rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)

    with pytest.raises(
        NoPreviousVersionError, match="loan_default/3 was rolled back already, by bob"
    ):
        rollback(MODEL, actor="eve", reason="complaints", registry=held, now=NOW)


def test_goes_back_again_after_another_promotion() -> None:
    held = registry_after(1, 3)
    rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)
    promote(MODEL, 2, actor="ann", reason="repaired", registry=held, now=NOW)

    pointer = rollback(MODEL, actor="bob", reason="still bad", registry=held, now=NOW)

    assert pointer.number == 1


@pytest.mark.parametrize(
    ("promoted", "message"),
    [((), "loan_default has no champion"), ((2,), "loan_default/2 is the first champion")],
)
def test_says_why_there_is_nothing_to_go_back_to(promoted: tuple[int, ...], message: str) -> None:
    with pytest.raises(NoPreviousVersionError, match=message):
        rollback(MODEL, actor="bob", reason="?", registry=registry_after(*promoted), now=NOW)
