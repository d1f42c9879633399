"""The pipeline of car_price: gradient-boosted trees, and a linear model that they must beat."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class Features(Protocol):
    """Which columns of the matrix hold numbers and which hold codes of categories."""

    @property
    def numeric(self) -> Sequence[int]:
        """Indices of the numbers and booleans."""
        ...

    @property
    def categorical(self) -> Sequence[int]:
        """Indices of the category codes."""
        ...


def build_pipeline(params: Mapping[str, object], features: Features) -> Pipeline:
    """Return the unfitted pipeline for one point of the search space.

    A missing number becomes the median of the training rows. `estimator` is `trees` or `linear`;
    `regularization` is the L2 penalty of either.
    """
    columns = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), list(features.numeric)),
            (
                "categories",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                list(features.categorical),
            ),
        ]
    )
    if params["estimator"] == "linear":
        estimator = Ridge(alpha=params["regularization"])
        return Pipeline(
            [("columns", columns), ("scale", StandardScaler()), ("estimator", estimator)]
        )
    estimator = HistGradientBoostingRegressor(
        l2_regularization=params["regularization"],
        max_iter=params["trees"],
        max_leaf_nodes=params["leaves"],
        early_stopping=False,
        random_state=0,
    )
    return Pipeline([("columns", columns), ("estimator", estimator)])
