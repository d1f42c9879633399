import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from functions.training import onnx_export
from functions.training.onnx_export import ExportError, export_onnx
from functions.training.parity import check_parity, column_thresholds
from tests.unit.training.world import rows, spec


def close_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Identifiers that are neighbors as float32: the middle between them rounds to one of them."""
    rng = np.random.default_rng(5)
    x = rows(count, missing=0.0).x
    step = 128  # from one float32 to the next, from 2**30 on
    x[:, 0] = 2**30 + step * rng.integers(0, 200, count)
    return x, ((x[:, 0] // step) % 2).astype(np.int64)


@pytest.mark.slow
def test_needs_the_cure_for_large_identifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = close_pairs(4_000)
    trees = HistGradientBoostingClassifier(max_iter=30, max_bins=255, random_state=0)
    pipeline = make_pipeline(trees).fit(x, y)

    def parity() -> float:
        content = export_onnx(pipeline, spec())
        report = check_parity(pipeline, content, spec(), sample=x, held_out=x, threads=2)
        return report.maximum_absolute_error

    cured = parity()
    monkeypatch.setattr(onnx_export, "snap_histogram_trees", lambda _pipeline: None)
    uncured = parity()

    assert cured < 1e-6
    assert uncured > 1e-3


def test_needs_the_cure_for_missing_values_of_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    held = rows(1_500, missing=0.2)
    pipeline = make_pipeline(RandomForestClassifier(5, random_state=0)).fit(held.x, held.y)
    monkeypatch.setattr(onnx_export, "missing_directions", lambda _pipeline: iter(()))

    content = export_onnx(pipeline, spec())
    report = check_parity(pipeline, content, spec(), sample=held.x, held_out=held.x, threads=2)

    assert not report.passed
    assert report.flipped_labels > 100


def test_notices_a_graph_of_another_pipeline() -> None:
    held = rows(800)
    mine, other = (
        make_pipeline(HistGradientBoostingClassifier(max_iter=trees)).fit(held.x, held.y)
        for trees in (5, 6)
    )

    report = check_parity(
        mine, export_onnx(other, spec()), spec(), sample=held.x, held_out=held.x, threads=2
    )

    assert not report.passed


def test_finds_the_columns_that_reach_the_trees_unchanged() -> None:
    held = rows(800)
    columns = ColumnTransformer(
        [
            ("codes", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [4]),
            ("numbers", "passthrough", [3, 0]),
        ]
    )
    trees = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    pipeline = make_pipeline(columns, trees).fit(held.x, held.y)

    found = column_thresholds(pipeline, held.x)

    assert found.keys() == {0, 3}
    assert found[0].min() > 2**24
    assert np.abs(found[3]).max() < 5


def test_finds_no_thresholds_without_trees() -> None:
    held = rows(300, missing=0.0)
    pipeline = make_pipeline(SimpleImputer(), LogisticRegression()).fit(held.x, held.y)

    assert column_thresholds(pipeline, held.x) == {}


def test_tells_the_author_that_the_pipeline_cannot_answer_what_the_schema_allows() -> None:
    held = rows(500, missing=0.0)
    strict = ColumnTransformer([("codes", OneHotEncoder(sparse_output=False), [4])])
    trees = HistGradientBoostingClassifier(max_iter=3)
    pipeline = make_pipeline(strict, trees).fit(held.x, held.y)
    other = make_pipeline(HistGradientBoostingClassifier(max_iter=1)).fit(held.x, held.y)
    content = export_onnx(other, spec())

    with pytest.raises(ExportError, match="ignore unknown categories"):
        check_parity(pipeline, content, spec(), sample=held.x, held_out=held.x, threads=1)
