"""A page in headless Chromium, asked over a pipe: neither a port nor a driver is needed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

COMMANDS, EVENTS = 3, 4
"""The file descriptors on which Chromium reads commands and writes answers and events."""

LAUNCHER = f"""
import fcntl, os, sys
commands, events = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(commands, {COMMANDS}), os.dup2(events, {EVENTS})
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts the pipes where Chromium looks for them, and becomes Chromium."""


@dataclass
class Page:
    """A page that is open; `events` are what the browser told of it so far."""

    process: "subprocess.Popen[bytes]"
    to: int
    of: int
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    held: bytes = b""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self.numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while (answer := self.take()).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def take(self) -> dict[str, Any]:
        """Return the next message."""
        while b"\0" not in self.held:
            more = os.read(self.of, 65_536)
            assert more, "Chromium has ended"
            self.held += more
        text, _, self.held = self.held.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def open(self, file: Path) -> None:
        """Open a file and wait until it has loaded."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=file.as_uri())
        while not self.has("Page.loadEventFired"):
            self.events.append(self.take())

    def has(self, method: str) -> bool:
        return any(event.get("method") == method for event in self.events)

    def value(self, expression: str) -> Any:
        """Return what an expression is on the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def resize(self, width: int) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )


@contextmanager
def headless(chromium: str, folder: Path) -> Iterator[Page]:
    """Start Chromium with a profile in a folder; it has ended when this is left."""
    commands, to = os.pipe()
    of, events = os.pipe()

    process = subprocess.Popen(
        [
            *(sys.executable, "-c", LAUNCHER, str(commands), str(events), chromium),
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--remote-debugging-pipe", f"--user-data-dir={folder}", "--disable-dev-shm-usage"),
        ],
        pass_fds=(commands, events),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for descriptor in (commands, events):
        os.close(descriptor)
    try:
        yield Page(process, to, of)
    finally:
        process.kill()
        process.wait()
        for descriptor in (to, of):
            os.close(descriptor)
