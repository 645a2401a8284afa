"""Where a picture was cut out of a larger one (spec/FORMAT.md, section "Crop layer"). Normative, integers
only."""

from __future__ import annotations

from typing import NamedTuple

from vcmcodec.format.wire import Reader, varint
from vcmcodec.limits import MIN_SIDE

CODE = 0xC0

MAX_SOURCE = 65535
"""Longest side of the larger picture, and of the crop in its pixels."""

MAX_CORNER = 65535
"""How far from the larger picture's upper left corner the crop's may lie, in pixels."""

TURNS = 256
"""Parts of a full turn that angles are counted in."""

_SCALED = 0x01
_TURNED = 0x02
_RESERVED = 0xFC


class Crop(NamedTuple):
    """A rectangle in a larger picture of ``source_width`` x ``source_height`` pixels: ``x``, ``y`` its upper
    left corner, ``width`` its own width in pixels of that picture; 0: that of the picture in the file. Its
    height is in proportion. It is turned about its own centre by ``turn`` 256ths of a full turn, clockwise,
    and may reach beyond the larger picture."""

    source_width: int
    source_height: int
    x: int
    y: int
    width: int = 0
    turn: int = 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Its width and height in pixels of the larger picture, where the file's picture has ``width`` x
        ``height``: in proportion, rounded half up, at least 1."""
        if not self.width:
            return width, height
        return self.width, max(1, (2 * height * self.width + width) // (2 * width))

    def holds_all(self, width: int, height: int) -> bool:
        """Whether it is all of the larger picture, where the file's has ``width`` x ``height`` pixels."""
        whole = self.source_width, self.source_height
        return not (self.x or self.y or self.turn) and self.size(width, height) == whole

    def fault(self) -> str | None:
        """What is out of range; None where nothing is."""
        for name, side in (("width", self.source_width), ("height", self.source_height)):
            if not MIN_SIDE <= side <= MAX_SOURCE:
                return f"the larger picture's {name} {side} is not in {MIN_SIDE}..{MAX_SOURCE}"
        if not 0 <= self.width <= MAX_SOURCE:
            return f"the crop's width {self.width} is above {MAX_SOURCE}"
        for name, place in (("x", self.x), ("y", self.y)):
            if abs(place) > MAX_CORNER:
                return f"the crop's {name} {place} is not in -{MAX_CORNER}..{MAX_CORNER}"
        return None if 0 <= self.turn < TURNS else f"the crop's turn {self.turn} is not in 0..{TURNS - 1}"

    def write(self) -> bytes:
        """The payload.

        Raises ValueError where a number is out of range.
        """
        if fault := self.fault():
            raise ValueError(fault)
        profile = (_SCALED if self.width else 0) | (_TURNED if self.turn else 0)
        numbers = [self.source_width, self.source_height, _folded(self.x), _folded(self.y)]
        numbers += [self.width] if self.width else []
        return bytes([profile]) + b"".join(map(varint, numbers)) + (bytes([self.turn]) if self.turn else b"")

    def in_words(self, width: int, height: int) -> str:
        """The crop in words, for a file whose picture has ``width`` x ``height`` pixels."""
        across, down = self.size(width, height)
        turned = self.turn if self.turn < TURNS // 2 else self.turn - TURNS
        degrees = (720 * abs(turned) + TURNS) // (2 * TURNS)
        angle = f", turned {degrees} degrees {'' if turned > 0 else 'counter'}clockwise" if turned else ""
        return f"{across} x {down} at {self.x},{self.y} of {self.source_width} x {self.source_height}{angle}"


def read(reader: Reader) -> Crop:
    """The record of a payload.

    Raises FormatError where it is damaged, UnsupportedError where a bit is set that means nothing yet.
    """
    profile = reader.byte("profile")
    if profile & _RESERVED:
        raise reader.unsupported("a bit of the profile is set that means nothing yet")
    start = reader.offset
    source = reader.varint("picture's width"), reader.varint("picture's height")
    corner = _unfolded(reader.varint("crop's x")), _unfolded(reader.varint("crop's y"))
    width = reader.varint("crop's width") if profile & _SCALED else 0
    turn = reader.byte("turn") if profile & _TURNED else 0
    if profile & _SCALED and not width or profile & _TURNED and not turn:
        raise reader.error("a number of the crop is 0, which no bit says", at=start)
    crop = Crop(*source, *corner, width, turn)
    if fault := crop.fault():
        raise reader.error(fault, at=start)
    if reader.left:
        raise reader.error(f"{reader.left} bytes behind the crop")
    return crop


def _folded(value: int) -> int:
    """A signed number as one from 0: 0, -1, 1, -2, 2, ..."""
    return 2 * value if value >= 0 else -2 * value - 1


def _unfolded(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1
