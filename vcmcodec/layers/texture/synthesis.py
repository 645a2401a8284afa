"""Coefficients to the planes T (spec/FORMAT.md, section "Synthesis"). Normative, integers only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.texture import exact, resample, tables
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.tables import Basis

UNIT = 16
"""T is in 1/UNIT of a level."""

GAIN_BITS = 20
MAX_SAMPLE = (1 << 14) - 1
"""Samples of grids, and of T, are clamped to this."""


def grids(basis: Basis, values: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The grids of Y, Co and Cg that the first coefficients ``values``, int64 (n,), of a basis give, in
    1/UNIT level."""
    used = np.flatnonzero(values)
    # Below 2**17 each, times gains below 2**16 and rows of 2**7 at most, up to 2**12 of them: below 2**52.
    scaled, odd = values[used] * basis.gain[used], basis.odd[used]
    even = exact.product(scaled[~odd], basis.rows[used[~odd]])
    turned = exact.product(scaled[odd], basis.rows[used[odd]])
    even += basis.mean.astype(np.int64) << GAIN_BITS
    out, at = [], 0
    for side in (basis.luma, basis.chroma, basis.chroma):
        count = side * side // 2
        one, two = (part[at : at + count].reshape(side, side // 2) for part in (even, turned))
        whole = np.concatenate([one + two, (one - two)[:, ::-1]], axis=1)
        whole = (whole + (1 << (GAIN_BITS - 1))) >> GAIN_BITS
        out.append(np.clip(whole, -MAX_SAMPLE, MAX_SAMPLE))
        at += count
    return out


def canvas_planes(values: NDArray[np.int64], width: int, height: int) -> NDArray[np.int32]:
    """What the coefficients of the canvas give, int32 (height, width, 3): Y, Co and Cg in 1/UNIT level. The
    grids cover a square of the canvas's longest side, in whose middle the canvas lies."""
    side = max(width, height)
    out = np.empty((height, width, 3), dtype=np.int32)
    for part, grid in enumerate(grids(tables.transform().canvas, values)):
        rows = resample.cubic(len(grid), side, (side - height) // 2, height)
        columns = resample.cubic(len(grid), side, (side - width) // 2, width)
        out[:, :, part] = resample.enlarge(grid, rows, columns)
    return out


def window_planes(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """What the coefficients of the face give in its window, int32 (WINDOW, WINDOW, 3)."""
    out = np.empty((WINDOW, WINDOW, 3), dtype=np.int32)
    for part, grid in enumerate(grids(tables.transform().face, values)):
        weights = resample.cubic(len(grid), WINDOW, 0, WINDOW)
        out[:, :, part] = resample.enlarge(grid, weights, weights)
    return out


def planes(
    canvas: NDArray[np.int64], face: NDArray[np.int64], frame: Frame, width: int, height: int
) -> NDArray[np.int16]:
    """T, int16 (height, width, 3): Y, Co and Cg in 1/UNIT level, of the coefficients of both parts.

    Raises ModelError where the transform is missing or altered.
    """
    out = canvas_planes(canvas, width, height)
    if face.any():
        rows, columns, added = resample.place(window_planes(face), frame, width, height)
        out[rows, columns] += added
    return np.clip(out, -MAX_SAMPLE, MAX_SAMPLE).astype(np.int16)


def plain(colour: tuple[int, int, int], width: int, height: int) -> NDArray[np.int16]:
    """T of one colour, red, green and blue: int16 (height, width, 3), which :func:`rgb` turns back."""
    r, g, b = colour
    out = np.empty((height, width, 3), dtype=np.int16)
    out[:] = (r + 2 * g + b) * UNIT // 4, (r - b) * UNIT, (2 * g - r - b) * UNIT // 2
    return out


def rgb(T: NDArray[np.int16]) -> NDArray[np.uint8]:
    """T as a picture, uint8 (height, width, 3) RGB, rounded half up and clamped."""
    y, co, cg = (T[:, :, part].astype(np.int32) for part in range(3))
    base = 2 * y - cg + UNIT
    out = np.stack([base + co, 2 * y + cg + UNIT, base - co], axis=2) >> 5
    return np.clip(out, 0, 255).astype(np.uint8)
