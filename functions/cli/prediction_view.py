"""What `windvane predict` and `windvane label` do and say."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from functions.cli import wiring
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.cli.prediction_client import PredictedBatch, PredictionClient
from functions.cli.rows import TABLE_READERS, Row, parse_rows, read_rows, records_of
from functions.contracts.model_folder import find_model_names, load_model_spec
from functions.contracts.naming import check_model_name

ROWS_PER_REQUEST = 500
SHOWN_ROWS = 20


def gather_rows(records: Sequence[str], file: Path | None, *, model: str) -> list[Row]:
    """Return the records that `--record`, `--file` or standard input hold.

    JSON is sent as it was written, for the API to judge. A table carries more columns than
    features and fewer types, so of its rows the model's features are taken, in their own types.
    """
    if records and file is not None:
        msg = "give either --record or --file, not both"
        raise UsageError(msg)
    if records:
        return [row for text in records for row in parse_rows(text, "--record")]
    if file is not None:
        rows = read_rows(file)
        is_table = file.suffix.lower() in TABLE_READERS and model in find_model_names()
        return records_of(rows, load_model_spec(model).features) if is_table else rows
    return _rows_of_standard_input("records: give --record or --file, or pipe JSON in")


def gather_outcomes(
    inference_id: str | None, value: str | None, file: Path | None
) -> list[tuple[str, object]]:
    """Return the ground truth that the options or standard input hold."""
    if (inference_id is None) != (value is None):
        msg = (
            "--id and --value go together: one names the inference, the other what came true of it"
        )
        raise UsageError(msg)
    if inference_id is not None and value is not None:
        return [(inference_id, _parsed_value(value))]
    rows = (
        read_rows(file)
        if file
        else _rows_of_standard_input("outcomes: give --id and --value, or --file")
    )
    missing = [i for i, row in enumerate(rows, 1) if not {"inference_id", "value"} <= row.keys()]
    if missing:
        msg = f"row {missing[0]} has no inference_id or no value; each row needs both"
        raise UsageError(msg)
    return [(str(row["inference_id"]), row["value"]) for row in rows]


def predict(
    out: Output, *, model: str, rows: list[Row], file: Path | None, stage: str | None
) -> None:
    """Send rows to the champion and show what it answers."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    client = PredictionClient(wiring.api(deployed), model)
    batches = tuple(client.predict_batches(rows, ROWS_PER_REQUEST))
    answers = [answer for batch in batches for answer in _answers(batch)]

    if file is not None:
        _write_csv(file, answers)
        out.line(f"{len(answers):,} predictions written to {file}")
    else:
        _show(out, answers)
    versions = sorted({batch.version for batch in batches})
    out.result({"model": model, "versions": versions, "predictions": answers})


def label(out: Output, *, model: str, values: list[tuple[str, object]], stage: str | None) -> None:
    """Send ground truth."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    client = PredictionClient(wiring.api(deployed), model)
    for start in range(0, len(values), ROWS_PER_REQUEST):
        client.send_ground_truth(values[start : start + ROWS_PER_REQUEST], observed_at=wiring.now())
    out.line(f"{len(values):,} outcomes reported for {model}")
    out.result({"model": model, "reported": len(values)})


def _answers(batch: PredictedBatch) -> list[dict[str, Any]]:
    return [
        {"inference_id": inference_id, "version": batch.version, **prediction}
        for inference_id, prediction in zip(batch.inference_ids, batch.predictions, strict=True)
    ]


def _show(out: Output, answers: list[dict[str, Any]]) -> None:
    columns = [name for name in answers[0] if not isinstance(answers[0][name], dict)]
    out.table(columns, [[answer[name] for name in columns] for answer in answers[:SHOWN_ROWS]])
    if len(answers) > SHOWN_ROWS:
        out.line(f"… and {len(answers) - SHOWN_ROWS:,} more; --output writes all of them to a file")


def _write_csv(file: Path, answers: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(answers[0]))
        writer.writeheader()
        writer.writerows(
            {
                name: json.dumps(value) if isinstance(value, dict) else value
                for name, value in answer.items()
            }
            for answer in answers
        )


def _rows_of_standard_input(what: str) -> list[Row]:
    if sys.stdin.isatty():
        msg = f"no {what}"
        raise UsageError(msg)
    return parse_rows(sys.stdin.read(), "standard input")


def _parsed_value(text: str) -> object:
    """Return a number, a truth value or a text, as JSON would read it."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, bool | int | float) else text
