"""Rate-quality curves against each other: BD-rate, and the best peer at no more bytes.

A curve is a list of (rate, quality) pairs, rate in bits per pixel, quality such that more is better.
"""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from vcmcodec.errors import ModelError

Curve = Sequence[tuple[float, float]]


BETTER, WORSE = "no common quality: better", "no common quality: worse"


class BdRate(NamedTuple):
    """How many percent more bytes (negative: fewer) a codec needs than an anchor at equal quality, in the
    mean over the qualities that both curves cover, and the ``overlap``, their share of the codec's range of
    quality; or the ``reason`` why there is no such number."""

    percent: float | None
    overlap: float
    reason: str = ""


def rising(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points by rate, without those that cost more than another and are no better."""
    kept: list[tuple[float, float]] = []
    for rate, quality in sorted(points, key=lambda point: (point[0], -point[1])):
        if math.isfinite(quality) and (not kept or (rate > kept[-1][0] and quality > kept[-1][1])):
            kept.append((rate, quality))
    return kept


def bd_rate(anchor: Curve, test: Curve) -> BdRate:
    """Bjontegaard's delta rate of ``test`` against ``anchor``: log rate over quality by PCHIP, between
    the qualities that both reach. Nothing is extrapolated.

    Raises ModelError where the package bjontegaard is missing.
    """
    theirs, ours = rising(anchor), rising(test)
    if len(theirs) < 2 or len(ours) < 2:
        which = "the peer's" if len(theirs) < 2 else "this codec's"
        return BdRate(None, 0.0, f"{which} curve has fewer than two rising points")
    low = max(theirs[0][1], ours[0][1])
    high = min(theirs[-1][1], ours[-1][1])
    if low >= high:
        return BdRate(None, 0.0, _apart(theirs, ours))
    package = _bjontegaard()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of small overlaps, which are reported instead
        percent = package.bd_rate(
            *(np.array(axis) for curve in (theirs, ours) for axis in zip(*curve)),
            method="pchip",
            require_matching_points=False,
            min_overlap=0,
        )
    return BdRate(float(percent), (high - low) / (ours[-1][1] - ours[0][1]))


def _apart(theirs: Curve, ours: Curve) -> str:
    """What can be said of two rising curves that share no quality: one is better where it reaches more
    with no more bytes than the other ever spends."""
    if ours[-1][1] <= theirs[0][1]:
        return WORSE if theirs[0][0] <= ours[-1][0] else "no common quality: lower, at lower rates"
    return BETTER if ours[0][0] <= theirs[-1][0] else "no common quality: higher, at higher rates"


def _bjontegaard() -> Any:
    try:
        return importlib.import_module("bjontegaard")
    except ImportError:
        raise ModelError("the package bjontegaard is not installed: it compares curves") from None


def at_rate(curve: Curve, rate: float) -> float | None:
    """The quality that a codec reaches with at most ``rate``: between two of its points by a line over
    log rate, never beyond its last; None where its first point already costs more."""
    points = rising(curve)
    if not points or rate < points[0][0]:
        return None
    rates, qualities = zip(*points)
    return float(np.interp(math.log(rate), np.log(rates), qualities))


class Best(NamedTuple):
    """The best peer at some rate, and its quality there."""

    codec: str
    quality: float


def best(curves: dict[str, Curve], rate: float) -> Best | None:
    """The codec of highest quality at ``rate`` or less; None where none goes that low."""
    reached = [
        Best(codec, value) for codec, curve in curves.items() if (value := at_rate(curve, rate)) is not None
    ]
    return max(reached, key=lambda found: found.quality, default=None)
