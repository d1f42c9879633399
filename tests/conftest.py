"""What holds for every suite: an odd time zone, one thread, loopback alone, no real account."""

import os
import time
from pathlib import Path

import hypothesis
import pytest

UNIT_TESTS = Path(__file__).parent / "unit"

# Examples are derived from the test alone, so that a run says the same today, tomorrow and in CI.
# Whether examples are made fast enough is the machine's affair, and machines are shared.
hypothesis.settings.register_profile(
    "windvane",
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(  # of `make check`; `make test` tries all examples
    "quick", hypothesis.settings.get_profile("windvane"), max_examples=20
)
hypothesis.settings.load_profile("windvane")


def pytest_configure() -> None:
    # 12:45 ahead of UTC or more: a test that means local time where it should say UTC fails.
    environment = pytest.MonkeyPatch()  # never undone: it holds for the whole run
    environment.setenv("TZ", "Pacific/Chatham")
    time.tzset()
    # The workers share two cores: more threads than that slow a fit down up to fifteen times.
    environment.setenv("OMP_NUM_THREADS", "1")
    # A test that forgets its fake must not find somebody's credentials.
    environment.delenv("AWS_PROFILE", raising=False)
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    environment.setenv("AWS_CONFIG_FILE", os.devnull)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Close sockets altogether in unit tests; elsewhere loopback is open."""
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.disable_socket)
