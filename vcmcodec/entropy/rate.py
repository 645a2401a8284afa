"""The rate of decisions without coding them: for encoders, which search. Not normative."""

from __future__ import annotations

from math import log2

from vcmcodec.entropy.range_coder import SCALE_BITS

_ONE = 1 << SCALE_BITS


class _Costs(dict[int, float]):
    """Bits that a decision of a probability costs; there are few probabilities, and a look-up is faster."""

    def __missing__(self, probability: int) -> float:
        self[probability] = cost = SCALE_BITS - log2(probability)
        return cost


_COSTS = _Costs()


class RateEstimator:
    """A :class:`vcmcodec.entropy.range_coder.BinaryCoder` that adds up the rate of decisions, in ``bits``.

    >>> estimator = RateEstimator()
    >>> estimator.bit(1, 16384), estimator.uniform(3, 8), estimator.bits
    (1, 3, 5.0)
    """

    __slots__ = ("bits",)

    def __init__(self) -> None:
        self.bits = 0.0

    @property
    def bytes(self) -> float:
        """The same in bytes."""
        return self.bits / 8

    def bit(self, bit: int, p1: int) -> int:
        self.bits += _COSTS[p1 if bit else _ONE - p1]
        return bit

    def uniform(self, value: int, count: int) -> int:
        self.bits += log2(count)
        return value
