"""The face's frame: where a square window lies on the canvas (spec/FORMAT.md, section "Frame"). Normative,
integers only.
"""

from __future__ import annotations

from typing import NamedTuple

UNITS = 256
"""A canvas's longest side in the units of frames."""

WINDOW = 160
"""The window's side in pixels of its own."""

MAX_CENTRE = 512
MAX_AXIS = 1023
MIN_SQUARE = 64
"""Bounds of a frame's numbers, and of its axis's squared length."""


class Frame(NamedTuple):
    """A similarity: the window's centre, (``x``, ``y``) from the canvas's centre, and its upper side as a
    vector from left to right, (``across``, ``down``), in units of a 256th of the canvas's longest side."""

    x: int = 0
    y: int = 0
    across: int = 160
    down: int = 0

    @property
    def square(self) -> int:
        """The squared length of the window's side."""
        return self.across * self.across + self.down * self.down

    def fault(self) -> str | None:
        """What makes it illegal; None where nothing does."""
        if max(abs(self.x), abs(self.y)) > MAX_CENTRE:
            return "the frame's centre is too far away"
        if max(abs(self.across), abs(self.down)) > MAX_AXIS or self.square < MIN_SQUARE:
            return "the frame is too large or too small"
        return None
