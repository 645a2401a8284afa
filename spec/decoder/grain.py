"""Section 9: grain, on a picture that is there already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MODULUS = 1 << 32


def noise(x: int, y: int) -> int:
    """Section 9: `n`."""
    h = ((x + 1) * 0x9E3779B1 ^ (y + 1) * 0x85EBCA77) % MODULUS
    for _ in range(2):
        h ^= h >> 16
        h = h * 0x7FEB352D % MODULUS
        h ^= h >> 15
        h = h * 0x846CA68B % MODULUS
        h ^= h >> 16
    return sum(h.to_bytes(4, "little")) - 510


def with_grain(picture: NDArray[np.uint8], s: int) -> NDArray[np.uint8]:
    """Section 9: a picture, (height, width, 3), with grain."""
    out = np.empty_like(picture)
    for y, row in enumerate(picture.tolist()):
        for x, rgb in enumerate(row):
            m = sum(rgb) // 3
            w = min(m, 255 - m, 60)
            more = noise(x, y) * w * 11 * s + 2**23 >> 24
            out[y, x] = [min(max(value + more, 0), 255) for value in rgb]
    return out
