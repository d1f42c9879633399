"""Models without training: real graphs, published to a deployed stage through its adapters."""

import hashlib
from collections.abc import Sequence

from functions.contracts import keys
from functions.contracts.artifact import Artifact, ArtifactSpec, StoredObject
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, Share
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry
from tests.fakes.documents import NOW, audit_entry, model_version
from tests.unit.serving.graphs import linear_graph, logistic_graph
from tests.unit.serving.world import (
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    PRICE_GRAPH,
    PRICE_SPEC,
    TIER_GRAPH,
    TIER_SPEC,
    artifact_spec,
)

CHALLENGER_GRAPH = logistic_graph(LOAN_WEIGHTS, bias=1.0)
CHALLENGER_PERCENT = 0.01
"""The least share there is: nearly nobody is answered by the challenger without asking for it."""

MODELS = {
    "loan_default": (artifact_spec(), (LOAN_GRAPH, CHALLENGER_GRAPH)),
    "car_price": (PRICE_SPEC, (PRICE_GRAPH,)),
    "tier": (TIER_SPEC, (TIER_GRAPH,)),
    "overflow": (
        PRICE_SPEC.model_copy(update={"model": "overflow"}),
        (linear_graph((3e38, 3e38)),),
    ),
}
"""Each model's versions: the first is the champion, the second has a share of the callers."""


def publish_models(registry: ModelRegistry, store: ObjectStore) -> None:
    """Publish every model; loan_default/2 is the challenger of loan_default/1."""
    for spec, graphs in MODELS.values():
        artifacts = [store_artifact(spec, graph, store) for graph in graphs]
        for number, artifact in enumerate(artifacts, start=1):
            version = model_version(number, model=spec.model)
            registry.add(version.model_copy(update={"artifact": artifact, "task": spec.task}))
        _make_champion(spec.model, artifacts, registry)


def store_artifact(spec: ArtifactSpec, content: bytes, store: ObjectStore) -> Artifact:
    """Store a graph with its spec."""
    digest = hashlib.sha256(content).hexdigest()

    def put(name: str, body: bytes) -> StoredObject:
        key = keys.artifact_file(spec.model, digest, name)
        return store.write_once(key, body, content_type="application/octet-stream")

    described = spec.model_copy(update={"model_sha256": digest}).model_dump_json().encode()
    return Artifact(
        model=put("model.onnx", content),
        spec=put("spec.json", described),
        profile=put("profile.json", b"{}"),
    )


def _make_champion(model: str, artifacts: Sequence[Artifact], registry: ModelRegistry) -> None:
    shares = tuple(
        Share(number=number, percent=CHALLENGER_PERCENT, artifact=artifact)
        for number, artifact in enumerate(artifacts[1:], start=2)
    )
    pointer = AliasPointer(
        model=model,
        alias=Alias.CHAMPION,
        number=1,
        revision=1,
        moved_at=NOW,
        artifact=artifacts[0],
        shares=shares,
        split_id="rollout-2" if shares else None,
    )
    entry = audit_entry(1).model_copy(update={"model": model})
    registry.move_alias(pointer, entry, expected_revision=0)
