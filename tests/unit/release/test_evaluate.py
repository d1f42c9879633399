from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.contracts.artifact import Artifact
from functions.contracts.feature_schema import Feature
from functions.contracts.messages import EvaluateInput, EvaluateOutput, TrainOutput, TriggerKind
from functions.contracts.model_spec import Bound, ChampionGate, Gates
from functions.contracts.release import GateReport, GateResult
from functions.core.stored_objects import AlteredObjectError
from functions.inference.onnx_model import ModelAdmissionError
from functions.inference.trial_process import TrialProcess
from functions.release import evaluate as step
from functions.release import wiring
from functions.release.evaluate import GOLDEN_ROWS, evaluate
from tests.fakes.documents import NOW
from tests.fakes.retraining import trigger
from tests.unit.inference import graphs
from tests.unit.release.world import (
    FEATURES,
    PARITY,
    PREPARED,
    WEIGHTS,
    World,
    answer_in_process,
    spec,
)

GAIN = ChampionGate(metric="roc_auc_score", minimum_gain=0.01)
WORSE = (-1.0, 2.0, -0.5)
TOO_HIGH = {"roc_auc_score": Bound(minimum=0.999)}


def evaluated(
    world: World, message: EvaluateInput | None = None, *, gates: Gates | None = None
) -> tuple[EvaluateOutput, GateReport]:
    output = evaluate(
        message or world.evaluate_input(), spec=spec(gates), bench=world.bench(), now=NOW
    )
    report = GateReport.model_validate_json(world.models.read(output.gate_report_key))
    assert (report.passed, report.reason) == (output.passed, output.reason)
    return output, report


def gate(report: GateReport, name: str) -> GateResult:
    (found,) = [result for result in report.gates if result.gate == name]
    return found


def test_scores_the_graph_on_the_held_out_rows() -> None:
    output, report = evaluated(World())

    assert output.scores["roc_auc_score"] > 0.9
    assert report.scores == output.scores
    assert report.holdout_rows == 300
    assert 0 < report.latency_ms < 100


def test_asks_the_gates_of_the_model() -> None:
    gates = Gates(
        absolute={"roc_auc_score": Bound(minimum=0.999)}, champion=GAIN, maximum_latency_ms=1000.0
    )

    output, report = evaluated(World(), gates=gates)

    assert not output.passed
    assert [(result.gate, result.passed) for result in report.gates] == [
        ("absolute.roc_auc_score", False),
        ("champion.roc_auc_score", True),
        ("parity", True),
        ("latency", True),
    ]
    assert output.reason.startswith("1 of 4 gates failed: roc_auc_score 0.9")


@pytest.mark.parametrize(
    ("champion", "gates", "falls_short"),
    [
        (WORSE, Gates(absolute=TOO_HIGH), True),
        (WEIGHTS, Gates(absolute=TOO_HIGH), False),
        (None, Gates(absolute=TOO_HIGH), False),
        (WEIGHTS, Gates(champion=GAIN), False),
        (WORSE, Gates(absolute=TOO_HIGH, maximum_latency_ms=1e-9), False),
        (WORSE, Gates(champion=GAIN), False),
    ],
    ids=["it does", "no better", "no champion", "not better enough", "too slow", "passed"],
)
def test_tells_a_candidate_that_is_better_and_falls_short_of_a_gate(
    champion: tuple[float, ...] | None, gates: Gates, falls_short: bool
) -> None:
    world = World()
    if champion is not None:
        world.add_champion(world.add_artifact(champion))

    output, _ = evaluated(world, gates=gates)

    assert output.found.falls_short is falls_short


def test_never_lets_a_fire_drill_pass() -> None:
    world = World()
    drill = world.evaluate_input().model_copy(update={"trigger": trigger(kind=TriggerKind.DRILL)})

    output = evaluate(drill, spec=spec(), bench=world.bench(), now=NOW)

    report = GateReport.model_validate_json(world.models.read(output.gate_report_key))
    assert report.passed
    assert not output.passed
    assert output.reason == f"a fire drill's candidate is never released; {report.reason}"


def returning(world: World, *, held_until: datetime | None) -> EvaluateInput:
    """A run about a change, of which the rows before an earlier change teach as much as its own."""
    began = NOW - timedelta(days=40)
    about = trigger().model_copy(
        update={
            "since": NOW - timedelta(days=9),
            "earlier": (5000, 2300),
            "earlier_since": (began, NOW - timedelta(days=20)),
            "releases": (held_until, None),
        }
    )
    tried = tuple(
        TrainOutput(
            run_id=f"run-{number}",
            run_record_key="",
            metric="roc_auc_score",
            value=value,
            parameters={},
            rows=900,
            skipped=skipped,
        )
        for number, (value, skipped) in enumerate([(0.94, 0), (0.93, 4700), (0.5, 2000)])
    )
    prepared = PREPARED.model_copy(update={"holdout_rows": 300})
    return world.evaluate_input().model_copy(
        update={"trigger": about, "prepare": prepared, "train": tried}
    )


