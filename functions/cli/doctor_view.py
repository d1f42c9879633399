"""What `windvane doctor` checks and says."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from functions.aws.failures import SDK_ERRORS, explain
from functions.cli import wiring
from functions.cli.cdk import Checkout
from functions.cli.errors import NotDeployedError, RefusedError
from functions.cli.local_view import checkout
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.errors import WindvaneError
from functions.contracts.model_folder import find_model_names

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 22
BUNDLES = Path("build") / "bundles"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty where nothing is to be done."""

    subject: str
    passed: bool
    found: str
    remedy: str = ""


def doctor(out: Output, *, asked: str | None) -> None:
    """Check and report; raise RefusedError if something is missing."""
    tree = checkout()
    findings = [
        _python(),
        _node(tree),
        _cdk(tree),
        _models(),
        _bundles(tree.root),
        *_stage(asked),
    ]
    for finding in findings:
        mark = "✓" if finding.passed else "✗"
        out.line(
            f"{mark} {finding.subject:<16} {finding.found}", style="" if finding.passed else "red"
        )
        if finding.remedy:
            out.line(f"  {'':<16} {finding.remedy}")
    out.result(
        [
            {
                "subject": finding.subject,
                "passed": finding.passed,
                "found": finding.found,
                "remedy": finding.remedy or None,
            }
            for finding in findings
        ]
    )
    missing = [finding.subject for finding in findings if not finding.passed]
    if missing:
        msg = f"not in order: {', '.join(missing)}"
        raise RefusedError(msg)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    oldest = ".".join(map(str, OLDEST_PYTHON))
    passed = sys.version_info >= OLDEST_PYTHON
    remedy = (
        ""
        if passed
        else f"run `make setup PYTHON=python{oldest}`, Windvane needs {oldest} or newer"
    )
    return Finding("python", passed, found, remedy)


def _node(tree: Checkout) -> Finding:
    version = _version_of([str(tree.node), "--version"])
    if version is None:
        return Finding("node", False, f"not at {tree.node}", "run `make setup`")
    passed = int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE
    return Finding(
        "node", passed, version, "" if passed else f"needs {OLDEST_NODE} or newer: run `make setup`"
    )


def _cdk(tree: Checkout) -> Finding:
    version = (
        _version_of([str(tree.node), str(tree.cdk), "--version"]) if tree.cdk.exists() else None
    )
    if version is None:
        return Finding("cdk", False, f"not at {tree.cdk}", "run `make setup`")
    return Finding("cdk", True, version)


def _models() -> Finding:
    names = find_model_names()
    if not names:
        return Finding(
            "models", False, "no folder holds a model.toml", "see docs/how-to/add-a-model.md"
        )
    return Finding("models", True, ", ".join(names))


def _bundles(root: Path) -> Finding:
    found = (root / BUNDLES).glob("[!.]*")
    built = sorted(path.name for path in found if path.is_dir())
    if not built:
        return Finding("bundles", True, "none built yet", "deploying builds them, or `make bundle`")
    return Finding("bundles", True, ", ".join(built))


def _stage(asked: str | None) -> list[Finding]:
    """Look at the stage, what leads to it, and who we are there."""
    try:
        stage = wiring.open_stage(asked)
    except NotDeployedError as error:
        return [Finding("stage", False, "not deployed", str(error))]
    except WindvaneError as error:
        return [Finding("stage", False, "not readable", str(error))]
    except SDK_ERRORS as error:
        return [Finding("stage", False, "not reachable", explain(error) or str(error))]
    return [
        Finding("stage", True, stage.name),
        Finding("endpoint", True, stage.endpoint_url or "AWS"),
        Finding("credentials", True, wiring.caller()),
        Finding("prediction API", *_api(stage)),
    ]


def _api(stage: DeployedStage) -> tuple[bool, str, str]:
    answer = wiring.api(stage).request("GET", "/models")
    url = stage.settings.api_url
    if answer.status == 200:  # noqa: PLR2004 - HTTP
        return True, url, ""
    return (
        False,
        f"{url} answered {answer.status}",
        "are you allowed to call it? see docs/how-to/deploy-to-aws.md",
    )


def _version_of(command: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - our own
    return answer.stdout.strip() if answer.returncode == os.EX_OK else None
