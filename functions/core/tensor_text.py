"""A version's answers as the Open Inference Protocol writes them, most of it written once.

The text is what `json.dumps` makes of the answer's document, byte for byte, but that the exponents
of many numbers may be written otherwise (a test compares); made anew for each answer, it would take
longer than running a small graph.
"""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quote
from math import isfinite
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.contracts.served import SpecView, Task
from functions.core.inference_request import BINARY_SIZE, AnswerForm
from functions.core.number_text import float_text, joined_number_texts
from functions.core.predictions import POSITIVE_FROM, class_name, predicted_classes
from functions.core.tensor_outputs import (
    LABEL,
    label_datatype,
    output_definitions,
    output_tensor,
)
from functions.core.tensors import BYTES, write_numbers, write_texts

_MATRIX_DIMENSIONS = 2


class TensorAnswer(NamedTuple):
    """An answer: its JSON, and the tensors that follow it as bytes, in order."""

    text: str
    binary: list[bytes]


class TensorText:
    """Writes the answers of one version."""

    def __init__(self, spec: SpecView, number: int) -> None:
        self._spec = spec
        self._head = f'{{"model_name":{quote(spec.model)},"model_version":"{number}"'
        self._is_binary = spec.task is Task.BINARY_CLASSIFICATION
        datatype = label_datatype(spec.classes)
        is_text = datatype == BYTES
        self._labels = [json.dumps(class_name(k) if is_text else k) for k in spec.classes]
        self._label_contents = [
            write_texts([class_name(label)])
            if is_text
            else write_numbers(np.array([label]), datatype)
            for label in spec.classes
        ]
        self._descriptions = {
            one.name: (
                f'{{"name":"{one.name}","shape":[',
                f",{one.shape[1]}]" if len(one.shape) == _MATRIX_DIMENSIONS else "]",
                f',"datatype":"{one.datatype}",',
            )
            for one in output_definitions(spec)
        }
        self.names = tuple(self._descriptions)
        self._heads_of_one = [
            f'{opened}1{shape}{datatype}"data":['
            for opened, shape, datatype in self._descriptions.values()
        ]
        row_bytes = 4 * len(spec.feature_schema.features)
        self._unpack = Struct(f"={row_bytes}x{len(spec.classes) or 1}f").unpack

    def write(
        self,
        outputs: NDArray[np.float32],
        form: AnswerForm,
        *,
        inference_id: str,
        variant: str,
        takes_binary: bool = True,
    ) -> TensorAnswer:
        """Return the answer in the form that was asked for, JSON alone if bytes are not taken.

        Parameters
        ----------
        outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
            Finite.
        form : AnswerForm
            Its outputs are among `names`.
        """
        binary: list[bytes] = []
        described = [
            self._describe(name, outputs, binary if in_binary else None)
            for name, in_binary in self._wanted(form, takes_binary=takes_binary)
        ]
        return TensorAnswer(self._compose(described, form, inference_id, variant), binary)

    def write_packed(
        self, numbers: bytes, form: AnswerForm, *, inference_id: str, variant: str
    ) -> str | None:
        """Return the answer in JSON to one row of float32 and its outputs, which stand behind it.

        It is None for an output that is not finite, and where some outputs or bytes were asked for.
        """
        outputs = self._unpack(numbers)
        if form.outputs or form.binary_by_default or not isfinite(sum(outputs)):
            return None
        values = [",".join(map(float_text, outputs))]
        if self._labels:
            values.append(self._labels[self._class_of(outputs)])
        described = [
            f"{head}{value}]}}" for head, value in zip(self._heads_of_one, values, strict=True)
        ]
        return self._compose(described, form, inference_id, variant)

    def _compose(
        self, described: Sequence[str], form: AnswerForm, inference_id: str, variant: str
    ) -> str:
        head = self._head if form.id is None else f'{self._head},"id":{quote(form.id)}'
        return (
            f'{head},"parameters":{{"inference_id":{quote(inference_id)},'
            f'"variant":{quote(variant)}}},"outputs":[{",".join(described)}]}}'
        )

    def _wanted(self, form: AnswerForm, *, takes_binary: bool) -> Sequence[tuple[str, bool]]:
        """Return the outputs to write, in order, and whether each goes as bytes."""
        default = takes_binary and form.binary_by_default
        if not form.outputs:
            return [(name, default) for name in self.names]
        return [
            (name, default if in_binary is None else takes_binary and in_binary)
            for name, in_binary in form.outputs
        ]

    def _describe(self, name: str, outputs: NDArray[np.float32], binary: list[bytes] | None) -> str:
        """Return one output's JSON; its values go to `binary` where that is given."""
        opened, shape, datatype = self._descriptions[name]
        head = f"{opened}{len(outputs)}{shape}{datatype}"
        if binary is not None:
            binary.append(self._content(name, outputs))
            return f'{head}"parameters":{{"{BINARY_SIZE}":{len(binary[-1])}}}}}'
        return f'{head}"data":[{self._values(name, outputs)}]}}'

    def _content(self, name: str, outputs: NDArray[np.float32]) -> bytes:
        if name == LABEL and len(outputs) == 1:
            return self._label_contents[self._class_of(outputs[0].tolist())]
        return output_tensor(name, self._spec, outputs).content()

    def _values(self, name: str, outputs: NDArray[np.float32]) -> str:
        if name == LABEL:
            if len(outputs) == 1:
                return self._labels[self._class_of(outputs[0].tolist())]
            codes = predicted_classes(self._spec.task, outputs).tolist()
            return ",".join([self._labels[code] for code in codes])
        return joined_number_texts(outputs.ravel())

    def _class_of(self, outputs: Sequence[float]) -> int:
        """Return what `predicted_classes` says of one row."""
        if self._is_binary:
            return int(outputs[1] >= POSITIVE_FROM)
        return outputs.index(max(outputs))
