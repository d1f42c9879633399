import io
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.capture import CaptureLine, FailureLine
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import CapturePolicy
from functions.core.capture_encoding import AnsweredRows, decode_floats
from functions.core.capture_expansion import expand_capture
from functions.core.capture_redaction import hash_columns, is_sampled
from functions.core.ground_truth import read_ground_truth
from functions.serving.capture import SECRET_RETRY, CaptureWriter, FailedRequest
from functions.serving.errors import NotRecordedError
from tests.unit.serving.test_ground_truth import GOOD
from tests.unit.serving.world import LOAN_FEATURES, NOW, World, artifact_spec


class FullPipe(io.StringIO):
    """Takes what is written and fails when it is flushed."""

    def flush(self) -> None:
        msg = "no space left on device"
        raise OSError(msg)


class CountingStream(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def write(self, text: str) -> int:
        self.calls.append("write")
        return super().write(text)

    def flush(self) -> None:
        self.calls.append("flush")
        super().flush()


@dataclass
class KeyHolder:
    """Gives the stage's key away unless it cannot be reached."""

    reachable: bool = True
    asked: int = 0

    def __call__(self) -> bytes:
        self.asked += 1
        if not self.reachable:
            msg = "the key cannot be reached"
            raise ConnectionError(msg)
        return b"secret"


def answered(rows: int = 2, **changes: object) -> AnsweredRows:
    request = AnsweredRows(
        inference_id="a",
        model="loan_default",
        version=1,
        schema=LOAN_FEATURES,
        matrix=np.zeros((rows, 5), dtype=np.float32),
        outputs=np.zeros((rows, 2), dtype=np.float32),
        at=NOW,
    )
    return request._replace(**changes)


def read(stream: io.StringIO) -> list[CaptureLine]:
    return [expand_capture(line.encode()) for line in stream.getvalue().splitlines()]


def salaries(line: CaptureLine) -> list[float]:
    return decode_floats(line.rows, line.n)[:, LOAN_FEATURES.names.index("salary")].tolist()


def test_writes_whole_lines_and_flushes_them_at_once() -> None:
    stream = CountingStream()
    writer = CaptureWriter(lambda: stream, log=World().log)

    writer.write(answered())

    assert stream.calls == ["write", "flush"]
    assert stream.getvalue().endswith("}\n")
    assert stream.getvalue().count("\n") == 1


def test_writes_to_the_stream_that_is_standard_output_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    writer = CaptureWriter(lambda: sys.stdout, log=World().log)

    writer.write(answered())

    assert capsys.readouterr().out.startswith('{"windvane":["loan_default",1,')


def test_counts_rows_that_were_lost_and_goes_on() -> None:
    world = World()
    writer = CaptureWriter(FullPipe, log=world.log)

    writer.write(answered(rows=3))
    writer.write(answered(rows=4))

    assert (writer.rows, writer.lost_rows) == (0, 7)
    assert len(world.logged("capture.lost")) == 2
    assert world.logged("capture.lost")[0]["error"] == "OSError"


def test_does_not_call_outcomes_safe_that_were_not_written() -> None:
    lines = read_ground_truth([GOOD], artifact_spec(), now=NOW)

    with pytest.raises(NotRecordedError):
        CaptureWriter(FullPipe, log=World().log).write_ground_truth(lines)


def test_never_lets_a_capture_stop_an_answer() -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)

    writer.write(answered(inference_id="i" * 129))
    writer.write(answered(schema=None))
    writer.write(answered(rows=1))

    assert (writer.rows, writer.lost_rows, len(read(world.stdout))) == (1, 4, 1)
    assert [event["error"] for event in world.logged("capture.lost")] == [
        "ValueError",
        "AttributeError",
    ]


def test_captures_the_sample_that_a_model_asks_for() -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)
    policy = CapturePolicy(sample_percent=30.0)
    names = [f"request-{index}" for index in range(1000)]

    for name in names:
        writer.write(answered(inference_id=name, policy=policy))
        writer.write_failure(FailedRequest(name, "car", 1, NOW, 500, "E", policy=policy))

    taken = [name for name in names if is_sampled(name, 30.0)]
    captured = [line for line in world.stdout.getvalue().splitlines() if "failure" not in line]
    failed = [line for line in world.stdout.getvalue().splitlines() if "failure" in line]
    assert 250 < len(taken) < 350
    assert [expand_capture(line.encode()).id for line in captured] == taken
    assert [FailureLine.model_validate_json(line).id for line in failed] == taken
    assert (writer.rows, writer.unsampled_rows) == (2 * len(taken), 2 * (1000 - len(taken)))


