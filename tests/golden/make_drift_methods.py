"""Write what scipy, Evidently and NannyML say of the columns in `drift_samples.py`.

None of Evidently and NannyML is a dependency of ours, and the two do not go together:

    python3.11 -m venv evidently-environment
    evidently-environment/bin/pip install evidently==0.7.23 "pandas<3"
    python3.11 -m venv nannyml-environment
    nannyml-environment/bin/pip install nannyml==0.13.1 numpy==1.26.4 pandas==2.2.3 \
        scipy==1.14.1 pyarrow==18.1.0 statsmodels
    export NML_DISABLE_USAGE_LOGGING=1 DO_NOT_TRACK=1
    evidently-environment/bin/python tests/golden/make_drift_methods.py evidently
    nannyml-environment/bin/python tests/golden/make_drift_methods.py nannyml

Each run writes its own part of `drift_methods.json`; scipy's numbers come with NannyML's. Both
tools are under the Apache License 2.0; what is kept are numbers that they computed.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from drift_samples import categories, numbers

FILE = Path(__file__).with_name("drift_methods.json")


def evidently() -> dict[str, object]:
    """Return Evidently's statistics."""
    import pandas as pd
    from evidently.legacy.calculations import stattests
    from evidently.legacy.core import ColumnType

    tests = {
        "numbers": (("psi", "psi_stat_test"), ("wasserstein", "wasserstein_stat_test")),
        "categories": (("psi", "psi_stat_test"), ("chisquare", "chi_stat_test")),
    }
    kinds = {"numbers": ColumnType.Numerical, "categories": ColumnType.Categorical}
    columns = {"numbers": numbers(), "categories": categories()}
    written: dict[str, object] = {}
    for kind, methods in tests.items():
        for name, (past, now) in columns[kind].items():
            pair = [pd.Series(values[~np.isnan(values)]) for values in (past, now)]
            written[name] = {
                method: float(getattr(stattests, test).func(*pair, kinds[kind], threshold=0.1)[0])
                for method, test in methods
            }
    return written


def nannyml() -> dict[str, object]:
    """Return NannyML's statistics and scipy's, from one environment."""
    import pandas as pd
    from nannyml.chunk import SizeBasedChunker
    from nannyml.drift.univariate.methods import FeatureType, MethodFactory
    from nannyml.thresholds import ConstantThreshold
    from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance

    methods = {
        FeatureType.CONTINUOUS: (
            "jensen_shannon",
            "hellinger",
            "kolmogorov_smirnov",
            "wasserstein",
        ),
        FeatureType.CATEGORICAL: ("jensen_shannon", "hellinger", "l_infinity", "chi2"),
    }
    written: dict[str, object] = {}
    for kind, columns in zip(methods, (numbers(), categories()), strict=True):
        for name, (past, now) in columns.items():
            found = {}
            for key in methods[kind]:
                method = MethodFactory.create(
                    key,
                    kind,
                    chunker=SizeBasedChunker(chunk_size=len(past)),
                    threshold=ConstantThreshold(),
                )
                method.fit(pd.Series(past, name="x"))
                found[key] = float(method.calculate(pd.Series(now, name="x")))
            kept = [values[~np.isnan(values)] for values in (past, now)]
            if kind is FeatureType.CONTINUOUS:
                test = ks_2samp(*kept)
                found["scipy ks"] = float(test.statistic)
                found["scipy ks p"] = float(test.pvalue)
                found["scipy wasserstein"] = float(wasserstein_distance(*kept))
            else:
                values = np.unique(np.concatenate(kept))
                table = [[int((side == value).sum()) for value in values] for side in kept]
                result = chi2_contingency(table, correction=False)
                found["scipy chi2"] = float(result.statistic)
                found["scipy chi2 p"] = float(result.pvalue)
            written[name] = found
    return written


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known[sys.argv[1]] = {"evidently": evidently, "nannyml": nannyml}[sys.argv[1]]()
    FILE.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
