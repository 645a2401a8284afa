"""The colour transform of reference pixels: RGB to YCoCg-R and back (Malvar and Sullivan 2003;
spec/FORMAT.md, section "Colours"). Normative, integers only. That of texture is in
:mod:`vcmcodec.layers.texture.synthesis`, and its other half in :mod:`vcmcodec.encoder.texture`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

YCoCg = tuple[int, int, int]


def to_ycocg(red: int, green: int, blue: int) -> YCoCg:
    """8-bit RGB to YCoCg-R: Y 0..255, Co and Cg -255..255. Lossless."""
    co = red - blue
    base = blue + (co >> 1)
    cg = green - base
    return base + (cg >> 1), co, cg


def to_rgb(y: int, co: int, cg: int) -> tuple[int, int, int]:
    """YCoCg-R to 8-bit RGB, each channel clamped to 0..255."""
    base = y - (cg >> 1)
    green = cg + base
    blue = base - (co >> 1)
    red = blue + co
    return min(max(red, 0), 255), min(max(green, 0), 255), min(max(blue, 0), 255)


def rgb(known: Sequence[YCoCg]) -> NDArray[np.uint8]:
    """Known colours as uint8 (N, 3) RGB."""
    return np.array([to_rgb(*colour) for colour in known], dtype=np.uint8).reshape(-1, 3)
