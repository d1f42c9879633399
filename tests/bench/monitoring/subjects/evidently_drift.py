"""Evidently, in its own environment: drift of every column by one statistic."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

NUMBERS = 20


def read_rows(path: Path) -> Dataset:
    """Return a sample as a data set; categories are texts."""
    matrix = np.load(path)
    columns = {f"x{index}": matrix[:, index] for index in range(NUMBERS)}
    texts = np.array(list("abcdefgh"))
    for index in range(NUMBERS, matrix.shape[1]):
        columns[f"c{index - NUMBERS}"] = texts[matrix[:, index].astype(int)]
    definition = DataDefinition(
        numerical_columns=[name for name in columns if name[0] == "x"],
        categorical_columns=[name for name in columns if name[0] == "c"],
    )
    return Dataset.from_pandas(pd.DataFrame(columns), data_definition=definition)


def main() -> None:
    """Print the processor seconds that each statistic took, and the megabytes of the process."""
    folder, statistics = Path(sys.argv[1]), sys.argv[2:]
    reference, current = (read_rows(folder / f"{name}.npy") for name in ("reference", "current"))
    seconds = {}
    for statistic in statistics:
        numeric, categorical = statistic.split("/")
        report = Report([DataDriftPreset(num_method=numeric, cat_method=categorical)])
        started = time.process_time()
        report.run(current, reference).dict()
        seconds[statistic] = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak}) + "\n")


main()
