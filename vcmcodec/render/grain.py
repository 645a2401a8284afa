"""Grain: the fine noise that sensors and film leave and networks, trained to please on the mean, leave out
(spec/FORMAT.md, section "Grain"). Drawn anew by the decoder, as AV1's film grain synthesis does (Norkin and
Birkbeck 2018), it costs no byte. Integers alone: the same picture gets the same grain everywhere.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FULL = 256
"""The strength at which grain has a standard deviation of 1.5 levels where it is not weakened."""

KNEE = 60
"""Grain fades out within this many levels of black and of white."""

_SCALE, _SHIFT = 11, 24
_ROWS = 256  # at a time, so that a large picture takes little memory beside itself
_KEPT = 1024  # the noise of pictures up to this side is kept: many of one size may follow each other


def noise(top: int, rows: int, width: int) -> NDArray[np.int32]:
    """Rows ``top`` to ``top + rows`` of the noise, int32 (rows, width): -510..510, about normal, standard
    deviation 147.8, each value from its place alone."""
    y = np.arange(top + 1, top + rows + 1, dtype=np.uint32)[:, None] * np.uint32(0x85EBCA77)
    x = np.arange(1, width + 1, dtype=np.uint32)[None] * np.uint32(0x9E3779B1)
    h = x ^ y
    for _ in range(2):
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x7FEB352D)
        h ^= h >> np.uint32(15)
        h *= np.uint32(0x846CA68B)
        h ^= h >> np.uint32(16)
    return np.asarray(h.view(np.uint8).reshape(rows, width, 4).sum(axis=2, dtype=np.int32) - 510)


_kept = lru_cache(maxsize=_KEPT // _ROWS)(noise)


def add(picture: NDArray[np.uint8], strength: int) -> NDArray[np.uint8]:
    """``picture``, uint8 (H, W, 3) RGB, with grain of a ``strength`` of 0 (none; the picture itself) to FULL:
    the same for red, green and blue of a pixel."""
    if not strength:
        return picture
    height, width = picture.shape[:2]
    found = _kept if height <= _KEPT and width <= _KEPT else noise
    out = np.empty_like(picture)
    for top in range(0, len(picture), _ROWS):
        rows = picture[top : top + _ROWS].astype(np.int32)
        mean = rows.sum(axis=2) // 3
        weight = np.minimum(np.minimum(mean, 255 - mean), KNEE)
        grain = found(top, len(rows), width) * weight * (_SCALE * strength)
        rows += ((grain + (1 << (_SHIFT - 1))) >> _SHIFT)[:, :, None]
        out[top : top + _ROWS] = np.clip(rows, 0, 255)
    return out
