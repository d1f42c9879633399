import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.errors import WindvaneError
from functions.contracts.release import AliasPointer
from functions.core.ports import ObjectNotFoundError
from functions.inference.onnx_model import load_onnx_model
from functions.serving.served_version import ArtifactError, ServedVersion, load_version
from tests.unit.serving.graphs import linear_graph, logistic_graph
from tests.unit.serving.world import LOAN_GRAPH, LOAN_WEIGHTS, NOW, World, artifact_spec


def load(world: World, pointer: AliasPointer) -> ServedVersion:
    return load_version(
        pointer.model,
        pointer.number,
        pointer.artifact,
        store=world.store,
        load_graph=load_onnx_model,
        now=NOW,
    )


def with_spec(world: World, pointer: AliasPointer, spec: ArtifactSpec | bytes) -> AliasPointer:
    """Point to the same model with another spec.json, registered with its right hash."""
    content = spec if isinstance(spec, bytes) else spec.model_dump_json().encode()
    stored = world.store.write(pointer.artifact.spec.key, content, content_type="application/json")
    artifact = pointer.artifact.model_copy(update={"spec": stored})
    return pointer.model_copy(update={"artifact": artifact})


def test_loads_what_an_alias_points_to() -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH, number=7)

    champion = load(world, pointer)

    assert champion.number == 7
    assert champion.artifact == pointer.artifact
    assert champion.size_bytes == len(LOAN_GRAPH)
    assert champion.loaded_at == NOW
    assert champion.spec.model == "loan_default"


def test_reads_the_registered_versions_of_the_objects() -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    for stored in (pointer.artifact.model, pointer.artifact.spec):
        world.store.write(stored.key, b"written later", content_type="application/octet-stream")

    assert load(world, pointer).artifact == pointer.artifact


@pytest.mark.parametrize("which", ["model", "spec"])
def test_refuses_bytes_of_another_hash(which: str) -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    key = getattr(pointer.artifact, which).key
    world.store.versions[key][0] += b"\n"

    with pytest.raises(WindvaneError, match="sha256"):
        load(world, pointer)


def test_refuses_a_spec_of_other_onnx_bytes() -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    pointer = with_spec(world, pointer, artifact_spec())

    with pytest.raises(ArtifactError, match="belongs to model 000000000000"):
        load(world, pointer)


def test_refuses_a_spec_of_another_model() -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    other = artifact_spec("car_price").model_copy(update={"model_sha256": pointer.artifact.sha256})
    pointer = with_spec(world, pointer, other)

    with pytest.raises(ArtifactError, match="belongs to car_price, not to loan_default"):
        load(world, pointer)


def test_refuses_a_spec_that_is_none() -> None:
    world = World()
    pointer = with_spec(world, world.publish(artifact_spec(), LOAN_GRAPH), b'{"model": 1}')

    with pytest.raises(ArtifactError, match=r"is no spec\.json"):
        load(world, pointer)


def test_refuses_a_graph_of_another_output_shape() -> None:
    world = World()
    pointer = world.publish(artifact_spec(classes=("a", "b", "c")), logistic_graph(LOAN_WEIGHTS))

    with pytest.raises(ArtifactError, match=r"shape \(1, 2\), not \(1, 3\)"):
        load(world, pointer)


def test_refuses_a_graph_of_another_input_width() -> None:
    world = World()
    pointer = world.publish(artifact_spec(classes=()), linear_graph((1.0, 2.0)))

    with pytest.raises(Exception):  # noqa: B017, PT011 - onnxruntime's own exception
        load(world, pointer)


def test_lets_through_what_the_store_says() -> None:
    world = World()
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    world.store.versions.clear()

    with pytest.raises(ObjectNotFoundError):
        load(world, pointer)
