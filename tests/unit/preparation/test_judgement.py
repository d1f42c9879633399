"""Every rule of rows, broken by one file, is told exactly."""

import pytest

from functions.contracts.dataset import Violation
from tests.unit.preparation.world import Row, World, changed, csv_text, rows

KEY = "raw/membership/2026-02-01/a.csv"


def violation(
    rule: str,
    column: str | None,
    message: str,
    *,
    examples: tuple[str, ...] = (),
    row_numbers: tuple[int, ...] = (),
    count: int | None = None,
) -> Violation:
    return Violation(
        rule=rule,
        column=column,
        count=len(row_numbers) if count is None else count,
        message=message,
        examples=examples,
        row_numbers=row_numbers,
        files=(KEY,) * len(row_numbers),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            changed(3, age="old"),
            violation(
                "unreadable_value",
                "age",
                "age is no integer in 1 row",
                examples=("old",),
                row_numbers=(3,),
            ),
        ),
        (
            changed(7, member="2"),
            violation(
                "unreadable_value",
                "member",
                "member is no boolean in 1 row",
                examples=("2",),
                row_numbers=(7,),
            ),
        ),
        (
            changed(40, age=-1),
            violation(
                "out_of_range",
                "age",
                "age lies outside 0 to 120 in 1 row",
                examples=("-1",),
                row_numbers=(40,),
            ),
        ),
        (
            changed(2, age=30.5),
            violation(
                "fractional_value",
                "age",
                "age is no whole number in 1 row",
                examples=("30.5",),
                row_numbers=(2,),
            ),
        ),
        (
            changed(1, income="1e39"),
            violation(
                "too_large",
                "income",
                "income has no finite float32 in 1 row",
                examples=("1e+39",),
                row_numbers=(1,),
            ),
        ),
        (
            changed(1, income="-inf"),
            violation(
                "too_large",
                "income",
                "income has no finite float32 in 1 row",
                examples=("-inf",),
                row_numbers=(1,),
            ),
        ),
        (
            changed(5, age=""),
            violation(
                "missing_values",
                "age",
                "age is missing in 1 row: 0.025 of all, allowed is 0",
                examples=("(missing)",),
                row_numbers=(5,),
            ),
        ),
        (
            changed(9, fuel="coal"),
            violation(
                "unknown_category",
                "fuel",
                "fuel is none of its 2 categories in 1 row: 0.025 of all, allowed is 0",
                examples=("coal",),
                row_numbers=(9,),
            ),
        ),
        (
            changed(4, stays=""),
            violation(
                "missing_label",
                "stays",
                "stays is missing in 1 row",
                examples=("(missing)",),
                row_numbers=(4,),
            ),
        ),
        (
            changed(4, stays=2),
            violation(
                "unknown_label",
                "stays",
                "stays is none of the classes 0, 1 in 1 row",
                examples=("2",),
                row_numbers=(4,),
            ),
        ),
        (
            changed(4, stays="maybe"),
            violation(
                "unreadable_label",
                "stays",
                "stays is no number in 1 row",
                examples=("maybe",),
                row_numbers=(4,),
            ),
        ),
        (
            changed(6, at=""),
            violation(
                "missing_timestamp",
                "at",
                "at is missing in 1 row",
                examples=("(missing)",),
                row_numbers=(6,),
            ),
        ),
        (
            changed(6, at="1767225600"),
            violation(
                "unreadable_timestamp",
                "at",
                "at is no moment; write ISO 8601, such as 2026-01-31T10:00:00Z in 1 row",
                examples=("1767225600",),
                row_numbers=(6,),
            ),
        ),
        (
            changed(6, id=""),
            violation(
                "missing_id",
                "id",
                "id is missing in 1 row",
                examples=("(missing)",),
                row_numbers=(6,),
            ),
        ),
        (
            changed(6, id="r0"),
            violation(
                "duplicate_rows",
                "id",
                "the id of an earlier row again in 1 row: 0.025 of all, allowed is 0",
                examples=("r0",),
                row_numbers=(6,),
            ),
        ),
        (
            rows(19),
            violation(
                "too_few_rows", None, "19 rows are too few: data.minimum_rows is 20", count=19
            ),
        ),
        (
            [{**row, "at": "2026-01-01"} for row in rows()],
            violation(
                "split_impossible",
                None,
                "40 rows of one time cannot be split by time; hold out rows at random",
                count=40,
            ),
        ),
        (
            [{**row, "stays": int(index < 30)} for index, row in enumerate(rows())],
            violation(
                "one_class",
                "stays",
                "all 30 training rows are of class 1; at least two are needed",
                count=30,
            ),
        ),
    ],
)
def test_tells_a_broken_rule(content: list[Row], expected: Violation) -> None:
    world = World()
    world.add(csv_text(content))

    found = [v for v in world.report(world.prepare()).violations if v.rule == expected.rule]

    assert found[:1] == [expected]
