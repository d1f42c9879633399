"""Which features a request's tensors are: one tensor a feature, or many columns in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.contracts.feature_types import FeatureType, FeatureView, SchemaView
from functions.core.problem import Problem, json_pointer
from functions.core.records import RecordsError
from functions.core.tensors import BOOL, BYTES, Tensor

_MATRIX_DIMENSIONS = 2


@dataclass(frozen=True, slots=True)
class TensorColumns:
    """The columns of a request by feature, and the input that each came in."""

    columns: Mapping[str, Sequence[object]]
    inputs: Mapping[str, int]

    def locate(self, name: str, row: int | None) -> str:
        """Return the pointer of a feature's input, and the row in words."""
        place = json_pointer("inputs", self.inputs[name]) if name in self.inputs else "/inputs"
        return f"{place}: {name}" if row is None else f"{place}: {name}, row {row}"


def columns_of(tensors: Sequence[Tensor], schema: SchemaView) -> TensorColumns:
    """Return the columns of a model's features.

    A tensor of a feature's name, of shape [n] or [n, 1], is that feature. One of shape [n, k] of
    any name is all k string features if it is BYTES, else all k others, in the schema's order.
    Both kinds may stand in one request. A tensor that is neither is a column of its own name, for
    whoever knows the features to refuse.

    Raises
    ------
    RecordsError
        If a matrix has another number of columns, or a feature comes twice.
    """
    by_name = {feature.name: feature for feature in schema.features}
    columns: dict[str, Sequence[object]] = {}
    inputs: dict[str, int] = {}
    for index, tensor in enumerate(tensors):
        for column, name in enumerate(names_of(tensor, index, schema)):
            if name in inputs:
                detail = f"holds {name}, and so does input {inputs[name]}"
                raise RecordsError([Problem(json_pointer("inputs", index), detail)])
            inputs[name] = index
            columns[name] = _as_feature(tensor.column(column), tensor, by_name.get(name))
    return TensorColumns(columns, inputs)


def names_of(tensor: Tensor, index: int, schema: SchemaView) -> Sequence[str]:
    """Return the features that a tensor holds, by all but its values; raise RecordsError."""
    if tensor.width == 1 and tensor.name in schema.names:
        return (tensor.name,)
    is_text = tensor.datatype == BYTES
    names = [feature.name for feature in schema.features if feature.is_categorical == is_text]
    if len(tensor.shape) == _MATRIX_DIMENSIONS and tensor.width == len(names):
        return names
    if tensor.width == 1:
        return (tensor.name,)
    what = "string features" if is_text else "features that are no strings"
    detail = f"has {tensor.width} columns; the model has {len(names)} {what}: {', '.join(names)}"
    raise RecordsError([Problem(json_pointer("inputs", index, "shape"), detail)])


def _as_feature(
    values: Sequence[object], tensor: Tensor, feature: FeatureView | None
) -> Sequence[object]:
    """Return the values in the type of their feature, where that loses nothing."""
    if feature is None or feature.type is not FeatureType.BOOLEAN or tensor.datatype == BOOL:
        return values
    return [_TRUTH_VALUES.get(value, value) if _is_number(value) else value for value in values]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


_TRUTH_VALUES: Mapping[object, object] = {0: False, 1: True}
