"""NannyML, in its own environment: drift of every column by one statistic, the rows one chunk."""

import json
import resource
import sys
import time
from pathlib import Path

import nannyml
import numpy as np
import pandas as pd

NUMBERS = 20


def read_rows(path: Path) -> pd.DataFrame:
    """Return a sample as a table; categories are texts."""
    matrix = np.load(path)
    columns = {f"x{index}": matrix[:, index] for index in range(NUMBERS)}
    texts = np.array(list("abcdefgh"))
    for index in range(NUMBERS, matrix.shape[1]):
        codes = matrix[:, index].astype(int)
        columns[f"c{index - NUMBERS}"] = pd.Categorical(texts[codes], categories=texts)
    return pd.DataFrame(columns)


def main() -> None:
    """Print the processor seconds that each statistic took, and the megabytes of the process."""
    folder, statistics = Path(sys.argv[1]), sys.argv[2:]
    reference, current = (read_rows(folder / f"{name}.npy") for name in ("reference", "current"))
    seconds = {}
    for statistic in statistics:
        numeric, categorical = statistic.split("/")
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=list(reference.columns),
            continuous_methods=[numeric],
            categorical_methods=[categorical],
            chunk_number=1,
        ).fit(reference)
        started = time.process_time()
        calculator.calculate(current)
        seconds[statistic] = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak}) + "\n")


main()
