"""A model folder without a mistake, to be spoilt by tests."""

from pathlib import Path

SPEC = "models/membership/model.toml"
PYTHON = "models/membership/model.py"
CARD_FILE = "models/membership/README.md"

TOML = """
name = "membership"
task = "binary_classification"
owner = "tests"

[target]
name = "stays"
classes = [0, 1]

[data]
timestamp = "at"
id = "id"
ignore = ["colour"]

[[features]]
name = "age"
type = "integer"
minimum = 0
maximum = 120
example = 40

[[features]]
name = "fuel"
type = "string"
categories = ["diesel", "gas"]
example = "gas"

[[features]]
name = "member"
type = "boolean"

[training]
metric = "roc_auc_score"
window_rows = 1000
holdout = { by = "time", fraction = 0.2 }
schedule = "rate(1 day)"
parameters = { depth = [2, 3] }

[gates]
champion = { metric = "roc_auc_score", minimum_gain = 0.01 }

[gates.absolute]
roc_auc_score = { minimum = 0.8 }
log_loss_error = { maximum = 0.5 }

[drift]
schedule = "cron(0 3 * * ? *)"
"""

CODE = '''
from sklearn.pipeline import Pipeline


def build_pipeline(params, features):
    """Return a pipeline."""
    return Pipeline([])
'''

CARD = "# membership\n"


def write_folder(
    directory: Path,
    *,
    name: str = "membership",
    toml: str | None = TOML,
    code: str | None = CODE,
    card: str | None = CARD,
) -> None:
    """Write a folder below `directory`; a file that is None is left out."""
    folder = directory / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in (("model.toml", toml), ("model.py", code), ("README.md", card)):
        if text is not None:
            (folder / file).write_text(text, encoding="utf-8")


def spoilt(old: str, new: str) -> str:
    """Return the faultless TOML with one passage replaced."""
    assert TOML.count(old) == 1, f"{old!r} is there {TOML.count(old)} times"
    return TOML.replace(old, new)
