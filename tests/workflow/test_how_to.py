"""The pages that say how to call a model do what they say."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from functions.cli import wiring
from functions.cli.signing_proxy import address_of, make_proxy
from functions.cli.stage import DeployedStage
from tests.clients.schemathesis_runs import client_python
from tests.unit.serving.graphs import logistic_graph
from tests.workflow.shelf import shelve, spec_of

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
SHOWN = "loan_default"
"""The model of the pages; the suite has one of the same features, for its loop trains the real."""

MODEL = "howto_loan"
WEIGHTS = (0.0001, -0.05, 0.3, 0.2, -0.5, 0.1, 0.01)
RUNNERS = {"python": [sys.executable, "-I", "-c"], "sh": ["bash", "-euo", "pipefail", "-c"]}
PAGES = ("call-with-curl", "call-with-python", "call-with-mlflow", "call-with-boto3-sagemaker")
CLIENT_PAGES = ("call-with-triton", "call-with-kserve", "call-with-open-inference-openapi")
"""Pages of clients that have an environment of their own."""


def snippets(page: str) -> list[tuple[str, str]]:
    text = (HOW_TO / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```(python|sh)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def addresses(stage: DeployedStage) -> Iterator[Mapping[bool, str]]:
    """The API's address, and one that signs, by whether the caller signs."""
    shelve(stage, spec_of(SHOWN).model_copy(update={"model": MODEL}), logistic_graph(WEIGHTS))
    with make_proxy(wiring.api(stage), 0) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        yield {True: stage.settings.api_url, False: address_of(proxy)}
        proxy.shutdown()
        thread.join()


def run(
    language: str, code: str, address: str, *, runners: Mapping[str, Sequence[str]] = RUNNERS
) -> str:
    done = subprocess.run(
        [*runners[language], code.replace(SHOWN, MODEL)],
        env={**wiring.environ(), "WINDVANE_API": address},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_every_snippet_of_a_page_runs(page: str, addresses: Mapping[bool, str]) -> None:
    found = snippets(page)
    signs = ("--aws-sigv4", "SigV4Auth", "boto3.client")

    said = [
        run(language, code, addresses[any(word in code for word in signs)])
        for language, code in found
    ]

    assert found
    assert all(said)
    assert not any("urn:windvane:problem" in text or "error_code" in text for text in said)


@pytest.mark.parametrize("page", CLIENT_PAGES)
def test_a_clients_page_shows_the_inference(page: str, addresses: Mapping[bool, str]) -> None:
    ((language, code),) = snippets(page)
    runners = {"python": [str(client_python()), "-I", "-c"]}

    said = run(language, code, addresses[False], runners=runners)

    assert re.search(r"inference [0-9a-f]{32}$", said.strip())
    assert re.search(r"0\.\d+", said)


def test_a_page_shows_predictions(addresses: Mapping[bool, str]) -> None:
    (language, code), *_ = snippets("call-with-boto3-sagemaker")

    predicted, csv_line, _, refusal = run(language, code, addresses[True]).splitlines()

    assert re.fullmatch(r"\[\{'label': [01], 'probability': 0\.\d+\}\] by version 1", predicted)
    assert re.fullmatch(r"[01],0\.\d+", csv_line)
    assert refusal.startswith("expected an object with exactly one of dataframe_split")
