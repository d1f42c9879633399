import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import CapturePolicy
from functions.core.capture_encoding import encode_captures, line_start
from functions.core.row_capture import AnsweredRow, encode_row

SCHEMA = FeatureSchema(
    features=(Feature(name="age", type="integer"), Feature(name="km", type="number"))
)


def row_of(
    inference_id: str, *, variant: str = "champion", caller: str | None = None
) -> AnsweredRow:
    numbers = np.float32([40, 0.1, 0.25, 0.75]).tobytes()
    made = (inference_id, "car", 3, SCHEMA, numbers, 1772366400123, variant, caller, 321)
    return AnsweredRow(*made, CapturePolicy())


@pytest.mark.parametrize("inference_id", ["id-1", "abcd", "=", "0" * 31, "00ff" * 8])
@pytest.mark.parametrize("variant", ["champion", 'a "split"'])
@pytest.mark.parametrize("caller", [None, "ann", "arn:aws:iam::123456789012:user/\u00f6"])
def test_writes_the_line_of_the_same_rows(
    inference_id: str, variant: str, caller: str | None
) -> None:
    row = row_of(inference_id, variant=variant, caller=caller)

    assert [encode_row(row, line_start("car", 3, SCHEMA))] == encode_captures(row.unpack())


def test_refuses_a_variant_that_could_not_be_read_again() -> None:
    row = row_of("id-1", variant="v" * 65)

    with pytest.raises(ValueError, match="variant of 65 characters"):
        encode_row(row, line_start("car", 3, SCHEMA))
