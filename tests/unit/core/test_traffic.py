"""Captured requests by version and variant, each once."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.capture import FailureLine
from functions.core.capture_encoding import AnsweredRows
from functions.core.traffic import Traffic, read_traffic
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW
from tests.unit.core.drift_world import SCHEMA, answers, rows


def answer(
    id_: str,
    *,
    count: int = 1,
    version: int = 1,
    variant: str = "champion",
    at: datetime = NOW,
    latency_us: int | None = 900,
) -> list[bytes]:
    matrix = rows(count, seed=len(id_))
    answered = AnsweredRows(
        inference_id=id_,
        model="car",
        version=version,
        schema=SCHEMA,
        matrix=matrix,
        outputs=answers(matrix),
        at=at,
        variant=variant,
        latency_us=latency_us,
    )
    return [line.encode() for line in stored_lines(answered, maximum_bytes=2_000)]


def failure(id_: str, *, version: int = 1, variant: str = "champion", model: str = "car") -> bytes:
    return (
        FailureLine(
            id=id_,
            model=model,
            version=version,
            at=NOW,
            variant=variant,
            status=500,
            error="RuntimeException",
        )
        .model_dump_json()
        .encode()
    )


def read(*lines: bytes, until: datetime | None = None) -> Traffic:
    return read_traffic(lines, model="car", since=NOW, until=until)


def test_tells_versions_and_variants_apart() -> None:
    traffic = read(
        *answer("a"),
        *answer("b", version=2, variant="rollout-7", latency_us=None),
        failure("c", version=2, variant="rollout-7"),
    )

    champion, challenger = traffic.parts[1, "champion"], traffic.parts[2, "rollout-7"]
    assert (champion.requests, champion.failures, champion.rows) == (1, 0, 1)
    assert (challenger.requests, challenger.failures, challenger.rows) == (1, 1, 1)
    assert champion.latency_us.tolist() == [900]
    assert challenger.latency_us.tolist() == []
    assert len(traffic.parts) == 2


def test_brings_the_outputs_of_each_row_by_its_id() -> None:
    traffic = read(*answer("many", count=5), *answer("one"))

    part = traffic.parts[1, "champion"]
    assert part.ids == ("many/0", "many/1", "many/2", "many/3", "many/4", "one")
    np.testing.assert_array_equal(part.outputs[:5], answers(rows(5, seed=4)))
    np.testing.assert_array_equal(part.outputs[5:], answers(rows(1, seed=3)))


def test_takes_the_requests_of_its_time_alone() -> None:
    early = answer("early", at=NOW - timedelta(seconds=1))
    late = answer("late", at=NOW + timedelta(hours=1))

    traffic = read(*early, *late, *answer("now"), until=NOW + timedelta(hours=1))

    assert traffic.parts[1, "champion"].ids == ("now",)


def test_passes_over_other_models_and_counts_what_cannot_be_read() -> None:
    (line,) = answer("a")
    altered = line.replace(b'"outputs":"', b'"outputs":"####')

    traffic = read(failure("x", model="bus"), b"{}", altered, b'{"windvane":"capture"}', line)

    assert traffic.unreadable == 3
    assert traffic.parts[1, "champion"].failures == 0


def test_says_that_a_version_only_failed() -> None:
    (part,) = read(failure("a"), failure("b"), failure("a")).parts.values()

    assert (part.requests, part.failures, part.rows, len(part.outputs)) == (0, 2, 0, 0)


@pytest.mark.slow
def test_knows_a_crowd_by_the_same_sample_in_whatever_order_it_comes() -> None:
    late = NOW + timedelta(minutes=1)
    crowd = [*answer("batch", count=3), *answer("few", version=2, variant="v")]
    crowd += [line for i in range(1500) for line in answer(f"early-{i}")]
    crowd += [line for i in range(500) for line in answer(f"late-{i}", at=late)]
    crowd += [failure(f"failed-{i}") for i in range(200)]

    traffic = sampled(crowd)
    other = sampled(crowd[::-1] + crowd[:700])

    champion = traffic.parts[1, "champion"]
    assert set(champion.ids) == set(other.parts[1, "champion"].ids)
    assert champion.sampled == 0.25
    assert champion.requests + champion.failures <= 600
    assert 0.07 < champion.failures / (champion.requests + champion.failures) < 0.12
    assert 1700 < champion.rows_since(NOW) < 2300
    assert 380 < champion.rows_since(late) < 620
    assert len(champion.latency_us) == champion.requests
    assert traffic.parts[2, "v"].sampled == 1.0
    assert traffic.parts[2, "v"].rows == 1


def sampled(lines: list[bytes]) -> Traffic:
    return read_traffic(lines, model="car", since=NOW, maximum_rows=600)


ALL = [
    *answer("batch", count=120),
    *answer("x"),
    *answer("y", version=2, variant="v"),
    failure("z"),
    failure("w", version=2, variant="v"),
]


@given(
    st.lists(st.sampled_from(ALL), max_size=20).flatmap(lambda more: st.permutations(ALL + more))
)
def test_counts_each_once_in_any_order_and_however_often(lines: list[bytes]) -> None:
    expected = read(*ALL)

    traffic = read(*lines)

    assert traffic.parts.keys() == expected.parts.keys()
    for key, part in traffic.parts.items():
        other = expected.parts[key]
        assert (part.requests, part.failures) == (other.requests, other.failures)
        assert dict(zip(part.ids, part.outputs.tolist(), strict=True)) == dict(
            zip(other.ids, other.outputs.tolist(), strict=True)
        )
        assert sorted(part.latency_us) == sorted(other.latency_us)
