"""How the demo is told: numbered chapters with their durations, and the facts for demo.json."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.cli.cells import seconds_text
from functions.cli.errors import RefusedError
from functions.cli.output import Output

INDENT = "   "


class BrokenLinkError(RefusedError):
    """A link of the loop did not happen."""


class Telling:
    """Says what happens and remembers the figures."""

    def __init__(self, out: Output) -> None:
        self.out = out
        self.facts: dict[str, object] = {}
        self.seconds: dict[str, float] = {}

    @contextmanager
    def chapter(self, key: str, title: str) -> Iterator[None]:
        """Head a chapter and time it; its seconds are kept under the key."""
        self.out.line(f"\n{len(self.seconds) + 1}  {title}", style="bold")
        clock = time.monotonic()
        try:
            yield
        finally:
            self.seconds[key] = round(time.monotonic() - clock, 2)
        self.say(seconds_text(self.seconds[key]), style="dim")

    def say(self, text: str, *, style: str = "") -> None:
        """Tell one line of the chapter."""
        for line in text.splitlines():
            self.out.line(f"{INDENT}{line}", style=style)

    def keep(self, name: str, value: object) -> None:
        """Remember a fact."""
        self.facts[name] = value

    def document(self) -> dict[str, object]:
        """Return everything that was remembered."""
        return {
            **self.facts,
            "seconds": {**self.seconds, "total": round(sum(self.seconds.values()), 2)},
        }

    def write(self, file: Path) -> None:
        """Write the facts."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.document(), indent=2, default=str) + "\n", encoding="utf-8")


def require(happened: bool, link: str) -> None:
    """Raise BrokenLinkError, naming the link, unless it happened."""
    if not happened:
        msg = f"the loop is broken: {link}"
        raise BrokenLinkError(msg)
