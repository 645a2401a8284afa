"""How large a picture's canvas is (spec/FORMAT.md, section "Canvas")."""

from __future__ import annotations

CANVAS_UNIT = 32
"""A canvas's longest side is a multiple of this, in pixels."""


def canvas_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Canvas (width, height) in pixels for a picture of ``width`` x ``height``: the longest
    side is ``side``, the other in proportion, rounded half up, at least 8
    (spec/FORMAT.md, section "Canvas")."""
    longest = max(width, height)
    return tuple(max(8, (2 * length * side + longest) // (2 * longest)) for length in (width, height))  # type: ignore[return-value]
