"""Windvane's drift of every column, in a process of its own."""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

from functions.contracts.hourly import HourGroup, HourRecord
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import judge_window
from functions.core.profile import Profile, profile_matrix, profile_predictions, sum_profiles
from tests.bench.monitoring.rows import SCHEMA, SPEC, Matrix, draw_outputs

HOURS, ROUNDS = 24, 5
START = datetime(2026, 3, 1, tzinfo=UTC)


def profile_of(matrix: Matrix, outputs: Matrix) -> Profile:
    """Return the profile of rows and of their answers."""
    prediction = profile_predictions(SPEC.task, outputs)
    return profile_matrix(SCHEMA, matrix).model_copy(update={"prediction": prediction})


def records_of(matrix: Matrix, outputs: Matrix) -> list[bytes]:
    """Return the records of a day over which the rows are spread, as they are stored."""
    records = []
    for hour, rows in enumerate(np.array_split(np.arange(len(matrix)), HOURS)):
        group = HourGroup(
            version=1,
            schema_id=SCHEMA.schema_id,
            variant="champion",
            rows=len(rows),
            profile=profile_of(matrix[rows], outputs[rows]),
        )
        record = HourRecord(model="bench", hour=START + timedelta(hours=hour), groups=(group,))
        records.append(record.model_dump_json().encode())
    return records


def main() -> None:
    """Print the processor seconds of each step, and the megabytes of the process."""
    folder = Path(sys.argv[1])
    reference, current = (np.load(folder / f"{name}.npy") for name in ("reference", "current"))
    outputs = draw_outputs(len(current), seed=3)
    past = profile_of(reference, draw_outputs(len(reference), seed=4))
    records = records_of(current, outputs)

    def read() -> list[Profile]:
        groups = [HourRecord.model_validate_json(record).groups[0] for record in records]
        return [group.profile for group in groups if group.profile is not None]

    def merge_and_judge() -> None:
        judge_window(SPEC, DriftPolicy(), reference=past, current=sum_profiles(read()))

    seconds = {
        "profile": seconds_of(lambda: profile_of(current, outputs)),
        "judge": seconds_of(merge_and_judge),
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"seconds": seconds, "megabytes": peak, "record_bytes": median(map(len, records))}
    sys.stdout.write(json.dumps(figures) + "\n")


def seconds_of(act: Callable[[], object]) -> float:
    """Return the median of several rounds, after one that is not counted."""
    taken = []
    for _ in range(1 + ROUNDS):
        started = time.process_time()
        act()
        taken.append(time.process_time() - started)
    return median(taken[1:])


if __name__ == "__main__":
    main()
