"""Each kind of pipeline that is promised to export, held to parity by the real comparison."""

import hashlib
import warnings

import numpy as np
import onnx
import pytest
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from functions.contracts.artifact import ParityReport
from functions.inference.admission import refusals
from functions.inference.onnx_model import load_onnx_model
from functions.training.onnx_export import ExportError, export_onnx, stamp
from functions.training.parity import check_parity
from tests.unit.training.world import rows, spec

pytestmark = pytest.mark.slow

NUMBERS, CATEGORIES = [0, 1, 2, 3, 5], [4]


def one_hot(*numbers: BaseEstimator | str) -> ColumnTransformer:
    """Numbers through some steps, categories through imputing and one-hot encoding."""
    steps = make_pipeline(*numbers) if numbers else "passthrough"
    codes = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-2),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    return ColumnTransformer([("numbers", steps, NUMBERS), ("codes", codes, CATEGORIES)])


def imputed() -> SimpleImputer:
    return SimpleImputer(strategy="median")


PIPELINES: dict[str, tuple[int, Pipeline]] = {
    "histogram classifier": (
        2,
        make_pipeline(one_hot(), HistGradientBoostingClassifier(max_iter=40)),
    ),
    "histogram classifier, three classes": (
        3,
        make_pipeline(HistGradientBoostingClassifier(max_iter=15)),
    ),
    "histogram regressor": (0, make_pipeline(HistGradientBoostingRegressor(max_iter=40))),
    "gradient boosting": (2, make_pipeline(imputed(), GradientBoostingClassifier(n_estimators=20))),
    "gradient boosting, three classes": (
        3,
        make_pipeline(imputed(), GradientBoostingClassifier(n_estimators=8)),
    ),
    "gradient boosting regressor": (
        0,
        make_pipeline(imputed(), GradientBoostingRegressor(n_estimators=20)),
    ),
    "tree with missing values": (2, make_pipeline(DecisionTreeClassifier(random_state=0))),
    "forest with missing values": (
        2,
        make_pipeline(one_hot(), RandomForestClassifier(10, random_state=0)),
    ),
    "forest regressor with missing values": (
        0,
        make_pipeline(RandomForestRegressor(10, random_state=0)),
    ),
    "extra trees, three classes": (3, make_pipeline(ExtraTreesClassifier(10, random_state=0))),
    "logistic regression": (
        2,
        make_pipeline(one_hot(imputed(), StandardScaler()), LogisticRegression(max_iter=500)),
    ),
    "logistic regression, three classes": (
        3,
        make_pipeline(one_hot(imputed(), StandardScaler()), LogisticRegression(max_iter=500)),
    ),
    "ridge": (0, make_pipeline(one_hot(imputed(), StandardScaler()), Ridge())),
    "calibrated forest": (
        2,
        make_pipeline(CalibratedClassifierCV(RandomForestClassifier(5, random_state=0))),
    ),
}


def exported(classes: int, pipeline: Pipeline) -> tuple[bytes, ParityReport]:
    train, held_out, made = rows(3_000, classes), rows(1_000, classes, seed=9), spec(classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's advice about settings is not under test
        pipeline.fit(train.x, train.y)
    content = export_onnx(pipeline, made)
    report = check_parity(pipeline, content, made, sample=train.x, held_out=held_out.x, threads=2)
    return content, report


@pytest.mark.parametrize("name", list(PIPELINES))
def test_answers_as_the_pipeline_does(name: str) -> None:
    content, report = exported(*PIPELINES[name])

    assert report.passed, report.reason
    assert report.rows == 101_000
    assert report.flipped_labels == 0
    assert list(refusals(content)) == []


def test_gives_the_same_bytes_again() -> None:
    held, made = rows(800), spec()
    first, second = (
        export_onnx(
            make_pipeline(
                one_hot(), HistGradientBoostingClassifier(max_iter=5, random_state=0)
            ).fit(held.x, held.y),
            made,
        )
        for _ in range(2)
    )

    assert first == second


def test_has_one_input_and_one_output_and_says_nothing_of_its_maker() -> None:
    content, _ = exported(2, make_pipeline(one_hot(), HistGradientBoostingClassifier(max_iter=3)))

    model = onnx.load_from_string(content)
    onnx.checker.check_model(model)
    assert [value.name for value in model.graph.input] == ["rows"]
    assert [value.name for value in model.graph.output] == ["probabilities"]
    assert (model.producer_version, model.doc_string, model.graph.doc_string) == ("", "", "")
    assert model.graph.name == "tiny"


def test_names_a_regressor_s_output_value() -> None:
    content, _ = exported(0, make_pipeline(HistGradientBoostingRegressor(max_iter=3)))

    graph = load_onnx_model(content, expected_sha256=hashlib.sha256(content).hexdigest())
    assert graph.output == "value"
    assert graph.run(rows(5, 0).x).shape == (5, 1)


def test_stamps_the_graph_without_changing_its_answers() -> None:
    content, _ = exported(0, make_pipeline(HistGradientBoostingRegressor(max_iter=3)))

    stamped = stamp(content, spec(0), {"windvane.content_sha256": "f" * 64})

    assert stamped != content
    assert stamp(content, spec(0), {"windvane.content_sha256": "f" * 64}) == stamped
    bare, marked = (
        load_onnx_model(each, expected_sha256=hashlib.sha256(each).hexdigest())
        for each in (content, stamped)
    )
    np.testing.assert_array_equal(bare.run(rows(50, 0).x), marked.run(rows(50, 0).x))
    assert list(refusals(stamped)) == []


def test_says_what_cannot_be_converted() -> None:
    held = rows(300, missing=0.0)
    voting = VotingClassifier([("tree", DecisionTreeClassifier(max_depth=2))], voting="soft")
    voting.flatten_transform = True
    pipeline = make_pipeline(voting).fit(held.x, held.y)

    with pytest.raises(ExportError, match=r"pipeline of tiny \(VotingClassifier\) cannot be conv"):
        export_onnx(pipeline, spec())
