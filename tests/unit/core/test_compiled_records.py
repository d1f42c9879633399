"""The fast reader and the strict one agree: the same values, or the strict one's refusal."""

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.compiled_records import MAXIMUM_CATEGORIES, compile_reader
from functions.core.problem import RefusedError, TooManyRowsError
from functions.core.records import RecordReader
from functions.core.strict_json import parse_json
from tests.unit.serving.world import artifact_spec

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="class", type="integer", max_missing_rate=0.5),
        Feature(name="member", type="boolean", max_missing_rate=0.5),
        Feature(name="fuel", type="string", categories=("gas", "unseen", "\u00f6l")),
        Feature(name="town", type="string", categories=("a", "b"), max_missing_rate=0.5),
    )
)
STRICT_SCHEMA = FeatureSchema(features=(SCHEMA.features[0], SCHEMA.features[3]))


def reader_of(schema: FeatureSchema, **changes: Any) -> RecordReader:
    return RecordReader.for_spec(artifact_spec(schema=schema, **{"maximum_rows": 3} | changes))


READERS = {
    "all": reader_of(SCHEMA),
    "nothing is missing": reader_of(STRICT_SCHEMA),
    "extra features are ignored": reader_of(SCHEMA, extra_features="ignore"),
}
GOOD = {"amount": 1.5, "class": 3, "member": True, "fuel": "gas", "town": "b"}
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 3.4028234663852886e38, 3.4028236e38, 1e39, 2**53 + 1, 16777217]),
)
TEXTS = st.one_of(st.sampled_from(["gas", "unseen", "\u00f6l", "a", "b"]), st.text(max_size=5))
VALUES = st.one_of(NUMBERS, TEXTS, st.booleans(), st.none(), st.just([]), st.just({}))


def records(*, hostile: bool) -> st.SearchStrategy[dict[str, Any]]:
    fitting = {
        "amount": NUMBERS,
        "class": st.one_of(st.none(), NUMBERS),
        "member": st.one_of(st.none(), st.booleans()),
        "fuel": TEXTS,
        "town": st.one_of(st.none(), TEXTS),
    }
    if not hostile:
        required = {name: fitting[name] for name in ("amount", "fuel")}
        optional = {name: fitting[name] for name in ("class", "member", "town")}
        return st.fixed_dictionaries(required, optional=optional)
    names = st.sampled_from([*fitting, "other", "records", "columns"])
    return st.dictionaries(names, VALUES, max_size=7)


def documents(*, hostile: bool) -> st.SearchStrategy[Any]:
    one = records(hostile=hostile)
    columns = st.integers(1, 3).flatmap(
        lambda rows: st.fixed_dictionaries(
            {name: st.lists(VALUES, min_size=rows, max_size=rows) for name in GOOD}
        )
    )
    return st.one_of(
        one,
        st.fixed_dictionaries({"records": st.lists(one, max_size=4)}),
        st.fixed_dictionaries({"columns": columns}),
    )


def agree(body: bytes, reader: RecordReader) -> bool:
    """Check that both readers say the same; return whether the fast one had anything to say."""
    compiled = compile_reader(reader)
    assert compiled is not None
    try:
        fast = compiled.read(body)
    except TooManyRowsError as refused:
        with pytest.raises(TooManyRowsError, match=f"^{re.escape(str(refused))}$"):
            reader.read(parse_json(body))
        return True
    long = compiled.read_long(body)
    try:
        strict = reader.read(parse_json(body))
    except (RefusedError, TooManyRowsError):
        assert (fast, long) == (None, None), body
        return False
    for found in filter(None, (fast, long)):
        assert type(found) is type(strict)
        assert found.matrix.dtype == np.float32
        assert found.matrix.flags.c_contiguous
        assert found.matrix.tobytes() == strict.matrix.tobytes(), (body, found, strict.matrix)
        rows = range(len(strict.matrix))
        assert [*map(found.pointer, rows)] == [*map(strict.pointer, rows)]
    return fast is not None


@given(document=documents(hostile=False), reader=st.sampled_from([*READERS]))
@example(document=GOOD, reader="all")
@example(document=GOOD | {"amount": -0.0}, reader="all")
@example(document={"records": [GOOD, GOOD | {"town": None}]}, reader="all")
def test_agrees_on_good_bodies(document: Any, reader: str) -> None:
    agree(json.dumps(document, ensure_ascii=False).encode(errors="surrogatepass"), READERS[reader])


@given(document=documents(hostile=True), reader=st.sampled_from([*READERS]), escaped=st.booleans())
def test_agrees_on_hostile_values(document: Any, reader: str, escaped: bool) -> None:
    text = json.dumps(document, ensure_ascii=escaped)

    agree(text.encode(errors="surrogatepass"), READERS[reader])


