import json
import re
from contextlib import suppress
from itertools import accumulate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.contracts import policy_rules
from functions.core import strict_json
from functions.core.problem import MAXIMUM_PROBLEMS, Problem, TooManyValuesError
from functions.core.strict_json import (
    MAXIMUM_DEPTH,
    MAXIMUM_VALUES,
    MalformedJsonError,
    parse_json,
)

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # JSON cannot say half a surrogate pair; text() leaves them out by itself.
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@pytest.mark.slow
@settings(derandomize=True, deadline=None)
@given(ANY_JSON)
def test_reads_what_json_says(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_reads_or_refuses_any_bytes(body: bytes) -> None:
    with suppress(MalformedJsonError):
        json.dumps(parse_json(body))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(alphabet='[]{}",:\\u0dDnN1eE', max_size=60))
def test_reads_or_refuses_any_text_that_looks_like_json(text: str) -> None:
    with suppress(MalformedJsonError):
        json.dumps(parse_json(text.encode()))


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        (b'{"a": NaN}', "/a", "NaN is no JSON number"),
        (b"[1, -Infinity]", "/1", "-Infinity is no JSON number"),
        (b'{"a": {"b/c": [Infinity]}}', "/a/b~1c/0", "Infinity is no JSON number"),
        (b'{"a": 1, "a": 1}', "/a", "more than once"),
        (b'[{"x": {"y": 1, "y": 2}}]', "/0/x/y", "more than once"),
        (b'{"a": "\\ud800"}', "/a", "half a surrogate pair"),
        (b'{"\\udc00": 1}', "/\udc00", "half a surrogate pair"),
        (b"", "", "not JSON"),
        (b"{", "", "not JSON: expecting property name"),
        (b"{'a': 1}", "", "line 1 column 2"),
        (b"[1] x", "", "not JSON: extra data"),
        (b"\xff\xfe1\x00", "", "byte 0 cannot be read"),
        (b"\xef\xbb\xbf1", "", "not JSON"),
        (b'"\xed\xa0\x80"', "", "not UTF-8"),
        (b"1" * 5000, "", "thousands of digits"),
        (b'{"a": NaN, ', "", "not JSON"),
    ],
)
def test_refuses_what_is_no_json_and_says_where(body: bytes, pointer: str, said: str) -> None:
    with pytest.raises(MalformedJsonError) as refused:
        parse_json(body)

    assert refused.value.problems[0].pointer == pointer
    assert said in refused.value.problems[0].detail


def test_takes_a_whole_surrogate_pair() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_leaves_an_infinite_number_to_its_reader() -> None:
    assert parse_json(b"1e999") == float("inf")


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_refuses_a_megabyte_of_brackets_unparsed(opening: bytes) -> None:
    with pytest.raises(MalformedJsonError, match="nested deeper than 32 levels"):
        parse_json(opening * (1_000_000 // len(opening)))


def test_takes_the_deepest_nesting_and_not_one_level_more() -> None:
    deepest = b"[" * MAXIMUM_DEPTH + b"]" * MAXIMUM_DEPTH
    too_deep = b"[" * (MAXIMUM_DEPTH + 1) + b"]" * (MAXIMUM_DEPTH + 1)

    assert parse_json(deepest) is not None
    with pytest.raises(MalformedJsonError, match="nested deeper"):
        parse_json(too_deep)


def test_counts_levels_and_not_brackets() -> None:
    assert len(parse_json(b"[" + b"[[],{}]," * 10_000 + b"0]")) == 10_001


def test_does_not_count_brackets_in_texts() -> None:
    text = json.dumps({"a": '\\"' + "[" * 100 + '\\\\"'})

    assert parse_json(text.encode()) == json.loads(text)


def test_names_every_key_of_a_large_object_that_stands_twice() -> None:
    pairs = ",".join(f'"k{i}": 0, "k{i}": 1' for i in range(20_000))

    with pytest.raises(MalformedJsonError) as refused:
        parse_json(f"{{{pairs}}}".encode())

    assert refused.value.and_more


def test_takes_nan_for_a_missing_number_where_a_client_writes_one() -> None:
    assert parse_json(b'{"a": [NaN, 1.5]}', allow_nan=True) == {"a": [None, 1.5]}


@pytest.mark.parametrize("item", [b"NaN,", b'{"a":1,"a":1},'])
def test_stops_where_a_great_deal_is_wrong(item: bytes) -> None:
    with pytest.raises(MalformedJsonError, match="more than 50 times NaN"):
        # What follows is no JSON, and is not come to.
        parse_json(b"[" + item * 60 + b"}")


def test_looks_for_no_more_problems_than_a_refusal_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for = []

    def count(place: tuple[str | int, ...], *_rest: object) -> Problem:
        looked_for.append(place)
        return Problem("/0", "one of very many")

    monkeypatch.setattr(strict_json, "_problem", count)

    with pytest.raises(MalformedJsonError) as refused:
        parse_json(b"[" + b'"\\ud800",' * 20_000 + b"0]")

    assert refused.value.and_more
    assert len(looked_for) == MAXIMUM_PROBLEMS + 1


SURROGATES = ["\\\\", "\\ud83d", "\\ude00", "\\uD83D", "\\uDE00", "\\u0041", "\\n", "x", "ud83d"]


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=1000)
@given(st.lists(st.sampled_from(SURROGATES), max_size=8))
@example(["\\ud83d", "\\\\", "\\ude00"])
@example(["\\\\", "\\ud83d", "\\ude00"])
def test_tells_a_pair_from_a_half_by_what_is_escaped(parts: list[str]) -> None:
    body = f'["{"".join(parts)}"]'.encode()
    is_whole = all(not 0xD800 <= ord(character) <= 0xDFFF for character in json.loads(body)[0])

    assert (refusal(body) == "") == is_whole


def test_does_not_walk_through_a_body_for_a_pair_that_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strict_json, "_suspects", lambda *_: pytest.fail("it was walked through"))

    assert parse_json(b'["\\ud83d\\ude00", "\\\\ud800"]') == ["\N{GRINNING FACE}", "\\ud800"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[" + b"{}," * 10 + b"{}]", "12 arrays and objects in one request, the most is 11"),
        (b'["[[[[[[", ' + b"[]," * 10 + b"[]]", "12 arrays and objects"),
        (b"[" + b"0," * 1_001_001 + b"0]", "1001002 values in one request, the most is 1000000"),
    ],
)
def test_counts_before_it_reads(body: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "_decode", lambda *_: pytest.fail("it was read"))

    with pytest.raises(TooManyValuesError, match=said):
        parse_json(body, maximum_containers=11)


