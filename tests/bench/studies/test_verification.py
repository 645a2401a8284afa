"""The study of verification counts as it says."""

from __future__ import annotations

import numpy as np
import pytest

from vcmcodec.bench.studies.verification_rates import accuracy, eer, roc, tar, threshold, verified
from vcmcodec.bench.studies.verification_report import bytes_at


def likeness(count: int, same: float, seed: int = 0) -> np.ndarray:
    """Likenesses of so many people, those of one person ``same`` higher."""
    return np.random.default_rng(seed).normal(0, 1, (count, count)) + same * np.eye(count)


def test_people_who_are_apart_are_verified() -> None:
    found = verified(likeness(60, 20))
    assert found.tars == (1, 1) and found.eer == 0 and found.accuracy == 1 and found.found == 1


def test_people_who_are_alike_are_guessed() -> None:
    found = verified(likeness(400, 0))
    assert found.tars[0] == pytest.approx(0.01, abs=0.02)
    assert found.eer == pytest.approx(0.5, abs=0.06) and found.accuracy == pytest.approx(0.5, abs=0.08)


def test_a_threshold_lets_through_no_more_than_it_may() -> None:
    two = np.arange(1000.0)
    for far, passed in ((0, 0), (0.001, 1), (0.01, 10), (0.0005, 0)):
        assert (two > threshold(two, far)).sum() == passed
    assert tar(np.array([990.0, 989.0, 5.0, 999.0]), two, 0.01) == 0.5
    assert eer(np.array([3.0, 1.0]), np.array([2.0, 0.0])) == 0.5


def test_a_curve_passes_its_rates() -> None:
    scores = likeness(60, 2)
    fars, tars = roc(scores)
    found = verified(scores)
    assert fars[0] == pytest.approx(1 / (60 * 59)) and fars[-1] == 1 and sorted(tars) == tars
    assert np.interp(0.01, fars, tars) == pytest.approx(found.tars[0], abs=0.05)
    scores[:6] = np.nan
    assert roc(scores)[1][-1] == pytest.approx(0.9)


def test_a_face_that_is_not_found_is_missed() -> None:
    scores = likeness(50, 20)
    scores[:5] = np.nan
    found = verified(scores)
    assert found.tars == (0.9, 0.9) and found.found == 0.9
    assert accuracy(np.where(np.isnan(scores), -np.inf, scores)) == pytest.approx(0.95)


def test_bytes_at_an_accuracy_lie_between_points() -> None:
    points = [(100.0, 0.5), (400.0, 0.9), (800.0, 0.9), (1600.0, 1.0)]
    assert bytes_at(points, 0.7) == pytest.approx(200)
    assert bytes_at(points, 0.9) == pytest.approx(400) and bytes_at(points, 0.4) == 100
    assert bytes_at(points, 0.95) == pytest.approx(800 * 2**0.5)
    assert bytes_at(points, 1.01) is None
