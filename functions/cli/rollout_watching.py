"""What `windvane rollout status` shows, once or until the rollout is over."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.cli import wiring
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.cli.rollout_view import (
    document_of,
    event_lines,
    fields_of,
    guard_table,
    headline,
    require_rollout,
)
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.naming import check_model_name
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_check import RolloutCheck
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.core.registry import SplitRegistry

if TYPE_CHECKING:  # rich takes a tenth of a second to import, and scripts do without
    from rich.table import Table
    from rich.text import Text

POLL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a rollout and the looks at it are read."""

    registry: SplitRegistry
    models: ObjectStore

    def read(self, model: str) -> "Sight":
        """Return the newest rollout and the latest look at it."""
        record = require_rollout(self.registry, model)
        try:
            body = self.models.read(keys.rollout_check(model, record.execution))
        except ObjectNotFoundError:
            return Sight(record, None)
        return Sight(record, RolloutCheck.model_validate_json(body))


@dataclass(frozen=True, slots=True)
class Sight:
    """A rollout as it stands."""

    record: RolloutRecord
    check: RolloutCheck | None


def show_once(out: Output, *, model: str, stage: str | None) -> None:
    """Show a model's newest rollout."""
    sight = _sources(model, stage).read(model)
    out.fields(fields_of(sight.record, sight.check, wiring.now()))
    if sight.check is not None:
        out.line()
        out.table(*guard_table(sight.check))
    out.line()
    for line in event_lines(sight.record):
        out.line(line)
    out.result(document_of(sight.record, sight.check))


def watch(out: Output, *, model: str, stage: str | None) -> None:
    """Show a rollout as it goes on; raise RefusedError if it ends without a new champion."""
    sources = _sources(model, stage)
    show = _terminal_view(out) if out.is_terminal else _line_view(out)
    try:
        while True:
            sight = sources.read(model)
            show(sight)
            if sight.record.is_over:
                break
            time.sleep(POLL_SECONDS)
    finally:
        show(None)
    out.result(document_of(sight.record, sight.check))
    if sight.record.status is not RolloutStatus.PROMOTED:
        msg = f"{headline(sight.record)} was aborted: {sight.record.reason}"
        raise RefusedError(msg)


View = Callable[[Sight | None], None]


def _sources(model: str, stage: str | None) -> Sources:
    check_model_name(model)
    deployed: DeployedStage = wiring.open_stage(stage)
    return Sources(wiring.registry(deployed), wiring.bucket(deployed.settings.models_bucket))


def _line_view(out: Output) -> View:
    """Write a line for each event and for each guard that says something else than before."""
    written: set[str] = set()

    def show(sight: Sight | None) -> None:
        for line in _lines(sight) if sight else ():
            if line not in written:
                written.add(line)
                out.line(line)

    return show


def _lines(sight: Sight) -> list[str]:
    lines = event_lines(sight.record)
    if sight.check is not None and not sight.record.is_over:
        lines += [f"  {guard.name}: {guard.reason}" for guard in sight.check.guards]
    return lines


def _terminal_view(out: Output) -> View:
    """Draw everything anew, in place; None ends the drawing."""
    from rich.console import Group, RenderableType
    from rich.live import Live
    from rich.text import Text

    live = Live(console=out.console(), refresh_per_second=4)
    live.start()

    def show(sight: Sight | None) -> None:
        if sight is None:
            live.stop()
            return
        fields = fields_of(sight.record, sight.check, wiring.now())
        width = max(len(name) for name in fields)
        parts: list[RenderableType] = [
            _one_line(f"{name:<{width}}  {value}") for name, value in fields.items()
        ]
        if sight.check is not None:
            parts += [Text(), _rich_guards(sight.check), Text()]
        parts += [
            Text(line, no_wrap=True, overflow="ellipsis") for line in event_lines(sight.record)
        ]
        live.update(Group(*parts), refresh=True)

    return show


def _one_line(text: str) -> "Text":
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ellipsis")


def _rich_guards(check: RolloutCheck) -> "Table":
    from rich import box
    from rich.table import Table

    from functions.cli.cells import cell_text

    columns, rows = guard_table(check)
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(cell_text, row), style="red" if row[-1] == "breach" else None)
    return table
