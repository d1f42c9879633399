import math
from datetime import UTC, datetime

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from functions.contracts.metrics import Metric
from functions.core.open_metrics import Asked, Family, Reading, asked_metrics, exposition
from tests.unit.core.drift_world import model_spec

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEC = model_spec()


def parsed(text: str) -> dict[str, list[Sample]]:
    return {family.name: family.samples for family in text_string_to_metric_families(text)}


def read_all(value: float = 1.0) -> list[tuple[Asked, Reading | None]]:
    return [(asked, Reading(value, AT)) for asked in asked_metrics(SPEC)]


def test_asks_for_every_metric_once() -> None:
    asked = asked_metrics(SPEC)

    names = {str(each.metric) for each in asked}
    assert names == {*map(str, Metric), *(c.metric_name for c in SPEC.alerts.conditions)}
    assert len({(each.metric, *each.dimensions.values()) for each in asked}) == len(asked)


def test_a_parser_of_others_reads_it_all() -> None:
    found = parsed(exposition("prod", read_all(0.25)))

    assert sum(map(len, found.values())) == len(asked_metrics(SPEC))
    for samples in found.values():
        for sample in samples:
            assert (sample.labels["model"], sample.labels["stage"]) == ("car", "prod")
            assert float(sample.timestamp) == AT.timestamp()  # type: ignore[arg-type] # it is read
    assert [s.labels["feature"] for s in found["windvane_feature_psi"]] == [
        "amount",
        "fuel",
        "is_new",
    ]
    assert found["windvane_condition_holds"][0].labels == {
        "model": "car",
        "stage": "prod",
        "severity": "page",
        "condition": "data_fault",
    }


def test_turns_days_and_heartbeats_into_seconds() -> None:
    found = parsed(exposition("prod", read_all(2.0)))

    assert found["windvane_time_without_labels_seconds"][0].value == 2 * 86_400
    assert found["windvane_heartbeat_timestamp_seconds"][0].value == AT.timestamp()


def test_names_units_that_the_names_end_in() -> None:
    text = exposition("prod", read_all())

    units = [line.split()[2:] for line in text.splitlines() if line.startswith("# UNIT")]
    assert ["windvane_window_rows", "rows"] in units
    assert all(name.endswith(f"_{unit}") for name, unit in units)


def test_leaves_out_timestamps_where_they_would_mislead() -> None:
    found = parsed(exposition("prod", read_all(), with_timestamps=False))

    assert {sample.timestamp for samples in found.values() for sample in samples} == {None}


def test_leaves_out_what_has_no_value() -> None:
    (asked, *_) = asked_metrics(SPEC)

    assert exposition("prod", [(asked, None)]) == "# EOF\n"


def test_keeps_the_samples_of_a_family_together() -> None:
    family, other = Family("a", "A."), Family("b", "B.")
    found = [
        (Asked(each, model, "M"), Reading(0.5, AT))
        for model in ("one", "two")
        for each in (family, other)
    ]

    assert list(parsed(exposition("prod", found))) == ["a", "b"]


@pytest.mark.parametrize("text", ['quote " and \\ and\nline', "ünïcode", "{}=,#"])
def test_escapes_what_labels_hold(text: str) -> None:
    asked = Asked(Family("a", text), "m", "M", labels={"condition": text})

    found = list(text_string_to_metric_families(exposition("prod", [(asked, Reading(1.0, AT))])))

    assert found[0].samples[0].labels["condition"] == text
    assert found[0].documentation == text


@pytest.mark.parametrize("value", [0.0, -3.0, 1e-9, 0.1 + 0.2, 1e300, 123456789.125])
def test_numbers_read_back_as_they_are(value: float) -> None:
    asked = Asked(Family("a", "A."), "m", "M")

    (sample,) = parsed(exposition("prod", [(asked, Reading(value, AT))]))["a"]

    assert math.isclose(sample.value, value, rel_tol=0.0, abs_tol=0.0)
