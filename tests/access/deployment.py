"""Five serving stacks over one storage stack: each kind of API with each authorization."""

import io
import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from functions.aws.clients import make_client
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.cli.ministack import ACCOUNT_ID, REGION
from functions.cli.stage import reachable_api_url
from functions.contracts.access import ApiAccess
from functions.contracts.api_clients import load_clients
from functions.contracts.functions import Group
from functions.contracts.model_folder import find_model_names, load_model_spec
from functions.contracts.outputs import stack_name
from infra.bundles import PROJECT
from infra.bundling.build import build_bundles, open_workshop
from infra.bundling.target import Target, Variant
from infra.components.bundle_shelf import BundleShelf
from infra.components.foundation import Foundation
from infra.stacks.serving import ServingStack
from infra.stacks.storage import StorageStack
from infra.stage import STAGES, choose_api
from tests.infra.assembly import lay_models, new_app
from tests.unit.serving.world import NOW, PRICE_GRAPH, PRICE_SPEC, World
from tests.workflow.shelf import first_promotion

OPEN, NAMED = "open_model", "named_model"
"""A model for each known caller, and one that names `harbor`."""

CLIENTS = """
[[clients]]
name = "harbor"
description = "may ask both models"
requests_per_second = 1000
burst = 1000

[[clients]]
name = "mill"
description = "may ask the open model"
requests_per_second = 1000
burst = 1000

[[clients]]
name = "closed"
description = "has a key that is disabled"
enabled = false

[[clients]]
name = "meager"
description = "may ask twice a day"
requests_per_second = 1000
burst = 1000
requests_per_day = 2

[[clients]]
name = "slow"
description = "may ask once in 1,000 seconds"
requests_per_second = 0.001
burst = 1
"""

_MODEL = """
name = "{name}"
task = "regression"
owner = "harbor"
[target]
name = "height"
[training]
metric = "root_mean_squared_error"
[access]
clients = {clients}
[[features]]
name = "mileage"
type = "number"
"""

MODELS = {
    OPEN: _MODEL.format(name=OPEN, clients='["*"]'),
    NAMED: _MODEL.format(name=NAMED, clients='["harbor"]'),
}


@dataclass(frozen=True, slots=True)
class DeployedApi:
    """Where one of the APIs answers, and the ids of its keys by client."""

    url: str
    key_ids: dict[str, str]


def variants(issuer: str) -> dict[str, dict[str, str]]:
    """The context of each stage, by the stage's name."""
    tokens = {"authorization": "jwt", "jwt_issuer": issuer, "jwt_audience": "windvane"}
    return {
        "rest-iam": {"api": "rest"},
        "rest-keys": {"api": "rest", "authorization": "api_key"},
        "rest-jwt": {"api": "rest", **tokens},
        "http-iam": {"api": "http"},
        "http-jwt": {"api": "http", **tokens},
    }


def synthesize(folder: Path, issuer: str) -> Path:
    """Write the templates and return their folder; the bundles hold our code alone."""
    workshop = open_workshop(PROJECT, folder / "bundles", Target(Variant.SOURCE))
    build_bundles(workshop, (Group.SERVING, Group.ACCESS), lambda _line: None)
    (folder / "clients.toml").write_text(CLIENTS)
    models = lay_models(folder / "models", MODELS)

    app = new_app(folder / "assembly", **{"aws:cdk:disable-asset-staging": True})
    shelf = BundleShelf(folder / "bundles", Variant.SOURCE)
    foundation = StorageStack(app, stage=STAGES["local"], shelf=shelf).foundation
    for name, context in variants(issuer).items():
        ServingStack(
            app,
            foundation=_as_stage(foundation, name, context),
            models=[load_model_spec(model, models) for model in find_model_names(models)],
            clients=load_clients(folder / "clients.toml"),
        )
    app.synth()
    return folder / "assembly"


def _as_stage(foundation: Foundation, name: str, context: dict[str, str]) -> Foundation:
    stage = replace(choose_api(STAGES["local"], context), name=name)
    return replace(foundation, platform=replace(foundation.platform, stage=stage))


def deploy(assembly: Path, names: list[str], endpoint_url: str) -> dict[str, DeployedApi]:
    """Deploy the storage stack and then the others at once; return the APIs by name."""
    s3, ssm = make_client("s3"), make_client("ssm")
    s3.create_bucket(Bucket=f"cdk-hnb659fds-assets-{ACCOUNT_ID}-{REGION}")
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    cloudformation = make_client("cloudformation")
    storage = stack_name("local", "storage")
    _create(cloudformation, s3, assembly, storage)
    _wait(cloudformation, storage)
    for name in names:
        _create(cloudformation, s3, assembly, stack_name(name, "serving"))
    apis = {}
    for name in names:
        outputs = _wait(cloudformation, stack_name(name, "serving"))
        apis[name] = DeployedApi(
            reachable_api_url(outputs["ApiUrl"], endpoint_url),
            dict(ApiAccess.from_json(outputs["ApiAccess"]).keys),
        )
    _publish(_wait(cloudformation, storage))
    return apis


def _create(cloudformation: Any, s3: Any, assembly: Path, stack: str) -> None:
    assets = json.loads((assembly / f"{stack}.assets.json").read_text())["files"]
    for asset in assets.values():
        if asset["source"]["packaging"] == "zip":
            (destination,) = asset["destinations"].values()
            bucket = destination["bucketName"].replace("${AWS::AccountId}", ACCOUNT_ID)
            s3.put_object(
                Bucket=bucket.replace("${AWS::Region}", REGION),
                Key=destination["objectKey"],
                Body=_zip(assembly / asset["source"]["path"]),
            )
    template = json.loads((assembly / f"{stack}.template.json").read_text())
    cloudformation.create_stack(
        StackName=stack,
        # Without its spaces it has room in a request; `cdk deploy` sends it by way of a bucket.
        TemplateBody=json.dumps(template, separators=(",", ":")),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )


def _zip(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return content.getvalue()


def _wait(cloudformation: Any, stack: str) -> dict[str, str]:
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _publish(outputs: dict[str, str]) -> None:
    """Make a version of each model its champion."""
    store = S3ObjectStore(make_client("s3"), outputs["ModelsBucket"])
    registry = DynamoRegistry(make_client("dynamodb"), outputs["RegistryTable"])
    world = World(store=store)  # type: ignore[arg-type] # it is given what it is to store in
    for model in MODELS:
        spec = PRICE_SPEC.model_copy(update={"model": model})
        pointer = world.publish(spec, PRICE_GRAPH)
        registry.add(world.registry.get(model, 1))
        registry.move_alias(pointer, first_promotion(model, at=NOW), expected_revision=0)
