"""One row is captured as rows are, whatever its model says of captures."""

import io

import msgspec
import numpy as np
import pytest

from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import CapturePolicy
from functions.core.row_capture import AnsweredRow
from functions.serving.capture import CaptureWriter
from tests.unit.serving.test_capture import FullPipe
from tests.unit.serving.world import LOAN_FEATURES, World

ROW = AnsweredRow(
    inference_id="00112233445566778899aabbccddeeff",
    model="loan_default",
    version=1,
    schema=LOAN_FEATURES,
    numbers=np.float32([22000.5, 40, 1, 2, 51000.25, 0.25, 0.75]).tobytes(),
    at_ms=1772366400123,
    variant="champion",
    caller="ann",
    latency_us=321,
    policy=CapturePolicy(),
)
PLAIN = FeatureSchema(
    features=tuple(feature.model_copy(update={"pii": False}) for feature in LOAN_FEATURES.features)
)


@pytest.mark.parametrize("schema", [LOAN_FEATURES, PLAIN])
@pytest.mark.parametrize(
    "policy",
    [CapturePolicy(), CapturePolicy(pii="hash"), CapturePolicy(sample_percent=50.0)],
)
@pytest.mark.parametrize("caller", ["ann", "arn:aws:iam::123456789012:user/\u00f6", None])
@pytest.mark.parametrize("inference_id", ["id-1", "abcd", *(f"{i:032x}" for i in range(4))])
def test_writes_one_row_as_it_writes_rows(
    schema: FeatureSchema, policy: CapturePolicy, caller: str | None, inference_id: str
) -> None:
    quick, slow = io.StringIO(), io.StringIO()
    row = msgspec.structs.replace(
        ROW, schema=schema, policy=policy, caller=caller, inference_id=inference_id
    )
    one = CaptureWriter(lambda: quick, log=World().log, secret=lambda: b"secret")
    several = CaptureWriter(lambda: slow, log=World().log, secret=lambda: b"secret")

    for _ in range(2):
        one.write_row(row)
        several.write(row.unpack())

    assert quick.getvalue() == slow.getvalue()
    assert (one.rows, one.unsampled_rows) == (several.rows, several.unsampled_rows)
    assert one.rows + one.unsampled_rows == 2


def test_counts_one_row_that_cannot_be_written() -> None:
    world, streams = World(), [io.StringIO(), FullPipe()]
    writer = CaptureWriter(lambda: streams.pop(0), log=world.log)
    row = msgspec.structs.replace(ROW, schema=PLAIN)

    writer.write_row(row)
    writer.write_row(row)

    assert (writer.rows, writer.lost_rows) == (1, 1)
    assert world.logged("capture.lost") == [
        {"model": "loan_default", "rows": 1, "error": "OSError"}
    ]
