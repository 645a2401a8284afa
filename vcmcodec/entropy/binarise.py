"""Numbers as binary decisions (spec/FORMAT.md, section "Entropy coding"). Normative, integers only.

Each function is written once for both directions: a decoder ignores ``value`` and returns what the file
holds. ``offsets``: where each context's weights begin (see :meth:`vcmcodec.entropy.contexts.Element.at`).
"""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.entropy.contexts import Coder

NUMBER_BINS = 64
"""Bins of an element that holds a number."""

_LEAD, _NEXT, _SIGN = 16, 32, 60
_CLASSES = 13


def unsigned(coder: Coder, value: int, offsets: Sequence[int]) -> int:
    """Code a number, 0..8191: its bit length in unary, then its bits below the highest; the first two of
    them by their own bins, the rest uniformly."""
    length, wanted = 0, value.bit_length()
    if not coder.bit(int(wanted > 0), offsets, 0):  # as most are
        return 0
    length = 1
    while length < _CLASSES and coder.bit(int(wanted > length), offsets, length):
        length += 1
    if length < 2:
        return length
    out, left = 1, length - 1
    out = 2 + coder.bit(value >> (left - 1) & 1, offsets, _LEAD + length)
    left -= 1
    if left:
        out = 2 * out + coder.bit(value >> (left - 1) & 1, offsets, _NEXT + 2 * length + (out & 1))
        left -= 1
    if left:
        out = (out << left) + coder.uniform(value & (1 << left) - 1, 1 << left)
    return out


def signed(coder: Coder, value: int, offsets: Sequence[int]) -> int:
    """Code a number, -8191..8191: its size as :func:`unsigned`, then its sign unless it is 0."""
    size = unsigned(coder, abs(value), offsets)
    return -size if size and coder.bit(int(value < 0), offsets, _SIGN) else size


def tree(coder: Coder, value: int, bits: int, offsets: Sequence[int], first: int = 0) -> int:
    """Code ``value``, 0..2**bits - 1, from its highest bit; each prefix has a bin of its own, from
    ``first + 1`` to ``first + 2**bits - 1``."""
    bin = 1
    for shift in range(bits - 1, -1, -1):
        bin = 2 * bin + coder.bit(value >> shift & 1, offsets, first + bin)
    return bin - (1 << bits)
