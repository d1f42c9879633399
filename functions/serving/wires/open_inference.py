"""POST /v2/models/{model}/infer: the Open Inference Protocol with Triton's binary tensors."""

import json

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.core.inference_request import AnswerForm, read_inference_request
from functions.core.problem import Problem
from functions.core.strict_json import parse_json
from functions.core.tensor_columns import columns_of, names_of
from functions.core.tensor_matrix import whole_matrix
from functions.core.tensors import TensorError, malformed
from functions.serving.bodies import check_answer_size, check_json_type, read_body, write_bytes
from functions.serving.errors import HeaderError
from functions.serving.exchange import BINARY, JSON, Request, Response
from functions.serving.one_tensor_row import JSON_LENGTH_HEADER, answer_tensors_of_one
from functions.serving.ports import Ports
from functions.serving.prediction import Answer, Asked, answer_rows
from functions.serving.problems import Refusal
from functions.serving.served_version import ServedVersion

_SPARE_INPUTS = 1000  # tensors that are no features, where a model ignores such


class TensorRows(msgspec.Struct, frozen=True):
    """The rows of an inference request, with what its answer needs to know."""

    matrix: NDArray[np.float32]
    form: AnswerForm
    takes_binary: bool = True

    def pointer(self, row: int) -> str:
        """Return where a row is: it has no one place among its request's tensors."""
        return f"row {row}"


def infer(request: Request, ports: Ports, *, model: str) -> Response:
    """Answer with the version that the model's alias chooses."""
    return answer_tensors_of_one(request, ports, model) or _answer(request, ports, Asked(model))


def infer_version(request: Request, ports: Ports, *, model: str, number: str) -> Response:
    """Answer with the version that the path names."""
    return _answer(request, ports, Asked(model, number=int(number)))


def _answer(request: Request, ports: Ports, asked: Asked) -> Response:
    return answer_rows(request, ports, asked, read=read_tensors, write=write_tensors)


def read_tensors(request: Request, version: ServedVersion) -> TensorRows:
    """Return the rows of a request's tensors; each value is checked as a record's would be."""
    content, binary = _split(request)
    fast = version.tensor_reader.read(content, binary)
    if fast:
        matrix, form = fast
        _check_outputs(form, version)
        return TensorRows(matrix, form, request.takes_binary)
    try:
        most = _maximum_containers(version)
        document = parse_json(content, allow_nan=True, maximum_containers=most)
        rows = read_document(document, binary, version)
    except TensorError as error:
        if "content-type" not in request.headers and _was_taken_for_text(binary):
            detail = f"expected {BINARY}: without it the API took the binary tensors for text"
            raise HeaderError("Content-Type", detail) from error  # noqa: EM101 - a header's name
        raise
    return TensorRows(rows.matrix, rows.form, request.takes_binary)


def read_document(document: object, binary: bytes, version: ServedVersion) -> TensorRows:
    """Return the rows of a parsed request and the bytes that follow it."""
    reader = version.reader
    request = read_inference_request(
        document,
        binary,
        check_count=reader.check_count,
        check_head=lambda head, index: names_of(head, index, reader.schema),
        maximum_inputs=len(reader.names) + _SPARE_INPUTS,
    )
    _check_outputs(request.form, version)
    matrix = whole_matrix(request.tensors, reader.schema)
    if matrix is None:
        table = columns_of(request.tensors, reader.schema)
        matrix = reader.read_table(table.columns, table.locate)
    return TensorRows(matrix, request.form)


def _maximum_containers(version: ServedVersion) -> int:
    """Return how many arrays and objects there may be: one a value, where each column is nested."""
    reader = version.reader
    return (len(reader.names) + 1) * reader.maximum_containers


def _split(request: Request) -> tuple[bytes, bytes]:
    """Return a body's JSON part and its binary part; without the header, all of it is JSON."""
    length = request.headers.get(JSON_LENGTH_HEADER.lower())
    if length is None:
        check_json_type(request)
        return read_body(request), b""
    body = read_body(request)
    if not length.isascii() or not length.isdigit() or not 0 < int(length[:12]) <= len(body):
        detail = f"expected the length of the JSON part, from 1 to the body's {len(body)} bytes"
        raise TensorError([Problem(JSON_LENGTH_HEADER, detail)])
    return body[: int(length)], body[int(length) :]


def _was_taken_for_text(binary: bytes) -> bool:
    """Return whether bytes were lost on the way, as a REST API may lose them that sees no type."""
    try:
        return "\N{REPLACEMENT CHARACTER}" in binary.decode()
    except UnicodeDecodeError:
        return False


def _check_outputs(form: AnswerForm, version: ServedVersion) -> None:
    names = version.tensor_text.names
    for index, output in enumerate(form.outputs):
        if output.name not in names:
            detail = f"the model has no such output; it has {', '.join(names)}"
            raise malformed(("outputs", index, "name"), detail)
        if output.name in (other.name for other in form.outputs[:index]):
            raise malformed(("outputs", index, "name"), "this output is asked for twice")


def write_tensors(answer: Answer, rows: TensorRows) -> Response:
    """Return the outputs that were asked for, each in JSON or after it as bytes.

    `parameters` of the answer holds the inference id, by which outcomes are reported.
    """
    text, binary = answer.version.tensor_text.write(
        answer.outputs,
        rows.form,
        inference_id=answer.inference_id,
        variant=answer.variant,
        takes_binary=rows.takes_binary,
    )
    head = text.encode()
    if not binary:
        return Response(200, check_answer_size(head))
    headers = {JSON_LENGTH_HEADER.lower(): str(len(head))}
    return write_bytes(b"".join([head, *binary]), headers)


def write_refusal(refusal: Refusal) -> Response:
    """Return a refusal as the protocol's clients show it: one sentence, as plain JSON."""
    body = json.dumps({"error": refusal.sentence}, separators=(",", ":")).encode()
    return Response(refusal.kind.status, body, JSON, refusal.headers)
