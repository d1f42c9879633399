import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.feature_types import FeatureType
from functions.core.arrays import ArrayFormatError, array_to_bytes
from functions.core.reference_rows import (
    LEAST_ROWS,
    MOST_BYTES,
    MOST_ROWS,
    ReferenceRows,
    draw_reference_rows,
    pack_reference_rows,
    unpack_reference_rows,
)


def schema(features: int, *, pii: int = -1) -> FeatureSchema:
    return FeatureSchema(
        features=tuple(
            Feature(name=f"x{index}", type=FeatureType.NUMBER, pii=index == pii)
            for index in range(features)
        )
    )


def rows(count: int, features: int) -> ReferenceRows:
    rng = np.random.default_rng(1)
    return ReferenceRows(
        rng.normal(size=(count, features)).astype(np.float32),
        rng.random((count, 2)).astype(np.float32),
    )


def drawn(count: int, features: int, *, pii: int = -1) -> ReferenceRows:
    all_rows = rows(count, features)
    return draw_reference_rows(schema(features, pii=pii), all_rows.matrix, all_rows.outputs)


@pytest.mark.parametrize(
    ("count", "features", "kept"),
    [(100, 3, 100), (20_000, 3, MOST_ROWS), (9000, 25, 2777), (2000, 400, LEAST_ROWS)],
)
def test_keeps_so_many_rows_of_so_many_features(count: int, features: int, kept: int) -> None:
    sample = drawn(count, features)

    assert sample.matrix.shape == (kept, features)
    assert kept == LEAST_ROWS or len(pack_reference_rows(sample)) <= MOST_BYTES + 200


@pytest.mark.slow
def test_draws_the_same_rows_each_time_with_their_answers_and_none_twice() -> None:
    everything, sample = rows(20_000, 3), drawn(20_000, 3)

    places = [np.flatnonzero((everything.matrix == row).all(axis=1))[0] for row in sample.matrix]

    assert pack_reference_rows(sample) == pack_reference_rows(drawn(20_000, 3))
    assert (np.diff(places) > 0).all()
    assert (everything.outputs[places] == sample.outputs).all()
    assert 9_000 < np.mean(places) < 11_000


def test_keeps_nothing_personal() -> None:
    sample = drawn(50, 3, pii=1)

    assert np.isnan(sample.matrix[:, 1]).all()
    assert not np.isnan(sample.matrix[:, [0, 2]]).any()


def test_reads_what_it_wrote() -> None:
    sample = drawn(50, 3, pii=1)

    read = unpack_reference_rows(pack_reference_rows(sample), schema(3))

    assert np.array_equal(read.matrix, sample.matrix, equal_nan=True)
    assert np.array_equal(read.outputs, sample.outputs)


@pytest.mark.parametrize(
    "array",
    [np.zeros((5, 3), np.float32), np.zeros((5, 4), np.float64), np.zeros(4, np.float32)],
)
def test_refuses_rows_that_are_not_of_the_version(array: np.ndarray) -> None:
    with pytest.raises(ArrayFormatError, match="a version of 3 features needs float32 rows"):
        unpack_reference_rows(array_to_bytes(array), schema(3))
