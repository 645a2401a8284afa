"""Arrays as pictures: what libraries hand on, read as the same files would be.

Grey (H, W) or (H, W, 1), RGB (H, W, 3) or RGBA (H, W, 4), which is laid over white; of uint8, of uint16,
0..65535, or of floating point, 0..1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANNELS = 1, 3, 4

KINDS = "grey (H, W) or (H, W, 1), RGB (H, W, 3) or RGBA (H, W, 4) of uint8, of uint16, or of floats in 0..1"


def check(array: NDArray[Any]) -> None:
    """Raises ValueError for an array that is no picture by its type and shape."""
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)
    if not shaped or not (array.dtype.kind == "f" or array.dtype.str[1:] in ("u1", "u2")):
        raise ValueError(f"an array must be {KINDS}, not {array.dtype} {array.shape}")


def rgb(array: NDArray[Any]) -> NDArray[np.uint8]:
    """An array that :func:`check` takes as uint8 (H, W, 3) RGB; itself where it is that.

    Raises ValueError for floats that are not in 0..1.
    """
    if array.ndim == 2:
        array = array[:, :, None]
    samples = _eight_bits(array)
    if samples.shape[2] == 4:
        samples = _over_white(samples)
    return np.repeat(samples, 3, axis=2) if samples.shape[2] == 1 else samples


def _eight_bits(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "u":
        # Pillow keeps 16 bits of grey alone: of colours it reads the upper eight.
        return grey_of_16_bits(array) if array.shape[2] == 1 else (array >> 8).astype(np.uint8)
    least, most = (float(edge) for edge in (array.min(initial=0), array.max(initial=0)))
    if not 0 <= least <= most <= 1:
        raise ValueError(f"an array of floats must be in 0..1, and this one goes from {least:g} to {most:g}")
    return (array.astype(np.float32) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def grey_of_16_bits(levels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Levels 0..65535 as 0..255, rounded."""
    table = ((np.arange(65536) * 255 + 32767) // 65535).astype(np.uint8)
    return np.asarray(table[levels])


def _over_white(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGBA, uint8 (H, W, 4), over white, rounded as Pillow composes."""
    opacity = samples[:, :, 3:].astype(np.uint32)
    mixed = samples[:, :, :3] * opacity + 255 * (255 - opacity) + 128
    return (((mixed >> 8) + mixed) >> 8).astype(np.uint8)
