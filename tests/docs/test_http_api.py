"""The reference of the prediction API names what the code has, and nothing else."""

import re
from pathlib import Path

from functions.core.ground_truth import MAXIMUM_ITEMS
from functions.core.strict_json import MAXIMUM_DEPTH
from functions.serving.bodies import MAXIMUM_ANSWER_BYTES, MAXIMUM_BODY_BYTES
from functions.serving.problems import INTERNAL, MODEL_FAILED, PROBLEM_TYPES
from functions.serving.route_table import ROUTES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/reference/http-api.md").read_text()


def test_lists_every_route() -> None:
    listed = set(re.findall(r"^\| `(GET|POST) (\S+)` \|", TEXT, re.MULTILINE))

    assert listed == {(route.definition.method, route.definition.path) for route in ROUTES}


def test_lists_every_refusal_with_its_status() -> None:
    listed = set(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", TEXT, re.MULTILINE))

    kinds = [*PROBLEM_TYPES.values(), INTERNAL, MODEL_FAILED]
    assert listed == {(str(kind.status), kind.name) for kind in kinds}


def test_says_the_limits() -> None:
    for limit in (MAXIMUM_BODY_BYTES, MAXIMUM_ANSWER_BYTES, MAXIMUM_ITEMS, MAXIMUM_DEPTH):
        assert f"| {limit:,}" in TEXT


def test_lists_every_log_event() -> None:
    code = "".join(path.read_text() for path in (ROOT / "functions/serving").glob("*.py"))
    written = set(re.findall(r'log(?:_failure)?\(\s*"([a-z]+\.[a-z_]+)"', code))

    listed = set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", TEXT, re.MULTILINE))

    assert written == listed
    assert len(written) >= 7
