import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.model_spec import Training
from functions.core.search_space import EmptyParameterError, plan_candidates

WIDE = {"a": tuple(range(10)), "b": tuple(range(10)), "c": tuple(range(10))}


def points(training: Training) -> list[tuple[object, ...]]:
    return [tuple(candidate.parameters.values()) for candidate in plan_candidates(training)]


def test_tries_every_point_of_a_small_grid_in_order() -> None:
    training = Training(metric="r2_score", parameters={"a": (1, 2), "b": ("x", None, True)})

    found = points(training)

    assert found == [(1, "x"), (1, None), (1, True), (2, "x"), (2, None), (2, True)]


def test_has_one_candidate_without_parameters() -> None:
    (candidate,) = plan_candidates(Training(metric="r2_score"))

    assert (candidate.index, candidate.parameters) == (0, {})


@pytest.mark.parametrize("search", ["grid", "random"])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 64))
def test_draws_that_many_different_points(search: str, seed: int, count: int) -> None:
    training = Training(
        metric="r2_score", search=search, seed=seed, candidates=count, parameters=WIDE
    )

    found = points(training)

    assert len(set(found)) == len(found) == count
    assert found == points(training)


def test_draws_other_points_with_another_seed() -> None:
    first, second = (
        Training(metric="r2_score", candidates=8, parameters=WIDE, seed=seed) for seed in (1, 2)
    )

    assert points(first) != points(second)


def test_draws_from_every_part_of_the_space() -> None:
    training = Training(metric="r2_score", search="random", candidates=64, parameters=WIDE)

    for column in zip(*points(training), strict=True):
        assert len(set(column)) == 10


def test_tries_all_points_when_random_may_try_more() -> None:
    training = Training(metric="r2_score", search="random", parameters={"a": (1, 2, 3)})

    assert sorted(points(training)) == [(1,), (2,), (3,)]


def test_draws_from_a_space_of_more_points_than_an_int64_counts() -> None:
    huge = {f"p{i}": tuple(range(100)) for i in range(12)}

    found = points(Training(metric="r2_score", candidates=5, parameters=huge))

    assert len(set(found)) == 5


def test_refuses_a_parameter_without_values() -> None:
    with pytest.raises(EmptyParameterError, match=r"training\.parameters\.a is an empty list"):
        plan_candidates(Training(metric="r2_score", parameters={"a": ()}))
