"""What is known of a champion as its labels mature: the evidence that its labels give.

Nothing is remembered but the sums of its labelled rows and the runs that were about a change: the
watch is made anew of both, each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.contracts.maintenance import Maintenance
from functions.contracts.messages import ALARMS
from functions.contracts.retraining import RetrainingRun
from functions.core.breaker import REJECTIONS, WITH_CANDIDATE
from functions.core.change_detection import Change, Sums, detect_change
from functions.core.policy_evidence import OpenChange
from functions.core.watched_losses import EXCESS, LOSS, is_watched, series_of

Watched = Mapping[str, Sums]

REFERENCE_ROWS = 1000
"""Of a version that keeps nothing of its held-out rows, the first labelled rows are compared with:
so many, because a mean loss of these is known to some hundredths."""


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
        earlier = added((self.reference, *self.windows[:since]))
        usual = added(self.windows[since:])
        return Watch(usual, self.first + len(self.windows), earlier=earlier)


@dataclass(frozen=True, slots=True)
class MaturedWindow:
    """The labelled rows that a version answered in a window whose labels have come."""

    start: datetime
    end: datetime
    watched: Watched


def find_change(watch: Watch, policy: Maintenance) -> Change:
    """Return whether the champion's labels no longer come out as it says."""
    return _detect(watch, policy, harder=False)


def find_loss(watch: Watch, policy: Maintenance) -> Change:
    """Return whether its loss rose; of a regression, which foretells none, a change says it."""
    return _detect(watch, policy, harder=True)


def find_both(watch: Watch, policy: Maintenance) -> tuple[Change, Change | None]:
    """Return whether there is a change, and whether the loss rose as foretold; None with a change.

    A loss that rises with a change was not foretold: the change says it.
    """
    change = find_change(watch, policy)
    return change, None if change.is_found else find_loss(watch, policy)


def is_confirmed(watch: Watch, policy: Maintenance) -> bool:
    """Return whether all that came since the last run's change still differs from before it.

    A chance alarm fades as rows come; then the run about it needs no other. Where its challenger
    became champion there is nothing to compare, and the answer is yes.
    """
    if watch.earlier is None:
        return True
    since = Watch(watch.earlier, watch.first, (added((watch.reference, *watch.windows)),))
    return find_change(since, policy).is_found


def make_watch(
    held_out: Watched | None,
    windows: Sequence[MaturedWindow],
    runs: Sequence[RetrainingRun],
    *,
    delay: timedelta,
) -> Watch | None:
    """Return what is known of a version by its matured windows and the runs about its changes.

    Parameters
    ----------
    held_out : mapping of str to Sums, or None
        Of its held-out rows. None: the first `REFERENCE_ROWS` labelled rows are in their place, and
        until there are as many nothing is looked for.
    windows : sequence of MaturedWindow
        Of the version, oldest first.
    runs : sequence of RetrainingRun
        That were about a change while the version was champion, and found nothing better.
    delay : timedelta
        Between a window's end and its maturity: what a run could know.

    Returns
    -------
    Watch or None
        `first` and `since` count the windows given. None: there is no reference yet.
    """
    watch = _begin(held_out, windows)
    if watch is None:
        return None
    left = sorted((run for run in runs if run.since is not None), key=lambda run: run.started_at)
    for window in windows[watch.first :]:
        while left and _came_after(window, left[0], delay):
            watch = _accept(watch, windows, left.pop(0).since)
        watch = watch.adding(window.watched)
    for run in left:
        watch = _accept(watch, windows, run.since)
    return watch


def open_change(
    watch: Watch,
    runs: Sequence[RetrainingRun],
    policy: Maintenance,
    *,
    champion: int,
    start: int,
    until: datetime,
) -> OpenChange | None:
    """Return the change that the last run was about, as `retraining_policy` takes it.

    Parameters
    ----------
    watch : Watch
        Of the champion.
    runs : sequence of RetrainingRun
        Newest first; the first of them is asked about.
    policy : Maintenance
    champion : int
        The champion's number.
    start : int
        Which labelled row the change begins with.
    until : datetime
        The moment of the question.

    Returns
    -------
    OpenChange or None
        None if no run tried anything, or the last one tried a change again whose first run had been
        promoted, and found nothing better: all was learned. None, too, when what the last one found
        is held no longer: a change that is still found is learned then.
    """
    if not runs:
        return None
    newest = runs[0]
    was_refused = newest.outcome in REJECTIONS and newest.champion == champion
    if newest.went_back and newest.is_held:
        is_held = was_refused and newest.is_held_at(until)
        held_until = newest.went_back.held_until
        return OpenChange(start, newest.labelled_rows, held_until=held_until) if is_held else None
    if was_refused and watch.earlier is None:
        return None
    return OpenChange(
        start,
        newest.labelled_rows,
        is_confirmed=is_confirmed(watch, policy),
        falls_short=was_refused and newest.falls_short,
    )


def runs_about_changes(runs: Sequence[RetrainingRun]) -> tuple[RetrainingRun, ...]:
    """Return the runs that tried candidates about a change of the labels, in their order."""
    return tuple(run for run in runs if run.since is not None and run.outcome in WITH_CANDIDATE)


def tell_in_vain(runs: Sequence[RetrainingRun], champion: int) -> str | None:
    """Return that a run for what labels do not show found nothing better than a champion, if so.

    Another one would learn from nearly the same labels, and three of them would open the breaker
    before the labels of what was seen have come.
    """
    for run in runs:
        was_refused = run.champion == champion and run.outcome in REJECTIONS
        if was_refused and run.since is None and run.kind in ALARMS:
            return f"{run.execution} found nothing better for it: labels decide from then on"
    return None


def added(parts: Sequence[Watched]) -> Watched:
    """Return the sums of disjoint rows, at least one part; names are those of the first."""
    return {name: sum((part.get(name, Sums()) for part in parts), Sums()) for name in parts[0]}


def _begin(held_out: Watched | None, windows: Sequence[MaturedWindow]) -> Watch | None:
    if held_out is not None:
        return Watch(held_out, 0)
    for count in range(1, len(windows) + 1):
        usual = added([_only_watched(window.watched) for window in windows[:count]])
        if usual.get(LOSS, Sums()).rows >= REFERENCE_ROWS:
            return Watch(usual, count)
    return None


def _only_watched(sums: Watched) -> Watched:
    return {name: each for name, each in sums.items() if is_watched(name)}


def _came_after(window: MaturedWindow, run: RetrainingRun, delay: timedelta) -> bool:
    """Return whether a run could not know a window; it knew that which it was about."""
    is_its_own = run.since is not None and window.start <= run.since
    return window.end + delay > run.started_at and not is_its_own


def _accept(watch: Watch, windows: Sequence[MaturedWindow], since: datetime | None) -> Watch:
    """Return the watch after a run found nothing better for what began at a moment.

    A run that followed up an older change was about nothing that the watch still compares.
    """
    known = windows[watch.first : watch.first + len(watch.windows)]
    if since is None or not known or since < known[0].start:
        return watch
    later = next((number for number, each in enumerate(known) if each.start >= since), None)
    return watch if later is None else watch.accepting(later)


def _detect(watch: Watch, policy: Maintenance, *, harder: bool) -> Change:
    foretold = EXCESS in watch.reference
    series = {
        name: each
        for name, each in series_of(watch.reference, list(watch.windows)).items()
        if ((name == LOSS) == harder if foretold else not harder)
    }
    return detect_change(series, false_alarm_rate=policy.false_alarm_rate)
