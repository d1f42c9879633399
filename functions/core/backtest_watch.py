"""What is watched in a backtest as its labels mature: `core.label_watch`, by rows of a history."""

from functions.contracts.served import Task
from functions.core.backtest_history import History
from functions.core.backtest_run import Version
from functions.core.change_detection import Change
from functions.core.label_watch import Watch, Watched
from functions.core.policy_evidence import Finding
from functions.core.watched_losses import watch_losses


def watch_version(task: Task, history: History, version: Version, *, first: int) -> Watch:
    """Return the watch of a version that answers from window `first` on."""
    return Watch(watch_rows(task, history, version, (version.cut, version.end)), first)


def watch_rows(task: Task, history: History, version: Version, rows: tuple[int, int]) -> Watched:
    """Return what is watched of a version's answers to some rows."""
    first, last = rows
    answers = version.fitted.answer(history.rows[first:last])
    return watch_losses(task, history.y[first:last], answers)


def finding_of(
    change: Change | None, watch: Watch, history: History, labelled_rows: int
) -> Finding | None:
    """Return a change as evidence, None if there is none."""
    if change is None or change.since is None:
        return None
    start = int(history.bounds[watch.first + change.since])
    return Finding(change.reason, start, labelled_rows - start, history.moment(start))
