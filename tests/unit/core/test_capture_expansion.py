"""Lines of serving's log, read strictly."""

import pytest

from functions.core.capture_encoding import encode_captures
from functions.core.capture_expansion import expand_capture, is_compact
from tests.unit.core.test_capture_encoding import answered

NUMBERS = '"AACAPwAAAEAAAEBA"'
GOOD = f'{{"windvane":["m",1,"s",2,1772366400000,"","a",null,null,{NUMBERS}]}}'


def test_reads_what_it_is_for() -> None:
    line = expand_capture(GOOD.encode())

    assert (line.n, line.first, line.n_request, line.rows) == (1, 0, 1, "AACAPwAAAEA=")
    assert line.outputs == "AABAQA=="
    assert line.at.isoformat() == "2026-03-01T12:00:00+00:00"


def test_tells_short_lines_from_those_in_full() -> None:
    (line,) = encode_captures(answered(1))

    assert is_compact(line.encode())
    assert is_compact(b'{ "windvane" : [1]}')
    assert not is_compact(expand_capture(line.encode()).model_dump_json().encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("]}", ""),
        (NUMBERS, "17"),
        (NUMBERS, '"###"'),
        (NUMBERS, '"AACAPwAAAEA="'),
        (NUMBERS, '"AACAPwAAAEAAAEB="'),
        (NUMBERS, f"{NUMBERS},2"),
        (NUMBERS, f"{NUMBERS},0,0,1"),
        (NUMBERS, f"{NUMBERS},2,0,2"),
        (NUMBERS, f'{NUMBERS},{{"n":1}},0,1'),
        ('"m"', '"../m"'),
        (",2,1772366400000", ",0,1772366400000"),
        ("1772366400000", "1e300"),
        ("1772366400000", '"today"'),
        ('"a"', "7"),
        ('"a"', '"=x"'),
        (',null,null,"', ',null,-5,"'),
        ('"m",1', '"m",0'),
    ],
)
def test_refuses_what_is_no_capture(old: str, new: str) -> None:
    broken = GOOD.replace(old, new, 1)
    assert broken != GOOD

    with pytest.raises(ValueError):  # noqa: PT011 - whichever part of it is wrong
        expand_capture(broken.encode())