@pytest.mark.parametrize(("percent", "captured"), [(0.0, 0), (100.0, 50)])
def test_captures_all_or_nothing(percent: float, captured: int) -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)

    for index in range(50):
        policy = CapturePolicy(sample_percent=percent)
        writer.write(answered(1, inference_id=str(index), policy=policy))

    assert len(read(world.stdout)) == captured


def test_hashes_what_is_personal_with_the_stages_key() -> None:
    world, holder = World(), KeyHolder()
    writer = CaptureWriter(lambda: world.stdout, log=world.log, secret=holder)
    matrix = np.arange(15, dtype=np.float32).reshape(3, 5)
    request = answered(3, matrix=matrix, policy=CapturePolicy(pii="hash"))

    writer.write(request)
    writer.write(request)

    first, second = read(world.stdout)
    expected = hash_columns(LOAN_FEATURES, matrix, (4,), secret=b"secret")
    assert salaries(first) == salaries(second) == expected[:, 4].tolist()
    np.testing.assert_array_equal(decode_floats(first.rows, 3)[:, :4], matrix[:, :4])
    assert holder.asked == 1
    assert (writer.unhashed_rows, matrix[0, 4]) == (0, 4.0)


def test_drops_what_is_personal_while_the_key_cannot_be_had() -> None:
    world, holder = World(), KeyHolder(reachable=False)
    writer = CaptureWriter(lambda: world.stdout, log=world.log, secret=holder)
    request = answered(1, policy=CapturePolicy(pii="hash"))

    for seconds in (0, 1, SECRET_RETRY.total_seconds() + 1):
        writer.write(request._replace(at=NOW + timedelta(seconds=seconds)))
    holder.reachable = True
    writer.write(request._replace(at=NOW + 3 * SECRET_RETRY))

    values = [salaries(line)[0] for line in read(world.stdout)]
    assert [np.isnan(value) for value in values] == [True, True, True, False]
    assert (writer.rows, writer.unhashed_rows, holder.asked) == (4, 3, 3)
    assert world.logged("capture.key_missing") == [{"error": "ConnectionError"}] * 2


def test_drops_what_is_personal_on_a_stage_without_a_key() -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)

    writer.write(answered(1, policy=CapturePolicy(pii="hash")))

    assert np.isnan(salaries(read(world.stdout)[0])[0])
    assert world.logged("capture.key_missing") == [{"error": "NoCaptureKey"}]


def test_asks_for_no_key_where_nothing_is_personal() -> None:
    world, holder = World(), KeyHolder()
    writer = CaptureWriter(lambda: world.stdout, log=world.log, secret=holder)
    plain = FeatureSchema(
        features=tuple(f.model_copy(update={"pii": False}) for f in LOAN_FEATURES.features)
    )

    writer.write(answered(1, schema=plain, policy=CapturePolicy(pii="hash")))

    assert holder.asked == 0


def test_follows_a_version_whose_policy_is_another() -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)

    writer.write(answered(1, policy=CapturePolicy(sample_percent=0.0)))
    writer.write(answered(1, policy=CapturePolicy(sample_percent=100.0)))
    for version in range(200):
        writer.write(answered(1, version=version + 1))

    assert [line.version for line in read(world.stdout)] == [1, *range(1, 201)]


def test_counts_a_failure_that_cannot_be_written_and_goes_on() -> None:
    world = World()
    writer = CaptureWriter(FullPipe, log=world.log)

    writer.write_failure(FailedRequest("a", "car", 1, NOW, 500, "RuntimeException", caller="ann"))

    assert world.logged("capture.lost") == [{"model": "car", "rows": 0, "error": "OSError"}]


def test_says_who_asked_what_was_not_answered() -> None:
    world = World()
    writer = CaptureWriter(lambda: world.stdout, log=world.log)

    writer.write_failure(
        FailedRequest("a", "car", 2, NOW, 500, "E", variant="rollout-1", caller="x" * 200)
    )

    line = FailureLine.model_validate_json(world.stdout.getvalue())
    assert (line.version, line.variant, line.caller, line.at) == (2, "rollout-1", "x" * 128, NOW)


def test_needs_no_pydantic_on_the_way_to_the_first_answer() -> None:
    program = "import sys, functions.serving.capture; sys.exit('pydantic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
