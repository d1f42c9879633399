"""The application: its help, its errors and its exit codes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.cli import wiring
from functions.cli.app import Interruption, app, main
from functions.cli.commands import versions as versions_command
from functions.cli.errors import (
    ExitCode,
    LocalCloudError,
    NotDeployedError,
    RefusedError,
    UsageError,
    exit_code,
)
from functions.cli.reference import PAGE, page
from functions.contracts.errors import WindvaneError
from functions.contracts.naming import NamingError
from functions.core.registry import UnknownVersionError

COMMANDS = [
    ["demo"],
    ["doctor"],
    *(["local", name] for name in ("up", "down", "status")),
    *(["models", name] for name in ("list", "check", "show")),
    *(["data", name] for name in ("add", "list")),
    ["train"],
    *(["runs", name] for name in ("list", "show", "watch")),
    ["versions"],
    ["promote"],
    ["rollback"],
    ["predict"],
    ["label"],
    *(["captures", name] for name in ("status", "redrive", "export")),
    ["drift"],
]


@pytest.fixture
def nothing_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDVANE_HOME", str(tmp_path))
    for name in ("WINDVANE_STAGE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["windvane", *arguments])
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_takes_json_and_shows_an_example(command: list[str]) -> None:
    answer = CliRunner().invoke(app, [*command, "--help"])

    assert answer.exit_code == 0
    assert "--json" in answer.output
    assert f"windvane {' '.join(command)}" in answer.output


def test_reference_says_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m functions.cli.reference"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_reference_describes_every_command(command: list[str]) -> None:
    assert f"\n## windvane {' '.join(command)}\n" in page()


def test_help_needs_nothing_heavy() -> None:
    heavy = ["boto3", "botocore", "numpy", "duckdb", "pydantic", "sklearn", "rich"]
    program = (
        "import sys; from typer.testing import CliRunner; from functions.cli.app import app; "
        "CliRunner().invoke(app, ['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert answer.stdout == "[]\n"


@pytest.mark.usefixtures("nothing_deployed")
def test_tells_how_to_deploy_when_nothing_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_main(monkeypatch, "versions", "loan_default", "--json")

    said = capsys.readouterr()
    assert code == ExitCode.UNREACHABLE
    assert said.out == ""
    assert "windvane local up" in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.usefixtures("nothing_deployed")
def test_says_that_no_cloud_is_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_main(monkeypatch, "local", "status", "--json")

    assert code == ExitCode.UNREACHABLE
    assert json.loads(capsys.readouterr().out) == {"up": False}


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["nonsense"],
        ["promote", "loan_default"],
        ["promote", "Loan Default/1"],
        ["data", "add", "loan_default", "absent.parquet"],
        ["label", "loan_default", "--id", "i/0"],
        ["drift", "loan_default", "--since", "2026-01-02", "--until", "2026-01-01"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("nothing_deployed")
def test_refuses_what_is_written_wrongly(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_main(monkeypatch, *arguments) == ExitCode.USAGE


def test_hides_where_an_unforeseen_error_comes_from_and_says_how_to_see_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> None:
        msg = "the disk is on fire"
        raise OSError(msg)

    monkeypatch.setattr(wiring, "live_local_cloud", break_down)

    code = run_main(monkeypatch, "versions", "loan_default")

    said = capsys.readouterr().err
    assert code == ExitCode.UNEXPECTED
    assert "the disk is on fire" in said
    assert "--debug" in said
    assert "Traceback" not in said


def test_shows_where_an_error_comes_from_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        msg = "the disk is on fire"
        raise OSError(msg)

    monkeypatch.setattr(wiring, "live_local_cloud", break_down)
    monkeypatch.setattr(sys, "argv", ["windvane", "--debug", "versions", "loan_default"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    with pytest.raises(OSError, match="on fire"):
        main()


def test_ends_as_a_signal_ends_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise Interruption(signal.SIGTERM)

    monkeypatch.setattr(wiring, "live_local_cloud", interrupt)

    assert run_main(monkeypatch, "versions", "loan_default") == 143


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError(""), ExitCode.USAGE),
        (NamingError(""), ExitCode.USAGE),
        (NotDeployedError(""), ExitCode.UNREACHABLE),
        (RefusedError(""), ExitCode.REFUSED),
        (LocalCloudError(""), ExitCode.REFUSED),
        (UnknownVersionError(""), ExitCode.REFUSED),
    ],
)
def test_tells_errors_apart_by_exit_code(error: WindvaneError, code: ExitCode) -> None:
    assert exit_code(error) is code


def test_commands_import_what_they_do_when_they_do_it() -> None:
    assert not hasattr(versions_command, "registry_view")
