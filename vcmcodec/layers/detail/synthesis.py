"""Levels of regions to planes (spec/FORMAT.md, section "Detail layer"). Normative, integers only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.detail import tables
from vcmcodec.layers.detail.regions import REGIONS, SHAPES, SIDE, Shape
from vcmcodec.layers.texture import exact, resample
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.synthesis import GAIN_BITS, MAX_SAMPLE


def block(basis: int, values: NDArray[np.int64]) -> NDArray[np.int32]:
    """What the first coefficients ``values``, int64 (n,), of the basis of that number give, int32 (rows,
    columns, 3): Y, Co and Cg in 1/16 level.

    Raises ModelError where the transform is missing or altered.
    """
    shape, functions = SHAPES[basis], tables.transform()[basis]
    used = np.flatnonzero(values)
    # Below 2**17 each, times gains below 2**16 and rows of 2**7 at most, up to 2**9 of them: below 2**49.
    total = exact.product(values[used] * functions.gain[used], functions.rows[used])
    samples = np.clip((total + (1 << (GAIN_BITS - 1))) >> GAIN_BITS, -MAX_SAMPLE, MAX_SAMPLE)
    out = np.empty((shape.rows, shape.columns, 3), dtype=np.int32)
    at = 0
    for plane, part in enumerate((shape, shape.chroma, shape.chroma)):
        grid = samples[at : at + part.rows * part.columns].reshape(part.rows, part.columns)
        at += grid.size
        out[:, :, plane] = grid if plane == 0 else _enlarged(grid, shape)
    return out


def _enlarged(grid: NDArray[np.int64], shape: Shape) -> NDArray[np.int32]:
    rows = resample.cubic(grid.shape[0], shape.rows, 0, shape.rows)
    return resample.enlarge(grid, rows, resample.cubic(grid.shape[1], shape.columns, 0, shape.columns))


def window(values: Sequence[NDArray[np.int64]]) -> NDArray[np.int32]:
    """What the coefficients of all regions give in the window, int32 (SIDE, SIDE, 3)."""
    out = np.zeros((SIDE, SIDE, 3), dtype=np.int32)
    for region, part in zip(REGIONS, values):
        if part.any():
            made = block(region.basis, part)
            rows, columns = made.shape[:2]
            made = made[:, ::-1] if region.mirrored else made
            out[region.top : region.top + rows, region.left : region.left + columns] += made
    return out


def added(
    T: NDArray[np.int16], values: Sequence[NDArray[np.int64]], frame: Frame, width: int, height: int
) -> NDArray[np.int16]:
    """T, int16 (height, width, 3), with what the coefficients of all regions give in the face's frame.

    Raises ModelError where the transform is missing or altered.
    """
    if not any(part.any() for part in values):
        return T
    out = T.astype(np.int32)
    rows, columns, more = resample.place(window(values), frame, width, height)
    out[rows, columns] += more
    return np.clip(out, -MAX_SAMPLE, MAX_SAMPLE).astype(np.int16)
