"""What of an answered request may be captured: a sample, and nothing personal in the clear.

The path to the first answer may import this module: standard library and numpy only.
"""

import hmac
import struct
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from functions.core.capture_encoding import FeatureLike, SchemaLike, mask_columns

HASH_BYTES = 3
"""24 bits: the most whole numbers that a float32 holds one by one, 0 to 16,777,215."""

_SAMPLE_PERSON = b"windvane sample"
"""Makes the sample another choice than the split of the callers, which hashes the same ids."""

_SAMPLE_SPACE = 2**32


def is_sampled(inference_id: str, percent: float) -> bool:
    """Return whether a request is among the `percent` that are captured.

    It is so everywhere and for ever, whoever asks: the answer is a hash of the inference id alone.

    Examples
    --------
    >>> sum(is_sampled(f"request-{i}", 25.0) for i in range(10_000))
    2465
    """
    digest = blake2b(
        inference_id.encode("utf-8", "surrogatepass"), digest_size=4, person=_SAMPLE_PERSON
    ).digest()
    return int.from_bytes(digest, "big") < percent / 100 * _SAMPLE_SPACE


def hash_columns(
    schema: SchemaLike,
    matrix: NDArray[np.float32],
    columns: Sequence[int],
    *,
    secret: bytes,
) -> NDArray[np.float32]:
    """Return the matrix with each value of some columns replaced by a keyed hash.

    Parameters
    ----------
    schema : SchemaLike
        The encoding of the matrix.
    matrix : ndarray of float32, shape (n, n_features)
    columns : sequence of int
        Those that are personal.
    secret : bytes
        Who has it can try values out until a hash fits; who has not learns equality at most.

    Returns
    -------
    ndarray of float32, shape (n, n_features)
        A hash is a whole number of 24 bits. Missing stays missing, an unlisted category stays -1.

    Notes
    -----
    The hash is the first 24 bits of HMAC-SHA256 over the feature's name and the value: a category's
    text, so that it survives a reordering of the categories, and of a number the four bytes of its
    float32. Two of `n` different values share a hash with probability ``n**2 / 2**25``: one pair is
    expected among 5,800 values. Equal values have equal hashes, so that rows can still be counted
    and joined by them; a column of few values is therefore told by its frequencies.
    """
    hashed = matrix.copy()
    for index in columns:
        feature = schema.features[index]
        column = matrix[:, index].tolist()
        hashes = {value: _hash_value(feature, value, secret) for value in set(column)}
        hashed[:, index] = [hashes[value] for value in column]
    return hashed


def redact(
    schema: SchemaLike,
    matrix: NDArray[np.float32],
    columns: Sequence[int],
    *,
    secret: bytes | None,
) -> NDArray[np.float32]:
    """Return the matrix with personal columns hashed; without the secret they are missing."""
    if secret is None:
        return mask_columns(matrix, columns)
    return hash_columns(schema, matrix, columns, secret=secret)


def _hash_value(feature: FeatureLike, value: float, secret: bytes) -> float:
    text = _value_bytes(feature, value)
    if text is None:
        return value
    message = feature.name.encode() + b"\0" + text
    return float(int.from_bytes(hmac.digest(secret, message, "sha256")[:HASH_BYTES], "big"))


def _value_bytes(feature: FeatureLike, value: float) -> bytes | None:
    """Return what is hashed of a value; None for one that says nothing."""
    if value != value:  # noqa: PLR0124 - NaN is the one number that is not itself
        return None
    if not feature.categories:
        # Adding zero makes one zero of the two.
        return struct.pack("<f", value + 0.0)
    if not 0 <= value < len(feature.categories):
        return None
    return feature.categories[int(value)].encode()
