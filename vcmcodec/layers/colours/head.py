"""The first bytes of a colour layer (spec/FORMAT.md, section "Colour layer")."""

from __future__ import annotations

from typing import NamedTuple

from vcmcodec.format.wire import Reader, varint

CODE = 0x02

PPM, DECISIONS = 1, 2
"""Ids of the codings."""

PRIMER = f"colours-{PPM}.primer"
WEIGHTS = f"colours-{DECISIONS}.weights"
"""Names of the model files of coding 1 and of coding 2."""

STEPS = ((6, 8), (8, 12), (10, 14), (12, 18), (16, 24), (24, 32))
"""The quantiser steps that a layer may name by their index: that of Y, and that of Co and Cg."""


class ColourHead(NamedTuple):
    """Coding (1 or 2), index of the quantiser steps in STEPS, and number of colours."""

    coding: int
    steps: int
    colours: int

    @property
    def count(self) -> int:  # type: ignore[override]  # not tuple's
        """Colours."""
        return self.colours

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([self.coding << 4 | self.steps]) + varint(self.colours)


def read(reader: Reader) -> ColourHead:
    """The head of a colour layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding or unknown steps.
    """
    profile = reader.byte("profile")
    coding, steps = profile >> 4, profile & 15
    if coding not in (PPM, DECISIONS):
        raise reader.unsupported(f"colour coding {coding} is unknown")
    if steps >= len(STEPS):
        raise reader.unsupported(f"quantiser steps {steps} are unknown")
    colours = reader.varint("number of colours")
    if colours == 0:
        raise reader.error("a colour layer without colours")
    return ColourHead(coding, steps, colours)
