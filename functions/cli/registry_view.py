"""What `windvane versions`, `promote` and `rollback` do and say."""

import getpass

from functions.cli import wiring
from functions.cli.cells import listing
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.naming import Alias, check_model_name, format_version, parse_reference
from functions.contracts.release import AliasPointer, ModelVersion
from functions.core.registry import ModelRegistry, UnknownModelError
from functions.core.scores import METRICS
from functions.release.promote import promote
from functions.release.rollback import rollback

SHOWN_SCORES = 4


def list_versions(out: Output, *, model: str, stage: str | None) -> None:
    """Show a model's versions; raise UnknownModelError if there are none."""
    check_model_name(model)
    registry = wiring.registry(wiring.open_stage(stage))
    versions = registry.list_versions(model)
    if not versions:
        msg = f"model {model!r} has no versions yet: `windvane train {model}` makes the first"
        raise UnknownModelError(msg)
    aliases = aliases_by_number(registry, model)

    scores = [name for name in METRICS[versions[0].task] if name in versions[0].scores]
    scores = scores[:SHOWN_SCORES]
    out.table(
        ["version", "alias", *scores, "trigger", "registered"],
        [
            [version.name, ", ".join(aliases.get(version.number, ())) or None]
            + [version.scores.get(score) for score in scores]
            + [version.trigger, version.created_at]
            for version in versions
        ],
    )
    out.result([_document(version, aliases) for version in versions])


def aliases_by_number(registry: ModelRegistry, model: str) -> dict[int, tuple[str, ...]]:
    """Return which aliases point at which version."""
    found: dict[int, tuple[str, ...]] = {}
    for alias in Alias:
        pointer = registry.find_alias(model, alias)
        if pointer is not None:
            found[pointer.number] = (*found.get(pointer.number, ()), str(alias))
    return found


def promote_version(out: Output, *, reference: str, reason: str, stage: str | None) -> None:
    """Move the champion to a version."""
    asked = parse_reference(reference)
    if asked.number is None:
        msg = f"{reference!r} names no version: write MODEL/NUMBER, such as {asked.model}/1"
        raise UsageError(msg)
    registry = wiring.registry(wiring.open_stage(stage))
    before = registry.find_alias(asked.model, Alias.CHAMPION)
    pointer = promote(
        asked.model,
        asked.number,
        actor=getpass.getuser(),
        reason=reason,
        registry=registry,
        now=wiring.now(),
    )
    if pointer == before:
        out.line(f"{reference} is champion already (revision {pointer.revision})")
        out.result(_pointer_document(pointer))
        return
    _tell_move(out, before, pointer)


def roll_back(out: Output, *, model: str, reason: str, stage: str | None) -> None:
    """Take callers back: from the versions that share them, else from the champion."""
    check_model_name(model)
    registry = wiring.registry(wiring.open_stage(stage))
    before = registry.find_alias(model, Alias.CHAMPION)
    pointer = rollback(
        model, actor=getpass.getuser(), reason=reason, registry=registry, now=wiring.now()
    )
    _tell_move(out, before, pointer)


def _tell_end_of_split(out: Output, before: AliasPointer, pointer: AliasPointer) -> None:
    taken = listing(
        f"{format_version(before.model, share.number)} ({share.percent:g} %)"
        for share in before.shares
    )
    champion = format_version(pointer.model, pointer.number)
    out.line(
        f"{champion} is champion of all callers again, in place of {taken} "
        f"(revision {pointer.revision})"
    )
    out.remark(f"to make another version champion than {champion}, promote it")
    out.result(_pointer_document(pointer))


def _tell_move(out: Output, before: AliasPointer | None, pointer: AliasPointer) -> None:
    if before is not None and before.number == pointer.number:
        _tell_end_of_split(out, before, pointer)
        return
    previous = format_version(pointer.model, pointer.previous) if pointer.previous else "none"
    out.line(
        f"{format_version(pointer.model, pointer.number)} is champion, before it was {previous} "
        f"(revision {pointer.revision})"
    )
    out.result(_pointer_document(pointer))


def _pointer_document(pointer: AliasPointer) -> dict[str, object]:
    return pointer.model_dump(mode="json", exclude={"artifact"})


def _document(version: ModelVersion, aliases: dict[int, tuple[str, ...]]) -> dict[str, object]:
    return {
        **version.model_dump(mode="json"),
        "name": version.name,
        "aliases": list(aliases.get(version.number, ())),
    }
