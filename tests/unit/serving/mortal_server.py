"""A prediction API whose workers stop at every answer and soon die of one.

`python -m tests.unit.serving.mortal_server REQUESTS ANSWERS STOPS`: standard output, a file, gets
the captures; the file ANSWERS a line for each answer; the file STOPS how large standard output was
when its worker stood still. A worker is a fork of a loaded server. It stops itself after each
answer, as Lambda freezes an environment, and is killed at one of these stops: what it had not
brought out of the process by then is gone.
"""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from functions.serving.app import answer_event
from functions.serving.capture import CaptureWriter
from functions.serving.ports import Ports
from tests.unit.serving.test_events import rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, World, artifact_spec

PREDICT = "models/loan_default/predict"
BATCH_EVERY = 16
LARGEST_BATCH = 40
LIFE = 50
"""Requests that a worker answers: a fork takes ten times as long as an answer."""


def event_of(number: int) -> dict[str, object]:
    """Return the request of that number: mostly one record, now and then several."""
    rng = np.random.default_rng(number)
    count = 1 if number % BATCH_EVERY else int(rng.integers(2, LARGEST_BATCH))
    values = rng.integers(0, 100_000, count).tolist()
    document = {"records": [{**GOOD_LOAN, "car_value": float(value)} for value in values]}
    return rest_event(
        path=f"/{PREDICT}",
        pathParameters={"proxy": PREDICT},
        headers={"content-type": "application/json", "x-inference-id": f"r-{number}"},
        body=json.dumps(document),
    )


def serve_and_die(ports: Ports, numbers: range, answers: int) -> None:
    """Answer requests, standing still after each; this process never gets any further."""
    for number in numbers:
        answer = answer_event(event_of(number), ports)
        os.write(answers, f"{json.dumps(answer)}\n".encode())
        last = number == numbers[-1]
        os.kill(os.getpid(), signal.SIGKILL if last else signal.SIGSTOP)


def keep(worker: int, stops: int) -> None:
    """Note how far standard output was at each stop of a worker, and let it go on until it dies."""
    while True:
        _, status = os.waitpid(worker, os.WUNTRACED)
        os.write(stops, f"{os.fstat(sys.stdout.fileno()).st_size}\n".encode())
        if not os.WIFSTOPPED(status):
            return
        os.kill(worker, signal.SIGCONT)


def main(requests: int, answers_file: Path, stops_file: Path) -> None:
    """Fork worker after worker until all requests are answered."""
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH)
    answer_event(event_of(0), world.ports)  # what is made at a first request is made here
    # Buffered, whatever PYTHONUNBUFFERED says: what nobody flushes is to be lost.
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    ports = replace(world.ports, captures=CaptureWriter(lambda: stdout, log=world.log))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    answers, stops = os.open(answers_file, flags), os.open(stops_file, flags)
    for first in range(0, requests, LIFE):
        worker = os.fork()
        if worker == 0:
            serve_and_die(ports, range(first, min(first + LIFE, requests)), answers)
        keep(worker, stops)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
