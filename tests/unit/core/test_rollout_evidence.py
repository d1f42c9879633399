from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Label, Task
from functions.contracts.rollout import RolloutRecord
from functions.contracts.rollout_policy import Rollout
from functions.core.baking import bake_of_step, bake_times
from functions.core.labelled_captures import standing_truths
from functions.core.promotion import Cause
from functions.core.rollout_evidence import (
    contest_of,
    counts_of,
    evidence_of,
    predict_the_same,
    without_answers,
)
from functions.core.rollouts import RolloutPlan, begin
from functions.core.traffic import VersionTraffic, read_traffic
from tests.fakes.documents import NOW
from tests.fakes.traffic import capture, failure, truth

MODEL = "tiny"
LATER = NOW + timedelta(minutes=1)
ROWS = np.float32([[1.0], [2.0]])
OUTPUTS = np.float32([[0.9, 0.1], [0.2, 0.8]])


def spec(task: Task = Task.BINARY_CLASSIFICATION, *, target: str = "repaid") -> ArtifactSpec:
    classes: tuple[Label, ...] = () if task is Task.REGRESSION else ("no", "yes")
    return ArtifactSpec(
        model=MODEL,
        task=task,
        feature_schema=FeatureSchema(features=(Feature(name="age", type="number"),)),
        target=target,
        classes=classes,
        maximum_rows=100,
        model_sha256="a" * 64,
    )


def record() -> RolloutRecord:
    plan = RolloutPlan(MODEL, "execution", challenger=2, champion=1, shares=(10.0,))
    bake = bake_of_step(bake_times(Rollout(), 1.0), NOW)
    return begin(plan, bake, Cause("ann", "new data", NOW))


def traffic_of(*lines: object, since: RolloutRecord | None = None) -> VersionTraffic:
    """The challenger's part of these lines."""
    asked = since or record()
    texts = [line.model_dump_json().encode() for line in lines]  # type: ignore[attr-defined]
    traffic = read_traffic(texts, model=MODEL, since=asked.started_at)
    return contest_of(asked, traffic).challenger


def challenger_line(id_: str = "a", **said: object) -> object:
    told = {"version": 2, "variant": record().split_id, **said}
    return capture(MODEL, ROWS, OUTPUTS, id_=id_, at=LATER, **told)


def test_takes_what_the_split_gave_and_not_what_was_asked_for_by_number() -> None:
    lines = (
        challenger_line("split"),
        challenger_line("by number", variant="version 2"),
        capture(MODEL, ROWS, OUTPUTS, id_="champion", at=LATER),
        challenger_line("an older rollout", variant="rollout-2-20200101T000000"),
    )
    texts = [line.model_dump_json().encode() for line in lines]  # type: ignore[attr-defined]

    contest = contest_of(record(), read_traffic(texts, model=MODEL, since=NOW))

    assert contest.challenger.ids == ("split/0", "split/1")
    assert contest.champion.ids == ("champion/0", "champion/1")


def test_has_nothing_of_a_version_that_nobody_asked() -> None:
    evidence = evidence_of(traffic_of(), spec(), {})

    assert (evidence.requests, evidence.failed_requests, evidence.labelled) == (0, 0, None)
    assert counts_of(traffic_of(), evidence).latency_ms is None


def test_counts_failed_requests_among_all() -> None:
    failed = failure(MODEL, id_="f", at=LATER, version=2, variant=record().split_id)

    evidence = evidence_of(traffic_of(challenger_line(), failed), spec(), {})

    assert (evidence.requests, evidence.failed_requests) == (2, 1)
    assert evidence.latencies_us.tolist() == [1000]
    assert evidence.outputs.tolist() == OUTPUTS.tolist()


def test_joins_what_came_true_and_leaves_out_what_is_no_class() -> None:
    truths = standing_truths(
        [truth(MODEL, "a/1", "yes", at=LATER), truth(MODEL, "a/0", "perhaps", at=LATER)]
    )

    evidence = evidence_of(traffic_of(challenger_line()), spec(), truths)

    assert evidence.labelled is not None
    assert evidence.labelled.truth.tolist() == [1]
    assert evidence.labelled.outputs.tolist() == OUTPUTS[1:].tolist()
    assert counts_of(traffic_of(challenger_line()), evidence).labelled_rows == 1


def test_takes_a_regressions_values_as_they_are() -> None:
    line = capture(MODEL, ROWS, ROWS * 2, id_="a", at=LATER, version=2, variant=record().split_id)
    truths = standing_truths([truth(MODEL, "a/0", 2.5, at=LATER)])

    evidence = evidence_of(traffic_of(line), spec(Task.REGRESSION), truths)

    assert evidence.labelled is not None
    assert evidence.labelled.truth.tolist() == [2.5]


def test_leaves_out_answers_that_are_not_the_versions() -> None:
    line = capture(MODEL, ROWS, ROWS, id_="a", at=LATER, version=2, variant=record().split_id)

    evidence = evidence_of(traffic_of(line), spec(), {})

    assert (evidence.requests, len(evidence.outputs)) == (1, 0)


def test_compares_only_how_versions_answer_that_predict_different_things() -> None:
    evidence = without_answers(evidence_of(traffic_of(challenger_line()), spec(), {}))

    assert not predict_the_same(spec(), spec(target="defaulted"))
    assert predict_the_same(spec(), spec())
    assert (evidence.requests, len(evidence.outputs), evidence.labelled) == (1, 0, None)


@pytest.mark.parametrize(("latencies", "slow"), [((1000,), 1.0), ((1000, 3000), 2.9)])
def test_tells_the_95th_percentile_in_milliseconds(latencies: tuple[int, ...], slow: float) -> None:
    lines = [challenger_line(f"{us}", latency_us=us) for us in latencies]
    part = traffic_of(*lines)

    assert counts_of(part, evidence_of(part, spec(), {})).latency_ms == pytest.approx(slow)
