"""The embedded cloud of a checkout: brought up and deployed to, asked after, ended."""

import json
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from functions.cli import cdk, ministack
from functions.cli.cdk import Checkout
from functions.cli.local_file import (
    LocalCloud,
    read_local_cloud,
    remove_local_cloud,
    write_local_cloud,
)
from functions.cli.ministack import CloudProcess
from functions.cli.processes import end_group, is_alive
from functions.cli.stage import LOCAL, reachable_api_url, settings_from_outputs

OUR_CODE_ALONE = "source"
"""The bundles' variant: functions run in the environment that MiniStack runs in."""

Tell = Callable[[str, float], None]
"""Told of a step that is done, and of the seconds it took."""


def up(checkout: Checkout, *, port: int | None, now: datetime, tell: Tell) -> LocalCloud:
    """Start the embedded cloud if it is not up, deploy the checkout to it, and note where it is.

    A second time deploys what has changed. If anything fails, a cloud that was started here is
    ended again.
    """
    running = running_cloud(checkout.home)
    clock = time.monotonic()
    process = running or ministack.start(checkout.home, port=port, environ=checkout.environ)
    if running is None:
        tell("embedded cloud started", time.monotonic() - clock)
    try:
        checkout.log_file.unlink(missing_ok=True)
        outputs = _deploy(checkout, process.endpoint_url, fresh=running is None, tell=tell)
        cloud = _describe(process, outputs, now)
    except BaseException:
        if running is None:
            process.end()
        raise
    write_local_cloud(checkout.home, cloud)
    return cloud


def running_cloud(home: Path) -> CloudProcess | None:
    """Return the process that the file names, if it runs."""
    cloud = read_local_cloud(home)
    if cloud is None or not is_alive(cloud.process_id, cloud.process_started):
        return None
    return CloudProcess(cloud.process_id, cloud.process_started, cloud.port, Path(cloud.log_file))


def down(home: Path) -> bool:
    """End the embedded cloud and everything in it; return whether it was up."""
    cloud = read_local_cloud(home)
    ended = cloud is not None and end_group(cloud.process_id, cloud.process_started)
    remove_local_cloud(home)
    for folder in ("tmp", "state"):
        shutil.rmtree(home / folder, ignore_errors=True)
    return ended


def _deploy(checkout: Checkout, endpoint_url: str, *, fresh: bool, tell: Tell) -> dict[str, str]:
    """Build, bootstrap, synthesize and deploy; return the stacks' outputs by name."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        bootstrapping = (
            beside.submit(_timed, lambda: cdk.bootstrap(checkout, endpoint_url)) if fresh else None
        )
        clock = time.monotonic()
        assembly = cdk.synthesize(checkout, endpoint_url, stage=LOCAL, variant=OUR_CODE_ALONE)
        tell("bundles built, templates synthesized", time.monotonic() - clock)
        if bootstrapping is not None:
            tell("CDK bootstrapped", bootstrapping.result())
    clock = time.monotonic()
    cdk.deploy(
        checkout,
        endpoint_url,
        assembly=assembly,
        deployed=lambda stack: tell(f"stack {stack} deployed", time.monotonic() - clock),
    )
    return _flat_outputs(checkout.outputs_file)


def _timed(work: Callable[[], None]) -> float:
    clock = time.monotonic()
    work()
    return time.monotonic() - clock


def _flat_outputs(file: Path) -> dict[str, str]:
    """Return all stacks' outputs as one mapping; the CDK writes them by stack."""
    stacks: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return {name: value for outputs in stacks.values() for name, value in outputs.items()}


def _describe(process: CloudProcess, outputs: dict[str, str], now: datetime) -> LocalCloud:
    settings = settings_from_outputs(LOCAL, outputs)
    return LocalCloud(
        endpoint_url=process.endpoint_url,
        api_url=reachable_api_url(settings.api_url, process.endpoint_url),
        region=ministack.REGION,
        account_id=ministack.ACCOUNT_ID,
        outputs=outputs,
        port=process.port,
        process_id=process.process_id,
        process_started=process.process_started,
        started_at=now,
        log_file=str(process.log_file),
    )
