"""Processes that outlive a command."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from functions.cli.processes import end_group, is_alive, start_mark

SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.read()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print(1, flush=True); sys.stdin.read()",
]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, start_new_session=True) as started:
        yield started
        started.kill()


def test_knows_a_process_by_its_number_and_its_start(process: "subprocess.Popen[bytes]") -> None:
    mark = start_mark(process.pid)

    assert mark is not None
    assert is_alive(process.pid, mark)


def test_leaves_a_process_alone_that_only_bears_the_number(
    process: "subprocess.Popen[bytes]",
) -> None:
    assert not end_group(process.pid, "another start")
    assert process.poll() is None


def test_ends_a_process(process: "subprocess.Popen[bytes]") -> None:
    mark = start_mark(process.pid) or ""

    assert end_group(process.pid, mark)
    assert not is_alive(process.pid, mark)
    assert not end_group(process.pid, mark)


def test_ends_a_process_that_will_not_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.cli.processes.TERMINATION_SECONDS", 0.2)
    with subprocess.Popen(
        STUBBORN, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        mark = start_mark(stubborn.pid) or ""

        assert end_group(stubborn.pid, mark)
        stubborn.wait()

    assert not is_alive(stubborn.pid, mark)


def test_has_no_mark_for_a_process_that_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()

    assert start_mark(gone.pid) is None
    assert start_mark(os.getpid()) is not None
