"""What a drawing costs where it is coded in other ways than the base layer's.

The papers write strokes as SVG does, one byte a letter and one a coordinate, and pass the string
through PPM. :func:`svg_like` is that at its cheapest of what was tried on 40 faces:

- Coordinates are in grid units. Canvas pixels, the papers' unit, take 3 bytes more before PPM and 2
  more after it, and would lose the ops.
- A letter is left out where SVG's grammar implies it: one that repeats, and a Line's after a Move.
  Against a letter for every op this saves 58 bytes before PPM and 30 after it.

The quantiser step and the canvas's size, two bytes or so, are not in the string.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from vcmcodec.bench.codecs import bitmaps
from vcmcodec.entropy.ppm import primed
from vcmcodec.format.wire import varint
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Line, Move, Op

LETTERS = {"M": 252, "L": 253, "C": 254}
"""The bytes of the letters, which coordinates keep clear of: that is why letters can be left out."""

ESCAPE = 255
"""Announces a coordinate of two bytes, signed, big-endian."""

MARGIN = 32
"""A byte below LETTERS is a coordinate plus this many. Control points may lie outside the canvas; on
the default grid, 171 wide, one in a thousand does, and none so far out that it takes an escape."""


def _coordinate(value: int) -> bytes:
    byte = value + MARGIN
    if 0 <= byte < min(LETTERS.values()):
        return bytes([byte])
    return bytes([ESCAPE]) + value.to_bytes(2, "big", signed=True)


def svg_like(ops: Iterable[Op]) -> bytes:
    """Valid ``ops``, in their order, as SVG's absolute commands M, L and C, in bytes.

    Letters, coordinates and escapes are as above; where a command may begin and a coordinate
    stands, the letter is the last one again, or L after M.
    """
    out = bytearray()
    last: type[Op] | None = None
    for op in ops:
        if type(op) is not last and not (isinstance(op, Line) and last is Move):
            out.append(LETTERS[type(op).__name__[0]])
        for point in op:
            out += _coordinate(point[0]) + _coordinate(point[1])
        last = type(op)
    return bytes(out)


def svg_like_ppm(ops: Iterable[Op]) -> int:
    """Bytes of :func:`svg_like` after PPM without a primer, its length, which decoding takes, included."""
    symbols = svg_like(ops)
    return len(varint(len(symbols))) + len(primed.encode(symbols, b""))


@functools.cache
def _available() -> tuple[list[bitmaps.Coder], list[str]]:
    return bitmaps.available()


def sizes(drawing: Drawing) -> dict[str, int]:
    """Bytes that each other way takes for a drawing: its strokes by ``svg`` and ``svg + ppm``, its
    bitmap by the name of each of the bitmap coders that are available.

    Raises CodecError where one of those fails on this bitmap.
    """
    found = {"svg": len(svg_like(drawing.ops)), "svg + ppm": svg_like_ppm(drawing.ops)}
    return found | {coder.name: bitmaps.size(coder, drawing.E) for coder in _available()[0]}


def gaps() -> list[str]:
    """A line for each bitmap coder that is missing from :func:`sizes`: its name and why."""
    return list(_available()[1])
