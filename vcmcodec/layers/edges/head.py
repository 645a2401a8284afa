"""The first bytes of an edge layer (spec/FORMAT.md, section "Edge layer")."""

from __future__ import annotations

from typing import NamedTuple

from vcmcodec.format.wire import Reader, varint

CODE = 0x01

PPM, DECISIONS = 1, 2
"""Ids of the codings."""

PRIMER = f"edges-{PPM}.primer"
WEIGHTS = f"strokes-{DECISIONS}.weights"
"""Names of the model files of coding 1 and of coding 2."""

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
    def count(self) -> int:  # type: ignore[override]  # not tuple's
        """Strokes: each Move begins one."""
        return self.moves

    def write(self) -> bytes:
        """The head's bytes."""
        profile = (self.step - 1) | (_HAS_ESCAPES if self.escapes else 0) | PPM << 4
        counts = [self.moves, self.lines, self.curves, *([self.escapes] if self.escapes else [])]
        return bytes([profile]) + b"".join(varint(count) for count in counts)


class StrokeHead(NamedTuple):
    """Coding 2: quantiser step (1..8 half-pixels) and number of strokes."""

    step: int
    strokes: int

    @property
    def count(self) -> int:  # type: ignore[override]  # not tuple's
        """Strokes."""
        return self.strokes

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([(self.step - 1) | DECISIONS << 4]) + varint(self.strokes)


def read(reader: Reader) -> SymbolHead | StrokeHead:
    """The head of an edge layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding.
    """
    profile = reader.byte("profile")
    step = (profile & _STEP) + 1
    if profile >> 4 == DECISIONS:
        if profile & _HAS_ESCAPES:
            raise reader.unsupported("a bit of the profile is set that means nothing yet")
        return StrokeHead(step, reader.varint("number of strokes"))
    if profile >> 4 != PPM:
        raise reader.unsupported(f"edge coding {profile >> 4} is unknown")
    moves, lines, curves = (reader.varint(f"number of {kind}s") for kind in ("Move", "Line", "Curve"))
    escapes = reader.varint("number of escapes") if profile & _HAS_ESCAPES else 0
    if profile & _HAS_ESCAPES and not escapes:
        raise reader.error("escapes announced, but none there")
    return SymbolHead(step, moves, lines, curves, escapes)
