"""The stage's secret for personal features, from KMS."""

from collections.abc import Iterator

import numpy as np
import pytest

from functions.aws.capture_key import derive_capture_secret
from functions.aws.clients import make_client
from functions.contracts.model_spec import CapturePolicy
from functions.contracts.settings import ServingSettings
from functions.core.capture_encoding import AnsweredRows, decode_floats
from functions.serving import wiring
from tests.fakes.captures import logged_document
from tests.unit.serving.world import LOAN_FEATURES, NOW


@pytest.fixture
def fresh_wiring() -> Iterator[None]:
    """A new execution environment."""
    for cached in (wiring.settings, wiring.ports):
        cached.cache_clear()
    yield
    for cached in (wiring.settings, wiring.ports):
        cached.cache_clear()


@pytest.mark.usefixtures("aws")
def test_derives_the_same_secret_from_a_key_and_another_from_another() -> None:
    client = make_client("kms")
    first, second = (
        client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        for _ in range(2)
    )

    secret = derive_capture_secret(client, first)

    assert len(secret) == 32
    assert secret == derive_capture_secret(client, first) != derive_capture_secret(client, second)


@pytest.mark.usefixtures("aws", "fresh_wiring")
def test_hashes_what_is_personal_with_the_stages_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    settings = ServingSettings(
        stage="local",
        models_bucket="models",
        registry_table="registry",
        capture_key=key["KeyMetadata"]["Arn"],
    )
    for name, value in settings.to_env().items():
        monkeypatch.setenv(name, value)
    matrix = np.full((1, 5), 7.0, dtype=np.float32)
    answered = AnsweredRows("a", "loan_default", 1, LOAN_FEATURES, matrix, matrix[:, :2], NOW)

    wiring.ports().captures.write(answered._replace(policy=CapturePolicy(pii="hash")))
    wiring.ports().captures.write(answered)

    hashed, dropped = (
        decode_floats(str(logged_document(line)["rows"]), 1)[0, 4]
        for line in capsys.readouterr().out.splitlines()
    )
    assert hashed == int(hashed) != 7
    assert np.isnan(dropped)
