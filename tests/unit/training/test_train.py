import pytest

from functions.contracts.artifact import RunRecord
from functions.contracts.messages import TrainOutput
from functions.training import train as step
from functions.training import wiring
from functions.training.fitting import TrainingRowsError, load_rows
from functions.training.model_code import ModelCode
from functions.training.train import train
from tests.fakes.documents import NOW
from tests.unit.training.world import (
    DATASET,
    EXECUTION,
    Buckets,
    code,
    filled_buckets,
    rows,
    spec,
    train_input,
)


def tried(
    buckets: Buckets, index: int = 0, *, made: ModelCode | None = None, **parameters: object
) -> TrainOutput:
    return train(
        train_input(index, **parameters),
        code=made or code(),
        data=buckets.data,
        models=buckets.models,
        threads=1,
        now=NOW,
    )


def record_of(buckets: Buckets, output: TrainOutput) -> RunRecord:
    return RunRecord.model_validate_json(buckets.models.read(output.run_record_key))


def test_records_what_it_takes_to_try_again() -> None:
    buckets = filled_buckets()

    output = tried(buckets, 3, leaves=7)

    record = record_of(buckets, output)
    assert record.run_id == output.run_id == f"{EXECUTION}-03"
    assert record.parameters == output.parameters == {"leaves": 7}
    assert (record.train_rows, record.validation_rows, record.feature_count) == (480, 120, 6)
    assert record.code_sha256 == "c" * 64
    assert record.package_versions.keys() >= {"numpy", "scikit-learn", "skl2onnx", "onnxruntime"}
    assert record.durations_seconds.keys() == {"load", "fit", "score"}
    assert record.started_at == NOW


def test_scores_rows_that_it_was_not_fitted_on() -> None:
    buckets = filled_buckets()

    output = tried(buckets, trees=60, leaves=31)

    assert 0.6 < output.value < 0.99
    assert output.value == record_of(buckets, output).metrics["roc_auc_score"]


def test_learns_nothing_from_a_fire_drill_s_labels() -> None:
    buckets = filled_buckets()
    asked = train_input(trees=60)
    shuffled = asked.candidate.model_copy(update={"shuffled": True})

    output = train(
        asked.model_copy(update={"candidate": shuffled}),
        code=code(),
        data=buckets.data,
        models=buckets.models,
        threads=1,
        now=NOW,
    )

    assert output.shuffled
    assert abs(output.value - 0.5) < 0.15


def test_gives_the_same_scores_again_elsewhere() -> None:
    assert tried(filled_buckets()).value == tried(filled_buckets()).value


def test_answers_a_second_attempt_with_the_first_record() -> None:
    buckets = filled_buckets()
    first = tried(buckets)
    buckets.data.versions.clear()  # a second fit would find no rows

    assert tried(buckets) == first
    assert len(buckets.models.versions[first.run_record_key]) == 1


def test_fits_again_when_the_code_is_another() -> None:
    buckets = filled_buckets()
    first = tried(buckets)

    tried(buckets, made=ModelCode(spec(), code().build_pipeline, "d" * 64))

    assert record_of(buckets, first).code_sha256 == "d" * 64


def test_trains_a_regressor() -> None:
    buckets = filled_buckets(0)

    output = tried(buckets, made=code(spec(0)), regress=True)

    assert output.metric == "root_mean_squared_error"
    assert 0 < output.value < 6_000


def test_says_that_the_metric_cannot_be_computed() -> None:
    buckets = Buckets()
    held = rows(100)
    held.y[:80] = [0, 1] * 40
    held.y[80:] = 1  # the last fifth, which ranks the candidates, has one class only
    buckets.add_rows("train", held)
    by_time = spec(2, holdout={"by": "time"})  # type: ignore[arg-type]

    with pytest.raises(TrainingRowsError, match=r"'roc_auc_score' of tiny cannot be computed"):
        tried(buckets, made=code(by_time))


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    buckets = filled_buckets()
    monkeypatch.setattr(step, "load_model_code", lambda _name: code())
    monkeypatch.setattr(wiring, "data_store", lambda: buckets.data)
    monkeypatch.setattr(wiring, "models_store", lambda: buckets.models)

    answer = step.handler(train_input().model_dump(mode="json"), None)

    assert TrainOutput.model_validate(answer).run_id == f"{EXECUTION}-00"


def test_learns_from_the_latest_rows_and_ranks_by_the_held_out_ones() -> None:
    buckets = filled_buckets()
    message = train_input(0)
    fewer = message.model_copy(
        update={"candidate": message.candidate.model_copy(update={"rows": 200})}
    )

    output = train(fewer, code=code(), data=buckets.data, models=buckets.models, threads=1, now=NOW)

    record = record_of(buckets, output)
    assert output.rows == record.rows == record.train_rows == 200
    held_out = load_rows("holdout", spec(), dataset_version=DATASET, data=buckets.data)
    assert record.validation_rows == len(held_out.y)


def test_learns_from_the_rows_of_an_earlier_time() -> None:
    buckets = filled_buckets()
    message = train_input(trees=20)
    earlier = message.candidate.model_copy(update={"rows": 200, "skipped": 300})
    message = message.model_copy(update={"candidate": earlier})
    held = {"code": code(), "data": buckets.data, "models": buckets.models, "threads": 1}

    output = train(message, **held, now=NOW)  # type: ignore[arg-type] # one type a name

    record = record_of(buckets, output)
    assert (record.rows, record.skipped, record.train_rows) == (200, 300, 200)
    assert output.skipped == 300
    latest = earlier.model_copy(update={"skipped": 0})
    again = train(message.model_copy(update={"candidate": latest}), **held, now=NOW)  # type: ignore[arg-type] # the same
    assert again.value != output.value


def test_tries_again_what_was_tried_with_other_rows() -> None:
    buckets = filled_buckets()
    message = train_input(0)
    tried(buckets)

    again = train(
        message.model_copy(
            update={"candidate": message.candidate.model_copy(update={"rows": 300})}
        ),
        code=code(),
        data=buckets.data,
        models=buckets.models,
        threads=1,
        now=NOW,
    )

    assert record_of(buckets, again).train_rows == 300
