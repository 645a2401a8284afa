"""Probabilities of decisions as sums of trained weights (spec/FORMAT.md, section "Entropy coding").
Normative, integers only.

Every decision is described by a few contexts. Each context has a weight per bin, in
1/16 of a natural logit; their sum says how probable a 1 is. So contexts that overlap add up
instead of diluting each other, which is what matters in files of some hundred decisions: the
weights are trained on thousands of faces and do not adapt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vcmcodec.entropy.range_coder import BinaryCoder

UNIT = 16
"""Weights are in 1/UNIT of a natural logit, -128..127."""

REACH = 8
"""Sums are clamped to REACH logits either way."""

# 65536 / (1 + exp(-k)) at k = -8..8, rounded, and kept off 0 and 1; in between lies a straight line.
KNOTS = (
    22,
    60,
    162,
    439,
    1179,
    3108,
    7812,
    17625,
    32768,
    47911,
    57724,
    62428,
    64357,
    65097,
    65374,
    65476,
    65514,
)


def _probabilities() -> tuple[int, ...]:
    out = []
    for total in range(2 * REACH * UNIT + 1):
        knot, rest = divmod(total, UNIT)
        after = KNOTS[min(knot + 1, len(KNOTS) - 1)]
        out.append(KNOTS[knot] + ((after - KNOTS[knot]) * rest + UNIT // 2) // UNIT)
    return tuple(out)


PROBABILITIES = _probabilities()
"""The probability of a 1, in 1/65536, by the clamped sum of weights plus REACH * UNIT."""

_ZERO = REACH * UNIT
_LAST = len(PROBABILITIES) - 1


class Elements:
    """Lays out the weights of a syntax's elements: each has a number of bins, and contexts with a number of
    values each. ``size``: weights in all."""

    def __init__(self) -> None:
        self.size = 0

    def element(self, bins: int, *contexts: int) -> Element:
        """The next element: its contexts' weights follow those laid out before."""
        offsets = []
        for values in contexts:
            offsets.append(self.size)
            self.size += values * bins
        return Element(bins, tuple(offsets), contexts)


class Element:
    """Where an element's weights lie: those of context ``k`` with value ``v`` begin at
    ``offsets[k] + v * bins``."""

    __slots__ = ("bins", "offsets", "contexts")

    def __init__(self, bins: int, offsets: tuple[int, ...], contexts: tuple[int, ...]) -> None:
        self.bins, self.offsets, self.contexts = bins, offsets, contexts

    def at(self, *values: int) -> list[int]:
        """Where the weights begin for these values of the contexts."""
        bins = self.bins
        return [offset + value * bins for offset, value in zip(self.offsets, values)]


class ContextModel:
    """Probabilities by ``weights``: those of all contexts of all elements, each -128..127."""

    __slots__ = ("weights",)

    def __init__(self, weights: Sequence[int]) -> None:
        self.weights = weights

    def p1(self, offsets: Sequence[int], bin: int) -> int:
        """The probability of a 1, in 1/65536, 22..65514. ``offsets``: where each context's weights begin;
        ``bin``: which decision of the element this is."""
        weights, total = self.weights, _ZERO
        for offset in offsets:
            total += weights[offset + bin]
        return PROBABILITIES[0 if total < 0 else _LAST if total > _LAST else total]


class Coder(Protocol):
    """What a syntax is written for: :class:`ContextCoder`, and what records decisions for training."""

    def bit(self, bit: int, offsets: Sequence[int], bin: int, /) -> int:
        """Code ``bit``; a decoder ignores it and returns what the file holds. ``offsets``, ``bin``: see
        :meth:`ContextModel.p1`."""
        ...

    def uniform(self, value: int, count: int, /) -> int:
        """As :meth:`vcmcodec.entropy.range_coder.BinaryCoder.uniform`."""
        ...


class ContextCoder:
    """Codes a syntax by ``coder``, an encoder, a decoder or a rate estimator, with the probabilities of
    ``model``."""

    __slots__ = ("_bit", "_uniform", "_weights")

    def __init__(self, coder: BinaryCoder, model: ContextModel) -> None:
        self._bit, self._uniform, self._weights = coder.bit, coder.uniform, model.weights

    def bit(self, bit: int, offsets: Sequence[int], bin: int) -> int:
        # ContextModel.p1 written out: this is called for every decision, and a call costs a tenth of it.
        weights, total = self._weights, _ZERO
        for offset in offsets:
            total += weights[offset + bin]
        return self._bit(bit, PROBABILITIES[0 if total < 0 else _LAST if total > _LAST else total])

    def uniform(self, value: int, count: int) -> int:
        return self._uniform(value, count)
