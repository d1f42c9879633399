import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.large_json import NOT_ORDINARY, find_syntax_error, read_ordinary
from functions.core.strict_json import QUICKLY_PARSED_BYTES, MalformedJsonError, parse_json


def is_json_to_python(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"[1, 2", "it ends too early at line 1 column 6"),
        (b"", "it ends too early at line 1 column 1"),
        (b'{"a": 1,}', "trailing comma in object at line 1 column 9"),
        (b"[01]", "invalid number at line 1 column 3"),
        (b"[1]\n x", "trailing characters at line 2 column 3"),
        ('["é",\n "é" x]'.encode(), "expected ',' or ']' at line 2 column 6"),
        (b"[1NaN]", "expected ',' or ']' at line 1 column 3"),
        (b"[-NaN]", "invalid character at line 1 column 3"),
        (b"[NaN, x]", "invalid character at line 1 column 7"),
    ],
)
def test_says_where_a_text_is_no_json(body: bytes, found: str) -> None:
    assert find_syntax_error(body) == found


@pytest.mark.parametrize(
    "text",
    [
        "[NaN, -Infinity, Infinity]",
        '{"NaN": "Infinity"}',
        '["\\ud800", "\\uD83D\\uDE00", "\\\\ud8"]',
        "1e999",
        "1" * 5000,
        '{"a": 1, "a": 2}',
    ],
)
def test_finds_nothing_in_what_is_looked_at_later(text: str) -> None:
    assert find_syntax_error(text.encode()) is None


# What Python reads must not be refused here: texts of what both know, and what one of them does.
PARTS = st.sampled_from(
    [*'-01"\\ud8Dna[]{}:, \n\té\x00\x7f\ufeff', "NaN", "Infinity", ".5", "e3", "null", "true"]
)
WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=1000)
@given(st.lists(PARTS, max_size=12).map("".join))
def test_refuses_nothing_that_python_reads(text: str) -> None:
    if find_syntax_error(text.encode()):
        assert not is_json_to_python(text)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=300)
@given(WHOLE, st.booleans())
def test_finds_nothing_in_json(value: object, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)

    assert find_syntax_error(text.encode("utf-8", "replace")) is None


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=500)
@given(WHOLE, st.booleans())
def test_reads_what_python_reads_or_nothing(value: object, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)

    read = read_ordinary(text.encode("utf-8", "replace"))

    assert "\\" in text or "NaN" in text or "Infinity" in text or read is not NOT_ORDINARY
    if read is not NOT_ORDINARY:
        assert json.dumps(read) == json.dumps(json.loads(text))


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=1000)
@given(st.lists(PARTS, max_size=12).map("".join))
def test_reads_nothing_that_python_does_not(text: str) -> None:
    read = read_ordinary(text.encode())

    if read is not NOT_ORDINARY:
        assert json.dumps(read) == json.dumps(json.loads(text))


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "b": {}, "a": 1}', '[{"": "", "": ""}]', '["\\n"]', "1e999", "NaN", "1" * 5000, "["],
)
def test_leaves_what_needs_a_closer_look(text: str) -> None:
    assert read_ordinary(text.encode()) is NOT_ORDINARY


@pytest.mark.parametrize("number", ["-0", "-0.0", "1" + "0" * 30, str(2**64), "1E5", "0.1e-400"])
def test_reads_numbers_as_python_does(number: str) -> None:
    assert repr(read_ordinary(number.encode())) == repr(json.loads(number))


@pytest.mark.parametrize("end", [b"x]", b"", b"1}", b"1]]"])
def test_refuses_a_long_body_that_is_wrong_at_its_end(end: bytes) -> None:
    body = b"[" + b"1," * QUICKLY_PARSED_BYTES + end

    with pytest.raises(MalformedJsonError, match=r"not JSON: .* at line 1 column 13107[0-9]"):
        parse_json(body, allow_nan=True)


def test_still_says_where_a_long_body_has_half_a_pair_or_no_number() -> None:
    spaces = b" " * QUICKLY_PARSED_BYTES

    for wrong, said in ((b'["\\ud800"]', "/0: holds half"), (b"[-Infinity]", "/0: -Infinity is")):
        with pytest.raises(MalformedJsonError, match=said):
            parse_json(spaces + wrong)
