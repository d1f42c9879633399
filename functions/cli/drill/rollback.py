"""`windvane drill rollback`: a share of the callers is given to an older version, and taken back.

A rollout begins, an alarm of the drill's own goes off, and the champion must have all callers again
within a minute: CloudWatch, topic, function and registry, as when a real rollout does harm.
"""

from datetime import timedelta

from functions.cli.drill.cast import DrillCast
from functions.cli.drill.rows import require_champion
from functions.cli.drill.session import Session
from functions.cli.errors import RefusedError
from functions.contracts.naming import format_version
from functions.contracts.release import AliasPointer, ModelVersion, VersionState
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core.promotion import Cause, divides_callers
from functions.core.rollouts import Bake, RolloutOverError, RolloutPlan
from functions.release.rollout_moves import abort_rollout
from functions.release.split_starts import start_rollout

SHARE_PERCENT = 0.01
"""The smallest that there is: of ten thousand callers, one."""

LIMIT_SECONDS = 60.0
"""Within which the pointer is to be back, from the alarm on."""

LAPSES_AFTER = timedelta(minutes=10)
"""Should the drill be killed, the share ends by itself."""

RAISED = "ALARM"


def drill_rollback(session: Session) -> None:
    """Begin a rollout of an older version, let an alarm end it, and see all callers back."""
    cast, chain = session.cast, session.chain
    champion = require_champion(cast)
    if divides_callers(champion, session.began):
        msg = f"{champion.split_id} divides the callers of {cast.model}: drill when it is over"
        raise RefusedError(msg)
    challenger = find_challenger(cast, champion)

    alarm = cast.make_alarm(f"windvane-{session.name}")
    session.on_end(f"the alarm {alarm.name}", alarm.remove)
    record = _begin(session, champion, challenger)
    moved = require_champion(cast)
    chain.require(
        moved.split_id == record.split_id,
        "rollout",
        f"{challenger.name} has {SHARE_PERCENT:g} % of the callers",
        otherwise=f"{challenger.name} was given no share",
    )
    alarm.raise_(cast.now())
    chain.wait(
        "alarm",
        lambda: next(
            (one for one in cast.own_alarms() if one.name == alarm.name and one.state == RAISED),
            None,
        ),
        what=f"{alarm.name} in ALARM",
        told=lambda one: f"{one.name} went to ALARM",
    )
    back = chain.wait(
        "pointer",
        lambda: _find_whole(cast),
        what="the champion with all callers",
        told=lambda found: f"all callers get {format_version(cast.model, found.number)} again",
        seconds=LIMIT_SECONDS,
    )
    ended = cast.registry.find_rollout(cast.model)
    chain.require(
        ended is not None
        and ended.execution == record.execution
        and ended.status is RolloutStatus.ABORTED
        and back.number == champion.number,
        "audit",
        f"{ended.status}: {ended.reason}" if ended else "",
        otherwise=f"the rollout's record does not say that it was aborted: {ended}",
    )


def find_challenger(cast: DrillCast, champion: AliasPointer) -> ModelVersion:
    """Return the version that gets the share: the champion before, else the newest other one."""
    others = {
        version.number: version
        for version in cast.registry.list_versions(cast.model)
        if version.number != champion.number and version.state is VersionState.REGISTERED
    }
    if not others:
        msg = (
            f"{cast.model} has no version beside its champion, so there is nothing to take "
            f"callers back from: windvane train {cast.model} --again makes one"
        )
        raise RefusedError(msg)
    return others.get(champion.previous or 0) or others[max(others)]


def _begin(session: Session, champion: AliasPointer, challenger: ModelVersion) -> RolloutRecord:
    cast, now = session.cast, session.cast.now()
    plan = RolloutPlan(
        model=cast.model,
        execution=session.name,
        challenger=challenger.number,
        champion=champion.number,
        shares=(SHARE_PERCENT,),
    )
    bake = Bake(ends_at=now + LAPSES_AFTER, until=now + LAPSES_AFTER)
    cause = Cause(actor=cast.caller, reason=f"fire drill {session.name}", at=now)
    record = start_rollout(plan, bake, cause, registry=cast.registry)
    session.on_end("the share of the callers", lambda: _take_back(cast, record))
    return record


def _take_back(cast: DrillCast, record: RolloutRecord) -> None:
    """End the rollout by hand, should the alarm not have done it."""
    cause = Cause(actor=cast.caller, reason=f"fire drill {record.execution} is over", at=cast.now())
    try:
        abort_rollout(record, cause, registry=cast.registry)
    except RolloutOverError:
        return


def _find_whole(cast: DrillCast) -> AliasPointer | None:
    pointer = require_champion(cast)
    return pointer if not pointer.shares else None
