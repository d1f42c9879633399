"""One deployment of a copy of this tree, with models that only these tests know.

The real `cdk deploy` puts it on MiniStack, or on the emulator that `--endpoint-url` names.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.cli import wiring
from functions.cli.cdk import endpoint_environment
from functions.cli.demo.cast import Cast, gather_cast
from functions.cli.stage import DeployedStage
from tests.workflow.alarmed import add_alarmed_folder
from tests.workflow.checkout import TestCheckout, copy_tree, deploy_to_endpoint
from tests.workflow.kiln import add_model_folder
from tests.workflow.mailbox import Mailbox
from tests.workflow.rollout_stories import POLICIES

STORIES = (
    "first_champion",
    "bad_data",
    "failing_gates",
    "moving_back",
    "duplicates",
    "calm",
    "left_alone",
    "batch",
    "drilled",
)
"""Each test has a model of its own, so that they run in any order."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--endpoint-url",
        default=None,
        help="run the workflow suite against the emulator at this address, such as LocalStack",
    )


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, however pytest is called
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give rollouts and the rest a worker each, which deploys in half a minute: both mostly wait.

    A worker that gets both deploys once.
    """
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            group = "rollouts" if item.path.stem == "test_rollouts" else "workflow"
            item.add_marker(pytest.mark.xdist_group(group))
            item.add_marker(pytest.mark.cloud)
            item.add_marker(pytest.mark.timeout(900))  # the first test's includes the deployment
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def checkout(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[TestCheckout]:
    """A deployed copy of the tree, and the environment in which its commands find it."""
    tree = copy_tree(tmp_path_factory.mktemp("a tree"))
    for story in STORIES:
        add_model_folder(tree.root / "models", f"kiln_{story}")
    add_alarmed_folder(tree.root / "models")
    for story, policy in POLICIES.items():
        add_model_folder(tree.root / "models", f"kiln_{story}", policy=policy, candidates=1)
    endpoint_url = request.config.getoption("--endpoint-url", default=None)
    environment = pytest.MonkeyPatch()
    try:
        if endpoint_url:
            deploy_to_endpoint(tree, endpoint_url)
        else:
            tree.windvane("local", "up")
        _enter(environment, tree)
        yield tree
    finally:
        environment.undo()
        if not endpoint_url:
            tree.windvane("local", "down")


def _enter(environment: pytest.MonkeyPatch, tree: TestCheckout) -> None:
    """Let this process see what the tree's commands see; everything is undone at the end."""
    theirs = [name for name in wiring.environ() if name.startswith("AWS_")]
    for name in {*theirs, *endpoint_environment({}, "")}:
        environment.setenv(name, "")
        environment.delenv(name)
    for name, value in {**tree.environ, "WINDVANE_HOME": str(tree.home)}.items():
        environment.setenv(name, value)


@pytest.fixture(scope="session")
def stage(checkout: TestCheckout) -> DeployedStage:  # noqa: ARG001 - it must be deployed
    """The deployed stage; from here on this process talks to it."""
    return wiring.open_stage("local")


@pytest.fixture(scope="session")
def loan(stage: DeployedStage) -> Cast:
    """Everything that belongs to loan_default."""
    return gather_cast(stage, "loan_default")


@pytest.fixture
def mailbox(stage: DeployedStage) -> Mailbox:
    """What people are told from now on."""
    return Mailbox(stage.settings.notification_topic_arn)
