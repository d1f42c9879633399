import pytest

from functions.training.threads import thread_count


@pytest.mark.parametrize(
    ("memory_mb", "available", "threads"),
    [
        (1769, 8, 1),
        (3537, 8, 1),
        (3538, 8, 2),
        (10240, 8, 5),
        (10240, 2, 2),
        (128, 8, 1),
        (None, 6, 6),
    ],
)
def test_gives_a_thread_for_each_processor_that_memory_pays_for(
    memory_mb: int | None, available: int, threads: int
) -> None:
    assert thread_count(memory_mb, available) == threads
