"""How many threads a fit gets (D17)."""

MEMORY_MB_PER_VCPU = 1769
"""What AWS gives one virtual CPU for: Lambda's documentation, "Configuring memory"."""


def thread_count(memory_mb: int | None, available: int) -> int:
    """Return the threads for a function of so much memory on a machine with so many processors.

    More threads than processors wait for each other: on a busy host a fit then takes up to fifteen
    times as long. `memory_mb` is None outside Lambda.

    Examples
    --------
    >>> thread_count(7076, 8), thread_count(7076, 2), thread_count(512, 2), thread_count(None, 2)
    (4, 2, 1, 2)
    """
    granted = memory_mb // MEMORY_MB_PER_VCPU if memory_mb is not None else available
    return max(1, min(granted, available))
