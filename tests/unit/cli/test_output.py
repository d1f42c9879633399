"""How commands speak."""

import io
import json
from datetime import UTC, datetime

import pytest

from functions.cli.cells import cell_text, listing, seconds_text
from functions.cli.output import Output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(out: Output) -> tuple[str, str]:
    return out._stdout.getvalue(), out._stderr.getvalue()  # type: ignore[attr-defined]


def output(*, as_json: bool = False, stdout: io.StringIO | None = None) -> Output:
    return Output(as_json=as_json, stdout=stdout or io.StringIO(), stderr=io.StringIO())


def say_everything(out: Output) -> None:
    out.line("a line")
    out.remark("a remark")
    out.table(["name", "rows"], [["a", 1200], ["bb", None]])
    out.fields({"endpoint": "here"})
    out.result({"name": "a", "at": datetime(2026, 3, 1, tzinfo=UTC)})


def test_writes_one_document_and_nothing_else_for_scripts() -> None:
    out = output(as_json=True)

    say_everything(out)

    stdout, stderr = written(out)
    assert json.loads(stdout) == {"name": "a", "at": "2026-03-01 00:00:00+00:00"}
    assert stderr == ""


def test_writes_plain_aligned_lines_into_a_log() -> None:
    out = output()

    say_everything(out)

    stdout, stderr = written(out)
    assert stdout.splitlines() == [
        "a line",
        "name   rows",
        "a     1,200",
        "bb",
        "endpoint  here",
    ]
    assert stderr == "a remark\n"


def test_draws_a_table_for_eyes() -> None:
    out = output(stdout=Terminal())

    say_everything(out)

    assert "1,200" in written(out)[0]
    assert out.is_terminal


def test_never_draws_for_a_script_on_a_terminal() -> None:
    assert not output(as_json=True, stdout=Terminal()).is_terminal


def test_takes_square_brackets_for_what_they_are() -> None:
    out = output(stdout=Terminal())

    out.line("classes [0, 1] [red]")

    assert "[red]" in written(out)[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (12500, "12,500"), (0.97123, "0.9712"), ("a", "a")],
)
def test_writes_values_for_people(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_writes_moments_in_utc() -> None:
    assert cell_text(datetime(2026, 3, 1, 12, tzinfo=UTC)) == "2026-03-01 12:00:00"


@pytest.mark.parametrize(("seconds", "text"), [(4.21, "4.2 s"), (83.0, "1 min 23 s")])
def test_writes_durations_for_people(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], "none"), (["a"], "a"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_words_as_a_sentence_does(words: list[str], text: str) -> None:
    assert listing(words) == text
