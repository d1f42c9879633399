"""A model's outputs as tensors of the Open Inference Protocol, and what its tensors are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureType, FeatureView
from functions.contracts.served import Label, SpecView, Task
from functions.core.predictions import class_name, predicted_classes
from functions.core.short_numbers import shortest_numbers
from functions.core.tensors import BOOL, BYTES, write_numbers, write_texts

PROBABILITIES = "probabilities"
LABEL = "label"
VALUE = "value"
VARIABLE = -1
"""The length of a dimension that each request chooses: the rows."""


@dataclass(frozen=True, slots=True)
class TensorDefinition:
    """A tensor before there is a request."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutputTensor:
    """One output of a request: `values` are numbers or truth values, or else texts."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: NDArray[np.generic] | Sequence[str]

    def data(self) -> Sequence[object]:
        """Return the values in a row as JSON has them, float32 by its shortest number."""
        if not isinstance(self.values, np.ndarray):
            return self.values
        if self.values.dtype == np.float32:
            return shortest_numbers(self.values.astype(np.float32).ravel())
        values: list[object] = self.values.tolist()
        return values

    def content(self) -> bytes:
        """Return the values as the protocol's bytes."""
        if not isinstance(self.values, np.ndarray):
            return write_texts(self.values)
        return write_numbers(self.values, self.datatype)


def input_definitions(spec: SpecView) -> tuple[TensorDefinition, ...]:
    """Return one tensor a feature; where it may be missing, in a datatype that can say so."""
    return tuple(
        TensorDefinition(feature.name, _datatype_of(feature), (VARIABLE,))
        for feature in spec.feature_schema.features
    )


def output_definitions(spec: SpecView) -> tuple[TensorDefinition, ...]:
    """Return what a model answers: `probabilities` and `label`, or `value` for a regression."""
    if spec.task is Task.REGRESSION:
        return (TensorDefinition(VALUE, "FP32", (VARIABLE,)),)
    return (
        TensorDefinition(PROBABILITIES, "FP32", (VARIABLE, len(spec.classes))),
        TensorDefinition(LABEL, label_datatype(spec.classes), (VARIABLE,)),
    )


def output_tensor(name: str, spec: SpecView, outputs: NDArray[np.float32]) -> OutputTensor:
    """Return one of `output_definitions` for the outputs of a request's rows."""
    rows = len(outputs)
    if name == VALUE:
        return OutputTensor(name, "FP32", (rows,), outputs[:, 0])
    if name == PROBABILITIES:
        return OutputTensor(name, "FP32", outputs.shape, outputs)
    codes = predicted_classes(spec.task, outputs)
    datatype = label_datatype(spec.classes)
    if datatype == BYTES:
        names = [class_name(label) for label in spec.classes]
        return OutputTensor(name, datatype, (rows,), [names[code] for code in codes.tolist()])
    return OutputTensor(name, datatype, (rows,), np.array(spec.classes)[codes])


def label_datatype(classes: Sequence[Label]) -> str:
    """Return the datatype in which every class has its own value.

    Examples
    --------
    >>> label_datatype((0, 1)), label_datatype((False, True)), label_datatype(("no", 1))
    ('INT64', 'BOOL', 'BYTES')
    """
    if all(isinstance(label, bool) for label in classes):
        return BOOL
    if all(type(label) is int and abs(label) < 2**63 for label in classes):
        return "INT64"
    return BYTES


def _datatype_of(feature: FeatureView) -> str:
    if feature.type is FeatureType.STRING:
        return BYTES
    if feature.type is FeatureType.NUMBER or feature.allows_missing:
        return "FP32"
    return BOOL if feature.type is FeatureType.BOOLEAN else "INT64"
