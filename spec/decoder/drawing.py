"""Section 5: the bitmap E of strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from decoder.failures import MOST_STEPS, check_limit
from decoder.ops import MOVE, Grid, Op, Point

Segment = tuple[Point, ...]
Plane = NDArray[np.uint8]


def strokes_of(ops: list[Op], grid: Grid) -> list[list[Segment]]:
    """Sections 4.1 and 5: each stroke's segments, as two or four points in half-pixels."""
    strokes: list[list[Segment]] = []
    at = Point(0, 0)
    for op in ops:
        points = [Point(point.x * grid.step, point.y * grid.step) for point in op.points]
        if op.kind == MOVE:
            strokes.append([])
        else:
            strokes[-1].append((at, *points))
        at = points[-1]
    return strokes


def draw(strokes: list[list[Segment]], width: int, height: int) -> Plane:
    """Section 5: E, 1 where strokes run on the canvas."""
    steps = sum(1 << step_bits(segment) for stroke in strokes for segment in stroke)
    check_limit("steps", steps, MOST_STEPS)
    plane = np.zeros((height, width), np.uint8)
    for stroke in strokes:
        for pixel in without_corners(pixels_along(stroke)):
            if 0 <= pixel.x < width and 0 <= pixel.y < height:
                plane[pixel.y, pixel.x] = 1
    return plane


def step_bits(segment: Segment) -> int:
    """Section 5, step 1: `k`, where a segment is drawn in 2**k steps."""
    reach = max(max(abs(b.x - a.x), abs(b.y - a.y)) for a, b in zip(segment, segment[1:]))
    degree = len(segment) - 1
    steps = max(1, -(-degree * reach // 2))
    return (steps - 1).bit_length()


def positions(segment: Segment, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Section 5, step 2: x and y times n**d for i = 0..n. On the largest canvas they stay below 2**60."""
    i = np.arange(n + 1, dtype=np.int64)
    j = n - i
    if len(segment) == 2:
        shares = [j, i]
    else:
        shares = [j**3, 3 * j**2 * i, 3 * j * i**2, i**3]
    x = sum(share * point.x for share, point in zip(shares, segment))
    y = sum(share * point.y for share, point in zip(shares, segment))
    return np.asarray(x), np.asarray(y)


def pixels_along(stroke: list[Segment]) -> list[Point]:
    """Section 5, step 3: the pixels of a stroke's segments as one sequence without equal neighbours."""
    sequence: list[Point] = []
    for segment in stroke:
        degree, k = len(segment) - 1, step_bits(segment)
        one = 1 << (degree * k)
        x, y = ((position + one) >> (degree * k + 1) for position in positions(segment, 1 << k))
        for pixel in map(Point, x.tolist(), y.tolist()):
            if not sequence or sequence[-1] != pixel:
                sequence.append(pixel)
    return sequence


def without_corners(sequence: list[Point]) -> list[Point]:
    """Section 5: a sequence without the pixels between two diagonal neighbours."""
    kept = sequence[:1]
    for pixel, after in zip(sequence[1:], sequence[2:]):
        last = kept[-1]
        if not (abs(after.x - last.x) == 1 and abs(after.y - last.y) == 1):
            kept.append(pixel)
    return kept + sequence[1:][-1:]
