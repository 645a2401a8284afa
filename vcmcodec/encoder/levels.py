"""Chooses a coefficient's level by rate and distortion. Encoder only."""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.entropy.binarise import signed
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.rate import RateEstimator

LAGRANGIAN = 0.12
"""Lambda: the squared error, in squares of a step, that a bit has to save. So much it saves at high rates,
where the mean squared error is a twelfth of a squared step, and a bit more quarters it."""


def best_level(
    value: float, coder: ContextCoder, rate: RateEstimator, offsets: Sequence[int], lam: float = LAGRANGIAN
) -> int:
    """The level of a coefficient of ``value`` steps that costs least: the square of its error, and ``lam``
    a bit, as ``coder`` would code it into ``rate`` under contexts ``offsets``."""
    size = abs(value)
    best = 0
    if size >= 0.5:
        nearest = int(size + 0.5)
        costs = []
        for level in {nearest, nearest - 1, 0 if nearest < 3 else nearest}:
            rate.bits = 0.0
            signed(coder, level, offsets)
            costs.append(((size - level) ** 2 + lam * rate.bits, level))
        best = min(costs)[1]
    return -best if value < 0 else best
