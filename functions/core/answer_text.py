"""A version's answers as JSON text, most of it written once.

The text is what `predictions.describe_predictions` says in `json.dumps`, byte for byte, but that
the exponents of many numbers may be written otherwise (a test compares); made anew for each answer,
it would take longer than running a small graph.
"""

import json
from collections.abc import Sequence
from functools import cache
from math import isfinite
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from functions.contracts.served import SpecView, Task
from functions.core.number_text import float_text, number_text, number_texts
from functions.core.predictions import POSITIVE_FROM, NotFiniteError, class_name

_BETWEEN = "},"


class AnswerText:
    """Writes the answers of one version."""

    def __init__(self, spec: SpecView, number: int) -> None:
        self._head = f'{{"model":{json.dumps(spec.model)},"version":{number},"inference_ids":["'
        row_bytes = 4 * len(spec.feature_schema.features)
        self._unpack = Struct(f"={row_bytes}x{len(spec.classes) or 1}f").unpack
        self._is_regression = spec.task is Task.REGRESSION
        self._is_binary = spec.task is Task.BINARY_CLASSIFICATION
        self._labels = [f'{{"label":{json.dumps(label)},"probability":' for label in spec.classes]
        self._next_labels = [f"{_BETWEEN}{label}" for label in self._labels]
        self._names = [f"{json.dumps(class_name(label))}:" for label in spec.classes]

    def write(self, outputs: NDArray[np.float32], inference_id: str) -> str:
        """Return the answer's document; the id is one of ours or of `INFERENCE_ID_PATTERN`.

        Raises NotFiniteError for rows without a finite output.
        """
        if len(outputs) == 1 and self._is_binary:
            return self._write_one(outputs[0, 1], inference_id)
        ids = inference_id if len(outputs) == 1 else _numbered(inference_id, len(outputs))
        return f'{self._head}{ids}"],"predictions":[{self._predictions(outputs)}]}}'

    def write_packed(self, numbers: bytes, inference_id: str) -> str | None:
        """Return the answer to one row of float32 and its outputs, which stand behind it.

        It is None for an output that is not finite.
        """
        outputs = self._unpack(numbers)
        if not isfinite(sum(outputs)):  # of finite float32 it always is
            return None
        if self._is_binary:
            probability = outputs[1]
            label = self._labels[probability >= POSITIVE_FROM]
            prediction = f"{label}{float_text(probability)}}}"
        elif self._is_regression:
            prediction = f'{{"value":{float_text(outputs[0])}}}'
        else:
            texts = list(map(float_text, outputs))
            prediction = self._describe(texts, outputs.index(max(outputs)))
        return f'{self._head}{inference_id}"],"predictions":[{prediction}]}}'

    def _write_one(self, probability: np.float32, inference_id: str) -> str:
        if not isfinite(probability):
            raise NotFiniteError([0])
        label = self._labels[int(probability >= POSITIVE_FROM)]
        return f'{self._head}{inference_id}"],"predictions":[{label}{number_text(probability)}}}]}}'

    def _predictions(self, outputs: NDArray[np.float32]) -> str:
        finite = np.isfinite(outputs).all(axis=1)
        if not finite.all():
            raise NotFiniteError(np.flatnonzero(~finite).tolist())
        if self._is_regression:
            values = '},{"value":'.join(number_texts(outputs[:, 0]))
            return f'{{"value":{values}}}'
        if self._is_binary:
            codes = (outputs[:, 1] >= POSITIVE_FROM).tolist()
            pieces = [""] * (2 * len(codes))
            pieces[::2] = map(self._next_labels.__getitem__, codes)
            pieces[1::2] = number_texts(outputs[:, 1])
            return f"{''.join(pieces)[len(_BETWEEN) :]}}}"
        best = outputs.argmax(axis=1).tolist()
        texts, width = number_texts(outputs.ravel()), outputs.shape[1]
        rows = [texts[start : start + width] for start in range(0, len(texts), width)]
        return ",".join(map(self._describe, rows, best))

    def _describe(self, numbers: Sequence[str], best: int) -> str:
        named = map(str.__add__, self._names, numbers)
        return f'{self._labels[best]}{numbers[best]},"probabilities":{{{",".join(named)}}}}}'


def _numbered(inference_id: str, rows: int) -> str:
    numbers = _first_numbers(1 << (rows - 1).bit_length())[:rows]
    return f"{inference_id}/" + f'","{inference_id}/'.join(numbers)


@cache
def _first_numbers(count: int) -> list[str]:
    """Return the texts of whole numbers from 0; of few counts, for each list is kept."""
    return list(map(str, range(count)))
