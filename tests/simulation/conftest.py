"""One seed by default; `--simulation-seed` repeats what a failure printed."""

import pytest

SEED = 20_260_601


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--simulation-seed", type=int, default=SEED, help="repeat a simulation that failed"
    )


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of everything that happens by chance."""
    return int(request.config.getoption("--simulation-seed", default=SEED))
