"""The pipeline of loan_default: gradient-boosted histogram trees."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder


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

    Trees need no scaling, and they learn for themselves which way a missing number goes. Codes of
    categories have no order, so each category gets a column of its own; one that was never seen in
    training gets none.
    """
    columns = ColumnTransformer(
        [
            ("numbers", "passthrough", list(features.numeric)),
            (
                "categories",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                list(features.categorical),
            ),
        ]
    )
    trees = HistGradientBoostingClassifier(
        learning_rate=params["learning_rate"],
        max_iter=params["trees"],
        max_leaf_nodes=params["leaves"],
        early_stopping=False,
        random_state=0,
    )
    return Pipeline([("columns", columns), ("trees", trees)])
