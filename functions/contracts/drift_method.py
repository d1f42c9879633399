"""The names of the methods that judge drift, and from which distance a column has drifted."""

from collections.abc import Mapping
from enum import StrEnum


class DriftMethod(StrEnum):
    """How far a window is from the reference; the formulas stand in functions/core."""

    PSI = "psi"
    KS = "ks"
    CHI_SQUARE = "chi_square"
    JENSEN_SHANNON = "jensen_shannon"
    WASSERSTEIN = "wasserstein"
    HELLINGER = "hellinger"
    L_INFINITY = "l_infinity"


THRESHOLDS: Mapping[DriftMethod, float] = {
    DriftMethod.PSI: 0.1,
    DriftMethod.KS: 0.1,
    DriftMethod.CHI_SQUARE: 0.3,
    DriftMethod.JENSEN_SHANNON: 0.1,
    DriftMethod.WASSERSTEIN: 0.1,
    DriftMethod.HELLINGER: 0.1,
    DriftMethod.L_INFINITY: 0.1,
}
"""From which a column has drifted, unless model.toml says otherwise.

PSI: Siddiqi, Credit Risk Scorecards (2006). Kolmogorov-Smirnov and L-infinity: SageMaker Model
Monitor's comparison_threshold. Chi-square, as Cohen's w: a medium effect in Cohen, Statistical
Power Analysis (1988). Jensen-Shannon, Hellinger and Wasserstein: Evidently's and NannyML's default.
"""

CATEGORY_METHODS: Mapping[DriftMethod, DriftMethod] = {
    DriftMethod.KS: DriftMethod.CHI_SQUARE,
    DriftMethod.WASSERSTEIN: DriftMethod.JENSEN_SHANNON,
}
"""What judges categories, which have no order, in place of a method that needs one."""

TITLES: Mapping[DriftMethod, str] = {
    DriftMethod.PSI: "PSI",
    DriftMethod.KS: "Kolmogorov-Smirnov distance",
    DriftMethod.CHI_SQUARE: "chi-square effect",
    DriftMethod.JENSEN_SHANNON: "Jensen-Shannon distance",
    DriftMethod.WASSERSTEIN: "normed Wasserstein distance",
    DriftMethod.HELLINGER: "Hellinger distance",
    DriftMethod.L_INFINITY: "L-infinity distance",
}
"""How sentences name a method."""
