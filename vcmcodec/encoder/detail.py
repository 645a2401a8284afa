"""Analysis of the detail: what a texture leaves of a picture, in regions of the face, as levels.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.levels import LAGRANGIAN, best_level
from vcmcodec.encoder.texture import ERROR_WEIGHTS, Planes
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.rate import RateEstimator
from vcmcodec.layers.detail import payload, syntax, synthesis, tables
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import CHROMA, REGIONS, SHAPES, SIDE, Region
from vcmcodec.layers.detail.syntax import Levels
from vcmcodec.layers.texture import steps
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.synthesis import GAIN_BITS, UNIT

IMPORTANCE = 0.73, 1.78, 1.07
"""Weights of a squared error in an eye, at the nose and at the mouth, from the gradient of an embedding (see
:mod:`vcmcodec.train.transform.importance`)."""


@functools.lru_cache(maxsize=4)
def _functions(basis: int) -> NDArray[np.float32]:
    """The functions of a basis, float32 (count, samples), in levels of samples, times the weight of an
    error."""
    shape, part = SHAPES[basis], tables.transform()[basis]
    out = part.rows * (part.gain / (2.0**GAIN_BITS * UNIT)).astype(np.float32)[:, None]
    at = shape.columns * shape.rows
    chroma = (len(out[0]) - at) // 2
    y, co, cg = ERROR_WEIGHTS
    weights = (y, at), (co * CHROMA**2, chroma), (cg * CHROMA**2, chroma)
    return np.asarray(out * np.concatenate([np.full(n, w, np.float32) for w, n in weights]))


def window(residual: Planes, frame: Frame) -> Planes:
    """A canvas's residual, Y, Co and Cg, resampled into a frame's window, float32 (SIDE, SIDE, 3), 0 beyond
    the canvas."""
    height, width = residual.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(residual, frames.axes(frame, width, height, SIDE), (SIDE, SIDE), flags=flags)
    )


def cut(picture: Planes, region: Region) -> Planes:
    """A region of a window, float32 (rows, columns, 3), turned as its basis has it: a view."""
    shape = SHAPES[region.basis]
    part = picture[region.top : region.top + shape.rows, region.left : region.left + shape.columns]
    return part[:, ::-1] if region.mirrored else part


def coefficients(block: Planes, basis: int) -> NDArray[np.float32]:
    """The coefficients of a region: float32 (count,)."""
    return np.asarray(_functions(basis) @ samples(block))


def samples(block: Planes) -> NDArray[np.float32]:
    """A region's samples of Y, Co and Cg, float32 (n,)."""
    size = (block.shape[1] // CHROMA, block.shape[0] // CHROMA)
    small = cv2.resize(np.ascontiguousarray(block[:, :, 1:]), size, interpolation=cv2.INTER_AREA)
    return np.concatenate([block[:, :, 0].ravel(), small[:, :, 0].ravel(), small[:, :, 1].ravel()])


def quantise(residual: Planes, frame: Frame, step_number: int) -> Detail | None:
    """The levels of a canvas's ``residual``, float32 (H, W, 3) of Y, Co and Cg. Regions that are not worth
    their bits have no levels; None where no region is worth them.

    Raises ModelError where transform or weights are missing.
    """
    left = window(residual, frame)
    size = np.float32(steps.step(step_number))
    rate = RateEstimator()
    coder = ContextCoder(rate, payload.model())
    known: list[Levels] = []
    for region in REGIONS:
        block = cut(left, region)
        scaled = coefficients(block, region.basis) / size
        levels = _levels(coder, rate, scaled, step_number, known, IMPORTANCE[region.basis])
        known.append(levels)
        if levels:  # as neighbours overlap
            values = np.array([steps.value(level, int(size), 0) for level in levels], dtype=np.int64)
            block -= synthesis.block(region.basis, values).astype(np.float32) / UNIT
    return Detail(step_number, tuple(known)) if any(known) else None


def _levels(
    coder: ContextCoder,
    rate: RateEstimator,
    scaled: NDArray[np.float32],
    step_number: int,
    known: list[Levels],
    importance: float,
) -> Levels:
    """The levels of a region whose coefficients, in steps, are ``scaled``; none where its bits cost more than
    the error that they remove."""
    large = np.flatnonzero(abs(scaled) >= 0.5)
    if not len(large):
        return ()
    lam = LAGRANGIAN / importance
    count = int(large[-1]) + 1

    def best(rank: int, offsets: Sequence[int]) -> int:
        return best_level(float(scaled[rank]), coder, rate, offsets, lam) if rank < count else 0

    found = syntax.region(coder, tables.transform(), step_number, known, count, best)
    end = max((rank + 1 for rank, level in enumerate(found) if level), default=0)
    levels = found[:end]
    rate.bits = 0.0
    syntax.region(
        coder, tables.transform(), step_number, known, end, lambda rank, _: levels[rank] if rank < end else 0
    )
    taken = np.array(levels, dtype=np.float32)
    gain = float((scaled[:end] ** 2 - (scaled[:end] - taken) ** 2).sum())
    return levels if gain > lam * rate.bits else ()


def size(detail: Detail | None) -> float:
    """Bytes of a layer's payload, to a byte or so; 0 without one.

    Raises ModelError where transform or weights are missing.
    """
    if detail is None:
        return 0.0
    rate = RateEstimator()
    syntax.walk(ContextCoder(rate, payload.model()), tables.transform(), detail.step, detail.levels)
    return 2 + rate.bytes
