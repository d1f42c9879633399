"""The page on costs is what its sums say."""

import pytest

from functions.cli import reference_costs as costs


def test_page_is_what_the_code_writes() -> None:
    assert costs.PAGE.read_text(encoding="utf-8") == costs.costs_page()


def test_costs_nothing_where_nothing_is_asked() -> None:
    idle = {way.name: way.monthly(0) for way in costs.WAYS}

    assert [name for name, amount in idle.items() if amount] == [
        "SageMaker endpoint, 1 instance",
        "SageMaker endpoint, 2 instances",
    ]


def test_adds_up_a_million_by_hand() -> None:
    # API 1.00, requests 0.20, compute 8,638 GB-s, logs 1.0133 GiB, stream 0.2794 GiB.
    expected = 1.00 + 0.20 + 8638.0 * 0.0000133334 + 1.0133 * 0.50 + 0.2794 * 0.029

    assert costs.WAYS[1].monthly(1_000_000) == pytest.approx(expected, rel=1e-3)


def test_adds_instances_when_one_is_not_enough() -> None:
    monthly = costs.endpoint(1)

    assert monthly(10**9) > 5 * monthly(10**8)
