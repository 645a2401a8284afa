"""A binary range coder whose probabilities are sums of trained weights (spec/FORMAT.md, section
"Entropy coding"). Normative, integers only, no code but this: hostile bytes reach nothing else.

Every decision is described by a few contexts. Each context has a weight per decision node, in
1/16 of a natural logit; their sum says how probable a 1 is. So contexts that overlap add up
instead of diluting each other, which is what matters in files of some hundred decisions: the
weights are trained on thousands of faces and do not adapt.

:class:`Encoder`, :class:`Decoder` and :class:`vcmcodec.meter.Meter` share one interface, so that a syntax is
written once and walked in either direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

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

LAST = len(PROBABILITIES) - 1

_TOP = 1 << 24


class Coder(Protocol):
    """What a syntax is written for."""

    def bit(self, bit: int, bases: Sequence[int], node: int) -> int:
        """Code ``bit``; a decoder ignores it and returns what the file holds. ``bases``: where each
        context's weights begin; ``node``: which decision of the element this is."""
        ...

    def even(self, value: int, count: int) -> int:
        """Code ``value``, 0..count - 1 (count up to 65536), all equally probable."""
        ...


class Encoder:
    """Collects decisions; :meth:`finish` gives their bytes. ``weights``: of all contexts of all elements."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._weights = weights
        self._low, self._range, self._bytes = 0, (1 << 32) - 1, 4

    def bit(self, bit: int, bases: Sequence[int], node: int) -> int:
        weights, total = self._weights, REACH * UNIT
        for base in bases:
            total += weights[base + node]
        bound = self._range * PROBABILITIES[min(max(total, 0), LAST)] >> 16
        if bit:
            self._range = bound
        else:
            self._low += bound
            self._range -= bound
        self._normalise()
        return bit

    def even(self, value: int, count: int) -> int:
        share = self._range // count
        self._low += share * value
        self._range = share
        self._normalise()
        return value

    def _normalise(self) -> None:
        while self._range < _TOP:
            self._range <<= 8
            self._low <<= 8
            self._bytes += 1

    def finish(self) -> bytes:
        """The fewest bytes that a decoder, which reads zeros behind them, decodes to the same."""
        for kept in range(self._bytes + 1):
            spare = 8 * (self._bytes - kept)
            head = -(-self._low >> spare)
            if head << spare < self._low + self._range:
                return head.to_bytes(kept, "big")
        raise AssertionError("a range holds its own start")


class Decoder:
    """Reads decisions off ``data``, with zeros behind it."""

    def __init__(self, data: bytes, weights: Sequence[int]) -> None:
        self._weights = weights
        self._data: Iterator[int] = iter(data)
        self._length, self._read = len(data), 4
        self._last = data[-1] if data else 1
        self._range, self._code = (1 << 32) - 1, 0
        for _ in range(4):
            self._code = self._code << 8 | next(self._data, 0)
        # An encoder's code always lies in the range; one that does not is brought there, and remembered.
        self._outside = self._code >= self._range
        self._code = min(self._code, self._range - 1)

    def bit(self, bit: int, bases: Sequence[int], node: int) -> int:
        weights, total = self._weights, REACH * UNIT
        for base in bases:
            total += weights[base + node]
        total = 0 if total < 0 else LAST if total > LAST else total
        bound = self._range * PROBABILITIES[total] >> 16
        if self._code < bound:
            bit, self._range = 1, bound
        else:
            bit = 0
            self._code -= bound
            self._range -= bound
        if self._range < _TOP:
            self._normalise()
        return bit

    def even(self, value: int, count: int) -> int:
        share = self._range // count
        value = self._code // share
        if value >= count:
            self._outside, value, self._code = True, count - 1, share * count - 1
        self._code -= share * value
        self._range = share
        self._normalise()
        return value

    def _normalise(self) -> None:
        while self._range < _TOP:
            self._range <<= 8
            self._code = self._code << 8 | next(self._data, 0)
            self._read += 1

    @property
    def fault(self) -> str | None:
        """What is wrong with the bytes once all decisions are read: no byte may be there that was not
        needed, and no last byte that is 0. None where nothing is."""
        if self._outside:
            return "no encoder writes these bytes"
        if self._length > self._read:
            return f"{self._length - self._read} bytes are left over"
        return None if self._last else "the last byte is 0"


class Elements:
    """Lays out the weights of a syntax's elements: each has so many nodes, and contexts of so many
    values. ``size``: weights in all."""

    def __init__(self) -> None:
        self.size = 0

    def element(self, nodes: int, *contexts: int) -> Element:
        """The next element: its contexts' weights follow those laid out before."""
        bases = []
        for values in contexts:
            bases.append(self.size)
            self.size += values * nodes
        return Element(nodes, tuple(bases), contexts)


class Element:
    """Where an element's weights lie: those of context ``k`` with value ``v`` begin at
    ``bases[k] + v * nodes``."""

    __slots__ = ("nodes", "bases", "contexts")

    def __init__(self, nodes: int, bases: tuple[int, ...], contexts: tuple[int, ...]) -> None:
        self.nodes, self.bases, self.contexts = nodes, bases, contexts

    def at(self, *values: int) -> list[int]:
        """Where the weights begin for these values of the contexts."""
        nodes = self.nodes
        return [base + value * nodes for base, value in zip(self.bases, values)]


NUMBER_NODES = 64
"""Nodes of an element that holds a number."""

_LEAD, _NEXT, _SIGN = 16, 32, 60
_CLASSES = 13


def unsigned(coder: Coder, value: int, bases: Sequence[int]) -> int:
    """Code a number, 0..8191: its bit length in unary, then its bits below the highest; the first two of
    them by their own nodes, the rest evenly."""
    length, wanted = 0, value.bit_length()
    while length < _CLASSES and coder.bit(int(wanted > length), bases, length):
        length += 1
    if length < 2:
        return length
    out, left = 1, length - 1
    out = 2 + coder.bit(value >> (left - 1) & 1, bases, _LEAD + length)
    left -= 1
    if left:
        out = 2 * out + coder.bit(value >> (left - 1) & 1, bases, _NEXT + 2 * length + (out & 1))
        left -= 1
    if left:
        out = (out << left) + coder.even(value & (1 << left) - 1, 1 << left)
    return out


def signed(coder: Coder, value: int, bases: Sequence[int]) -> int:
    """Code a number, -8191..8191: its size as :func:`unsigned`, then its sign unless it is 0."""
    size = unsigned(coder, abs(value), bases)
    return -size if size and coder.bit(int(value < 0), bases, _SIGN) else size


def tree(coder: Coder, value: int, bits: int, bases: Sequence[int], first: int = 0) -> int:
    """Code ``value``, 0..2**bits - 1, from its highest bit; each prefix has a node of its own, from
    ``first + 1`` to ``first + 2**bits - 1``."""
    node = 1
    for shift in range(bits - 1, -1, -1):
        node = 2 * node + coder.bit(value >> shift & 1, bases, first + node)
    return node - (1 << bits)
