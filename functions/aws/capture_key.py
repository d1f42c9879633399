"""The stage's secret for personal features, derived from a KMS key that never leaves KMS."""

from typing import Any

LABEL = b"windvane capture pii 1"
"""What the key signs; another label is another secret, so that hashes of before no longer match."""


def derive_capture_secret(client: Any, key_id: str) -> bytes:  # noqa: ANN401 - boto3 has no types
    """Return 32 bytes that only who may call GenerateMac with that key can have.

    They are the same at every call and in every process, so that equal values keep equal hashes;
    disabling the key, or taking the permission, ends it for processes to come.
    """
    answer = client.generate_mac(KeyId=key_id, MacAlgorithm="HMAC_SHA_256", Message=LABEL)
    secret: bytes = answer["Mac"]
    return secret
