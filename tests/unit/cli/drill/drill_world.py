"""A stage on which drills are made: buckets, registry and ledger in memory, functions that play.

`Stage` plays what the deployed functions and CloudWatch do; a test takes a link away from it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO

from functions.aws.alarms import Alarm
from functions.aws.executions import Execution
from functions.aws.topic_mailbox import TopicMessage
from functions.cli.drill.cast import RUNS, DrillCast
from functions.cli.drill.links import Chain
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.alerts import Alerts, Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport
from functions.contracts.messages import (
    Decision,
    DetectDriftInput,
    RetrainingAnswer,
    RetrainingRequest,
)
from functions.contracts.outputs import OUTPUTS
from functions.contracts.release import ExecutionRecord, GateReport, Outcome
from functions.contracts.settings import CommandSettings
from functions.core.arrays import array_to_bytes
from functions.core.folder_store import captures_of
from functions.core.ports import MetricValue
from functions.core.promotion import Cause
from functions.release.rollout_moves import abort_rollout
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.retraining import decision
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.world import DATASET, MODEL, PARITY, World, held_out, spec

CALLER = "123 as ann"
ALERTS = Alerts()


@dataclass
class Stage:
    """What plays the deployed side; `dead` names the links that do not happen."""

    world: World = field(default_factory=World)
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    dead: set[str] = field(default_factory=set)
    alerts: Alerts = ALERTS
    report: Callable[[], DriftReport] | None = None
    clock: datetime = NOW
    metrics: dict[str, float] = field(default_factory=dict)
    heard: list[TopicMessage] = field(default_factory=list)
    invoked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    is_closed: bool = False
    own_alarm: str | None = None
    gates_passed: bool = False

    def __post_init__(self) -> None:
        self.ledger = self.world.registry.ledger
        self.ledger.books.clear()
        x, _ = held_out(400)
        for name in ("holdout_x", "train_x"):
            key = keys.prepared_array(MODEL, DATASET, name)
            self.world.data.write(key, array_to_bytes(x), content_type="")

    def cast(self) -> DrillCast:
        settings = CommandSettings(stage="dev", **dict.fromkeys(OUTPUTS, "x"))
        settings = settings.model_copy(
            update={name: name for name in OUTPUTS if name.endswith("_function")}
        )
        told = RecordingNotifier()
        return DrillCast(
            model=MODEL,
            spec=spec().model_copy(update={"alerts": self.alerts}),
            stage=DeployedStage(settings),
            registry=self.world.registry,
            ledger=self.ledger,
            functions=self,
            executions=self,  # type: ignore[arg-type] # only describe is asked for
            alarms=self,
            metrics=self,
            find_metric=lambda name, _since: self.metrics.get(name),
            data=self.world.data,
            models=self.world.models,
            captures=self.captures,
            told=dict.fromkeys((*Severity, RUNS), told),
            open_mailbox=lambda _name: self,
            make_alarm=self.make_alarm,
            remove=self.remove,
            caller=CALLER,
            now=lambda: self.clock,
            pause=self.pause,
        )

    def chain(self, told: StringIO | None = None) -> Chain:
        out = Output(as_json=False, stdout=told or StringIO())
        return Chain(out, now=lambda: self.clock, pause=self.pause, patience_seconds=5.0)

    def pause(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    # The functions.

    def invoke(self, function: str, payload: str) -> object:
        content = json.loads(payload)
        self.invoked.append((function, content))
        if function == "start_retraining_function":
            return self._start(RetrainingRequest.model_validate(content))
        if function == "join_ground_truth_function":
            self._joined(content)
            return {"objects": 0}
        return self._judged(DetectDriftInput.model_validate(content))

    def _start(self, request: RetrainingRequest) -> object:
        if "start" in self.dead:
            refused = RetrainingAnswer(decision=Decision.ALREADY_RUNNING, reason="another runs")
            return refused.model_dump(mode="json")
        name = "tiny-drill-1"
        report = GateReport(
            model=MODEL,
            execution=name,
            run_id="run",
            dataset_version=DATASET,
            created_at=self.clock,
            passed=self.gates_passed,
            reason="all 3 gates passed" if self.gates_passed else "1 of 3 gates failed",
            gates=(),
            scores={},
            holdout_rows=300,
            latency_ms=0.1,
            parity=PARITY,
        )
        key = keys.gate_report(MODEL, name)
        self.world.models.write(key, report.model_dump_json().encode(), content_type="")
        record = ExecutionRecord(
            model=MODEL,
            execution=name,
            trigger=request.kind,
            outcome=Outcome.REJECTED_BY_GATES,
            reason="refused",
            ended_at=self.clock,
        )
        if "ledger" not in self.dead:
            self.world.registry.add_execution(record)
        if "notice" not in self.dead:
            self.heard.append(TopicMessage(RUNS, "Fire drill: tiny", f"about {name}"))
        started = RetrainingAnswer(decision=Decision.STARTED, reason="started", execution=name)
        return started.model_dump(mode="json")

    def _judged(self, message: DetectDriftInput) -> object:
        output: dict[str, object] = {
            "model": MODEL,
            "verdict": "drift",
            "reason": "they differ",
            "current_rows": 1,
            "drifted_features": [],
        }
        if message.drill is None or self.report is None:
            return output
        report = self.report()
        key = keys.drift_report(MODEL, report.window_end, "json")
        folder = captures_of(self.captures, message.drill)
        folder.write(key, report.model_dump_json().encode(), content_type="")
        for state in report.alerts:
            self._emit(state.metric_name, float(state.holds and state.held_back is None))
        return {**output, "json_key": key}

    def _joined(self, message: dict[str, object]) -> None:
        for condition in self.alerts.of_kind(ConditionKind.NO_LABELS):
            self._emit(condition.metric_name, 1.0 if message.get("drill") else 0.0)

    # CloudWatch, and what it wakes.

    def put(self, _model: str, values: list[MetricValue], *, at: datetime) -> None:  # noqa: ARG002
        for value in values:
            self._emit(str(value.metric), value.value)

    def _emit(self, name: str, value: float) -> None:
        if "metric" not in self.dead:
            self.metrics[name] = value
        condition = next(each for each in self.alerts.conditions if each.metric_name == name)
        if value:
            self._ring(condition)

    def _ring(self, condition: Condition) -> None:
        if "notice" not in self.dead:
            subject = f"[{condition.severity}] {MODEL} on dev: {condition.text}"
            self.heard.append(TopicMessage(str(condition.severity), subject, "what to do"))
        if condition.severity is Severity.RETRAIN and "trigger" not in self.dead:
            record = decision(f"alarm-{condition.metric_name}", model=MODEL)
            started = "started for real" in self.dead
            made = Decision.STARTED if started else Decision.DRILLED
            asked = record.trigger.model_copy(
                update={"reason": f"alarm-{condition.metric_name}: it is 1"}
            )
            self.ledger.decide(
                record.model_copy(
                    update={"decision": made, "trigger": asked, "at": self.clock, "reason": "why"}
                )
            )

    def of_namespace(self, namespace: str) -> tuple[Alarm, ...]:
        assert namespace == f"Windvane/dev/{MODEL}"
        found = [
            self._alarm(f"alarm-{name}", name, is_raised=bool(value) and "alarm" not in self.dead)
            for name, value in self.metrics.items()
        ]
        if self.own_alarm:
            is_raised = "own alarm" not in self.dead
            found.append(self._alarm(self.own_alarm, "DrillAbort", is_raised=is_raised))
        return tuple(found)

    def _alarm(self, name: str, metric: str, *, is_raised: bool) -> Alarm:
        state = "ALARM" if is_raised else "OK"
        return Alarm(name=name, metric=metric, state=state, reason="", updated_at=self.clock)

    # The drill's own alarm.

    def make_alarm(self, name: str) -> "OwnAlarm":
        return OwnAlarm(self, name)

    # The mailbox, the folder and the execution.

    def remove(self, prefix: str) -> int:
        self.removed.append(prefix)
        return 1

    def messages(self) -> tuple[TopicMessage, ...]:
        return tuple(self.heard)

    def close(self) -> None:
        self.is_closed = True

    def describe(self, name: str) -> Execution:
        evaluate = {"gate_report_key": keys.gate_report(MODEL, name), "passed": False}
        output = {"model": MODEL, "evaluate": evaluate, "train": []}
        status = "RUNNING" if "run" in self.dead else "SUCCEEDED"
        return Execution(name, f"arn:{name}", status, NOW, NOW, output=json.dumps(output))


@dataclass
class OwnAlarm:
    """Ends the rollout, unless that link is dead."""

    stage: Stage
    name: str

    def raise_(self, now: datetime) -> None:
        self.stage.own_alarm = self.name
        if "abort" in self.stage.dead:
            return
        registry = self.stage.world.registry
        record = registry.find_rollout(MODEL)
        assert record is not None
        abort_rollout(record, Cause("alarm", "it went off", now), registry=registry)

    def remove(self) -> None:
        self.stage.removed.append(self.name)
