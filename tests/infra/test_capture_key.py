"""The key for personal features: there where a model asks for it, and nowhere else."""

from pathlib import Path

import pytest

from infra.app import Sources
from infra.stage import STAGES
from tests.infra.assembly import (
    MODEL_FOLDERS,
    PLAIN_MODEL,
    Assembly,
    lay_empty_bundles,
    lay_models,
    statements,
    synthesize,
    text,
)

HASHING = {
    PLAIN_MODEL: f"""{MODEL_FOLDERS[PLAIN_MODEL]}
pii = true

[capture]
pii = "hash"
"""
}


@pytest.fixture(scope="module")
def hashing(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A stage with a model whose captures hold hashes."""
    root = tmp_path_factory.mktemp("hashing")
    sources = Sources(
        bundles=lay_empty_bundles(root / "bundles"),
        models=lay_models(root / "models", HASHING),
        clients=Path(root / "clients.toml"),
    )
    return synthesize(STAGES["prod"], sources, root / "assembly")


def test_there_is_no_key_where_no_model_hashes(assembly: Assembly) -> None:
    assert assembly.resources("AWS::KMS::Key") == {}
    for function in assembly.properties("AWS::Lambda::Function").values():
        assert "WINDVANE_CAPTURE_KEY" not in function["Environment"]["Variables"]


def test_the_key_signs_and_stays(hashing: Assembly) -> None:
    (key,) = hashing.resources("AWS::KMS::Key").values()

    assert key["Properties"]["KeySpec"] == "HMAC_256"
    assert key["Properties"]["KeyUsage"] == "GENERATE_VERIFY_MAC"
    assert key["DeletionPolicy"] == "Retain"


def test_predict_alone_may_sign_with_it(hashing: Assembly) -> None:
    granted = [
        (statement["Action"], [text(resource) for resource in statement["Resource"]], policy)
        for policy, properties in hashing.properties("AWS::IAM::Policy").items()
        for statement in statements(properties["PolicyDocument"])
        if any(action.startswith("kms:") for action in statement["Action"])
    ]

    ((actions, (resource,), policy),) = granted
    (predict,) = [
        f["Environment"]["Variables"]
        for path, f in hashing.properties("AWS::Lambda::Function").items()
        if "/PredictFunction" in path
    ]
    assert actions == ["kms:GenerateMac"]
    assert "PredictPermissions" in policy
    assert resource == text(predict["WINDVANE_CAPTURE_KEY"])
