"""Grids to pictures (spec/FORMAT.md, section "Synthesis"). Normative, integers only."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.texture import exact
from vcmcodec.layers.texture.frame import UNITS, Frame

FRACTION = 32
"""Places between two samples are rounded to this part of their distance."""

WEIGHT_BITS = 16
"""A place's four cubic weights add up to 2**WEIGHT_BITS."""


@functools.lru_cache(maxsize=32)
def cubic(samples: int, pixels: int, first: int, count: int) -> NDArray[np.int64]:
    """Weights of ``samples`` that are spread over ``pixels`` for ``count`` of them from ``first`` on: int64
    (count, samples). The filter is Catmull and Rom's cubic; beyond the border the outermost
    sample goes on."""
    x = np.arange(first, first + count, dtype=np.int64)
    # The place in 1/FRACTION of a sample, rounded: ((2 x + 1) samples / pixels - 1) / 2.
    place = (((2 * x + 1) * samples - pixels) * FRACTION + pixels) // (2 * pixels)
    base, t = place // FRACTION, place % FRACTION
    n = FRACTION
    taps = (
        -(t**3) + 2 * n * t**2 - n * n * t,
        3 * t**3 - 5 * n * t**2 + 2 * n**3,
        -3 * t**3 + 4 * n * t**2 + n * n * t,
        t**3 - n * t**2,
    )
    out = np.zeros((count, samples), dtype=np.int64)
    for offset, tap in enumerate(taps):
        np.add.at(out, (np.arange(count), np.clip(base + offset - 1, 0, samples - 1)), tap)
    out.setflags(write=False)
    return out


def enlarge(
    grid: NDArray[np.int64], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.int32]:
    """A grid of numbers below 2**14, (samples, samples), at the places whose weights are ``rows`` and
    ``columns``, rounded half up: int32."""
    # Sums of weights' sizes are below 2**17: products stay below 2**48.
    total = exact.product(exact.product(rows, grid), columns.T)
    return ((total + (1 << (2 * WEIGHT_BITS - 1))) >> (2 * WEIGHT_BITS)).astype(np.int32)


def place(
    window: NDArray[np.int32], frame: Frame, width: int, height: int
) -> tuple[slice, slice, NDArray[np.int32]]:
    """The ``window``, int32 (side, side, 3) of any even side, where ``frame`` puts it on a canvas of
    ``width`` x ``height`` pixels: rows and columns of the canvas, and what is to be added there, bilinear
    between its pixels and 0 outside of their centres."""
    side = max(width, height)
    # No pixel farther from the frame's centre than its diagonal can lie inside.
    reach = 3 * (abs(frame.across) + abs(frame.down)) * side // (4 * UNITS) + 2
    rows = _around(height + 2 * frame.y * side // UNITS, reach, height)
    columns = _around(width + 2 * frame.x * side // UNITS, reach, width)
    x = (2 * np.arange(columns.start, columns.stop, dtype=np.int64) + 1 - width) * (
        UNITS // 2
    ) - side * frame.x
    y = (2 * np.arange(rows.start, rows.stop, dtype=np.int64) + 1 - height) * (UNITS // 2) - side * frame.y
    out = np.zeros((len(y), len(x), window.shape[2]), dtype=np.int32)
    flat, samples = window.reshape(-1, window.shape[2]), len(window)
    for first in range(0, len(y), _BAND):  # which stays in a processor's cache
        band = slice(first, first + _BAND)
        _fill(out[band], flat, samples, frame, side, x, y[band])
    return rows, columns, out


_BAND = 64


def _fill(
    out: NDArray[np.int32],
    flat: NDArray[np.int32],
    samples: int,
    frame: Frame,
    side: int,
    x: NDArray[np.int64],
    y: NDArray[np.int64],
) -> None:
    """Some rows of what :func:`place` gives, of a window ``flat``, (samples * samples, 3)."""
    scale, whole = 2 * FRACTION * samples, 2 * side * frame.square
    half = whole // 2
    across = (scale * frame.across * x)[None, :] + (scale * frame.down * y + half)[:, None]
    down = (scale * frame.across * y + half)[:, None] - (scale * frame.down * x)[None, :]
    middle = FRACTION * (samples - 1) // 2
    low, high = -middle * whole, (FRACTION * (samples - 1) - middle) * whole
    inside = (across >= low) & (across < high) & (down >= low) & (down < high)
    u, v = ((part[inside] // whole + middle).astype(np.int32) for part in (across, down))
    fx, fy = (u % FRACTION)[:, None], (v % FRACTION)[:, None]
    at = v // FRACTION * samples + u // FRACTION
    upper = flat[at] * (FRACTION - fx) + flat[at + 1] * fx
    lower = flat[at + samples] * (FRACTION - fx) + flat[at + samples + 1] * fx
    out[inside] = (upper * (FRACTION - fy) + lower * fy + FRACTION * FRACTION // 2) // (FRACTION * FRACTION)


def _around(twice: int, reach: int, length: int) -> slice:
    """Pixels of 0..length - 1 within ``reach`` of half of ``twice``."""
    first = min(max(twice // 2 - reach, 0), length)
    return slice(first, max(min(twice // 2 + reach + 1, length), first))
