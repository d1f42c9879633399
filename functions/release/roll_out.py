"""Workflow step RollOut: a registered version reaches callers, all at once."""

from datetime import datetime

from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, GateReport
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import RollOutInput, RollOutOutput
from functions.core.ports import ObjectStore
from functions.core.promotion import ChampionChangedError
from functions.core.registry import ModelRegistry
from functions.release import wiring
from functions.release.moves import Move, move_champion


def roll_out(
    message: RollOutInput, *, registry: ModelRegistry, models: ObjectStore, now: datetime
) -> RollOutOutput:
    """Promote the execution's version, if the champion is still the one it was compared with.

    Raises ChampionChangedError if it is another by now: the gates' answer was about the old one.
    """
    version = registry.get(message.model, message.register_.number)
    pointer = registry.find_alias(message.model, Alias.CHAMPION)
    if pointer is None or pointer.number != version.number:
        report = GateReport.model_validate_json(models.read(message.evaluate.gate_report_key))
        _require_compared(version.number, report, pointer)
    move = Move(
        version,
        action="promote",
        actor=f"{message.trigger.requested_by} ({message.trigger.kind})",
        reason=f"{message.execution}: {message.evaluate.reason}",
    )

    outcome = move_champion(move, pointer, registry=registry, now=now)

    return RollOutOutput(
        status=RolloutStatus.PROMOTED,
        champion=outcome.pointer.number,
        previous=outcome.pointer.previous,
        revision=outcome.pointer.revision,
        reason=outcome.reason,
    )


def _require_compared(number: int, report: GateReport, pointer: AliasPointer | None) -> None:
    champion = pointer.number if pointer else None
    if champion == report.champion_number:
        return
    compared, found = (
        format_version(report.model, each) if each else "no version"
        for each in (report.champion_number, champion)
    )
    name = format_version(report.model, number)
    msg = (
        f"{name} was compared with {compared} as champion, but {found} is champion now; it stays "
        f"registered: promote {name} by hand, or retrain"
    )
    raise ChampionChangedError(msg)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = roll_out(
        RollOutInput.model_validate(event),
        registry=wiring.registry(),
        models=wiring.models_store(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