@given(
    body=documents(hostile=False).map(lambda document: json.dumps(document).encode()),
    cut=st.integers(0, 200),
    put=st.sampled_from(
        [b"", b'"', b",", b"-", b"\\", b"{", b"}", b"NaN", b"\xff", b'"fuel":"gas",', b"0", b"e9"]
    ),
    length=st.integers(0, 9),
)
def test_agrees_on_spoiled_bodies(body: bytes, cut: int, put: bytes, length: int) -> None:
    spoiled = body[:cut] + put + body[cut + length :]

    for reader in READERS.values():
        agree(spoiled, reader)


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount":1,"amount":2,"fuel":"gas"}',
        b'{"amount":NaN,"fuel":"gas"}',
        b'{"amount":Infinity,"fuel":"gas"}',
        b'{"amount":1e999,"fuel":"gas"}',
        b'{"amount":3.4028236e38,"fuel":"gas"}',
        b'{"amount":true,"fuel":"gas"}',
        b'{"amount":"1","fuel":"gas"}',
        b'{"amount":1,"fuel":"\xed\xa0\x80"}',
        b'{"amount":1,"fuel":"\\ud800"}',
        b'{"amount":1,"fuel":"\x01"}',
        b'{"amount":1,"fuel":7}',
        b'{"amount":1,"fuel":"gas","other":1}',
        b'{"amount":1}',
        b'{"amount":01,"fuel":"gas"}',
        b'{"amount":1.,"fuel":"gas"}',
        b'{"amount":.1,"fuel":"gas"}',
        b'{"amount":+1,"fuel":"gas"}',
        b'{"amount":1,"fuel":"gas"}x',
        b'\xef\xbb\xbf{"amount":1,"fuel":"gas"}',
        b'{"records":[]}',
        b'{"records":[],"records":[{"amount":1,"fuel":"gas"}]}',
        b'{"records":[{"amount":1,"fuel":"gas"}],"x":1}',
        b'{"columns":{"amount":[1],"fuel":[]}}',
        b'{"columns":{"amount":[1],"amount":[2],"fuel":["gas"]}}',
        b'{"columns":{"amount":[1,2],"fuel":["gas"]}}',
        b"[" * 100_000,
        b"",
        b"null",
        b'{"amount":' + b"9" * 5000 + b',"fuel":"gas"}',
    ],
    ids=lambda body: body[:48].decode(errors="replace"),
)
def test_leaves_to_the_strict_reader_what_it_refuses(body: bytes) -> None:
    reader = READERS["nothing is missing"]
    with pytest.raises((RefusedError, TooManyRowsError)):
        reader.read(parse_json(body))

    assert not agree(body, reader)


def test_refuses_too_many_ordinary_rows_itself() -> None:
    reader, record = READERS["nothing is missing"], {"amount": 1, "fuel": "gas"}
    compiled = compile_reader(reader)
    assert compiled is not None

    with pytest.raises(TooManyRowsError, match="4 rows in one request, the most is 3"):
        compiled.read(json.dumps({"records": [record] * 4}).encode())
    assert agree(json.dumps({"records": [record] * 4}).encode(), reader)
    assert not agree(json.dumps({"records": [record | {"amount": 1e39}] * 4}).encode(), reader)


@pytest.mark.parametrize(
    "document",
    [
        GOOD,
        {"amount": 1, "fuel": "wood"},
        GOOD | {"class": None, "town": None},
        GOOD | {"class": 3.0, "amount": -7},
        dict(reversed(GOOD.items())),
        {"records": [GOOD, {"amount": 1, "fuel": "gas"}, GOOD | {"town": None}]},
        {"columns": {name: [value, value] for name, value in GOOD.items()}},
        {"columns": {name: [value, None] if name == "town" else [value] * 2
                     for name, value in reversed(GOOD.items())}},
    ],
)  # fmt: skip
def test_reads_ordinary_bodies_itself(document: Any) -> None:
    assert agree(json.dumps(document).encode(), READERS["all"])
    assert agree(json.dumps(document, indent=1).encode(), READERS["all"])


def test_counts_what_is_left_out_against_what_stands_twice() -> None:
    # Two marks fewer for the town, two more for a second amount.
    body = b'{"amount":1,"class":1,"member":true,"fuel":"gas","amount":2}'

    assert not agree(body, READERS["all"])


def test_leaves_everything_to_the_strict_reader_where_a_record_looks_like_a_batch() -> None:
    schema = FeatureSchema(features=(Feature(name="records", type="number"),))

    assert compile_reader(reader_of(schema)) is None


def test_makes_no_decoder_of_very_many_categories() -> None:
    many = tuple(map(str, range(MAXIMUM_CATEGORIES + 1)))
    schema = FeatureSchema(features=(Feature(name="town", type="string", categories=many),))

    assert compile_reader(reader_of(schema)) is None


@pytest.mark.parametrize(
    ("value", "is_read"),
    [
        ("3.4028232e38", True),
        ("3.4028234663852886e38", False),
        ("-3.4028235e38", False),
        ("3.4028236e38", False),
        ("-1e39", False),
        ("1e400", False),
    ],
)
def test_leaves_a_column_with_the_largest_number_to_the_strict_reader(
    value: str, is_read: bool
) -> None:
    body = f'{{"columns": {{"amount": [1, {value}], "fuel": ["gas", "gas"]}}}}'.encode()
    reader = READERS["nothing is missing"]

    assert agree(body, reader) is is_read
