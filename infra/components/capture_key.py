"""The key with which personal features are hashed before they are captured."""

from collections.abc import Sequence

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.contracts.model_spec import ModelSpec
from infra.stage import Stage


def needs_capture_key(models: Sequence[ModelSpec]) -> bool:
    """Return whether some model's captures hold hashes of personal features."""
    return any(
        spec.capture.pii == "hash" and any(feature.pii for feature in spec.features)
        for spec in models
    )


class CaptureKey(Construct):
    """An HMAC key of the stage's own. It costs about a dollar a month, used or not.

    KMS lets nobody read it. A function that may call GenerateMac derives a secret from it, once in
    each process; without the key, equal values can no longer be told from new ones.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            description=f"Windvane {stage.name}: hashes of personal features in captures",
            key_spec=kms.KeySpec.HMAC_256,
            key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
            removal_policy=stage.removal_policy,
        )
