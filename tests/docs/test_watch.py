"""The guide's rules name metrics there are, its commands are commands, its policy is enough."""

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from functions.cli.app import app
from functions.cli.metrics_server import parse_address
from functions.contracts.model_folder import load_model_spec
from functions.contracts.outputs import STACK_PARTS, stack_name
from functions.core.open_metrics import asked_metrics

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "how-to" / "watch-from-grafana-or-prometheus.md").read_text(encoding="utf-8")
ASKED = asked_metrics(load_model_spec("loan_default"))
FAMILIES = {asked.family.full_name for asked in ASKED}
SCRAPE, RULES = (
    yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
)
COMMANDS = re.findall(r"^\$ windvane (.*?)(?: > .*)?$", TEXT, re.MULTILINE)


def test_names_every_metric_with_what_cloudwatch_calls_it() -> None:
    table = TEXT.split("| metric | what CloudWatch calls it |")[1].split("\n\n")[0]

    assert set(re.findall(r"`(windvane_\w+)`", table)) == FAMILIES
    for asked in ASKED:
        assert f"`{asked.metric}`" in table or asked.labels.get("condition")
    for label in {label for asked in ASKED for label in asked.labels}:
        assert f"`{label}`" in table


def test_every_rule_asks_for_metrics_that_there_are() -> None:
    (group,) = RULES["groups"]

    for rule in group["rules"]:
        assert set(re.findall(r"windvane_\w+", rule["expr"])) <= FAMILIES
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert set(re.findall(r'severity="(\w+)"', TEXT)) <= {
        asked.labels.get("severity") for asked in ASKED
    }


def test_the_scraper_looks_where_the_server_listens() -> None:
    (job,) = SCRAPE["scrape_configs"]
    (listened,) = re.findall(r"--listen (\S+)", TEXT)

    assert job["static_configs"] == [{"targets": [listened]}]
    assert parse_address(listened) == ("127.0.0.1", 9109)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_written_as_they_are_read(command: str) -> None:
    words = command.split()
    asked = CliRunner().invoke(app, [*words[:2], "--help"])

    assert asked.exit_code == 0
    for option in [word for word in words if word.startswith("--")]:
        assert option in asked.output


def test_the_policy_lets_the_stage_be_found_and_metrics_be_read() -> None:
    (policy,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))

    stacks, metrics = policy["Statement"]
    assert stacks["Action"] == "cloudformation:DescribeStacks"
    prefix = stacks["Resource"].partition("stack/")[2].removesuffix("*")
    assert all(stack_name("prod", part).startswith(prefix) for part in STACK_PARTS)
    assert metrics["Action"] == "cloudwatch:GetMetricData"


def test_what_it_costs_is_reckoned_right() -> None:
    metrics, asked, dollars = re.search(
        r"(\d+) metrics make ([\d,]+) a month, \$(\d+\.\d\d)", TEXT
    ).groups()  # type: ignore[union-attr] # the sentence is there, or this fails

    calls = 30 * 24 * 60 // 5
    assert int(asked.replace(",", "")) == int(metrics) * calls
    assert float(dollars) == pytest.approx(int(metrics) * calls * 0.01 / 1000, abs=0.005)
