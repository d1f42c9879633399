import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from functions.contracts.outputs import OUTPUTS, STACK_PARTS
from infra.app import Sources, synthesize_stage
from infra.stage import STAGES
from tests.infra.assembly import (
    MODEL_FOLDERS,
    PLAIN_MODEL,
    PROJECT,
    Assembly,
    lay_models,
    new_app,
    synthesize,
)
from tests.infra.conftest import Synthesized

CONNECT = "require('node:net').connect(9)"
RUN_GIT = "import subprocess; subprocess.run(['git', 'status'])"


def test_makes_four_stacks_named_by_the_contract(assembly: Assembly) -> None:
    files = sorted(path.name for path in assembly.directory.glob("*.template.json"))

    name = assembly.stage.name
    assert files == sorted(f"windvane-{name}-{part}.template.json" for part in STACK_PARTS)


def test_says_every_setting_of_the_command_line_once(assembly: Assembly) -> None:
    outputs = Counter(
        name
        for template in assembly.templates().values()
        for name in template.get("Outputs", {})
        if not name.startswith("ExportsOutput")
    )

    assert outputs == dict.fromkeys(OUTPUTS.values(), 1)


def test_is_made_without_models(sources: Sources, tmp_path: Path) -> None:
    without = replace(sources, models=lay_models(tmp_path / "models", {}))

    assembly = synthesize(STAGES["local"], without, tmp_path / "out")

    assert assembly.resources("AWS::Lambda::Function")
    assert not assembly.resources("AWS::Scheduler::Schedule")
    assert not assembly.resources("AWS::CloudWatch::Dashboard")


def test_reaches_no_network_starts_no_program_and_reads_no_git(
    synthesized: Synthesized, notes: Path
) -> None:
    synthesized("local")

    assert not notes.exists(), notes.read_text()


def test_a_closed_node_connects_to_nothing(
    closed_environment: Mapping[str, str], tmp_path: Path
) -> None:
    environment = {**closed_environment, "CLOSED_NOTES": str(tmp_path / "notes")}

    done = subprocess.run(
        [environment["JSII_NODE"], "-e", CONNECT], env=environment, capture_output=True, check=False
    )

    assert done.returncode != 0
    assert (tmp_path / "notes").read_text().startswith("connect")


@pytest.mark.parametrize(
    "deed",
    ["import socket; socket.create_connection(('127.0.0.1', 9))", "open('.git/HEAD')", RUN_GIT],
)
def test_a_closed_process_does_nothing_of_the_kind(
    deed: str, closed_environment: Mapping[str, str], tmp_path: Path
) -> None:
    environment = {**closed_environment, "CLOSED_NOTES": str(tmp_path / "notes")}
    hook = "from tests.infra.closed_synthesis import *; import sys; sys.addaudithook(refuse)"

    done = subprocess.run(
        [sys.executable, "-c", f"{hook}; {deed}", environment["CLOSED_NOTES"], "node"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0
    assert (tmp_path / "notes").read_text()


def test_names_the_stages_there_are(sources: Sources, tmp_path: Path, capsys) -> None:
    app = new_app(tmp_path, stage="production")

    status = synthesize_stage(app, sources)

    assert status == 1
    assert capsys.readouterr().err == (
        "infra: stage must be one of local, dev, prod, got 'production': pass -c stage=NAME\n"
    )


def test_takes_dev_when_no_stage_is_named(sources: Sources, tmp_path: Path) -> None:
    status = synthesize_stage(new_app(tmp_path), sources)

    assert status == 0
    assert (tmp_path / "windvane-dev-storage.template.json").exists()


def test_names_the_command_that_builds_a_missing_bundle(
    sources: Sources, tmp_path: Path, capsys
) -> None:
    app = new_app(tmp_path, stage="prod")

    status = synthesize_stage(app, replace(sources, bundles=tmp_path / "nothing"))

    assert status == 1
    error = capsys.readouterr().err
    assert "python -m infra.bundles --variant arm64" in error
    assert error.count("\n") == 1


def test_names_file_key_and_remedy_of_a_wrong_model_folder(
    sources: Sources, tmp_path: Path, capsys
) -> None:
    wrong = MODEL_FOLDERS[PLAIN_MODEL].replace("binary_classification", "guessing")
    models = lay_models(tmp_path / "models", {PLAIN_MODEL: wrong})

    status = synthesize_stage(new_app(tmp_path, stage="dev"), replace(sources, models=models))

    assert status == 1
    assert f"models/{PLAIN_MODEL}/model.toml: task = " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["app", "build"])
def test_runs_from_a_folder_with_a_space_in_its_name(command: str, tmp_path: Path) -> None:
    """cdk.json's commands name only relative paths, so a shell reads them the same anywhere."""
    settings = json.loads((PROJECT / "cdk.json").read_text())
    root = tmp_path / "a space"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)

    done = subprocess.run(
        ["sh", "-c", settings[command].replace("-m infra.", "--version; : ")],
        cwd=root,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.startswith("Python 3")
