from functions.core.problem import MAXIMUM_PROBLEMS, Problem, RefusedError, json_pointer


def test_escapes_what_means_something_in_a_pointer() -> None:
    assert json_pointer("a~b/c", 0) == "/a~0b~1c/0"


def test_names_the_first_problem() -> None:
    error = RefusedError([Problem("/age", "is missing"), Problem("", "is odd")])

    assert str(error) == "/age: is missing"
    assert not error.and_more


def test_stops_looking_for_problems_at_the_limit() -> None:
    seen = []

    def problems():
        for index in range(10_000):
            seen.append(index)
            yield Problem(json_pointer(index), "is missing")

    error = RefusedError(problems())

    assert len(error.problems) == MAXIMUM_PROBLEMS
    assert error.and_more
    assert len(seen) == MAXIMUM_PROBLEMS + 1
