"""A drill is announced, and undone whatever comes."""

from datetime import timedelta

import pytest

from functions.cli.drill.session import drill_session, name_drill
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.messages import DetectDriftInput
from functions.contracts.retraining import AnnouncedDrill
from functions.core.drills import ECHO, covers
from functions.core.retraining_ledger import LedgerMovedError
from tests.fakes.documents import NOW
from tests.unit.cli.drill.drill_world import CALLER, Stage
from tests.unit.release.world import MODEL

OUT = Output(as_json=True)


class ControlC(BaseException):
    """A person has enough."""


def test_is_announced_to_the_ledger_and_to_notify() -> None:
    stage = Stage()

    with drill_session(stage.cast(), stage.chain(), OUT, kind="drift", left=[]) as session:
        book = stage.ledger.read(MODEL)
        told = AnnouncedDrill.model_validate_json(
            stage.captures.read(keys.drill_announcement(MODEL))
        )

    assert book.drill == told
    assert (told.name, told.announced_by) == (session.name, CALLER)
    assert covers(told, NOW + timedelta(hours=1))


@pytest.mark.parametrize("error", [None, ControlC, RefusedError])
def test_is_undone_however_it_ends(error: type[BaseException] | None) -> None:
    stage, left = Stage(), list[str]()
    undone: list[str] = []

    def run() -> None:
        with drill_session(stage.cast(), stage.chain(), OUT, kind="drift", left=left) as session:
            session.on_end("one", lambda: undone.append("one"))
            session.on_end("two", lambda: undone.append("two"))
            if error:
                raise error

    if error:
        with pytest.raises(error):
            run()
    else:
        run()

    drill = stage.ledger.read(MODEL).drill
    assert drill is not None
    assert undone == ["two", "one"]
    assert drill.until == NOW + ECHO
    assert stage.removed == [keys.drill_prefix(drill.name)]
    assert stage.is_closed
    assert left == []


def test_undoes_the_rest_where_something_cannot_be() -> None:
    stage, left = Stage(), list[str]()

    def fail() -> None:
        msg = "it is locked"
        raise OSError(msg)

    with drill_session(stage.cast(), stage.chain(), OUT, kind="drift", left=left) as session:
        session.on_end("the lock", fail)

    assert left == [f"the lock of {session.name}: it is locked"]
    assert stage.is_closed


def test_refuses_a_second_drill_of_the_model() -> None:
    stage = Stage()
    with (
        drill_session(stage.cast(), stage.chain(), OUT, kind="drift", left=[]),
        pytest.raises(RefusedError, match=r"drift-.* of 123 as ann is under way"),
        drill_session(stage.cast(), stage.chain(), OUT, kind="rollback", left=[]),
    ):
        pass  # pragma: no cover - it is refused

    with drill_session(stage.cast(), stage.chain(), OUT, kind="rollback", left=[]):
        assert stage.ledger.read(MODEL).revision == 3


def test_tries_again_where_a_trigger_was_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    write, faster = stage.ledger.write, iter([True, False, False])

    def contended(book: object) -> None:
        if next(faster):
            raise LedgerMovedError
        write(book)  # type: ignore[arg-type] # a book

    monkeypatch.setattr(stage.ledger, "write", contended)

    with drill_session(stage.cast(), stage.chain(), OUT, kind="drift", left=[]):
        assert stage.ledger.read(MODEL).revision == 1


def test_has_a_name_that_functions_take() -> None:
    name = name_drill("data-fault", NOW)

    assert name.startswith("data-fault-20260301t120000-")
    assert DetectDriftInput(model=MODEL, drill=name).drill == name
    assert name != name_drill("data-fault", NOW)
