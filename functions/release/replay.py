"""Workflow step Replay: both versions answer a part of the captured rows, and are compared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import CaptureLine, row_inference_ids
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import Task
from functions.contracts.replay_plan import ReplayPart, ReplayPlan
from functions.contracts.rollout_messages import ReplayInput, ReplayOutput
from functions.core.capture_encoding import decode_floats, mask_pii
from functions.core.captured_lines import read_lines
from functions.core.encoding import canonical_label
from functions.core.ports import ObjectStore
from functions.core.reencoding import IncomparableSchemaError, reencode
from functions.core.replay import ReplayedRows, compare_replay
from functions.core.stored_objects import read_stored
from functions.core.stored_specs import read_spec
from functions.release import wiring
from functions.release.artifacts import Graph, load_graph
from functions.release.ports import ReplayPorts


@dataclass(slots=True)
class _Answers:
    """The rows that both versions answered, and what became of the others."""

    ids: list[str] = field(default_factory=list)
    matrix: list[NDArray[np.float32]] = field(default_factory=list)
    champion: list[NDArray[np.float32]] = field(default_factory=list)
    challenger: list[NDArray[np.float32]] = field(default_factory=list)
    set_aside: int = 0
    why: str = ""


def replay(message: ReplayInput, *, ports: ReplayPorts) -> ReplayOutput:
    """Compare the versions' answers to one part's rows; the comparison lies in the models bucket.

    A row that lacks a feature of one of the versions is set aside and counted.
    """
    plan_key = keys.replay_plan(message.model, message.execution)
    plan = ReplayPlan.model_validate_json(ports.models.read(plan_key))
    truths = json.loads(ports.models.read(keys.replay_truths(message.model, message.execution)))
    champion, challenger = (
        _graph(message.model, number, ports) for number in (plan.champion, plan.challenger)
    )
    answers = _answer(plan, plan.parts[message.part], (champion, challenger), ports)

    spec = challenger.spec
    comparison = compare_replay(
        spec,
        ReplayedRows(
            ids=answers.ids,
            matrix=_stack(answers.matrix, len(spec.feature_schema.features)),
            champion=_stack(answers.champion, _width(spec)),
            challenger=_stack(answers.challenger, _width(spec)),
            truth=_truth(spec, answers.ids, truths),
        ),
        tolerance=_tolerance(plan, ports),
    )

    key = keys.replay_part(message.model, message.execution, message.part)
    ports.models.write(key, comparison.model_dump_json().encode(), content_type=keys.JSON_TYPE)
    return ReplayOutput(
        part=message.part,
        key=key,
        rows=comparison.rows,
        set_aside=answers.set_aside,
        why=answers.why,
    )


def _answer(
    plan: ReplayPlan, part: ReplayPart, graphs: tuple[Graph, Graph], ports: ReplayPorts
) -> _Answers:
    answers = _Answers()
    schemas: dict[int, FeatureSchema] = {}
    for line in _lines(plan.model, part, ports.captures):
        if line.version not in schemas:
            schemas[line.version] = _spec(plan.model, line.version, ports).feature_schema
        try:
            _add(answers, line, schemas[line.version], graphs)
        except (IncomparableSchemaError, ValueError) as error:
            answers.set_aside += line.n
            answers.why = str(error)
    return answers


def _lines(model: str, part: ReplayPart, captures: ObjectStore) -> Iterator[CaptureLine]:
    for file in part.files:
        content = captures.read(file.key, version_id=file.s3_version_id)
        found = list(read_lines(content, model).captures)
        yield from (found[place] for place in file.take)


def _add(
    answers: _Answers, line: CaptureLine, source: FeatureSchema, graphs: tuple[Graph, Graph]
) -> None:
    """Answer a line's rows with both graphs; raise if one of them cannot read the rows."""
    matrix = decode_floats(line.rows, line.n)
    if line.schema_id != source.schema_id or matrix.shape[1] != len(source.features):
        msg = f"rows of schema {line.schema_id} are not of the version's, {source.schema_id}"
        raise ValueError(msg)
    # A hash is no value: what is personal is missing to both versions, whichever way it came.
    matrix = mask_pii(source, matrix)
    champion, challenger = (reencode(matrix, source, graph.spec.feature_schema) for graph in graphs)
    answers.champion.append(graphs[0].run(champion))
    answers.challenger.append(graphs[1].run(challenger))
    answers.matrix.append(challenger)
    answers.ids += row_inference_ids(line)


def _graph(model: str, number: int, ports: ReplayPorts) -> Graph:
    artifact = ports.registry.get(model, number).artifact
    return load_graph(artifact, read_stored(artifact.model, ports.models), ports.models)


def _spec(model: str, number: int, ports: ReplayPorts) -> ArtifactSpec:
    stored = ports.registry.get(model, number).artifact.spec
    return read_spec(stored, ports.models)


def _tolerance(plan: ReplayPlan, ports: ReplayPorts) -> float:
    """Values nearer than the champion's own error are as good as equal."""
    return ports.registry.get(plan.model, plan.champion).scores.get("mean_absolute_error", 0.0)


def _truth(
    spec: ArtifactSpec, ids: list[str], truths: dict[str, object]
) -> NDArray[np.float64] | None:
    if not truths:
        return None
    if spec.task is Task.REGRESSION:
        return np.array([truths.get(name, np.nan) for name in ids], dtype=np.float64)
    codes = {canonical_label(label): float(code) for code, label in enumerate(spec.classes)}
    known = {name: codes.get(canonical_label(value), np.nan) for name, value in truths.items()}
    return np.array([known.get(name, np.nan) for name in ids], dtype=np.float64)


def _width(spec: ArtifactSpec) -> int:
    return max(1, len(spec.classes))


def _stack(parts: list[NDArray[np.float32]], columns: int) -> NDArray[np.float32]:
    return np.concatenate(parts) if parts else np.empty((0, columns), dtype=np.float32)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = replay(ReplayInput.model_validate(event), ports=wiring.replay_ports())
    return output.model_dump(mode="json")
