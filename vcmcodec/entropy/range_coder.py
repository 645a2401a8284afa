"""A binary range coder (spec/FORMAT.md, section "Entropy coding"). Normative, integers only.

It is given the probability of each decision and knows nothing of where that comes from.
:class:`Encoder`, :class:`Decoder` and :class:`vcmcodec.entropy.rate.RateEstimator` share one interface, so
that a syntax is written once for all of them.

>>> encoder = Encoder()
>>> encoder.bit(1, 60000), encoder.bit(0, 60000), encoder.uniform(5, 12)
(1, 0, 5)
>>> decoder = Decoder(encoder.finish())
>>> decoder.bit(0, 60000), decoder.bit(0, 60000), decoder.uniform(0, 12)
(1, 0, 5)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

SCALE_BITS = 16
"""Probabilities are in 1 / 2**SCALE_BITS."""

_TOP = 1 << 24


class BinaryCoder(Protocol):
    """Takes decisions with their probabilities."""

    def bit(self, bit: int, p1: int) -> int:
        """Code ``bit``; a decoder ignores it and returns what the file holds. ``p1``: the probability of a
        1, in 1/65536, 1..65535."""
        ...

    def uniform(self, value: int, count: int) -> int:
        """Code ``value``, 0..count - 1 (count up to 65536), all equally probable."""
        ...


class Encoder:
    """Collects decisions; :meth:`finish` gives their bytes."""

    def __init__(self) -> None:
        self._low, self._range, self._bytes = 0, (1 << 32) - 1, 4

    def bit(self, bit: int, p1: int) -> int:
        bound = self._range * p1 >> SCALE_BITS
        if bit:
            self._range = bound
        else:
            self._low += bound
            self._range -= bound
        if self._range < _TOP:
            self._normalise()
        return bit

    def uniform(self, value: int, count: int) -> int:
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
        """The shortest bytes that decode to the same decisions: a decoder reads zeros after their end."""
        for kept in range(self._bytes + 1):
            spare = 8 * (self._bytes - kept)
            head = -(-self._low >> spare)
            if head << spare < self._low + self._range:
                return head.to_bytes(kept, "big")
        raise AssertionError("a range holds its own start")


class Decoder:
    """Reads decisions from ``data``, as if zeros without end followed it."""

    __slots__ = ("_data", "_length", "_read", "_last", "_range", "_code", "_outside")

    def __init__(self, data: bytes) -> None:
        self._data: Iterator[int] = iter(data)
        self._length, self._read = len(data), 4
        self._last = data[-1] if data else 1
        self._range, self._code = (1 << 32) - 1, 0
        for _ in range(4):
            self._code = self._code << 8 | next(self._data, 0)
        # A valid code lies below the range. Any other is brought there, and remembered for `fault`.
        self._outside = self._code >= self._range
        self._code = min(self._code, self._range - 1)

    def bit(self, bit: int, p1: int) -> int:
        width = self._range
        bound = width * p1 >> SCALE_BITS
        if self._code < bound:
            bit, width = 1, bound
        else:
            bit = 0
            self._code -= bound
            width -= bound
        self._range = width
        if width < _TOP:
            self._normalise()
        return bit

    def uniform(self, value: int, count: int) -> int:
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
        """Why the bytes are invalid, once all decisions are read, or None: a code outside the range, bytes
        that were never read, or a last byte that is 0."""
        if self._outside:
            return "no encoder writes these bytes"
        if self._length > self._read:
            return f"{self._length - self._read} bytes are left over"
        return None if self._last else "the last byte is 0"