def test_counts_no_marks_in_texts() -> None:
    text = '[{,\\"' * 200_000

    assert parse_json(json.dumps([text]).encode(), maximum_containers=1) == [text]


def test_the_most_values_are_those_of_a_model() -> None:
    assert MAXIMUM_VALUES == policy_rules.MAXIMUM_VALUES


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a": [NaN, Infinity]}', "/a/1"),
        (b"[-Infinity]", "/0"),
        (b'{"a": NaN, "a": 1}', "/a"),
        (b'["\\ud800", NaN]', "/0"),
    ],
)
def test_refuses_all_else_beside_nan(body: bytes, pointer: str) -> None:
    with pytest.raises(MalformedJsonError) as refused:
        parse_json(body, allow_nan=True)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]


STRING = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def deepest(body: bytes) -> int:
    """How deep a parser nests; it stops at a backslash outside strings."""
    outside = STRING.sub(b"", body).partition(b"\\")[0]
    steps = [STEPS.get(outside[at : at + 1], 0) for at in range(len(outside))]
    return max(accumulate(steps), default=0)


def refusal(body: bytes) -> str:
    """What is said of a body, nothing if it is taken."""
    with suppress(MalformedJsonError):
        parse_json(body)
        return ""
    with pytest.raises(MalformedJsonError) as refused:
        parse_json(body)
    return str(refused.value)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    st.lists(
        st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b"a", b'"]"', b'["']), max_size=400
    )
)
@example([b'["]",'] * 40)
@example([b"["] * 40 + [b"]"] * 40)
@example([b'"\\\\"', b"["] * 40)
@example([b'"\\"', b"["] * 40)
def test_knows_the_depth_before_it_parses(parts: list[bytes]) -> None:
    body = b"".join(parts)

    is_too_deep = "nested deeper" in refusal(body)

    assert is_too_deep or deepest(body) <= MAXIMUM_DEPTH
    assert is_too_deep == (deepest(body) > MAXIMUM_DEPTH) or b"\\" in body


@pytest.mark.parametrize(
    "body",
    [
        b'["]",' * 400_000,
        b'{"a":' * 400_000,
        b'[{"}":' * 400_000,
        b"[" * 2_000_000 + b"]" * 2_000_000,
        b"[" * 2_000_000 + b'"' + b"]" * 2_000_000,
        b'["' * 2_000_000,
        b'"' + b"\\" * 4_000_000 + b'"' + b"[" * 100_000,
    ],
    ids=lambda body: body[:8].decode(),
)
def test_no_depth_takes_the_stack(body: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        parse_json(body)
