"""BD-rates, and curves that may be compared."""

from __future__ import annotations

import math

import pytest

from vcmcodec.bench.report import bd_rate, groups, listing
from vcmcodec.bench.report.summary import Point, Summary, curves

CURVE = [(0.05, 26.0), (0.1, 30.0), (0.2, 33.0), (0.4, 35.0)]


def bjontegaard() -> None:
    pytest.importorskip("bjontegaard")


def test_half_the_bytes_are_minus_fifty_percent() -> None:
    bjontegaard()
    found = bd_rate.bd_rate(CURVE, [(rate / 2, quality) for rate, quality in CURVE])
    assert found.percent == pytest.approx(-50, abs=1e-6)
    assert found.overlap == pytest.approx(1)


def test_the_delta_rate_of_a_known_pair() -> None:
    """By hand: straight lines over log rate, 10 and 30 % apart at the ends of their common range."""
    bjontegaard()
    anchor, test = [(1.0, 0.0), (math.e, 1.0)], [(1.1, 0.0), (1.3 * math.e, 1.0)]
    mean = (math.log(1.1) + math.log(1.3)) / 2
    assert bd_rate.bd_rate(anchor, test).percent == pytest.approx(100 * (math.exp(mean) - 1))


def test_curves_without_common_quality_are_not_extrapolated() -> None:
    better = [(rate, quality + 20) for rate, quality in CURVE]
    assert bd_rate.bd_rate(CURVE, better) == bd_rate.BdRate(None, 0, bd_rate.BETTER)
    assert bd_rate.bd_rate(better, CURVE) == bd_rate.BdRate(None, 0, bd_rate.WORSE)
    assert "fewer than two" in bd_rate.bd_rate(CURVE[:1], CURVE).reason
    assert "fewer than two" in bd_rate.bd_rate(CURVE, [(0.1, 30.0), (0.2, 29.0)]).reason


def test_curves_without_common_quality_or_rate_are_not_compared() -> None:
    high = [(rate * 100, quality + 20) for rate, quality in CURVE]
    assert "at lower rates" in bd_rate.bd_rate(high, CURVE).reason
    assert "at higher rates" in bd_rate.bd_rate(CURVE, high).reason


def test_points_that_cost_more_for_nothing_are_left_out() -> None:
    assert bd_rate.rising([(2, 1), (1, 1), (3, 0.5), (4, 2), (5, math.inf)]) == [(1, 1), (4, 2)]


def test_the_best_peer_is_found_between_its_points_and_never_beyond() -> None:
    assert bd_rate.at_rate(CURVE, 0.049) is None
    assert bd_rate.at_rate(CURVE, 0.05) == 26
    assert bd_rate.at_rate(CURVE, math.sqrt(0.05 * 0.1)) == pytest.approx(28)
    assert bd_rate.at_rate(CURVE, 9) == 35
    curves: dict[str, bd_rate.Curve] = {"a": CURVE, "b": [(0.02, 25.0), (0.3, 31.0)]}
    assert bd_rate.best(curves, 0.01) is None
    assert bd_rate.best(curves, 0.03).codec == "b"  # type: ignore[union-attr]
    assert bd_rate.best(curves, 0.2) == bd_rate.Best("a", pytest.approx(33.0))


def _points(codec: str, *values: tuple[float, float, float], faces: int = 9) -> list[Point]:
    return [Point(codec, str(bpp), faces, bpp, {"nme": nme, "found": found}) for bpp, nme, found in values]


def test_errors_of_the_faces_left_over_are_not_compared() -> None:
    points = _points("a", (0.1, 0.02, 0.5), (0.2, 0.03, 0.98), (0.3, 0.01, 1.0))
    assert curves(points, "nme") == {"a": [(0.2, -0.03), (0.3, -0.01)]}
    assert len(curves(points, "found")["a"]) == 3


def test_means_over_other_faces_are_not_compared() -> None:
    points = _points("a", (0.1, 0.02, 1.0)) + _points("b", (0.1, 0.01, 1.0), faces=8)
    assert list(curves(points, "nme")) == ["a"]


def test_rates_over_little_overlap_are_in_brackets() -> None:
    summary = Summary([], _points("vcm", (0.1, 0.02, 1.0)) + _points("a", (0.1, 0.02, 1.0)))
    summary.bd["nme"] = {
        "a": bd_rate.BdRate(12.4, 0.5), "b": bd_rate.BdRate(12.4, 0.1),
        "c": bd_rate.BdRate(None, 0, bd_rate.WORSE),
        "d": bd_rate.BdRate(None, 0, "no common quality: lower, at lower rates"),
    }  # fmt: skip
    assert [row[2] for row in listing.bd(summary)] == ["NME", "+12", "(+12)", "worse", "-"]


def test_presets_stand_beside_the_best_peer_and_by_group() -> None:
    summary = Summary([], _points("vcm", (0.1, 0.02, 1.0)) + _points("a", (0.1, 0.03, 1.0)))
    summary.best["0.1"] = {"nme": bd_rate.Best("a", 0.031), "found": None}
    summary.spreads["vcm", "0.1"] = {
        "nme": groups.Spread({"dark": 0.02, "light": 0.01}, {"dark": 3, "light": 6})
    }
    summary.spreads["a", "0.1"] = summary.spreads["vcm", "0.1"]
    assert [row[2:] for row in listing.best(summary)] == [["NME", "found"], ["2.00 / 3.10 a", "100.0 / -"]]
    assert listing.grouped(summary) == [
        ["point", "figure", "dark (3)", "light (6)"],
        ["0.1", "NME", "2.00", "1.00"],
    ]
