"""Section 11: where the picture lay in a larger one."""

from __future__ import annotations

from typing import NamedTuple

from decoder.failures import Invalid, Unsupported
from decoder.reader import Reader


class Crop(NamedTuple):
    """Section 11: the fields; `across` and `turn` are 0 where they are not there."""

    width: int
    height: int
    x: int
    y: int
    across: int
    turn: int


def read_crop(payload: bytes) -> Crop:
    """Section 11: the payload."""
    reader = Reader(payload, Invalid)
    profile = reader.byte("profile")
    if profile > 3:
        raise Unsupported("a bit of a crop's profile")
    width, height = reader.varint("width"), reader.varint("height")
    if not 16 <= width <= 65535 or not 16 <= height <= 65535:
        raise Invalid(f"a larger picture of {width} x {height}")
    x, y = read_signed(reader, "x"), read_signed(reader, "y")
    across = turn = 0
    if profile & 1:
        across = reader.varint("across")
        if not 1 <= across <= 65535:
            raise Invalid(f"a crop {across} pixels wide")
    if profile & 2:
        turn = reader.byte("turn")
        if turn == 0:
            raise Invalid("a crop that is turned by nothing")
    if not reader.at_end():
        raise Invalid("bytes behind a crop")
    return Crop(width, height, x, y, across, turn)


def read_signed(reader: Reader, what: str) -> int:
    """Section 11: x or y."""
    number = reader.varint(what)
    value = number // 2 if number % 2 == 0 else -(number + 1) // 2
    if not -65535 <= value <= 65535:
        raise Invalid(f"a crop's {what} of {value}")
    return value
