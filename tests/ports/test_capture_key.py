"""The stage's secret for personal features, from KMS."""

import pytest

from functions.aws.capture_key import derive_capture_secret
from functions.aws.clients import make_client


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
