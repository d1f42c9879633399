"""What `windvane ab …` does and says."""

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from functions.cli import wiring
from functions.cli.cells import cell_text
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.experiment import Experiment, ExperimentResult
from functions.contracts.naming import Alias, check_model_name, format_version
from functions.core.experiment_results import compare_arms
from functions.core.experiments import ExperimentError, ExperimentPlan, end_of
from functions.core.promotion import Cause
from functions.core.rollout_evidence import predict_the_same
from functions.core.scores import METRICS
from functions.core.stored_specs import read_spec
from functions.monitoring.experiment_reader import read_arms
from functions.release.experiment_moves import end_experiment
from functions.release.split_starts import start_experiment

DAYS = 14
"""How long a test runs unless an end is named: two of each weekday."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A new A/B test as it was written; `shares` are NUMBER=PERCENT."""

    model: str
    name: str
    shares: tuple[str, ...]
    metric: str | None
    minimum_rows: int
    until: datetime | None
    reason: str


def start(out: Output, asked: Asked, *, stage: str | None) -> None:
    """Divide the callers."""
    check_model_name(asked.model)
    shares = read_shares(asked.shares)
    deployed, now = wiring.open_stage(stage), wiring.now()
    registry = wiring.registry(deployed)
    champion = registry.find_alias(asked.model, Alias.CHAMPION)
    task = registry.get(asked.model, champion.number).task if champion else None
    if champion is not None:
        _require_same_answers(deployed, asked.model, (champion.number, *shares))
    plan = ExperimentPlan(
        model=asked.model,
        name=asked.name,
        shares=shares,
        metric=asked.metric or (METRICS[task][0] if task else ""),
        minimum_rows=asked.minimum_rows,
        ends_at=asked.until.replace(tzinfo=UTC) if asked.until else now + timedelta(days=DAYS),
    )
    cause = Cause(getpass.getuser(), asked.reason, now)

    experiment = start_experiment(plan, cause, registry=registry)

    out.line(
        f"{experiment.name} runs until {cell_text(experiment.ends_at)} UTC: "
        f"{_allocation(experiment)}"
    )
    out.result(experiment.model_dump(mode="json"))


def show(out: Output, *, model: str, name: str, stage: str | None) -> None:
    """Compare the versions now."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    experiment = wiring.registry(deployed).find_experiment(model, name)
    result = _compare(deployed, experiment)

    out.fields(
        {
            "test": f"{experiment.name} of {model}: {_allocation(experiment)}",
            "state": _state(deployed, experiment),
            "started": experiment.started_at,
            "ends": experiment.ends_at,
            "reason": experiment.reason,
        }
    )
    _show_result(out, experiment, result)
    out.result({**experiment.model_dump(mode="json"), "result_now": result.model_dump(mode="json")})


def stop(out: Output, *, model: str, name: str, reason: str, stage: str | None) -> None:
    """End a test, with a last comparison."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    registry = wiring.registry(deployed)
    experiment = registry.find_experiment(model, name)
    result = experiment.result if experiment.is_over else _compare(deployed, experiment)
    cause = Cause(getpass.getuser(), reason, wiring.now())

    ended = end_experiment(experiment, cause, registry=registry, result=result)

    if ended.result is not None:
        _show_result(out, ended, ended.result)
    out.line(f"{name} of {model} is {ended.state}: {ended.reason}")
    out.result(ended.model_dump(mode="json"))


def list_experiments(out: Output, *, model: str, stage: str | None) -> None:
    """Show a model's tests."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    found = wiring.registry(deployed).list_experiments(model)
    out.table(
        ["test", "state", "allocation", "metric", "started", "ends", "by"],
        [
            [
                each.name,
                _state(deployed, each),
                _allocation(each),
                each.metric,
                each.started_at,
                each.ends_at,
                each.started_by,
            ]
            for each in found
        ],
    )
    if not found:
        out.line(
            f"{model} has no A/B tests yet: `windvane ab start {model} NAME --share N=PERCENT`"
        )
    out.result([each.model_dump(mode="json") for each in found])


def read_shares(written: tuple[str, ...]) -> dict[int, float]:
    """Return the shares that were written as NUMBER=PERCENT; raise UsageError.

    Examples
    --------
    >>> read_shares(("8=20", "9=12.5"))
    {8: 20.0, 9: 12.5}
    """
    shares: dict[int, float] = {}
    for text in written:
        number, _, percent = text.partition("=")
        try:
            version, share = int(number), float(percent)
        except ValueError:
            msg = f"--share {text!r} cannot be read: write NUMBER=PERCENT, such as 8=20"
            raise UsageError(msg) from None
        if version in shares:
            msg = f"--share names version {version} twice"
            raise UsageError(msg)
        shares[version] = share
    return shares


def _compare(deployed: DeployedStage, experiment: Experiment) -> ExperimentResult:
    now = wiring.now()
    specs = _specs(deployed, experiment.model, tuple(experiment.allocation))
    captures = wiring.bucket(deployed.settings.captures_bucket)
    arms = read_arms(captures, experiment, specs, now=now)
    return compare_arms(experiment, specs[experiment.champion].task, arms, at=now)


def _specs(
    deployed: DeployedStage, model: str, numbers: tuple[int, ...]
) -> dict[int, ArtifactSpec]:
    registry = wiring.registry(deployed)
    models = wiring.bucket(deployed.settings.models_bucket)
    artifacts = {number: registry.get(model, number).artifact for number in numbers}
    return {number: read_spec(artifact.spec, models) for number, artifact in artifacts.items()}


def _require_same_answers(deployed: DeployedStage, model: str, numbers: tuple[int, ...]) -> None:
    """Refuse versions whose answers mean something else than the champion's, the first."""
    specs = _specs(deployed, model, numbers)
    for number in numbers:
        if not predict_the_same(specs[numbers[0]], specs[number]):
            names = (format_version(model, each) for each in (number, numbers[0]))
            msg = "{} predicts something else than {}: no score compares them".format(*names)
            raise ExperimentError(msg)


def _state(deployed: DeployedStage, experiment: Experiment) -> str:
    if experiment.is_over:
        return str(experiment.state)
    pointer = wiring.registry(deployed).find_alias(experiment.model, Alias.CHAMPION)
    end = end_of(experiment, pointer, wiring.now())
    return str(experiment.state) if end is None else f"over: {end[1]}"


def _allocation(experiment: Experiment) -> str:
    return ", ".join(
        f"{format_version(experiment.model, number)} {percent:g} %"
        for number, percent in experiment.allocation.items()
    )


def _show_result(out: Output, experiment: Experiment, result: ExperimentResult) -> None:
    out.table(
        ["version", "share", "rows with ground truth", result.metric],
        [
            [
                format_version(experiment.model, arm.number),
                f"{arm.percent:g} %",
                arm.labelled_rows,
                arm.score,
            ]
            for arm in result.arms
        ],
    )
    for comparison in result.comparisons:
        out.line(comparison.reason)
