"""A model with every kind of condition, under each severity.

It is the small model of `tests/unit/core/drift_world.py`, as a folder, so that what drift,
estimates and labels of that world make the functions emit is watched by deployed alarms.
"""

from pathlib import Path

from functions.contracts.model_spec import Training
from tests.unit.core.drift_world import SCHEMA
from tests.workflow.kiln import MODEL_PY

MODEL = "car"
ALERTS: dict[str, tuple[str, ...]] = {
    "page": ("data_fault", "estimated_loss", "accuracy_score < 0.5"),
    "retrain": ("label_change", "accuracy_score < 0.6", "drift"),
    "note": ("harder_rows", "no_labels > 1 day"),
}
TRAINING = Training(metric="accuracy_score")

_FOLDER = """\
name = "{name}"
task = "binary_classification"
owner = "ann"

[target]
name = "sold"
classes = [0, 1]

[training]
metric = "{metric}"

[drift]
window_hours = 24
whole_windows = false

[retraining]
on_alarm = false

[alerts]
{alerts}
"""
"""Where nothing is trained on an alarm, each request for it is on record; drift asks at once."""


def add_alarmed_folder(models: Path) -> None:
    """Drop the model's folder in."""
    alerts = "\n".join(f"{name} = {list(texts)}" for name, texts in ALERTS.items())
    features = [
        f'[[features]]\nname = "{feature.name}"\ntype = "{feature.type}"\n'
        + (f"categories = {list(feature.categories)}\n" if feature.categories else "")
        for feature in SCHEMA.features
    ]
    text = _FOLDER.format(name=MODEL, metric=TRAINING.metric, alerts=alerts)
    folder = models / MODEL
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A model that only the tests know."""\n')
    (folder / "model.toml").write_text("\n".join([text, *features]))
    (folder / "model.py").write_text(MODEL_PY)
    (folder / "README.md").write_text(f"# {MODEL}\n\nA model that only the tests know.\n")
