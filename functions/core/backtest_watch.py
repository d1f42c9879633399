"""What is known of a champion as its labels mature: the evidence that its labels give."""

from collections.abc import Mapping, Sequence
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
    """One champion's labelled windows since `first`, against `reference`.

    `earlier` is what was usual before a change for which a run found nothing better.
    """

    reference: Watched
    first: int
    windows: tuple[Watched, ...] = ()
    earlier: Watched | None = None

    def adding(self, window: Watched) -> "Watch":
        """Return the watch with one more window."""
        return replace(self, windows=(*self.windows, window))

    def accepting(self, since: int) -> "Watch":
        """Return the watch that takes the windows from `since` on as the champion's usual.

        Done when a run about them found nothing better: what they show is no news any more.
        """
        earlier = _added((self.reference, *self.windows[:since]))
        usual = _added(self.windows[since:])
        return Watch(usual, self.first + len(self.windows), earlier=earlier)


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


def is_confirmed(watch: Watch, policy: Maintenance) -> bool:
    """Return whether all that came since the last run's change still differs from before it.

    A chance alarm fades as rows come; then the run about it needs no other. Where its challenger
    became champion there is nothing to compare, and the answer is yes.
    """
    if watch.earlier is None:
        return True
    since = Watch(watch.earlier, watch.first, (_added((watch.reference, *watch.windows)),))
    return find_change(since, policy).is_found


def finding_of(
    change: Change, watch: Watch, history: History, labelled_rows: int
) -> Finding | None:
    """Return a change as evidence, None if there is none."""
    if change.since is None:
        return None
    start = int(history.bounds[watch.first + change.since])
    return Finding(change.reason, start, labelled_rows - start)


def _added(parts: Sequence[Watched]) -> Watched:
    return {name: sum((part[name] for part in parts), Sums()) for name in parts[0]}


def _detect(watch: Watch, policy: Maintenance, *, harder: bool) -> Change:
    foretold = EXCESS in watch.reference
    series = {
        name: each
        for name, each in series_of(watch.reference, list(watch.windows)).items()
        if ((name == LOSS) == harder if foretold else not harder)
    }
    return detect_change(series, false_alarm_rate=policy.false_alarm_rate)
