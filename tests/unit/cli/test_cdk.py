"""The CDK command line, run."""

import sys
from pathlib import Path

import pytest

from functions.cli import cdk
from functions.cli.cdk import Checkout, bootstrap, deploy, endpoint_environment, synthesize
from functions.cli.errors import LocalCloudError

ENDPOINT = "http://localhost:4566"
SAYS_ITS_ARGUMENTS = """
import os, sys
print(" ".join(sys.argv[1:]))
print("endpoint", os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_ENDPOINT_URL_S3"])
print(" \\u2705  windvane-local-storage")
"""
FAILS = "import sys; print('bucket exists already'); sys.exit(7)"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    tool = tmp_path / "node_modules" / "aws-cdk" / "bin" / "cdk"
    tool.parent.mkdir(parents=True)
    tool.write_text(SAYS_ITS_ARGUMENTS)
    monkeypatch.setattr(Checkout, "node", property(lambda _self: Path(sys.executable)))
    return Checkout(root=tmp_path, home=tmp_path / "home with a space", environ={"LANG": "C.UTF-8"})


def test_leads_the_cdk_to_the_emulator_and_nowhere_else() -> None:
    environ = {"AWS_PROFILE": "company", "CDK_DEFAULT_ACCOUNT": "1", "HOME": "/home/ann"}

    found = endpoint_environment(environ, ENDPOINT)

    assert "AWS_PROFILE" not in found
    assert "CDK_DEFAULT_ACCOUNT" not in found
    assert found["HOME"] == "/home/ann"
    assert found["AWS_ENDPOINT_URL"] == found["AWS_ENDPOINT_URL_S3"] == ENDPOINT


def test_builds_our_code_alone_for_an_emulator(checkout: Checkout) -> None:
    assembly = synthesize(checkout, ENDPOINT, stage="local", variant="source")

    said = checkout.log_file.read_text(encoding="utf-8")
    assert "--context stage=local" in said
    assert "-m infra.bundles --variant source" in said
    assert assembly == checkout.home / "cdk.out"


def test_tells_of_each_stack_as_it_is_deployed(checkout: Checkout) -> None:
    told: list[str] = []

    deploy(checkout, ENDPOINT, assembly=Path("assembly"), deployed=told.append)

    assert told == ["windvane-local-storage"]
    assert f"endpoint {ENDPOINT} {ENDPOINT}" in checkout.log_file.read_text(encoding="utf-8")


def test_shows_the_last_words_of_what_failed(checkout: Checkout) -> None:
    checkout.cdk.write_text(FAILS)

    with pytest.raises(LocalCloudError, match=r"cdk bootstrap.*\(7\)[\s\S]*bucket exists already"):
        bootstrap(checkout, ENDPOINT)


def test_names_what_was_not_installed(checkout: Checkout) -> None:
    checkout.cdk.unlink()

    with pytest.raises(LocalCloudError, match="make setup"):
        bootstrap(checkout, ENDPOINT)


def test_knows_where_node_is() -> None:
    assert Checkout(root=Path(), home=Path(), environ={}).node.name == "node"
    assert cdk.CONCURRENT_STACKS > 1
