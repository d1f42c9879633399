"""Write what NannyML estimates of its own sample sets, and the scores that it was given.

NannyML is no dependency of ours and needs an environment of its own:

    python3.11 -m venv nannyml-environment
    nannyml-environment/bin/pip install nannyml==0.13.1 numpy==1.26.4 pandas==2.2.3 \
        scipy==1.14.1 pyarrow==18.1.0 statsmodels
    export NML_DISABLE_USAGE_LOGGING=1
    nannyml-environment/bin/python tests/golden/make_nannyml_estimates.py

It writes `nannyml_estimates.json`, the numbers, and an `.npz` of arrays for each set, an extract of
the data that lie in NannyML's wheel (package `nannyml` 0.13.1, copyright NannyML, Apache
License 2.0, https://github.com/NannyML/nannyml). Changed are: names of columns, which are ours;
features, which are left out but for the car prices'; scores, which are rounded to float32; and of
cards and car prices every third row is kept. The employment set derives from the American Community
Survey's public use microdata of the US Census Bureau.

NannyML is asked on the rounded scores and the kept rows, so that both sides see the same numbers.
Labels of the classifiers are their likeliest classes, as ours are.
"""

import json
from pathlib import Path

import nannyml
import numpy as np
from nannyml.calibration import IsotonicCalibrator

FOLDER = Path(__file__).parent
CLASS_METRICS = {
    "roc_auc": "roc_auc_score",
    "average_precision": "average_precision_score",
    "f1": "f1_score",
    "precision": "precision_score",
    "recall": "recall_score",
    "specificity": "specificity_score",
    "accuracy": "accuracy_score",
}
LOSS_METRICS = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
}
COLUMNS = {
    "value": "value",
    "sampling_error": "sampling_error",
    "realized": "realised",
    "lower_threshold": "lower_threshold",
    "upper_threshold": "upper_threshold",
    "alert": "alert",
}
PRICE_FEATURES = (
    "car_age",
    "km_driven",
    "price_new",
    "accident_count",
    "door_count",
    "fuel",
    "transmission",
)
EVERY = 3
"""Of cards and car prices, the row that is kept."""


def read_estimates(result, metrics):
    """Return per metric the columns over the chunks of the analysis period."""
    frame = result.filter(period="analysis").to_df()
    return {
        ours: {
            name: [round(float(each), 10) for each in frame[theirs, column]]
            for column, name in COLUMNS.items()
        }
        for theirs, ours in metrics.items()
    }


def write_arrays(name, **arrays):
    """Write the extract of one set."""
    np.savez_compressed(FOLDER / f"nannyml_{name}.npz", **arrays)


def estimate_binary(name, data, *, truth, score, chunk_rows):
    """Return NannyML's estimates of a binary set, and write what it was given."""
    reference, analysis, targets = (part.copy() for part in data)
    analysis[truth] = targets[truth].to_numpy()
    for part in (reference, analysis):
        part[score] = part[score].astype(np.float32).astype(np.float64)
        part["label"] = (part[score] > 0.5).astype(int)
    estimator = nannyml.CBPE(
        problem_type="classification_binary",
        y_pred_proba=score,
        y_pred="label",
        y_true=truth,
        metrics=list(CLASS_METRICS),
        chunk_size=chunk_rows,
    ).fit(reference)
    write_arrays(
        name,
        reference_scores=reference[score].to_numpy(np.float32),
        reference_truth=reference[truth].to_numpy(np.uint8),
        scores=analysis[score].to_numpy(np.float32),
        truth=analysis[truth].to_numpy(np.uint8),
    )
    metrics = read_estimates(estimator.estimate(analysis), CLASS_METRICS)
    return {
        "chunk_rows": chunk_rows,
        "calibrated": [bool(estimator.needs_calibration)],
        "metrics": metrics,
    }


def estimate_classes(name, data, *, chunk_rows):
    """Return NannyML's estimates of its multiclass set, and write what it was given."""
    reference, analysis, targets = (part.iloc[::EVERY].reset_index(drop=True) for part in data)
    analysis["y_true"] = targets["y_true"].to_numpy()
    classes = sorted(reference["y_true"].unique())
    columns = {label: f"y_pred_proba_{label}" for label in classes}
    names = list(columns.values())
    for part in (reference, analysis):
        part[names] = part[names].astype(np.float32).astype(np.float64)
        part["y_pred"] = np.array(classes)[part[names].to_numpy().argmax(axis=1)]
    estimator = nannyml.CBPE(
        problem_type="classification_multiclass",
        y_pred_proba=columns,
        y_pred="y_pred",
        y_true="y_true",
        metrics=list(CLASS_METRICS),
        chunk_size=chunk_rows,
    ).fit(reference)
    write_arrays(
        name,
        reference_scores=reference[names].to_numpy(np.float32),
        reference_truth=np.searchsorted(classes, reference["y_true"]).astype(np.uint8),
        scores=analysis[names].to_numpy(np.float32),
        truth=np.searchsorted(classes, analysis["y_true"]).astype(np.uint8),
    )
    calibrators = [estimator._calibrators[label] for label in classes]
    return {
        "chunk_rows": chunk_rows,
        "calibrated": [isinstance(each, IsotonicCalibrator) for each in calibrators],
        "metrics": read_estimates(estimator.estimate(analysis), CLASS_METRICS),
    }


def estimate_losses(name, data, *, chunk_rows):
    """Return NannyML's estimates of its regression set, and write what it was given."""
    reference, analysis, targets = (part.iloc[::EVERY].reset_index(drop=True) for part in data)
    analysis["y_true"] = targets["y_true"].to_numpy()
    estimator = nannyml.DLE(
        feature_column_names=list(PRICE_FEATURES),
        y_pred="y_pred",
        y_true="y_true",
        metrics=list(LOSS_METRICS),
        chunk_size=chunk_rows,
    ).fit(reference)
    codes = {label: sorted(reference[label].unique()) for label in ("fuel", "transmission")}
    arrays = {}
    for prefix, part in (("reference_", reference), ("", analysis)):
        for column in PRICE_FEATURES:
            values = part[column].to_numpy()
            if column in codes:
                values = np.searchsorted(codes[column], values)
            arrays[prefix + column] = values.astype(np.float32)
        arrays[f"{prefix}predictions"] = part["y_pred"].to_numpy(np.float32)
        arrays[f"{prefix}truth"] = part["y_true"].to_numpy(np.float32)
    write_arrays(name, **arrays)
    metrics = read_estimates(estimator.estimate(analysis), LOSS_METRICS)
    return {"chunk_rows": chunk_rows, "metrics": metrics}


def main():
    """Write all files."""
    sets = nannyml.datasets
    estimates = {
        "package": f"nannyml {nannyml.__version__}",
        "census": estimate_binary(
            "census",
            sets.load_us_census_ma_employment_data(),
            truth="employed",
            score="predicted_probability",
            chunk_rows=5000,
        ),
        "car_loan": estimate_binary(
            "car_loan",
            sets.load_synthetic_car_loan_dataset(),
            truth="repaid",
            score="y_pred_proba",
            chunk_rows=5000,
        ),
        "cards": estimate_classes(
            "cards", sets.load_synthetic_multiclass_classification_dataset(), chunk_rows=2000
        ),
        "car_price": estimate_losses(
            "car_price", sets.load_synthetic_car_price_dataset(), chunk_rows=2000
        ),
    }
    text = json.dumps(estimates, indent=1)
    (FOLDER / "nannyml_estimates.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
