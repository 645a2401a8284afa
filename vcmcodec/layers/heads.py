"""The first bytes of payloads: what each layer says of itself before it is decoded (spec/FORMAT.md,
sections "Edge layer" and "Colour layer"). Light: ``vcm info`` needs no more.
"""

from __future__ import annotations

from typing import NamedTuple

from vcmcodec.container import Layer
from vcmcodec.wire import Reader, varint

EDGES = 0x01
COLOURS = 0x02

EDGE_PRIMER = 1
COLOUR_PRIMER = 1
"""Ids of the only primers; the same ids stand for coding 1, which they are for."""

STROKE_CODING = 2
COLOUR_CODING = 2
"""Ids of the codings that need no primer."""

COLOUR_STEPS = ((6, 8), (8, 12), (10, 14), (12, 18), (16, 24), (24, 32))
"""Quantiser steps (of Y, of Co and Cg) by number."""

_STEP = 0x07
_HAS_ESCAPES = 0x08


class SymbolHead(NamedTuple):
    """Coding 1: quantiser step (1..8 half-pixels), numbers of Moves, Lines and Curves, and of escaped
    values."""

    step: int
    moves: int
    lines: int
    curves: int
    escapes: int

    @property
    def strokes(self) -> int:
        """Each Move begins one."""
        return self.moves

    def write(self) -> bytes:
        """The head's bytes."""
        profile = (self.step - 1) | (_HAS_ESCAPES if self.escapes else 0) | EDGE_PRIMER << 4
        counts = [self.moves, self.lines, self.curves, *([self.escapes] if self.escapes else [])]
        return bytes([profile]) + b"".join(varint(count) for count in counts)


class StrokeHead(NamedTuple):
    """Coding 2: quantiser step (1..8 half-pixels) and number of strokes."""

    step: int
    strokes: int

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([(self.step - 1) | STROKE_CODING << 4]) + varint(self.strokes)


class ColourHead(NamedTuple):
    """Coding (1 or 2), number of the quantiser steps (see COLOUR_STEPS), and number of colours."""

    coding: int
    steps: int
    colours: int

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([self.coding << 4 | self.steps]) + varint(self.colours)


def read_edges(reader: Reader) -> SymbolHead | StrokeHead:
    """The head of an edge layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding.
    """
    profile = reader.byte("profile")
    step = (profile & _STEP) + 1
    if profile >> 4 == STROKE_CODING:
        if profile & _HAS_ESCAPES:
            raise reader.unsupported("a bit of the profile is set that means nothing yet")
        return StrokeHead(step, reader.varint("number of strokes"))
    if profile >> 4 != EDGE_PRIMER:
        raise reader.unsupported(f"edge coding {profile >> 4} is unknown")
    moves, lines, curves = (reader.varint(f"number of {kind}s") for kind in ("Move", "Line", "Curve"))
    escapes = reader.varint("number of escapes") if profile & _HAS_ESCAPES else 0
    if profile & _HAS_ESCAPES and not escapes:
        raise reader.error("escapes announced, but none there")
    return SymbolHead(step, moves, lines, curves, escapes)


def read_colours(reader: Reader) -> ColourHead:
    """The head of a colour layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding or unknown steps.
    """
    profile = reader.byte("profile")
    coding, steps = profile >> 4, profile & 15
    if coding not in (COLOUR_PRIMER, COLOUR_CODING):
        raise reader.unsupported(f"colour coding {coding} is unknown")
    if steps >= len(COLOUR_STEPS):
        raise reader.unsupported(f"quantiser steps {steps} are unknown")
    colours = reader.varint("number of colours")
    if colours == 0:
        raise reader.error("a colour layer without colours")
    return ColourHead(coding, steps, colours)


def summary(layer: Layer, index: int) -> tuple[str, int | None]:
    """A layer's name and how many strokes or colours it holds; ``unknown-N`` and None for an unknown
    kind.

    Raises FormatError where its first bytes are damaged, UnsupportedError where they are of a newer
    version.
    """
    reader = Reader(layer.payload, base=layer.start, layer=index, whole=True)
    if layer.kind == EDGES:
        return "edges", read_edges(reader).strokes
    if layer.kind == COLOURS:
        return "colours", read_colours(reader).colours
    return f"unknown-{layer.kind}", None