@pytest.mark.parametrize(
    ("held_until", "passed"),
    [(NOW + timedelta(days=1), False), (NOW, True), (None, True)],
    ids=["it may be too short", "it lasted", "at once"],
)
def test_holds_a_candidate_for_a_time_that_may_be_too_short(
    held_until: datetime | None, passed: bool
) -> None:
    world = World()
    world.add_champion(world.add_artifact(WORSE))

    output, report = evaluated(world, returning(world, held_until=held_until))

    assert output.passed is passed
    assert output.found.went_back is not None
    assert output.found.went_back.to == NOW - timedelta(days=40)
    assert output.found.went_back.held_until == (None if passed else held_until)
    assert ("return" in {result.gate for result in report.gates}) is not passed
    if not passed:
        assert output.reason.startswith("1 of 2 gates failed: labels come out again as they did")


def test_holds_nothing_before_there_is_a_champion_to_compare_with() -> None:
    world = World()

    output, _ = evaluated(world, returning(world, held_until=NOW + timedelta(days=1)))

    assert output.passed
    assert output.found.went_back is None


def test_compares_with_the_champion_on_the_same_rows() -> None:
    world = World()
    world.add_champion(world.add_artifact(WORSE))

    output, report = evaluated(world, gates=Gates(champion=GAIN))

    assert output.passed
    assert report.champion_number == 1
    mine, theirs = report.scores["roc_auc_score"], report.champion_scores["roc_auc_score"]
    assert theirs == pytest.approx(1.0 - mine)
    assert gate(report, "champion.roc_auc_score").value == pytest.approx(mine - theirs)


def test_keeps_the_champion_when_the_gain_is_too_small() -> None:
    world = World()
    world.add_champion()

    output, _ = evaluated(world, gates=Gates(champion=GAIN))

    assert not output.passed
    assert "roc_auc_score +0.0000 against version 1, needs +0.0100" in output.reason


def test_gives_a_champion_of_another_schema_the_rows_in_its_own_encoding() -> None:
    world = World()
    fewer = world.add_artifact((-2.0, 1.0), features=(FEATURES[1], FEATURES[0]))
    world.add_champion(fewer)

    _, report = evaluated(world, gates=Gates(champion=GAIN))

    assert report.champion_scores["roc_auc_score"] > 0.85
    assert "against version 1" in gate(report, "champion.roc_auc_score").reason


@pytest.mark.parametrize(("minimum", "passed"), [(0.8, True), (0.999, False)])
def test_lets_the_absolute_gate_decide_when_the_champion_needs_another_feature(
    minimum: float, passed: bool
) -> None:
    world = World()
    retired = (*FEATURES[:2], Feature(name="shoe_size", type="number"))
    world.add_champion(world.add_artifact((1.0, 1.0, 1.0), features=retired))
    gates = Gates(absolute={"roc_auc_score": Bound(minimum=minimum)}, champion=GAIN)

    output, report = evaluated(world, gates=gates)

    assert output.passed is passed
    found = gate(report, "champion.roc_auc_score")
    assert "because the rows have no feature 'shoe_size'" in found.reason
    assert report.champion_scores == {}


def test_does_not_compare_with_a_champion_that_predicts_something_else() -> None:
    world = World()
    world.add_champion(world.add_artifact((1.0, 1.0, 1.0), target="moved_house"))

    output, report = evaluated(world, gates=Gates(champion=GAIN))

    assert not output.passed
    assert "which predicts moved_house" in gate(report, "champion.roc_auc_score").reason


def test_refuses_a_candidate_without_parity() -> None:
    world = World()
    broken = PARITY.model_copy(update={"passed": False, "reason": "12 labels flipped"})

    output, _ = evaluated(world, world.evaluate_input(parity=broken))

    assert not output.passed
    assert "12 labels flipped" in output.reason


def test_tries_the_graph_on_golden_rows_first() -> None:
    world, seen = World(), []

    def trial(content: bytes, rows: np.ndarray) -> np.ndarray:
        seen.append((len(content), rows.shape))
        return answer_in_process(content, rows)

    evaluate(world.evaluate_input(), spec=spec(), bench=world.bench(trial), now=NOW)

    assert [shape for _, shape in seen] == [(GOLDEN_ROWS, 3)]


def test_admits_a_graph_in_a_child_process() -> None:
    world = World()

    output = evaluate(
        world.evaluate_input(), spec=spec(), bench=world.bench(TrialProcess()), now=NOW
    )

    assert output.passed


def test_runs_no_graph_that_is_refused() -> None:
    world = World()
    hostile = world.add_artifact(content=graphs.looping().SerializeToString())

    with pytest.raises(ModelAdmissionError, match="Loop is not on the allow-list"):
        evaluate(world.evaluate_input(hostile), spec=spec(), bench=world.bench(), now=NOW)


@pytest.mark.parametrize("file", ["model", "spec"])
def test_refuses_a_file_that_is_not_the_one_that_was_stored(file: str) -> None:
    world = World()
    artifact = world.add_artifact()
    stored = getattr(artifact, file).model_copy(update={"sha256": "0" * 64})
    tampered: Artifact = artifact.model_copy(update={file: stored})

    with pytest.raises(AlteredObjectError, match="registered is 0000"):
        evaluate(world.evaluate_input(tampered), spec=spec(), bench=world.bench(), now=NOW)


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(step, "load_model_spec", lambda _name: spec())
    monkeypatch.setattr(wiring, "data_store", lambda: world.data)
    monkeypatch.setattr(wiring, "models_store", lambda: world.models)
    monkeypatch.setattr(wiring, "registry", lambda: world.registry)
    monkeypatch.setattr(wiring, "trial", lambda: answer_in_process)

    answer = step.handler(world.evaluate_input().model_dump(mode="json"), None)

    assert EvaluateOutput.model_validate(answer).passed
