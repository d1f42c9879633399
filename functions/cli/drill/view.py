"""What `windvane drill …` does and says."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import typer

from functions.cli import wiring
from functions.cli.drill.bad_candidate import drill_bad_candidate
from functions.cli.drill.cast import DrillCast, gather_cast
from functions.cli.drill.conditions import drill_data_fault, drill_drift, drill_no_labels
from functions.cli.drill.links import Chain
from functions.cli.drill.rollback import drill_rollback
from functions.cli.drill.session import Session, drill_session
from functions.cli.drill.window import settle
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.naming import check_model_name

FOLDER = "captures go to a folder of the drill's own, which nothing trains from"
ALARMS = "real alarms go off and real people are told; retraining is answered and not started"


@dataclass(frozen=True, slots=True)
class Drill:
    """One kind of drill: what it does to a stage, in words, and how."""

    kind: str
    steps: tuple[str, ...]
    run: Callable[[Session], None]


DRILLS = {
    drill.kind: drill
    for drill in (
        Drill(
            "drift",
            ("judge rows of a changed population", FOLDER, ALARMS),
            drill_drift,
        ),
        Drill(
            "data-fault",
            ("judge rows with a number 1000 times too large", FOLDER, ALARMS),
            drill_data_fault,
        ),
        Drill(
            "no-labels",
            ("join labels for old captures that have none", FOLDER, ALARMS),
            drill_no_labels,
        ),
        Drill(
            "bad-candidate",
            (
                "train one candidate on shuffled labels: it is charged to the account, not to the "
                "budget",
                "whatever its gates say, it is never registered; the breaker does not count it",
            ),
            drill_bad_candidate,
        ),
        Drill(
            "rollback",
            (
                "give one caller in 10,000 another version for some seconds",
                "raise an alarm of the drill's own, which ends the rollout",
            ),
            drill_rollback,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Extras:
    """What a drill does beside its own links: train a candidate, wait for the alarms' end."""

    trains: bool = False
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line was asked for."""

    kind: str
    model: str
    stage: str | None
    train: bool | None = None
    settle: bool | None = None
    is_sure: bool = False
    patience_seconds: float = 300.0


def drill(out: Output, asked: Asked) -> None:
    """Run a drill; raise DeadLinkError, naming the link, where the chain ends."""
    check_model_name(asked.model)
    deployed = wiring.open_stage(asked.stage)
    chosen = DRILLS[asked.kind]
    is_emulated = deployed.endpoint_url is not None
    trains = asked.kind == "drift" and (is_emulated if asked.train is None else asked.train)
    settles = not is_emulated if asked.settle is None else asked.settle
    tell_plan(out, chosen, deployed, asked.model, trains=trains)
    if not is_emulated and not asked.is_sure:
        confirm(out)
    cast = gather_cast(deployed, asked.model)
    run_drill(out, chosen, cast, asked, Extras(trains=trains, settles=settles))


def run_drill(out: Output, chosen: Drill, cast: DrillCast, asked: Asked, extras: Extras) -> None:
    """Run a drill with its cast, and tell how it ended."""
    chain = Chain(out, now=cast.now, pause=cast.pause, patience_seconds=asked.patience_seconds)
    left: list[str] = []
    passed = False
    try:
        with drill_session(cast, chain, out, kind=chosen.kind, left=left) as session:
            chosen.run(session)
            if extras.trains:
                drill_bad_candidate(session)
            elif chosen.kind == "drift":
                chain.skip("run", "not asked for: --train has a candidate trained and refused")
            if extras.settles:
                settle(session)
            elif session.restoring is not None:
                chain.skip(
                    "over",
                    "not waited for: the alarms are over after 5 minutes, at the next window",
                )
            passed = True
    finally:
        out.result(
            {
                "drill": chosen.kind,
                "model": cast.model,
                "stage": cast.stage.name,
                "passed": passed and not left,
                "links": [link.as_document() for link in chain.links],
                "left": left,
            }
        )
    if left:
        msg = f"every link is alive, but the drill left behind: {'; '.join(left)}"
        raise RefusedError(msg)
    out.line(f"every link of {chosen.kind} is alive", style="green")


def tell_plan(
    out: Output, chosen: Drill, deployed: DeployedStage, model: str, *, trains: bool
) -> None:
    """Say what a drill will do before it does anything."""
    out.line(f"fire drill {chosen.kind} of {model} on stage {deployed.name}:")
    steps = (*chosen.steps, *(DRILLS["bad-candidate"].steps if trains else ()))
    for step in steps:
        out.line(f"  {step}")


def confirm(out: Output) -> None:
    """Ask before anything is done to a deployed stage; raise RefusedError on no."""
    if out.as_json or not sys.stdin.isatty():
        msg = "a drill of a deployed stage asks first, and nobody can answer here: add --yes"
        raise UsageError(msg)
    if not typer.confirm("go on?", err=True):
        msg = "nothing was done"
        raise RefusedError(msg)
