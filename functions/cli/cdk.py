"""The unmodified CDK command line, run on this checkout against an emulated endpoint."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from functions.cli.errors import LocalCloudError
from functions.cli.ministack import ACCOUNT_ID, REGION, last_lines

DEPLOY_LOG = "deploy.log"
CONCURRENT_STACKS = 4
_DEPLOYED = re.compile(r"✅\s+(?P<stack>\S+)")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A tree that can be deployed, and where its logs and outputs go."""

    root: Path
    home: Path
    environ: Mapping[str, str]

    @property
    def cdk(self) -> Path:
        """The CDK command line that the lock file pins."""
        return self.root / "node_modules" / "aws-cdk" / "bin" / "cdk"

    @property
    def node(self) -> Path:
        """Node of the virtual environment."""
        return Path(sys.executable).parent / "node"

    @property
    def log_file(self) -> Path:
        """Everything that the deployment said."""
        return self.home / DEPLOY_LOG

    @property
    def outputs_file(self) -> Path:
        """Where the CDK writes the stacks' outputs."""
        return self.home / "outputs.json"


def endpoint_environment(environ: Mapping[str, str], endpoint_url: str) -> dict[str, str]:
    """Return the environment that makes the CDK and all it starts talk to an emulator only."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("AWS_", "CDK_"))}
    path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
    return {
        **kept,
        "PATH": path,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ENDPOINT_URL_S3": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "CDK_DISABLE_VERSION_CHECK": "1",
        "FORCE_COLOR": "0",
    }


def bootstrap(checkout: Checkout, endpoint_url: str) -> None:
    """Make the CDK's own bucket and roles; a second time changes nothing.

    Not in the checkout: where the CDK finds an app it synthesizes it first, for nothing.
    """
    checkout.home.mkdir(parents=True, exist_ok=True)
    _run(
        replace(checkout, root=checkout.home),
        [*_cli(checkout), "bootstrap", f"aws://{ACCOUNT_ID}/{REGION}", "--ci"],
        endpoint_environment(checkout.environ, endpoint_url),
    )


def synthesize(checkout: Checkout, endpoint_url: str, *, stage: str, variant: str) -> Path:
    """Build the bundles, write the templates and return their folder.

    cdk.json builds what an account needs; an emulator needs our code alone.
    """
    assembly = checkout.home / "cdk.out"
    build = shlex.join([sys.executable, "-m", "infra.bundles", "--variant", variant])
    _run(
        checkout,
        [
            *_cli(checkout),
            "synth",
            "--quiet",
            "--ci",
            "--build",
            build,
            "--context",
            f"stage={stage}",
            "--context",
            f"variant={variant}",
            "--output",
            str(assembly),
        ],
        endpoint_environment(checkout.environ, endpoint_url),
    )
    return assembly


def deploy(
    checkout: Checkout, endpoint_url: str, *, assembly: Path, deployed: Callable[[str], None]
) -> None:
    """Deploy all stacks of an assembly, telling of each as it is done."""

    def listen(line: str) -> None:
        found = _DEPLOYED.search(line)
        if found:
            deployed(found["stack"])

    _run(
        checkout,
        [
            *_cli(checkout),
            "deploy",
            "--all",
            "--ci",
            "--app",
            str(assembly),
            "--build",
            "true",  # built already
            "--require-approval",
            "never",
            "--method",
            "direct",
            "--concurrency",
            str(CONCURRENT_STACKS),
            "--asset-parallelism",
            "--outputs-file",
            str(checkout.outputs_file),
        ],
        endpoint_environment(checkout.environ, endpoint_url),
        listen,
    )


def _cli(checkout: Checkout) -> list[str]:
    for path, remedy in ((checkout.node, "make setup"), (checkout.cdk, "make setup")):
        if not path.exists():
            msg = f"{path} is not there: run `{remedy}`"
            raise LocalCloudError(msg)
    return [str(checkout.node), str(checkout.cdk)]


def _run(
    checkout: Checkout,
    command: list[str],
    environ: Mapping[str, str],
    listen: Callable[[str], None] = lambda _line: None,
) -> None:
    """Run a command in the checkout, log what it says, raise LocalCloudError if it fails."""
    checkout.home.mkdir(parents=True, exist_ok=True)
    with (
        checkout.log_file.open("a", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603 - our own arguments
            command,
            cwd=checkout.root,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                listen(line)
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        what = " ".join(Path(part).name for part in command[:3])
        said = last_lines(checkout.log_file)
        msg = f"`{what}` failed ({process.returncode}); the end of {checkout.log_file}:\n{said}"
        raise LocalCloudError(msg)
