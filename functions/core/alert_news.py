"""An alarm's change of state as news: whom it concerns, and whether it is worth telling.

One message an episode: an alarm that asks for retraining goes off anew in every window, and is
told in the first of them.
"""

from dataclasses import dataclass

from functions.contracts.alerts import Condition, Severity
from functions.contracts.drift import AlertState, DriftReport
from functions.contracts.metrics import Metric
from functions.core.alarm_message import ALARM, INSUFFICIENT_DATA, OK, AlarmMessage
from functions.core.alert_states import is_asking


@dataclass(frozen=True, slots=True)
class Reports:
    """A model's newest drift report and the one of the window before; None: none is readable."""

    newest: DriftReport | None = None
    before: DriftReport | None = None


@dataclass(frozen=True, slots=True)
class News:
    """An alarm that changed its state, and what is known about it.

    Parameters
    ----------
    alarm : AlarmMessage
    stage : str
    model : str or None
        Of whose namespace its metric is; None: of no model's.
    condition : Condition or None
        The condition of model.toml that it watches; None: it watches something else.
    reports : Reports
    """

    alarm: AlarmMessage
    stage: str
    model: str | None = None
    condition: Condition | None = None
    reports: Reports = Reports()

    @property
    def is_over(self) -> bool:
        """Whether the alarm says that it is well again."""
        return self.alarm.state == OK

    @property
    def is_heartbeat(self) -> bool:
        """Whether the alarm says that no window was judged."""
        return self.model is not None and self.alarm.trigger.metric_name == Metric.HEARTBEAT

    @property
    def is_held(self) -> bool:
        """Whether the alarm is over only because a condition that holds on is held back."""
        judged = self.judged
        return self.is_over and judged is not None and judged.held_back is not None

    @property
    def judged(self) -> AlertState | None:
        """What the newest report says of the condition."""
        return self._state_in(self.reports.newest)

    @property
    def judged_before(self) -> AlertState | None:
        """What the report of the window before says of the condition."""
        return self._state_in(self.reports.before)

    @property
    def severity(self) -> Severity:
        """To whose topic it goes; what is nobody's condition is told loudly.

        A model whose windows are not judged yet, because it was deployed a moment ago, is a note.
        """
        if self.condition is not None:
            return self.condition.severity
        if self.is_heartbeat and self._is_fresh:
            return Severity.NOTE
        return Severity.PAGE

    @property
    def _is_fresh(self) -> bool:
        if self.is_over:
            return self.reports.before is None
        return self.reports.newest is None and self.alarm.old_state == INSUFFICIENT_DATA

    def _state_in(self, report: DriftReport | None) -> AlertState | None:
        if report is None or self.condition is None:
            return None
        name = self.condition.metric_name
        return next((state for state in report.alerts if state.metric_name == name), None)


def find_condition(conditions: tuple[Condition, ...], alarm: AlarmMessage) -> Condition | None:
    """Return the condition whose metric an alarm watches, or None."""
    name = alarm.trigger.metric_name
    return next((each for each in conditions if each.metric_name == name), None)


def why_silent(news: News) -> str | None:
    """Return why an alarm's change is not told, None if it is.

    Not told are: an alarm's first look that finds all well; that an alarm which asks for
    retraining went off again, or went quiet, while the condition holds on.
    """
    name, state = news.alarm.name, news.alarm.state
    if state not in (ALARM, OK):
        return f"{name} is {state}, which says nothing"
    if news.is_over and news.alarm.old_state == INSUFFICIENT_DATA:
        return f"{name} has begun to watch, and all is well"
    return _why_told_before(news) if news.severity is Severity.RETRAIN else None


def _why_told_before(news: News) -> str | None:
    """Return why news of a condition that retrains is none, or None."""
    name, is_asking = news.alarm.name, _asks(news.judged)
    if news.is_over and is_asking:
        return f"{name} has asked, and the condition holds on"
    if not news.is_over and is_asking and _asks(news.judged_before):
        return f"{name} asks again, as in the window before, which was told"
    return None


def _asks(state: AlertState | None) -> bool:
    return state is not None and is_asking(state)
