"""What `windvane batch` does before and beside the workflow."""

import pytest

from functions.cli import batch_view
from functions.cli.batch_view import check_kept
from functions.cli.errors import UsageError


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (("id", "row"), "--keep row: results have a column of that name; rename it"),
        (("Label",), "--keep Label: results have"),
        (("probability",), "--keep probability: results have"),
        (("value",), "--keep value: results have"),
        (("probability_gold",), "--keep probability_gold: results have"),
        (("id", "name", "ID"), "--keep ID: named twice"),
        (("id", "id"), "--keep id: named twice"),
    ],
)
def test_refuses_to_keep_what_collides_in_the_results(keep: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_kept(keep)


def test_refuses_columns_to_keep_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_view.wiring, "open_stage", lambda _: pytest.fail("it went on"))
    asked = batch_view.Asked("m", "rows.csv", "out", None, ("row",), None, 10)

    with pytest.raises(UsageError, match="--keep row"):
        batch_view.batch(batch_view.Output(as_json=True), asked, stage=None)
