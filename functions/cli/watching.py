"""Following an execution of the retraining workflow until it ends."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from functions.aws.executions import Execution, HistoryEvent
from functions.cli.cells import seconds_text
from functions.cli.output import Output
from functions.cli.progress import StateProgress, StateStatus, follow

POLL_SECONDS = 0.4
RUNNING = "RUNNING"
_MARKS = {StateStatus.RUNNING: "…", StateStatus.DONE: "✓", StateStatus.FAILED: "✗"}
_STYLES = {StateStatus.RUNNING: "cyan", StateStatus.DONE: "green", StateStatus.FAILED: "red"}


class Executions(Protocol):
    """Where executions are read."""

    def describe(self, name: str) -> Execution:
        """Return an execution as it stands."""
        ...

    def history(self, name: str) -> Any:  # noqa: ANN401 - any iterable of HistoryEvent
        """Return its events so far."""
        ...


def watch(
    name: str,
    *,
    executions: Executions,
    out: Output,
    now: Callable[[], datetime],
    indent: str = "",
) -> Execution:
    """Show an execution's states as they change and return it when it has ended."""
    show = _terminal_view(out, now, indent) if out.is_terminal else _line_view(out, now, indent)
    try:
        while True:
            execution = executions.describe(name)
            events: tuple[HistoryEvent, ...] = tuple(executions.history(name))
            show(follow(events))
            if execution.status != RUNNING:
                return execution
            time.sleep(POLL_SECONDS)
    finally:
        show(None)


def state_line(state: StateProgress, now: datetime) -> str:
    """Return a state as one line."""
    took = seconds_text(state.seconds(now))
    return f"{_MARKS[state.status]} {state.name:<15} {took:>12}  {state.remark}".rstrip()


View = Callable[[tuple[StateProgress, ...] | None], None]


def _line_view(out: Output, now: Callable[[], datetime], indent: str) -> View:
    """Write a line for each state that has ended; of a state that comes again, the last of a row.

    A rollout is looked at every minute; only the look that something followed is told.
    """
    written: set[tuple[str, int]] = set()

    def show(states: tuple[StateProgress, ...] | None) -> None:
        for state in states or ():
            may_come_again = bool(state.earlier) and states is not None and state is states[-1]
            is_new = (state.name, state.earlier) not in written
            if state.status is not StateStatus.RUNNING and is_new and not may_come_again:
                written.add((state.name, state.earlier))
                out.line(f"{indent}{state_line(state, now())}")

    return show


def _terminal_view(out: Output, now: Callable[[], datetime], indent: str) -> View:
    """Draw all states anew, in place; None ends the drawing."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    live = Live(console=out.console(), refresh_per_second=8)
    live.start()

    def show(states: tuple[StateProgress, ...] | None) -> None:
        if states is None:
            live.stop()
            return
        lines = [
            Text(
                f"{indent}{state_line(state, now())}",
                style=_STYLES[state.status],
                no_wrap=True,
                overflow="ellipsis",
            )
            for state in states
        ]
        live.update(Group(*lines), refresh=True)

    return show
