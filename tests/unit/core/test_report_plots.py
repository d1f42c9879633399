import re

import pytest

from functions.contracts.drift import ColumnDrift, Verdict
from functions.core.report_plots import (
    WIDTH,
    distances_plot,
    interval_plot,
    portions_plot,
    share_plot,
    shares_plot,
    short_label,
)


def column(
    *, psi: float = 0.2, threshold: float = 0.1, verdict: Verdict = Verdict.DRIFT, **change: object
) -> ColumnDrift:
    return ColumnDrift.model_validate(
        {
            "name": "amount",
            "kind": "numeric",
            "verdict": verdict,
            "reason": "",
            "psi": psi,
            "psi_expected_without_drift": 0.002,
            "threshold": threshold,
            "jensen_shannon_distance": 0.1,
            "reference_missing_rate": 0.0,
            "current_missing_rate": 0.0,
            "current_unseen_rate": 0.0,
            "bins": ("low", "high", "other values"),
            "reference_shares": (0.5, 0.5, 0.0),
            "current_shares": (0.25, 0.75, 0.0),
        }
        | change
    )


def widths(svg: str, kind: str) -> list[float]:
    return [float(w) for w in re.findall(rf'<rect class="{kind}"[^>]*? width="([\d.]+)"', svg)]


def positions(svg: str) -> list[float]:
    return [float(x) for x in re.findall(r'<circle [^>]*cx="([\d.]+)"', svg)]


def test_draws_bars_as_long_as_the_shares() -> None:
    svg = shares_plot(column())

    reference, current = widths(svg, "reference"), widths(svg, "current")
    assert reference[0] == reference[1]
    assert current[1] / current[0] == pytest.approx(3.0, rel=0.01)
    assert current[1] / reference[1] == pytest.approx(1.5, rel=0.01)


def test_leaves_out_bins_that_nothing_reaches() -> None:
    assert "other values" not in shares_plot(column())
    assert "other values" in shares_plot(column(current_shares=(0.2, 0.7, 0.1)))


def test_draws_nothing_of_nothing() -> None:
    assert shares_plot(column(reference_shares=(0, 0, 0), current_shares=(0, 0, 0))) == ""


def test_places_psi_by_its_logarithm() -> None:
    svg = distances_plot([column(psi=0.01), column(psi=0.1), column(psi=1.0)])

    low, middle, high = positions(svg)
    assert middle - low == pytest.approx(high - middle, abs=0.2)


@pytest.mark.parametrize("psi", [0.0, 1e-9, 0.001, 0.5, 12.0, 900.0])
def test_keeps_every_mark_on_the_page(psi: float) -> None:
    (x,) = positions(distances_plot([column(psi=psi, psi_expected_without_drift=0.0)]))

    assert 0 < x < WIDTH


def test_draws_no_mark_of_what_was_not_judged() -> None:
    svg = distances_plot([column(verdict=Verdict.NOT_JUDGED)])

    assert positions(svg) == []
    assert "not judged" in svg


def test_tells_drift_by_class_and_the_threshold_by_a_line() -> None:
    svg = distances_plot([column(), column(verdict=Verdict.OK, psi=0.01)])

    assert svg.count('circle class="drifted"') == 1
    assert svg.count('circle class="calm"') == 1
    assert svg.count('class="limit"') == 2


def test_shortens_labels_and_keeps_them_whole_in_a_title() -> None:
    svg = shares_plot(column(bins=("b" * 90, "high", "other values")))

    assert short_label("b" * 90) in svg
    assert f"<title>{'b' * 90}</title>" in svg


def test_escapes_names() -> None:
    evil = "<script>\"&'"

    svg = shares_plot(column(name=evil, bins=(evil, "b", "c"))) + distances_plot(
        [column(name=evil)]
    )

    assert "<script" not in svg
    assert '"&' not in svg


def test_keeps_the_mark_of_chance_on_the_page() -> None:
    svg = distances_plot([column(psi=0.0, threshold=0.1, psi_expected_without_drift=5.0)])

    (x,) = re.findall(r'<line class="chance" x1="([\d.]+)"', svg)
    assert 0 < float(x) < WIDTH


def test_names_the_samples_that_it_draws() -> None:
    svg = shares_plot(column(), ("champion", "challenger"))

    assert 'aria-label="Shares of amount, champion and challenger"' in svg
    assert "low: challenger 25.00%" in svg


def test_places_an_interval_on_an_axis_with_zero() -> None:
    svg = interval_plot("a difference", (-0.03, -0.02, -0.01))

    line = re.search(r'class="span" x1="([\d.]+)" x2="([\d.]+)"', svg)
    zero = re.search(r'class="grid" x1="([\d.]+)"', svg)
    assert line is not None
    assert zero is not None
    lower, upper = (float(x) for x in line.groups())
    assert lower < positions(svg)[0] < upper < float(zero[1]) < WIDTH
    assert "-0.03" in svg


def test_draws_an_interval_of_nothing() -> None:
    assert "nan" not in interval_plot("equal", (0.0, 0.0, 0.0))


def test_fills_a_bar_by_its_share() -> None:
    assert widths(share_plot("half", 0.5), "reference") == [WIDTH / 2]


def test_marks_chance_where_the_psi_judges_and_nowhere_else() -> None:
    by_ks = column(method="ks", distance=0.3, psi_expected_without_drift=5.0)

    svg = distances_plot([by_ks])

    assert 'class="chance"' not in svg
    assert "Kolmogorov-Smirnov distance 0.3000" in svg
    assert 'class="chance"' in distances_plot([column()])


def test_draws_portions_with_their_notes() -> None:
    svg = portions_plot("t", [("a<b", 0.75, "75%, since < noon"), ("c", 0.25, "")])

    long, short = widths(svg, "reference")
    assert long / short == pytest.approx(3.0, rel=0.01)
    assert "a&lt;b" in svg
    assert "75%, since &lt; noon" in svg
    assert long < WIDTH
