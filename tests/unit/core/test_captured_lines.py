import gzip

import numpy as np
import pytest

from functions.core.captured_lines import read_lines
from tests.fakes.documents import NOW
from tests.fakes.traffic import capture, failure, truth

ROWS = np.float32([[1.0, 2.0]])
ANSWERS = np.float32([[0.5]])
MINE = capture("car", ROWS, ANSWERS, id_="a", at=NOW)
FAILED = failure("car", id_="b", at=NOW, version=2, variant="rollout-2")
TRUE = truth("car", "a", 3.5, at=NOW)
THEIRS = capture("loan", ROWS, ANSWERS, id_="c", at=NOW)


def body(*lines: object) -> bytes:
    return "\n".join(
        line if isinstance(line, str) else line.model_dump_json()  # type: ignore[attr-defined]
        for line in lines
    ).encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads_a_models_lines_of_every_kind(pack: type[bytes]) -> None:
    found = read_lines(pack(body(MINE, THEIRS, FAILED, TRUE)), "car")

    assert found.lines == (MINE, FAILED, TRUE)
    assert list(found.captures) == [MINE]
    assert list(found.truths) == [TRUE]
    assert found.unreadable == 0


def test_counts_what_nobody_can_read() -> None:
    broken = '{"windvane": "capture", "model": "car", "id": 7}'

    found = read_lines(body(MINE, broken, "START RequestId"), "car")

    assert (found.lines, found.unreadable) == ((MINE,), 2)


def test_counts_an_object_that_cannot_be_unpacked() -> None:
    found = read_lines(gzip.compress(body(MINE))[:-9], "car")

    assert (found.lines, found.unreadable) == ((), 1)


def test_is_not_deceived_by_a_model_named_inside_a_line() -> None:
    named = THEIRS.model_copy(update={"caller": '"model":"car"'})

    assert read_lines(body(named), "car").lines == ()
