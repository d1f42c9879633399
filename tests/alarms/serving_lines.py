"""Lines that serving really writes to its log when it fails."""

import io
from contextlib import redirect_stderr
from dataclasses import dataclass

from msgspec.structs import force_setattr

from functions.serving.capture import CaptureWriter
from functions.serving.log import write_log
from tests.unit.serving.test_capture import FullPipe, answered
from tests.unit.serving.test_refusals import FailingGraph
from tests.unit.serving.wires.test_sagemaker import invoke
from tests.unit.serving.world import PRICE_GRAPH, PRICE_SPEC, World


@dataclass
class WritingWorld(World):
    """Writes its log as the deployed function does."""

    log = staticmethod(write_log)


def failed_answers(count: int) -> list[str]:
    """The lines of as many requests that a model fails."""
    written = io.StringIO()
    with redirect_stderr(written):
        world = WritingWorld()
        world.publish(PRICE_SPEC, PRICE_GRAPH)
        version = world.ports.versions.champion("car_price")
        force_setattr(version, "graph", FailingGraph())
        for _ in range(count):
            asked = {"columns": {"door_count": [3], "mileage": [3.0]}}
            assert invoke(asked, world=world, path="/models/car_price/predict").status == 500
    return written.getvalue().splitlines()


def refused_answers() -> list[str]:
    """The lines of a request that is refused because there is no such model."""
    written = io.StringIO()
    with redirect_stderr(written):
        asked = {"columns": {"door_count": [3], "mileage": [3.0]}}
        answer = invoke(asked, world=WritingWorld(), path="/models/nobody/predict")
        assert answer.status == 404
    return written.getvalue().splitlines()


def lost_captures(rows: int) -> list[str]:
    """The lines of as many rows that could not be written down."""
    written = io.StringIO()
    with redirect_stderr(written):
        CaptureWriter(FullPipe, log=write_log).write(answered(rows=rows))
    return written.getvalue().splitlines()
