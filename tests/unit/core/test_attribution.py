from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.faults import AttributionBasis
from functions.core.attribution import attribute_shift
from functions.core.attribution_loss import FeatureLosses
from functions.core.data_faults_traffic import ObservedHour
from tests.unit.core.data_fault_world import HOURS, LOAN, NOW, draw, observe, split, world

CHANGE = 14
SCHEMA, REFERENCE = world(LOAN).schema, world(LOAN).reference


def hours(change: int = CHANGE, rows: int = 12_000) -> tuple[ObservedHour, ...]:
    """A day whose rows are those of the data's own change from some hour on."""
    rng = np.random.default_rng(1)
    before, after = (
        split(draw(part, rows, rng)) for part in (world(LOAN).before, world(LOAN).after)
    )
    return observe(SCHEMA, [*before[:change], *after[change:]])


def test_names_the_features_that_have_shifted_and_since_when() -> None:
    found = attribute_shift(SCHEMA, REFERENCE, hours())

    assert found[0].feature == "car_value"
    assert found[0].basis is AttributionBasis.STANDARDIZED_SHIFT
    assert (found[0].loss, found[0].metric) == (None, None)
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    assert "driver_tenure" not in {one.feature for one in found}
    since = NOW - timedelta(hours=HOURS - CHANGE)
    for one in found:
        assert one.since_earliest is not None
        assert one.since_latest is not None
        assert one.since_earliest <= since <= one.since_latest
        assert not one.before_window


def test_says_that_a_shift_may_be_older_than_the_window() -> None:
    found = attribute_shift(SCHEMA, REFERENCE, hours(change=0))

    assert found[0].before_window
    assert "from the window's first hour on or longer" in found[0].evidence


def test_names_no_feature_of_rows_like_the_references() -> None:
    assert attribute_shift(SCHEMA, REFERENCE, hours(change=HOURS)) == ()


def test_shares_the_loss_where_it_is_known() -> None:
    losses = FeatureLosses("roc_auc_score", {"car_value": 0.01, "loan_length": 0.03})

    found = attribute_shift(SCHEMA, REFERENCE, hours(change=0), losses=losses)

    assert [one.feature for one in found[:2]] == ["loan_length", "car_value"]
    assert [one.share for one in found[:2]] == pytest.approx([0.75, 0.25])
    assert {one.basis for one in found} == {AttributionBasis.ESTIMATED_LOSS}
    assert found[0].evidence.startswith(
        "loan_length explains 75% of the estimated loss (+0.03 in roc_auc_score by its own shift"
    )


def test_never_calls_a_shift_without_a_loss_a_loss() -> None:
    losses = FeatureLosses("roc_auc_score", {"car_value": -0.01, "driver_tenure": 0.5})

    found = attribute_shift(SCHEMA, REFERENCE, hours(), losses=losses)

    assert {one.basis for one in found} == {AttributionBasis.STANDARDIZED_SHIFT}
    assert all("standardized shift" in one.evidence for one in found)


def test_leaves_personal_and_empty_features_out() -> None:
    personal = tuple(f.model_copy(update={"pii": True}) for f in SCHEMA.features)
    hidden = SCHEMA.model_copy(update={"features": personal})

    assert attribute_shift(hidden, REFERENCE, hours()) == ()
    assert attribute_shift(SCHEMA, REFERENCE, (ObservedHour(NOW),)) == ()
