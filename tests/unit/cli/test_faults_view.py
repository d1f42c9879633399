"""What `windvane faults …` shows and does."""

import getpass
import io
import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from functions.cli import faults_view, wiring
from functions.cli.app import app
from functions.cli.output import Output
from functions.contracts.fault_book import FaultBook
from functions.contracts.faults import FaultKind
from functions.contracts.naming import NamingError
from functions.core.fault_book import UnknownFaultError, change_fault_book, read_fault_book
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.fault_world import MODEL, book, recorded

OLD = "unit_changed-amount-20260301T10"
OPEN = "volume_gone-amount-20260302T16"


@pytest.fixture
def captures(monkeypatch: pytest.MonkeyPatch) -> InMemoryObjectStore:
    """The captures bucket of a stage, with a fault that is over and one that is not."""
    store = InMemoryObjectStore()
    faults = book(recorded(10, 24), recorded(40, 50, is_over=False, kind=FaultKind.VOLUME_GONE))
    change_fault_book(store, MODEL, lambda _: faults)
    settings = SimpleNamespace(captures_bucket="captures")
    monkeypatch.setattr(wiring, "open_stage", lambda _: SimpleNamespace(settings=settings))
    monkeypatch.setattr(wiring, "bucket", lambda name: {"captures": store}[name])
    monkeypatch.setattr(wiring, "now", lambda: NOW)
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")
    return store


def output(*, as_json: bool = False) -> tuple[Output, io.StringIO]:
    text = io.StringIO()
    return Output(as_json=as_json, stdout=text, stderr=text), text


def decided(store: InMemoryObjectStore) -> dict[str, list[tuple[bool, str, str]]]:
    found: FaultBook = read_fault_book(store, MODEL)
    return {
        fault.name: [(each.accepted, each.by, each.reason) for each in fault.decisions]
        for fault in found.faults
    }


def test_lists_faults_newest_first(captures: InMemoryObjectStore) -> None:
    del captures
    out, text = output()

    faults_view.list_faults(out, model=MODEL, stage=None)

    _, newest, oldest, evidence = text.getvalue().splitlines()
    assert newest.split() == [OPEN, "2026-03-02", "16:00:00", "kept"]
    assert oldest.split()[:1] + oldest.split()[-2:] == [OLD, "left", "out"]
    assert evidence == f"{OPEN}: amount fits times 1,000"


def test_says_that_there_is_none(captures: InMemoryObjectStore) -> None:
    del captures
    out, text = output()

    faults_view.list_faults(out, model="van", stage=None)

    assert "no data fault of van is on record" in text.getvalue()
    with pytest.raises(NamingError):
        faults_view.list_faults(out, model="../x", stage=None)


def test_writes_down_who_accepts_when_and_why(captures: InMemoryObjectStore) -> None:
    out, text = output()

    faults_view.decide(
        out, model=MODEL, names=[OLD, OPEN], accepted=True, reason="cents", stage=None
    )

    assert decided(captures) == {OLD: [(True, "ann", "cents")], OPEN: [(True, "ann", "cents")]}
    assert read_fault_book(captures, MODEL).faults[0].decisions[0].at == NOW
    over, going_on = text.getvalue().splitlines()
    assert over.startswith(f"{OLD}: accepted as the new world, rows are training data")
    assert "retraining" not in over
    assert going_on.endswith("until now; it holds no retraining back")


def test_revokes_an_acceptance(captures: InMemoryObjectStore) -> None:
    out, text = output(as_json=True)
    faults_view.decide(out, model=MODEL, names=[OLD], accepted=True, reason="cents", stage=None)
    out, text = output(as_json=True)

    faults_view.decide(out, model=MODEL, names=[OLD], accepted=False, reason="euros", stage=None)

    assert decided(captures)[OLD] == [(True, "ann", "cents"), (False, "ann", "euros")]
    (document,) = json.loads(text.getvalue())
    assert (document["name"], document["is_accepted"], document["leaves_rows_out"]) == (
        OLD,
        False,
        True,
    )


def test_says_of_a_fault_of_the_traffic_that_its_rows_are_kept(
    captures: InMemoryObjectStore,
) -> None:
    del captures
    out, text = output()

    faults_view.decide(out, model=MODEL, names=[OPEN], accepted=False, reason="x", stage=None)

    assert "a data fault, rows are kept" in text.getvalue()
    assert text.getvalue().strip().endswith("it holds retraining back")


def test_writes_nothing_if_one_of_them_is_unknown(captures: InMemoryObjectStore) -> None:
    out, _ = output()

    with pytest.raises(UnknownFaultError, match="windvane faults list car"):
        faults_view.decide(
            out, model=MODEL, names=[OLD, "typo"], accepted=True, reason="x", stage=None
        )

    assert decided(captures) == {OLD: [], OPEN: []}


def test_shows_what_was_decided(captures: InMemoryObjectStore) -> None:
    del captures
    out, text = output()
    faults_view.decide(out, model=MODEL, names=[OLD], accepted=True, reason="cents", stage=None)

    faults_view.list_faults(out, model=MODEL, stage=None)

    assert f"kept  accepted by ann at {NOW:%Y-%m-%d %H:%M}: cents" in text.getvalue()


@pytest.mark.parametrize("command", ["accept", "revoke"])
def test_asks_for_a_reason(captures: InMemoryObjectStore, command: str) -> None:
    runner = CliRunner()

    refused = runner.invoke(app, ["faults", command, MODEL, OLD])
    done = runner.invoke(app, ["faults", command, MODEL, OLD, "--reason", "so"])

    assert (refused.exit_code, done.exit_code) == (2, 0)
    assert decided(captures)[OLD] == ([(True, "ann", "so")] if command == "accept" else [])


def test_the_command_lists(captures: InMemoryObjectStore) -> None:
    del captures

    listed = CliRunner().invoke(app, ["faults", "list", MODEL, "--json"])

    assert [each["name"] for each in json.loads(listed.stdout)] == [OPEN, OLD]
