"""A copy of the tree, deployed by its own command line."""

import json
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.cli import cdk, wiring
from functions.cli.cdk import Checkout
from functions.cli.ministack import is_healthy

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("functions", "infra", "models")
FILES = ("cdk.json", "package.json", "pyproject.toml")
LINKED = (".venv", "node_modules")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True)
class TestCheckout:
    """A tree and the environment of its commands."""

    __test__ = False

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """Where its embedded cloud is noted."""
        return self.root / ".windvane"

    def windvane(self, *arguments: str, code: int = 0, stdin: str = "") -> Answer:
        """Run a command as a user does; it must end with the exit code."""
        inherited = wiring.environ().items()
        kept = {name: value for name, value in inherited if not name.startswith("AWS_")}
        kept.pop("PYTHONPATH", None)
        done = subprocess.run(
            [sys.executable, "-m", "functions.cli", *arguments],
            cwd=self.root,
            env={**kept, "WINDVANE_HOME": str(self.home), **self.environ},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        assert answer.code == code, (
            f"windvane {' '.join(arguments)}\n{answer.stdout}\n{answer.stderr}"
        )
        return answer


def copy_tree(folder: Path) -> TestCheckout:
    """Return a copy of all that is deployed; what was installed is linked, not copied."""
    root = folder / "windvane"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    for name in LINKED:
        (root / name).symlink_to(ROOT / name)
    return TestCheckout(root)


def deploy_to_endpoint(tree: TestCheckout, endpoint_url: str) -> None:
    """Deploy a tree to an emulator that somebody else runs."""
    tree.environ.update(cdk.endpoint_environment({}, endpoint_url))
    tree.environ.pop("PATH")
    checkout = Checkout(root=tree.root, home=tree.home, environ=wiring.environ())
    cdk.bootstrap(checkout, endpoint_url)
    assembly = cdk.synthesize(
        checkout, endpoint_url, stage="local", variant=fitting_variant(endpoint_url)
    )
    cdk.deploy(checkout, endpoint_url, assembly=assembly, deployed=lambda _stack: None)


def fitting_variant(endpoint_url: str) -> str:
    """Return the bundles that an emulator can run: MiniStack has the packages, others do not."""
    if is_healthy(endpoint_url):
        return "source"
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
