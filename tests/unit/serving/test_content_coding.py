import gzip
import json
import zlib

import pytest

from functions.core.strict_json import MalformedJsonError
from functions.serving.app import answer_request
from functions.serving.bodies import MAXIMUM_BODY_BYTES, read_body
from functions.serving.content_coding import unpack
from functions.serving.errors import BodyTooLargeError, MediaTypeError
from functions.serving.exchange import Request
from tests.unit.serving.world import GOOD_LOAN, loan_world, post

BODY = b'{"a": [1, 2, 3]}'


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def packed_by_gzip(content: bytes) -> bytes:
    """Without the time of day, which would be in the tests' names."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", packed_by_gzip(BODY)),
        (" GZip ", packed_by_gzip(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("gzip", packed_by_gzip(b"")),
    ],
)
def test_unpacks_what_clients_send(coding: str, packed: bytes) -> None:
    assert unpack(packed, coding, limit=len(BODY)) in {BODY, b""}


def test_refuses_to_unpack_more_than_a_body_may_hold() -> None:
    bomb = packed_by_gzip(bytes(MAXIMUM_BODY_BYTES + 1))

    with pytest.raises(BodyTooLargeError) as refused:
        read_body(Request("POST", "/", {"content-encoding": "gzip"}, bomb))

    assert len(bomb) < 10_000
    assert refused.value.limit == MAXIMUM_BODY_BYTES


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", BODY),
        ("gzip", zlib.compress(BODY)),
        ("gzip", packed_by_gzip(BODY)[:-1]),
        ("gzip", packed_by_gzip(BODY)[:-8] + bytes(8)),
        ("gzip", packed_by_gzip(BODY) + b"x"),
        ("gzip", packed_by_gzip(b"") * 100_000),
        ("gzip", b""),
        ("deflate", b""),
        ("deflate", b"\xff" * 50),
    ],
)
def test_refuses_what_is_not_what_it_says(coding: str, packed: bytes) -> None:
    with pytest.raises(MalformedJsonError, match=coding):
        unpack(packed, coding, limit=1000)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "", "x" * 100])
def test_refuses_other_codings(coding: str) -> None:
    with pytest.raises(MediaTypeError, match="gzip, deflate or the plain body"):
        unpack(BODY, coding, limit=1000)


def test_every_wire_takes_compressed_bodies() -> None:
    world = loan_world()
    packed = packed_by_gzip(json.dumps(GOOD_LOAN).encode())

    response = answer_request(
        post("/models/loan_default/predict", packed, content_encoding="gzip"), world.ports
    )

    assert response.status == 200
