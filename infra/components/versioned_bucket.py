"""A private bucket that keeps every version of every object, and says itself who may touch what."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from functions.contracts import keys
from functions.contracts.labels import RETIRED_TAG
from infra.components.key_patterns import DELIVERY_ERRORS_PREFIX, BucketAccess
from infra.stage import Stage

DRILL_DAYS = 1
"""A fire drill lasts an hour at most, and removes what it made."""

REWRITTEN = (keys.HOURLY_PREFIX, keys.COMPACTION_PREFIX, keys.LABELS_PREFIX)
"""Where documents are written anew every quarter of an hour."""

REWRITTEN_DAYS = 7
"""How long what such a document said before is kept: each listing of them passes by it."""

BATCH_DAYS = 30
"""How long a batch job and its results are kept."""

ABANDONED_UPLOAD_DAYS = 7
INFREQUENT_AFTER_DAYS = 30


class VersionedBucket(Construct):
    """A bucket: versioned, encrypted, reachable by TLS alone, closed to the public.

    Old versions are deleted after the stage's `noncurrent_version_days`, uploads that nobody
    finished after a week; `lifecycle_rules` come on top.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        access_logs: s3.IBucket,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal_policy,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{id_.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="old-versions-and-abandoned-uploads",
                    noncurrent_version_expiration=Duration.days(stage.noncurrent_version_days),
                    abort_incomplete_multipart_upload_after=Duration.days(ABANDONED_UPLOAD_DAYS),
                    expired_object_delete_marker=True,
                ),
                *lifecycle_rules,
            ],
        )

    @property
    def name(self) -> str:
        """The bucket's name, made by CloudFormation."""
        return self.bucket.bucket_name

    def allow(self, role: iam.IRole, access: BucketAccess) -> None:
        """Let a role read, list and write what `access` names."""
        principal = iam.ArnPrincipal(role.role_arn)
        if access.reads:
            self._allow_objects(principal, ["s3:GetObject", "s3:GetObjectVersion"], access.reads)
        if access.writes:
            self._allow_objects(principal, ["s3:PutObject"], access.writes)
        if access.retires:  # a tag, by which a rule of the bucket ends them
            self._allow_objects(principal, ["s3:PutObjectTagging"], access.retires)
        if access.lists:
            self._allow_listing(principal, "s3:ListBucketVersions", "StringLike", access.lists)
        if access.probes:
            # A read names no prefix, and is asked about all the same.
            self._allow_listing(principal, "s3:ListBucket", "StringLikeIfExists", access.probes)

    def _allow_listing(
        self, principal: iam.IPrincipal, action: str, operator: str, prefixes: Sequence[str]
    ) -> None:
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[principal],
                actions=[action],
                resources=[self.bucket.bucket_arn],
                conditions={operator: {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
            )
        )

    def _allow_objects(
        self, principal: iam.IPrincipal, actions: list[str], patterns: Sequence[str]
    ) -> None:
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[principal],
                actions=actions,
                resources=[self.bucket.arn_for_objects(pattern) for pattern in patterns],
            )
        )


class AccessLogBucket(Construct):
    """Where the other buckets' server access logs go; they are deleted after `log_days`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, log_days: int = 90) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal_policy,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="expire",
                    expiration=Duration.days(log_days),
                    abort_incomplete_multipart_upload_after=Duration.days(ABANDONED_UPLOAD_DAYS),
                )
            ],
        )


def captures_lifecycle(stage: Stage) -> tuple[s3.LifecycleRule, ...]:
    """Return the rules of what serving sends: cheaper after a month, gone after `capture_days`.

    What is compacted of it goes with it; of documents that are written anew all the time, old
    versions go soon, and so do files of labels that no ledger names any more. Of a fire drill that
    was killed nothing stays for long. Drift reports stay. 30 days is the soonest that S3 moves an
    object to infrequent access; objects below 128 KiB stay where they are, since there they would
    cost more.
    """
    drills = s3.LifecycleRule(
        id="age-of-drills", prefix=keys.DRILLS_PREFIX, expiration=Duration.days(DRILL_DAYS)
    )
    aging = tuple(
        s3.LifecycleRule(
            id=f"age-of-{prefix.strip('/').replace('_', '-')}",
            prefix=prefix,
            expiration=Duration.days(stage.capture_days),
            noncurrent_version_expiration=(
                Duration.days(min(REWRITTEN_DAYS, stage.noncurrent_version_days))
                if prefix in REWRITTEN
                else None
            ),
            transitions=[
                s3.Transition(
                    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
                    transition_after=Duration.days(INFREQUENT_AFTER_DAYS),
                )
            ],
        )
        for prefix in (
            keys.CAPTURES_PREFIX,
            keys.GROUND_TRUTH_PREFIX,
            keys.HOURLY_PREFIX,
            keys.COMPACTION_PREFIX,
            keys.LABELS_PREFIX,
            DELIVERY_ERRORS_PREFIX,
        )
    )
    retired = s3.LifecycleRule(
        id="retired-labels",
        prefix=keys.LABELS_PREFIX,
        tag_filters={RETIRED_TAG: "true"},
        expiration=Duration.days(min(REWRITTEN_DAYS, stage.capture_days)),
    )
    return (*aging, retired, drills)


def data_lifecycle() -> tuple[s3.LifecycleRule, ...]:
    """Return the rule of batch jobs, whose results were fetched long ago."""
    return (
        s3.LifecycleRule(
            id="age-of-batch", prefix=keys.BATCH_PREFIX, expiration=Duration.days(BATCH_DAYS)
        ),
    )
