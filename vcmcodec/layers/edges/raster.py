"""Strokes to pixels, in integers alone (spec/FORMAT.md, section "Drawing E").

Normative: two decoders draw the same bitmap. OpenCV's drawing differs between versions,
so nothing here rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.edges.ops import Op, Point, Segment, segments


@cache
def _basis(degree: int, bits: int) -> NDArray[np.int64]:
    """Bernstein's polynomials at i / 2**bits, times 2**(degree * bits): int64 (2**bits + 1, degree + 1)."""
    i = np.arange((1 << bits) + 1, dtype=np.int64)
    j = i[::-1]
    return np.stack([comb(degree, k) * j ** (degree - k) * i**k for k in range(degree + 1)], axis=1)


def bezier(points: Sequence[Point], bits: int) -> NDArray[np.int64]:
    """A line (2 points) or cubic (4 points) at parameters i / 2**bits, i = 0..2**bits.

    Returns int64 (2**bits + 1, 2), exact, in the points' unit times 2**bits (line) or
    2**(3 * bits) (cubic).
    """
    return _basis(len(points) - 1, bits) @ np.asarray(points, dtype=np.int64)


def _bits(segment: Segment) -> int:
    """Two to this many steps are taken along a segment."""
    points = segment.points
    reach = max(abs(b[axis] - a[axis]) for a, b in zip(points, points[1:]) for axis in (0, 1))
    # The fastest a Bezier curve moves is degree x its longest control leg: at this many steps
    # no coordinate moves by more than a pixel (two half-pixels) at once.
    steps = max(1, -(-(len(points) - 1) * reach // 2))
    return (steps - 1).bit_length()


def track(ops: Iterable[Op], step: int) -> int:
    """Steps taken to draw valid ``ops``: what drawing them costs."""
    return sum(1 << _bits(segment) for stroke in segments(ops, step) for segment in stroke)


def _pixels(segment: Segment) -> NDArray[np.int64]:
    """Pixels (x, y) that one segment passes, 8-connected, int64 (n, 2), repeats included."""
    bits = _bits(segment)
    shift = (len(segment.points) - 1) * bits
    return (bezier(segment.points, bits) + (1 << shift)) >> (shift + 1)


def stroke_pixels(stroke: Sequence[Segment]) -> NDArray[np.int64]:
    """Pixels (x, y) of one stroke in drawing order, int64 (n, 2): 8-connected, no pixel twice in a row, and
    no corner pixel between two that touch diagonally. May leave the canvas."""
    path = np.concatenate([_pixels(segment) for segment in stroke])
    fresh = np.ones(len(path), dtype=bool)
    fresh[1:] = (path[1:] != path[:-1]).any(axis=1)
    path = path[fresh]
    # A corner is where the pixels before and behind touch diagonally. Behind one that is dropped none is: of
    # corners in a row every other one stays.
    corner = np.zeros(len(path), dtype=bool)
    corner[1:-1] = (np.abs(path[2:] - path[:-2]) == 1).all(axis=1)
    index = np.arange(len(path))
    row = index - np.maximum.accumulate(np.where(corner, 0, index))
    return path[row % 2 == 0]


def draw(ops: Sequence[Op], step: int, width: int, height: int) -> NDArray[np.uint8]:
    """E: the bitmap of valid ``ops``, uint8 (height, width), 1 on a stroke and 0 elsewhere."""
    edge = np.zeros((height, width), dtype=np.uint8)
    for stroke in segments(ops, step):
        xy = stroke_pixels(stroke)
        inside = (xy[:, 0] >= 0) & (xy[:, 0] < width) & (xy[:, 1] >= 0) & (xy[:, 1] < height)
        edge[xy[inside, 1], xy[inside, 0]] = 1
    return edge
