"""Every kind of API with every authorization, deployed once to an embedded cloud of their own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.aws.clients import make_client
from functions.cli import wiring
from functions.cli.ministack import HOST, REGION, claimed_port, cloud_environment, is_healthy
from functions.cli.processes import end_group, start_mark
from tests.access.deployment import DeployedApi, deploy, synthesize, variants
from tests.fakes.loopback_issuer import loopback_issuer

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Deployed:
    """The APIs by name, the issuer of the tokens, and the keys' values by client."""

    apis: dict[str, DeployedApi]
    issuer: str
    keys: dict[str, str]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, however pytest is called
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the suite on one worker: its tests share a deployment."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.xdist_group("access"))
            item.add_marker(pytest.mark.cloud)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with loopback_issuer() as address:
        yield address


@pytest.fixture(scope="session")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("access-cloud")
    (home / "tmp").mkdir()
    with claimed_port(None) as port:
        process = _start(home, port)
        mark = start_mark(process.pid) or ""
        try:
            _wait_until_healthy(home, port, process)
        except BaseException:
            end_group(process.pid, mark)
            raise
    yield f"http://{HOST}:{port}"
    end_group(process.pid, mark)
    process.wait()


def _start(home: Path, port: int) -> "subprocess.Popen[bytes]":
    with (home / "cloud.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.access.emulator"],
            cwd=ROOT,
            env=cloud_environment(
                wiring.environ(), port=port, state=home / "state", scratch=home / "tmp"
            ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_healthy(home: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(f"http://{HOST}:{port}"):
        assert process.poll() is None, (home / "cloud.log").read_text()
        assert time.monotonic() < deadline, (home / "cloud.log").read_text()
        time.sleep(0.1)


@pytest.fixture(scope="session")
def deployed(endpoint_url: str, issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    with pytest.MonkeyPatch.context() as environment:
        enter(environment, endpoint_url)
        assembly = synthesize(tmp_path_factory.mktemp("access"), issuer)
        apis = deploy(assembly, list(variants(issuer)), endpoint_url)
        gateway = make_client("apigateway")
        keys = {
            client: gateway.get_api_key(apiKey=key_id, includeValue=True)["value"]
            for client, key_id in apis["rest-keys"].key_ids.items()
        }
    return Deployed(apis, issuer, keys)


@pytest.fixture(autouse=True)
def _at_this_cloud(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to this suite's cloud during a test alone: other suites of a worker have their own."""
    enter(monkeypatch, endpoint_url)


def enter(environment: pytest.MonkeyPatch, endpoint_url: str) -> None:
    """Let this process talk to a cloud, and to no other."""
    for name in [name for name in wiring.environ() if name.startswith("AWS_")]:
        environment.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        environment.setenv(name, value)
