"""The regions that a detail layer may refine (spec/FORMAT.md, section "Detail layer"). Normative, integers
only."""

from __future__ import annotations

from typing import NamedTuple

SIDE = 192
"""Samples along the side of the face's window, as the detail layer has it: about one a pixel where a face
fills a canvas of 256 x 256."""

CHROMA = 4
"""Co and Cg have one sample for this many of Y, in each direction."""


class Shape(NamedTuple):
    """Samples of Y that a basis covers; both are multiples of CHROMA."""

    columns: int
    rows: int

    @property
    def chroma(self) -> Shape:
        """Samples of Co, and of Cg."""
        return Shape(self.columns // CHROMA, self.rows // CHROMA)

    @property
    def samples(self) -> int:
        """Samples of Y, Co and Cg."""
        return self.columns * self.rows + 2 * self.chroma.columns * self.chroma.rows


EYE, NOSE, MOUTH = range(3)
SHAPES = Shape(52, 44), Shape(48, 44), Shape(72, 44)
"""The shape of each basis: of EYE, NOSE and MOUTH."""


class Region(NamedTuple):
    """``left``, ``top``: its first sample in the window. ``basis``: the number of its basis. ``mirrored``:
    whether that is turned left to right."""

    left: int
    top: int
    basis: int
    mirrored: bool = False


REGIONS = (
    Region(37, 40, EYE),
    Region(SIDE - 37 - SHAPES[EYE].columns, 40, EYE, mirrored=True),
    Region(72, 76, NOSE),
    Region(60, 112, MOUTH),
)
"""The regions, in the order in which they are coded."""

TWIN = 0
"""The region whose levels predict those of the next one best: one eye those of the other."""
