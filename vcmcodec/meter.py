"""What decisions would cost, without coding them: for encoders, which search."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vcmcodec.entropy import LAST, PROBABILITIES, REACH, UNIT

_COST = tuple(16 - math.log2(probability) for probability in PROBABILITIES)
_COST_OF_0 = tuple(16 - math.log2(65536 - probability) for probability in PROBABILITIES)


class Meter:
    """A :class:`vcmcodec.entropy.Coder` that adds up what decisions would cost, in ``bits``."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._weights = weights
        self.bits = 0.0

    @property
    def bytes(self) -> float:
        """The same in bytes."""
        return self.bits / 8

    def bit(self, bit: int, bases: Sequence[int], node: int) -> int:
        weights, total = self._weights, REACH * UNIT
        for base in bases:
            total += weights[base + node]
        total = 0 if total < 0 else LAST if total > LAST else total
        self.bits += _COST[total] if bit else _COST_OF_0[total]
        return bit

    def even(self, value: int, count: int) -> int:
        self.bits += math.log2(count)
        return value
