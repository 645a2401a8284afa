"""Caps that are checked before anything is allocated (spec/FORMAT.md, section "Limits")."""

from __future__ import annotations

from dataclasses import dataclass

MIN_SIDE = 16
"""Shortest picture side the format can name, in pixels."""

MAX_SIDE = 8192
"""Longest picture side the format can name, in pixels."""

MAX_PHOTOGRAPH = 32767
"""Longest side of a picture that faces are cut out of, in pixels."""

MAX_PHOTOGRAPH_PIXELS = 1 << 27
"""The most pixels of one: 134 million, 400 MB of memory."""

MAX_CANVAS = 1024
"""Longest canvas side the format can name, in pixels."""


MAX_PLACES = 2048
"""A picture has no more reference pixels than this: the first in their order."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a decoder is willing to do for one file. The defaults are safe for hostile input.

    ``pixels``: width x height of the picture. ``canvas``: the canvas's longest side. ``file``: bytes of the
    whole file. ``layers``: layers in the file. ``payload``: bytes in one layer. ``ops``: ops in the
    edge layer. ``symbols``: those of PPM in one layer. ``track``: positions that are computed to draw the
    ops. ``places``: colours in all layers.
    """

    pixels: int = MAX_SIDE * MAX_SIDE
    canvas: int = MAX_CANVAS
    file: int = 1 << 20
    layers: int = 64
    payload: int = 1 << 16
    ops: int = 4096
    symbols: int = 1 << 14
    track: int = 1 << 18
    places: int = MAX_PLACES


DEFAULT_LIMITS = Limits()
