import math

import pytest

from functions.contracts.artifact import ParityReport
from functions.contracts.model_spec import Bound, ChampionGate, Gates
from functions.contracts.release import GateResult
from functions.core.gates import ChampionEvidence, Evidence, judge, summarize

PARITY = ParityReport(
    rows=100_000,
    maximum_absolute_error=2e-7,
    tolerance=1e-6,
    flipped_labels=0,
    passed=True,
    reason="largest difference 2e-07",
)
AUC = Gates(absolute={"roc_auc_score": Bound(minimum=0.95)})
GAIN = Gates(champion=ChampionGate(metric="roc_auc_score", minimum_gain=0.002))


def evidence(
    scores: dict[str, float],
    *,
    champion: ChampionEvidence | None = None,
    parity: ParityReport = PARITY,
    latency_ms: float = 0.05,
) -> Evidence:
    return Evidence(scores, champion, parity, latency_ms)


def gate(gates: Gates, name: str, shown: Evidence) -> GateResult:
    (found,) = [result for result in judge(gates, shown) if result.gate == name]
    return found


@pytest.mark.parametrize(
    ("gates", "scores", "passed", "reason"),
    [
        (AUC, {"roc_auc_score": 0.9712}, True, "roc_auc_score 0.9712, needs at least 0.9500"),
        (AUC, {"roc_auc_score": 0.95}, True, "roc_auc_score 0.9500, needs at least 0.9500"),
        (AUC, {"roc_auc_score": 0.94}, False, "roc_auc_score 0.9400, needs at least 0.9500"),
        (AUC, {"roc_auc_score": 0.94999}, False, "roc_auc_score 0.94999, needs at least 0.95000"),
        (AUC, {}, False, "roc_auc_score is missing, needs at least 0.9500"),
        (
            AUC,
            {"roc_auc_score": math.nan},
            False,
            "roc_auc_score is nan, no finite number, needs at least 0.9500",
        ),
    ],
)
def test_asks_for_a_minimum(
    gates: Gates, scores: dict[str, float], passed: bool, reason: str
) -> None:
    found = gate(gates, "absolute.roc_auc_score", evidence(scores))

    assert (found.passed, found.reason) == (passed, reason)


@pytest.mark.parametrize(("error", "passed"), [(0.04, True), (0.06, False), (math.inf, False)])
def test_asks_for_a_maximum(error: float, passed: bool) -> None:
    gates = Gates(absolute={"brier_error": Bound(maximum=0.05)})

    found = gate(gates, "absolute.brier_error", evidence({"brier_error": error}))

    assert found.passed is passed
    assert "needs at most 0.0500" in found.reason


@pytest.mark.parametrize(
    ("mine", "passed", "reason"),
    [
        (0.9574, True, "roc_auc_score +0.0074 against version 1, needs +0.0020"),
        (0.951, False, "roc_auc_score +0.0010 against version 1, needs +0.0020"),
        (0.94, False, "roc_auc_score -0.0100 against version 1, needs +0.0020"),
    ],
)
def test_asks_for_a_gain_over_the_champion(mine: float, passed: bool, reason: str) -> None:
    champion = ChampionEvidence(1, {"roc_auc_score": 0.95})

    found = gate(
        GAIN, "champion.roc_auc_score", evidence({"roc_auc_score": mine}, champion=champion)
    )

    assert (found.passed, found.reason) == (passed, reason)


@pytest.mark.parametrize(("mine", "passed"), [(0.955, False), (0.97, True)])
def test_asks_for_a_gain_beyond_the_noise(mine: float, passed: bool) -> None:
    gates = Gates(champion=ChampionGate(metric="roc_auc_score", minimum_gain=0.001))
    champion = ChampionEvidence(1, {"roc_auc_score": 0.95}, allowance=0.01)

    found = gate(
        gates, "champion.roc_auc_score", evidence({"roc_auc_score": mine}, champion=champion)
    )

    assert found.passed is passed
    assert found.limit == 0.01
    assert found.reason.endswith("against version 1, needs +0.0100, the noise")


def test_counts_a_smaller_error_as_a_gain() -> None:
    gates = Gates(champion=ChampionGate(metric="mean_absolute_error", minimum_gain=5.0))
    champion = ChampionEvidence(2, {"mean_absolute_error": 100.0})

    found = gate(
        gates,
        "champion.mean_absolute_error",
        evidence({"mean_absolute_error": 90.0}, champion=champion),
    )

    assert found.passed
    assert found.reason == "mean_absolute_error -10.0000 against version 2, needs -5.0000"
    assert (found.value, found.limit) == (10.0, 5.0)


def test_needs_no_comparison_for_the_first_version() -> None:
    found = gate(GAIN, "champion.roc_auc_score", evidence({"roc_auc_score": 0.9}))

    assert found.passed
    assert "first version" in found.reason


@pytest.mark.parametrize(
    ("mine", "theirs", "whose"),
    [
        ({}, {"roc_auc_score": 0.9}, "roc_auc_score is missing"),
        ({"roc_auc_score": 0.9}, {}, "roc_auc_score of version 1 is missing"),
        ({"roc_auc_score": math.nan}, {"roc_auc_score": 0.9}, "roc_auc_score is nan"),
    ],
)
def test_fails_a_comparison_that_lacks_a_score(
    mine: dict[str, float], theirs: dict[str, float], whose: str
) -> None:
    shown = evidence(mine, champion=ChampionEvidence(1, theirs))

    found = gate(GAIN, "champion.roc_auc_score", shown)

    assert not found.passed
    assert whose in found.reason


@pytest.mark.parametrize(
    ("bound", "passed", "words"),
    [
        (Bound(minimum=0.8), True, "its absolute gate passed and decides"),
        (Bound(minimum=0.99), False, "its absolute gate failed and decides"),
        (None, False, "set gates.absolute.roc_auc_score in model.toml"),
    ],
)
def test_lets_the_absolute_gate_decide_where_nothing_can_be_compared(
    bound: Bound | None, passed: bool, words: str
) -> None:
    gates = Gates(absolute={"roc_auc_score": bound} if bound else {}, champion=GAIN.champion)
    champion = ChampionEvidence(3, incomparable="because the rows have no feature 'age'")

    found = gate(
        gates, "champion.roc_auc_score", evidence({"roc_auc_score": 0.9}, champion=champion)
    )

    assert found.passed is passed
    assert (
        "cannot be compared with version 3, because the rows have no feature 'age'" in found.reason
    )
    assert words in found.reason


def test_asks_for_parity_always() -> None:
    broken = PARITY.model_copy(update={"passed": False})

    assert gate(Gates(), "parity", evidence({})).passed
    assert not gate(Gates(), "parity", evidence({}, parity=broken)).passed


@pytest.mark.parametrize(("latency_ms", "passed"), [(4.9, True), (5.1, False)])
def test_asks_for_latency_where_the_model_says_so(latency_ms: float, passed: bool) -> None:
    found = gate(Gates(maximum_latency_ms=5.0), "latency", evidence({}, latency_ms=latency_ms))

    assert found.passed is passed


def test_summarizes_what_failed_in_one_sentence() -> None:
    results = judge(AUC, evidence({"roc_auc_score": 0.9}))

    assert summarize(results) == (
        False,
        "1 of 2 gates failed: roc_auc_score 0.9000, needs at least 0.9500",
    )
    assert summarize((results[1], results[1])) == (True, "all 2 gates passed")
    assert summarize(results[1:]) == (True, "its gate passed")
