"""A request that fails here, as each wire tells of it."""

import numpy as np
import pytest
from msgspec.structs import force_setattr
from numpy.typing import NDArray

from tests.unit.serving.wires.asking import said
from tests.unit.serving.wires.test_sagemaker import invoke, parsed_error
from tests.unit.serving.world import PRICE_GRAPH, PRICE_SPEC, World


class FailingGraph:
    """Takes the row of zeros with which a version is tried, and no other."""

    def run(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        if matrix.any():
            msg = "the salary is 51000.5"
            raise RuntimeError(msg)
        return np.zeros((len(matrix), 1), dtype=np.float32)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/endpoints/car_price/invocations", {"instances": [[3, 3.0]]}, 424),
        ("/models/car_price/invocations", {"instances": [[3, 3.0]]}, 500),
        ("/models/car_price/predict", {"columns": {"door_count": [3], "mileage": [3.0]}}, 500),
    ],
)
def test_a_graph_that_raises_is_the_models_failure(path: str, body: object, status: int) -> None:
    world = World()
    world.publish(PRICE_SPEC, PRICE_GRAPH)
    version = world.ports.versions.champion("car_price")
    force_setattr(version, "graph", FailingGraph())  # frozen, and no loader fails so late

    response = invoke(body, world=world, path=path)

    assert response.status == status
    assert b"salary" not in response.body
    (event,) = world.logged("request.failed")
    assert event["error"] == "RuntimeError"
    if status == 424:
        assert parsed_error(response)["Error"]["Code"] == "ModelError"
        assert said(response)["OriginalStatusCode"] == 500
        assert event["incident"] in said(response)["OriginalMessage"]
    assert '"error":"RuntimeError"' in world.stdout.getvalue()
