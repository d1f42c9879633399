"""What is known of a champion as its labels mature: the evidence that its labels give."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from functions.contracts.maintenance import Maintenance
from functions.contracts.served import Task
from functions.core.backtest_history import History
from functions.core.backtest_run import Version
from functions.core.change_detection import Change, Sums, detect_change
from functions.core.retraining_policy import Finding
from functions.core.watched_losses import EXCESS, LOSS, series_of, watch_losses

Watched = Mapping[str, Sums]


@dataclass(frozen=True, slots=True)
class Watch:
    """One champion's labelled windows since `first`, against `reference`."""

    reference: Watched
    first: int
    windows: tuple[Watched, ...] = ()

    def adding(self, window: Watched) -> "Watch":
        """Return the watch with one more window."""
        return replace(self, windows=(*self.windows, window))

    def accepting(self, since: int) -> "Watch":
        """Return the watch that takes the windows from `since` on as the champion's usual.

        Done when a run about them found nothing better: what they show is no news any more.
        """
        usual = {
            name: sum((window[name] for window in self.windows[since:]), Sums())
            for name in self.reference
        }
        return Watch(usual, self.first + len(self.windows))


def watch_version(task: Task, history: History, version: Version, *, first: int) -> Watch:
    """Return the watch of a version that answers from window `first` on."""
    return Watch(watch_rows(task, history, version, (version.cut, version.end)), first)


def watch_rows(task: Task, history: History, version: Version, rows: tuple[int, int]) -> Watched:
    """Return what is watched of a version's answers to some rows."""
    return watch_losses(task, history.y[rows[0] : rows[1]], version.fitted.answer(*rows))


def find_change(watch: Watch, policy: Maintenance) -> Change:
    """Return whether the champion's labels no longer come out as it says."""
    return _detect(watch, policy, harder=False)


def find_loss(watch: Watch, policy: Maintenance) -> Change:
    """Return whether its loss rose; of a regression, which foretells none, a change says it."""
    return _detect(watch, policy, harder=True)


def finding_of(
    change: Change, watch: Watch, history: History, labelled_rows: int
) -> Finding | None:
    """Return a change as evidence, None if there is none."""
    if change.since is None:
        return None
    start = int(history.bounds[watch.first + change.since])
    return Finding(change.reason, start, labelled_rows - start)


def _detect(watch: Watch, policy: Maintenance, *, harder: bool) -> Change:
    foretold = EXCESS in watch.reference
    series = {
        name: each
        for name, each in series_of(watch.reference, list(watch.windows)).items()
        if ((name == LOSS) == harder if foretold else not harder)
    }
    return detect_change(series, false_alarm_rate=policy.false_alarm_rate)
