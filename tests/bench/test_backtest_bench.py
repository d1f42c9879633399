"""The policy earns its retrains on streams with known changes (a small part of the table)."""

import pytest

from tests.bench.backtest_streams import make_stream
from tests.bench.backtest_table import backtest_stream, code_for

WINDOWS = 20


@pytest.mark.slow
def test_is_clearly_above_a_schedule_where_the_world_changes_at_once() -> None:
    stream = make_stream("abrupt", 1, windows=WINDOWS)

    result = backtest_stream(stream, code_for(stream.x.shape[1], "linear"))

    changed = int(0.4 * WINDOWS)
    assert result.started[0].window in (changed, changed + 1)
    assert result.started[0].run.promoted
    assert result.against("never") > 0.02
    assert result.against("schedule") > 0.01


@pytest.mark.slow
def test_wastes_no_retrains_where_nothing_changes() -> None:
    stream = make_stream("shuffled", 0, windows=WINDOWS)

    result = backtest_stream(stream, code_for(stream.x.shape[1], "linear"))

    assert len(result.started) <= 1
    assert abs(result.against("never")) < 0.002
