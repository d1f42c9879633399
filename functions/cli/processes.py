"""Processes that outlive a command: told apart, and ended with all that they started."""

import os
import signal
import subprocess
import time
from pathlib import Path

TERMINATION_SECONDS = 2.0
"""Nothing in the embedded cloud is kept, so nothing is lost by ending it at once."""
POLL_SECONDS = 0.05
_START_TIME_FIELD = 19
"""Of /proc/<pid>/stat, counted after the name in brackets (proc(5): field 22)."""


def start_mark(pid: int) -> str | None:
    """Return what tells this process from a later one of the same number; None if it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.is_file():
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[_START_TIME_FIELD]
    if Path("/proc/self/stat").is_file():
        return None
    answer = subprocess.run(  # noqa: S603 - our own arguments
        ["ps", "-o", "lstart=", "-p", str(pid)],  # noqa: S607 - wherever the system has it
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or None


def is_alive(pid: int, mark: str) -> bool:
    """Return whether the process that was started with that mark still runs."""
    return start_mark(pid) == mark


def end_group(pid: int, mark: str) -> bool:
    """End a process and its group, gently first; return whether it was there.

    The process must lead its group (`start_new_session`). One that bears another mark is somebody
    else's by now and is left alone.
    """
    if not is_alive(pid, mark):
        return False
    os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + TERMINATION_SECONDS
    while _group_exists(pid) and time.monotonic() < deadline:
        _reap(pid)
        time.sleep(POLL_SECONDS)
    if _group_exists(pid):
        os.killpg(pid, signal.SIGKILL)
        _reap(pid)
    return True


def _group_exists(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _reap(pid: int) -> None:
    """Collect a child of ours; a zombie would keep its group alive."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
