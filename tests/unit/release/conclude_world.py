"""What Conclude reads of executions that got so far."""

from functions.contracts.messages import RegisterOutput
from functions.contracts.model_spec import Retraining
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import (
    ConcludeInput,
    JudgeReplayOutput,
    RollOutOutput,
    StateError,
)
from functions.release.ports import ConcludePorts
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.world import (
    EXECUTION,
    MODEL,
    PREPARED,
    TOKEN,
    TRIGGER,
    World,
    evaluated,
)

REFUSED_DATA = PREPARED.model_copy(update={"passed": False, "reason": "3 rules broken"})
NOT_NEW = PREPARED.model_copy(
    update={"passed": False, "no_new_data": True, "reason": "data and model are those of tiny/1"}
)
POLICY = Retraining(rejected_in_a_row=2)
ROLLED_OUT = RollOutOutput(
    status=RolloutStatus.PROMOTED,
    champion=1,
    previous=None,
    revision=1,
    reason="tiny/1 is the first champion",
)
TIMED_OUT = StateError(Error="States.Timeout")
REFUSED_REPLAY = JudgeReplayOutput(passed=False, reason="they agree on 71 % of the rows")
TAKEN_BACK = ROLLED_OUT.model_copy(
    update={
        "status": RolloutStatus.ABORTED,
        "reason": "tiny/2 did not become champion: too slow",
    }
)


def message(**reached: object) -> ConcludeInput:
    return ConcludeInput(  # type: ignore[call-arg] # `register` is its alias
        **{
            "model": MODEL,
            "execution": EXECUTION,
            "trigger": TRIGGER,
            "lease_token": TOKEN,
            **reached,
        }
    )


def replayed(**reached: object) -> ConcludeInput:
    """What Conclude reads of an execution that got as far as its replay, of version 2."""
    passed = JudgeReplayOutput(passed=True, reason="they agree on all rows")
    document = {"register": RegisterOutput(number=2), "judge_replay": passed, **reached}
    return message(prepare=PREPARED, evaluate=evaluated(), **document)


PROMOTED = message(
    prepare=PREPARED, evaluate=evaluated(), register=RegisterOutput(number=1), roll_out=ROLLED_OUT
)


def ports(world: World, notifier: RecordingNotifier | None = None) -> ConcludePorts:
    return ConcludePorts(world.registry, world.registry.ledger, notifier or RecordingNotifier())
