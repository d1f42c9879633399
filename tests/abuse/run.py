"""Abuse the prediction API: `python -m tests.abuse.run --requests 100000 --seed 7 [--write]`.

Every request goes to the handler's core, with the limits of Lambda around it. A status of 500 or
more, an exception, an answer that is no proxy answer, or a capture without an answer ends the run
with the request that did it. `--write` writes the table of docs/reference/abuse.md.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.core import compiled_records, compiled_tensors
from functions.serving.app import answer_event
from tests.abuse.kinds import KINDS, Kind, bad_request
from tests.unit.serving.lambda_limits import invoke
from tests.unit.serving.world import World, three_models

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "abuse.md"
CLIENT_ERRORS_END = 500
REPORT_EVERY = 5000


class AbuseError(AssertionError):
    """The API answered a bad request as it never may."""


def send(world: World, event: Any) -> int:
    """Return the status that an event is answered with; raise AbuseError for what may not be."""
    world.stdout.seek(0)
    world.stdout.truncate()
    world.events.clear()
    try:
        answer = invoke(lambda sent: answer_event(sent, world.ports), event)
    except Exception as error:
        msg = f"an exception came out of the handler: {type(error).__name__}: {error}"
        raise AbuseError(msg) from error
    status = answer["statusCode"]
    if status >= CLIENT_ERRORS_END:
        msg = f"status {status}: {str(answer['body'])[:300]}; logged {world.events[-1:]}"
        raise AbuseError(msg)
    if set(answer) < {"statusCode", "headers", "body", "isBase64Encoded"}:
        msg = f"no proxy answer: {sorted(answer)}"
        raise AbuseError(msg)
    if "Traceback" in str(answer["body"]):
        msg = f"a stack trace went out: {str(answer['body'])[:300]}"
        raise AbuseError(msg)
    if status >= 400 and world.stdout.getvalue():
        msg = f"status {status}, and yet something was captured"
        raise AbuseError(msg)
    return int(status)


@contextmanager
def readers_of_long_bodies() -> Iterator[None]:
    """Let these look at a body of any length first."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (compiled_records, compiled_tensors):
            patch.setattr(module, "LONG_BYTES", 0)
        yield


def run(count: int, seed: int) -> dict[str, Counter[int]]:
    """Send `count` bad requests; return how often each kind was answered with each status."""
    random = Random(seed)  # noqa: S311 - a seeded draw of tests
    world = three_models()
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for number in range(1, count + 1):
        kind, sample, event = bad_request(random)
        try:
            found[kind.name][send(world, event)] += 1
        except AbuseError as error:
            text = repr(event)[:2000]
            msg = f"request {number} of seed {seed}, {kind.name} of {sample.wire}: {error}\n{text}"
            raise AbuseError(msg) from error
        if number % REPORT_EVERY == 0:
            sys.stderr.write(f"{number:,} of {count:,} requests\n")
    return found


def page(found: dict[str, Counter[int]], count: int, seed: int, seconds: float) -> str:
    """Return the reference page of a run."""
    rows = "\n".join(_row(kind, found[kind.name]) for kind in KINDS)
    return f"""# Abuse

<!-- Written by `make abuse`; edit tests/abuse/run.py instead. -->

{count:,} bad requests over every wire, drawn with seed {seed}: **0 answers of 500 or more,
0 exceptions out of the handler**, nothing captured of what was refused ({seconds:.0f} s). Each is
a good request of a wire, made bad in one way; where the change left it good, it was answered.

```sh
make abuse    # these, and a coverage-guided fuzzer for FUZZ_RUNS runs more
```

| kind | what | requests | answered with |
| --- | --- | ---: | --- |
{rows}

A smaller draw, each kind with every wire, is part of `make check`. The Open Inference Protocol's
published description and the API's own are tried with schemathesis in `make test`.
"""


def _row(kind: Kind, statuses: Counter[int]) -> str:
    listed = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
    return f"| {kind.name} | {kind.what} | {statuses.total():,} | {listed} |"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write docs/reference/abuse.md")
    options = parser.parse_args()
    started = time.monotonic()
    found = run(options.requests, options.seed)
    text = page(found, options.requests, options.seed, time.monotonic() - started)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
