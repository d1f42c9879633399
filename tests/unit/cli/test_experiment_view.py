"""A/B tests as people and scripts see them."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.cli import experiment_view
from functions.cli.errors import UsageError
from functions.cli.experiment_view import Asked, read_shares
from functions.cli.output import Output
from functions.contracts.experiment import ExperimentState
from functions.contracts.naming import Alias
from functions.core.experiments import ExperimentError
from functions.core.registry import UnknownExperimentError
from functions.release.rollback import rollback
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.unit.cli.experiment_stage import MODEL, ExperimentStage
from tests.unit.core.drift_world import spec

ASKED = Asked(
    model=MODEL,
    name="deeper",
    shares=("2=30",),
    metric=None,
    minimum_rows=100,
    until=None,
    reason="is it better?",
)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> ExperimentStage:
    made = ExperimentStage()
    made.enter(monkeypatch)
    return made


def people() -> tuple[Output, io.StringIO]:
    written = io.StringIO()
    return Output(as_json=False, stdout=written), written


def script() -> tuple[Output, io.StringIO]:
    written = io.StringIO()
    return Output(as_json=True, stdout=written), written


def document(written: io.StringIO) -> Any:
    return json.loads(written.getvalue())


def shares_of(registry: InMemoryRegistry) -> dict[int, float]:
    return {s.number: s.percent for s in registry.aliases[MODEL, Alias.CHAMPION].shares}


def test_divides_the_callers_for_a_fortnight(stage: ExperimentStage) -> None:
    out, written = people()

    experiment_view.start(out, ASKED, stage=None)

    assert shares_of(stage.registry) == {2: 30.0}
    test = stage.experiment()
    assert (test.metric, test.ends_at, test.reason) == (
        "roc_auc_score",
        NOW + timedelta(days=14),
        "is it better?",
    )
    assert written.getvalue() == (
        "deeper runs until 2026-03-15 12:00:00 UTC: car/1 70 %, car/2 30 %\n"
    )


def test_starts_what_was_asked(stage: ExperimentStage) -> None:
    out, written = script()
    until = datetime(2026, 3, 5)  # noqa: DTZ001 - as the command reads it: without an offset
    asked = replace(ASKED, shares=("2=30", "3=0.5"), metric="brier_error", until=until)

    experiment_view.start(out, asked, stage=None)

    found = document(written)
    assert found["allocation"] == {"1": 69.5, "2": 30.0, "3": 0.5}
    assert (found["metric"], found["ends_at"]) == ("brier_error", "2026-03-05T00:00:00Z")
    assert stage.experiment().state is ExperimentState.RUNNING


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        (("2",), "--share '2' cannot be read: write NUMBER=PERCENT, such as 8=20"),
        (("2=much",), "cannot be read"),
        (("two=20",), "cannot be read"),
        (("2=20", "2=30"), "names version 2 twice"),
    ],
)
def test_says_how_a_share_is_written(written: tuple[str, ...], mistake: str) -> None:
    with pytest.raises(UsageError, match=mistake):
        read_shares(written)


def test_compares_no_versions_that_predict_different_things(stage: ExperimentStage) -> None:
    stage.add_version(4, spec().model_copy(update={"target": "returned"}))

    with pytest.raises(ExperimentError, match="car/4 predicts something else than car/1"):
        experiment_view.start(people()[0], replace(ASKED, shares=("4=10",)), stage=None)
    assert shares_of(stage.registry) == {}


def test_wants_a_champion_to_test_against(stage: ExperimentStage) -> None:
    stage.registry.aliases.clear()

    with pytest.raises(ExperimentError, match="car has no champion to test against"):
        experiment_view.start(people()[0], ASKED, stage=None)


def test_says_that_there_are_too_few_rows_yet(stage: ExperimentStage) -> None:
    experiment_view.start(people()[0], ASKED, stage=None)
    stage.answer(200, noise={1: 1.0, 2: 1.0})
    out, written = people()

    experiment_view.show(out, model=MODEL, name="deeper", stage=None)

    text = written.getvalue()
    assert "too few rows yet: car/2 has" in text
    assert "of the 100 that each version needs" in text
    assert "state    running" in text


@pytest.mark.slow
def test_shows_which_version_is_better_and_keeps_it_with_the_test(
    stage: ExperimentStage,
) -> None:
    experiment_view.start(people()[0], ASKED, stage=None)
    stage.answer(3000, noise={1: 2.5, 2: 0.8})
    out, written = script()
    experiment_view.show(out, model=MODEL, name="deeper", stage=None)
    now = document(written)["result_now"]
    out, written = people()

    experiment_view.stop(out, model=MODEL, name="deeper", reason="2 it is", stage=None)

    assert now["comparisons"][0]["verdict"] == "better"
    assert [arm["number"] for arm in now["arms"]] == [1, 2]
    assert now["arms"][1]["labelled_rows"] == pytest.approx(900, abs=100)
    assert "car/2 is better than car/1" in written.getvalue()
    assert written.getvalue().endswith("deeper of car is stopped: 2 it is\n")
    kept = stage.experiment()
    assert kept.result is not None
    assert kept.result.comparisons[0].verdict == "better"
    assert shares_of(stage.registry) == {}


def test_stops_a_test_once(stage: ExperimentStage) -> None:
    experiment_view.start(people()[0], ASKED, stage=None)
    experiment_view.stop(people()[0], model=MODEL, name="deeper", reason="enough", stage=None)
    stopped = stage.experiment()
    stage.answer(300, noise={1: 1.0, 2: 1.0})

    out, written = script()
    experiment_view.stop(out, model=MODEL, name="deeper", reason="again", stage=None)

    assert document(written)["reason"] == "enough"
    assert stage.experiment() == stopped


def test_says_how_a_test_came_to_its_end_though_nobody_wrote_it_down(
    stage: ExperimentStage,
) -> None:
    experiment_view.start(people()[0], ASKED, stage=None)
    rollback(MODEL, actor="bob", reason="?", registry=stage.registry, now=NOW)
    out, written = people()

    experiment_view.show(out, model=MODEL, name="deeper", stage=None)

    assert "over: car/1 was given all callers again by hand" in written.getvalue()


def test_lists_the_tests_of_a_model(stage: ExperimentStage) -> None:
    out, written = people()
    experiment_view.list_experiments(out, model=MODEL, stage=None)
    assert "car has no A/B tests yet: `windvane ab start car" in written.getvalue()

    experiment_view.start(people()[0], ASKED, stage=None)
    stage.now = NOW + timedelta(days=15)
    experiment_view.start(people()[0], replace(ASKED, name="wider", shares=("3=50",)), stage=None)
    out, written = people()
    experiment_view.list_experiments(out, model=MODEL, stage=None)

    _, newest, oldest = written.getvalue().splitlines()
    assert newest.startswith("wider   running  car/1 50 %, car/3 50 %  roc_auc_score")
    assert oldest.startswith("deeper  ended    car/1 70 %, car/2 30 %")


@pytest.mark.usefixtures("stage")
def test_names_the_test_that_it_does_not_know() -> None:
    with pytest.raises(UnknownExperimentError, match="car has no A/B test named 'deeper'"):
        experiment_view.show(people()[0], model=MODEL, name="deeper", stage=None)
