"""Synthesized stages as values: templates, and what was acknowledged."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App

from functions.contracts.functions import Group
from functions.contracts.outputs import STACK_PARTS, stack_name
from infra.app import Sources, add_stacks
from infra.stage import Stage

PROJECT = Path(__file__).resolve().parents[2]

SCHEDULED_MODEL = "tide_height"
PLAIN_MODEL = "catch_quality"

_FEATURES = """
[[features]]
name = "wind_speed"
type = "number"

[[features]]
name = "moon_phase"
type = "string"
categories = ["new", "full"]
"""

MODEL_FOLDERS = {
    SCHEDULED_MODEL: f"""
name = "{SCHEDULED_MODEL}"
task = "regression"
owner = "harbor"
[target]
name = "height"
[training]
metric = "root_mean_squared_error"
schedule = "rate(7 days)"
[drift]
schedule = "rate(2 hours)"
{_FEATURES}""",
    PLAIN_MODEL: f"""
name = "{PLAIN_MODEL}"
task = "binary_classification"
owner = "harbor"
[target]
name = "good"
classes = [0, 1]
[training]
metric = "roc_auc_score"
[access]
clients = ["harbor"]
{_FEATURES}""",
}
"""Models that nothing else in the tree has heard of."""

CLIENTS = """
[[clients]]
name = "harbor"
description = "the harbor master"
requests_per_second = 2
burst = 4
requests_per_day = 1000

[[clients]]
name = "boathouse"
description = "was closed last year"
requests_per_second = 20
burst = 40
requests_per_month = 500
enabled = false
"""

TOKENS = {
    "authorization": "jwt",
    "jwt_issuer": "https://issuer.example/",
    "jwt_audience": "windvane",
}

API_VARIANTS: Mapping[str, Mapping[str, str]] = {
    "rest-api_key": {"api": "rest", "authorization": "api_key"},
    "rest-jwt": {"api": "rest", **TOKENS},
    "http-iam": {"api": "http"},
    "http-jwt": {"api": "http", **TOKENS},
}
"""The context that makes each kind of API with each authorization beside the usual one."""

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A synthesized stage."""

    stage: Stage
    directory: Path

    def template(self, part: str) -> dict[str, Any]:
        name = stack_name(self.stage.name, part)
        return json.loads((self.directory / f"{name}.template.json").read_text())

    def templates(self) -> dict[str, dict[str, Any]]:
        return {part: self.template(part) for part in STACK_PARTS}

    def resources(self, type_: str) -> dict[str, Resource]:
        """All resources of a type by `part/logical id`."""
        return {
            f"{part}/{logical_id}": resource
            for part, template in self.templates().items()
            for logical_id, resource in template.get("Resources", {}).items()
            if resource["Type"] == type_
        }

    def properties(self, type_: str) -> dict[str, Any]:
        return {
            path: resource.get("Properties", {}) for path, resource in self.resources(type_).items()
        }

    def acknowledgments(self) -> list[tuple[str, str, str]]:
        """Every accepted finding: construct, rule, reason."""
        return list(self._acknowledgments())

    def _acknowledgments(self) -> Iterator[tuple[str, str, str]]:
        for part in STACK_PARTS:
            file = self.directory / f"{stack_name(self.stage.name, part)}.metadata.json"
            for path, entries in json.loads(file.read_text()).items():
                for entry in entries:
                    if entry["type"] == "aws:cdk:acknowledged-rules":
                        for rule, reason in entry["data"].items():
                            yield path, rule.removeprefix("Annotation::"), reason


def new_app(directory: Path, **context: str) -> App:
    """An app with the context of cdk.json, as the CDK command line gives it."""
    settings = json.loads((PROJECT / "cdk.json").read_text())
    return App(context={**settings["context"], **context}, outdir=str(directory))


def synthesize(stage: Stage, sources: Sources, directory: Path) -> Assembly:
    app = new_app(directory)
    add_stacks(app, stage, sources)
    app.synth()
    return Assembly(stage, directory)


def lay_empty_bundles(directory: Path) -> Path:
    """Bundles of every variant without code: synthesis asks only where they are."""
    for variant in ("source", "arm64", "x86_64"):
        for group in Group:
            bundle = directory / variant / group
            bundle.mkdir(parents=True)
            (bundle / "code.py").write_text(f'"""{group}"""\n')
    return directory


def lay_models(directory: Path, folders: Mapping[str, str] = MODEL_FOLDERS) -> Path:
    directory.mkdir()
    for name, spec in folders.items():
        (directory / name).mkdir()
        (directory / name / "model.toml").write_text(spec)
    return directory


def lay_clients(file: Path) -> Path:
    file.write_text(CLIENTS)
    return file


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy document's statements, their actions and resources as lists."""
    return [
        {**s, "Action": as_list(s["Action"]), "Resource": as_list(s.get("Resource", []))}
        for s in policy["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A template's value as one string, references as `<...>`, for looking things up in."""
    match value:
        case str():
            found = value
        case {"Ref": name} | {"Fn::ImportValue": name}:
            found = f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            found = f"<{name}.{attribute}>"
        case {"Fn::Join": [delimiter, parts]}:
            found = delimiter.join(text(part) for part in parts)
        case _:
            found = json.dumps(value)
    return found
