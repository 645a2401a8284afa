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
"""Ids of the only primers in version 1."""

COLOUR_STEPS = ((6, 8), (8, 12), (10, 14), (12, 18), (16, 24), (24, 32))
"""Quantiser steps (of Y, of Co and Cg) by number."""

_STEP = 0x07
_HAS_ESCAPES = 0x08


class EdgeHead(NamedTuple):
    """Quantiser step (1..8 half-pixels), numbers of Moves, Lines and Curves, and of escaped values."""

    step: int
    moves: int
    lines: int
    curves: int
    escapes: int

    def write(self) -> bytes:
        """The head's bytes."""
        profile = (self.step - 1) | (_HAS_ESCAPES if self.escapes else 0) | EDGE_PRIMER << 4
        counts = [self.moves, self.lines, self.curves, *([self.escapes] if self.escapes else [])]
        return bytes([profile]) + b"".join(varint(count) for count in counts)


class ColourHead(NamedTuple):
    """Number of the quantiser steps (see COLOUR_STEPS), and number of colours."""

    steps: int
    colours: int

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([COLOUR_PRIMER << 4 | self.steps]) + varint(self.colours)


def read_edges(reader: Reader) -> EdgeHead:
    """The head of an edge layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown primer.
    """
    profile = reader.byte("profile")
    if profile >> 4 != EDGE_PRIMER:
        raise reader.unsupported(f"edge primer {profile >> 4} is unknown")
    moves, lines, curves = (reader.varint(f"number of {kind}s") for kind in ("Move", "Line", "Curve"))
    escapes = reader.varint("number of escapes") if profile & _HAS_ESCAPES else 0
    if profile & _HAS_ESCAPES and not escapes:
        raise reader.error("escapes announced, but none there")
    return EdgeHead((profile & _STEP) + 1, moves, lines, curves, escapes)


def read_colours(reader: Reader) -> ColourHead:
    """The head of a colour layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown primer or unknown steps.
    """
    profile = reader.byte("profile")
    steps = profile & 15
    if profile >> 4 != COLOUR_PRIMER:
        raise reader.unsupported(f"colour primer {profile >> 4} is unknown")
    if steps >= len(COLOUR_STEPS):
        raise reader.unsupported(f"quantiser steps {steps} are unknown")
    colours = reader.varint("number of colours")
    if colours == 0:
        raise reader.error("a colour layer without colours")
    return ColourHead(steps, colours)


def summary(layer: Layer, index: int) -> tuple[str, int | None]:
    """A layer's name and how many strokes or colours it holds; ``unknown-N`` and None for an unknown
    kind.

    Raises FormatError where its first bytes are damaged, UnsupportedError where they are of a newer
    version.
    """
    reader = Reader(layer.payload, base=layer.start, layer=index, whole=True)
    if layer.kind == EDGES:
        return "edges", read_edges(reader).moves
    if layer.kind == COLOURS:
        return "colours", read_colours(reader).colours
    return f"unknown-{layer.kind}", None
