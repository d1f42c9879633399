"""Reference pages written from the contracts: functions, settings and messages.

`python -m functions.cli.reference_contracts` writes them; a test compares them with the code.
"""

import re
from pathlib import Path

from pydantic import BaseModel

from functions.contracts import messages, rollout_messages
from functions.contracts.functions import FUNCTIONS
from functions.contracts.settings import PREFIX, CommandSettings

REFERENCE_DIRECTORY = Path(__file__).resolve().parents[2] / "docs" / "reference"
NOTE = "<!-- Written by `python -m functions.cli.reference_contracts`; edit the code instead. -->"


def functions_page() -> str:
    """Return the page that lists every deployed function and its settings."""
    lines = [
        "# Functions and their settings",
        "",
        NOTE,
        "",
        "A function, its module and its state of the retraining workflow share a name. Memory and",
        "time are the most that one invocation may use; a stage can scale the memory.",
        "",
        "| function | group | state | memory, MB | timeout, s | settings |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{f.name}` | {f.group} | {f.state or ''} | {f.memory_mb:,} | {f.timeout_seconds} "
        f"| `{f.settings.__name__}` |"
        for f in FUNCTIONS
    ]
    seen: set[str] = set()
    for function in FUNCTIONS:
        settings = function.settings
        if settings.__name__ not in seen:
            seen.add(settings.__name__)
            lines += ["", f"## {settings.__name__}", "", str(settings.__doc__), ""]
            lines += _field_table(settings, prefix=PREFIX)
    lines += ["", f"## {CommandSettings.__name__}", "", str(CommandSettings.__doc__), ""]
    lines += _field_table(CommandSettings, prefix="")
    return "\n".join(lines) + "\n"


def messages_page() -> str:
    """Return the page that lists what the workflow's states hand each other."""
    lines = ["# Messages", "", NOTE, "", str(messages.__doc__).strip()]
    for name, kind in sorted({**vars(messages), **vars(rollout_messages)}.items()):
        if (
            isinstance(kind, type)
            and issubclass(kind, BaseModel)
            and kind.__module__ in (messages.__name__, rollout_messages.__name__)
        ):
            lines += ["", f"## {name}", "", str(kind.__doc__), ""]
            lines += _field_table(kind, prefix="")
    return "\n".join(lines) + "\n"


PAGES = {"functions.md": functions_page, "messages.md": messages_page}


def write_pages(directory: Path = REFERENCE_DIRECTORY) -> None:
    """Write every page into a folder."""
    for name, page in PAGES.items():
        (directory / name).write_text(page(), encoding="utf-8")


def _field_table(kind: type[BaseModel], *, prefix: str) -> list[str]:
    rows = ["| name | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in kind.model_fields.items():
        shown = f"{prefix}{name.upper()}" if prefix else (field.alias or name)
        default = "required" if field.is_required() else f"`{field.default!r}`"
        kind_name = _type_name(field.annotation)
        rows.append(f"| `{shown}` | {kind_name} | {default} | {field.description or ''} |")
    return rows


def _type_name(annotation: object) -> str:
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    for module in ("functions.contracts.", "datetime."):
        name = name.replace(module, "")
    name = re.sub(r"[a-z_]+\.(?=[A-Z])", "", name)
    return f"`{name.replace(' | ', ' or ')}`"


if __name__ == "__main__":
    write_pages()
