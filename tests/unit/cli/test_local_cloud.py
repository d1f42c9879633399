"""The embedded cloud, brought up and ended."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from functions.cli import cdk, local_cloud, ministack
from functions.cli.cdk import Checkout
from functions.cli.errors import LocalCloudError, NotDeployedError
from functions.cli.local_file import FILE_NAME, read_local_cloud
from functions.cli.ministack import CloudProcess
from functions.contracts.outputs import OUTPUTS
from tests.fakes.documents import NOW

API_URL = "https://a1.execute-api.us-east-1.amazonaws.com/v1/"


@dataclass
class World:
    """Stands in for MiniStack, the CDK and the system's processes; notes what was done."""

    checkout: Checkout
    done: list[str] = field(default_factory=list)
    alive: set[int] = field(default_factory=set)
    outputs: dict[str, str] = field(
        default_factory=lambda: {**dict.fromkeys(OUTPUTS.values(), "x"), "ApiUrl": API_URL}
    )
    fails: bool = False

    def start(self, home: Path, **_options: object) -> CloudProcess:
        self.done.append("start")
        self.alive.add(17)
        home.mkdir(exist_ok=True)
        return CloudProcess(17, "mark", 4566, home / "cloud.log")

    def end(self, pid: int, _mark: str) -> bool:
        was_alive = pid in self.alive
        self.alive.discard(pid)
        self.done.append("end")
        return was_alive

    def bootstrap(self, *_arguments: object) -> None:
        self.done.append("bootstrap")

    def synthesize(self, checkout: Checkout, *_arguments: object, **_options: object) -> Path:
        self.done.append("synthesize")
        return checkout.home / "cdk.out"

    def deploy(self, checkout: Checkout, *_arguments: object, **_options: object) -> None:
        self.done.append("deploy")
        if self.fails:
            msg = "a stack failed"
            raise LocalCloudError(msg)
        checkout.outputs_file.write_text(json.dumps({"a stack": self.outputs}))

    def up(self) -> None:
        local_cloud.up(self.checkout, port=None, now=NOW, tell=lambda *_: None)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(Checkout(root=tmp_path, home=tmp_path / "home", environ={}))
    monkeypatch.setattr(ministack, "start", made.start)
    for name in ("bootstrap", "synthesize", "deploy"):
        monkeypatch.setattr(cdk, name, getattr(made, name))
    monkeypatch.setattr(local_cloud, "is_alive", lambda pid, _mark: pid in made.alive)
    monkeypatch.setattr(local_cloud, "end_group", made.end)
    monkeypatch.setattr(ministack, "end_group", made.end)
    return made


def test_notes_where_the_cloud_is(world: World) -> None:
    world.up()

    cloud = read_local_cloud(world.checkout.home)
    assert cloud is not None
    assert cloud.endpoint_url == "http://localhost:4566"
    assert cloud.api_url == "http://localhost:4566/restapis/a1/v1/_user_request_"
    assert cloud.outputs == world.outputs
    assert sorted(world.done) == ["bootstrap", "deploy", "start", "synthesize"]


def test_only_deploys_again_while_it_is_up(world: World) -> None:
    world.up()
    world.done.clear()

    world.up()

    assert world.done == ["synthesize", "deploy"]


def test_starts_anew_when_the_noted_process_is_gone(world: World) -> None:
    world.up()
    world.alive.clear()
    world.done.clear()

    world.up()

    assert "start" in world.done


def test_ends_a_cloud_that_could_not_be_deployed_to(world: World) -> None:
    world.fails = True

    with pytest.raises(LocalCloudError, match="a stack failed"):
        world.up()

    assert world.alive == set()
    assert not (world.checkout.home / FILE_NAME).exists()


def test_keeps_a_running_cloud_when_deploying_again_fails(world: World) -> None:
    world.up()
    world.fails = True

    with pytest.raises(LocalCloudError):
        world.up()

    assert world.alive == {17}
    assert read_local_cloud(world.checkout.home) is not None


def test_says_which_outputs_are_missing(world: World) -> None:
    del world.outputs["DataBucket"]

    with pytest.raises(NotDeployedError, match="DataBucket"):
        world.up()


def test_ends_the_cloud_and_forgets_it(world: World) -> None:
    world.up()
    (world.checkout.home / "state").mkdir()

    assert local_cloud.down(world.checkout.home)
    assert not local_cloud.down(world.checkout.home)
    assert world.alive == set()
    assert not (world.checkout.home / "state").exists()
