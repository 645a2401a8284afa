"""Where the reference pixels lie: derived from the strokes, never sent (Hu et al. 2020, section
3.2; spec/FORMAT.md, section "Reference pixels"). Normative, integers only.

The paper's places lie beside strokes alone: a background or a cheek without strokes would have no colour.
*Fillers*, on a lattice, close such gaps.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Op, Point, Segment, segments
from vcmcodec.layers.edges.raster import bezier
from vcmcodec.limits import MAX_PLACES

CURVE_BITS = 6
"""A curve's contact point is sought at parameters i / 2**CURVE_BITS."""


LATTICE = 16
"""Fillers lie on a lattice with this many points along the canvas's longest side."""


def distance(width: int, height: int) -> int:
    """How far from its stroke a reference pixel lies, in pixels: 3 on a canvas of 256."""
    return max(1, (3 * max(width, height) + 128) // 256)


def _line_places(start: Point, end: Point, reach: int) -> list[Point]:
    x = (start[0] + end[0] + 2) >> 2
    y = (start[1] + end[1] + 2) >> 2
    if abs(end[1] - start[1]) < abs(end[0] - start[0]):
        return [(x, y - reach), (x, y + reach)]
    return [(x - reach, y), (x + reach, y)]


def _curve_places(segment: Segment, reach: int) -> list[Point]:
    start, a, b, end = segment.points
    dx, dy = end[0] - start[0], end[1] - start[1]
    if dx == 0 and dy == 0:  # a closed curve: its tangent half-way round takes the chord's part
        dx, dy = b[0] - a[0], b[1] - a[1]
    bits = 3 * CURVE_BITS
    track = bezier(segment.points, CURVE_BITS)
    # The tangent is parallel to the chord where the curve is farthest from it.
    side = dx * (track[:, 1] - (start[1] << bits)) - dy * (track[:, 0] - (start[0] << bits))
    contact = int(np.argmax(np.abs(side)))
    bulge = int(side[contact])
    if bulge == 0:
        return _line_places(start, end, reach)
    x, y = ((int(value) + (1 << bits)) >> (bits + 1) for value in track[contact])
    if abs(dy) < abs(dx):
        return [(x, y - reach if (bulge > 0) == (dx > 0) else y + reach)]
    return [(x + reach if (bulge > 0) == (dy > 0) else x - reach, y)]


def gap(width: int, height: int) -> int:
    """A filler is taken where no other place lies within this many pixels: 14 on a canvas of 256."""
    return max(1, max(width, height) * 14 // 256)


def _lattice(E: NDArray[np.uint8], reach: int) -> list[Point]:
    """Points of the lattice, row by row, but for those with a stroke within ``reach`` pixels across and
    down."""
    height, width = E.shape
    pitch = max(1, max(width, height) // LATTICE)
    return [
        (x, y)
        for y in range(pitch // 2, height, pitch)
        for x in range(pitch // 2, width, pitch)
        if not E[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1].any()
    ]


def _spread(places: list[Point], fillers: list[Point], width: int, height: int) -> list[Point]:
    """``places``, and ``fillers`` where they close a gap, farthest first, beginning with the place nearest to
    the canvas's centre. Fillers count as half as far: places beside strokes come first."""
    found = places + fillers
    if not found:
        return []
    x, y = np.array(found, dtype=np.int64).T.copy()

    def square(px: int, py: int) -> NDArray[np.int64]:
        return (x - px) ** 2 + (y - py) ** 2

    order = [int(np.argmin(square(width // 2, height // 2)[: len(places) or None]))]
    nearest = square(x[order[0]], y[order[0]])
    near = gap(width, height) ** 2
    while len(order) < MAX_PLACES:
        fill = nearest[len(places) :]
        far = np.concatenate((nearest[: len(places)], np.where(fill > near, fill >> 2, 0)))
        index = int(np.argmax(far))
        if far[index] == 0:
            break
        order.append(index)
        np.minimum(nearest, square(x[index], y[index]), out=nearest)
    return [found[index] for index in order]


def places(
    ops: Sequence[Op], step: int, width: int, height: int, E: NDArray[np.uint8] | None = None
) -> list[Point]:
    """Pixels (x, y) of the reference pixels that valid ``ops`` give, each once, inside the canvas,
    at most MAX_PLACES, in the order in which colours are sent: any first N are spread over the
    picture.

    A line gives two places beside its midpoint, above and below where its slope is under 45
    degrees, else left and right. A curve gives one, on the inner side of the point whose tangent
    is parallel to the chord. Of places that coincide the first counts. With ``E``, uint8 (height,
    width), 1 on a stroke, there are fillers among them, as in coding 2 of colours.
    """
    reach = distance(width, height)
    found: dict[Point, None] = {}
    for stroke in segments(ops, step):
        for segment in stroke:
            if len(segment.points) == 2:
                candidates = _line_places(*segment.points, reach)
            else:
                candidates = _curve_places(segment, reach)
            for x, y in candidates:
                if 0 <= x < width and 0 <= y < height:
                    found[x, y] = None
    fillers = [] if E is None else _lattice(E, reach)
    return _spread(list(found), [point for point in fillers if point not in found], width, height)


@functools.lru_cache(maxsize=16)
def of(drawing: Drawing, filled: bool = True) -> Sequence[Point]:
    """All reference pixels (x, y) of a drawing, in the order in which colours are sent: with fillers among
    them, as in coding 2, or beside strokes alone, as in coding 1 and in Hu et al. 2020."""
    E = drawing.E if filled else None
    return tuple(places(drawing.ops, drawing.step, drawing.width, drawing.height, E))


def planes(
    where: Sequence[Point], colours: NDArray[np.uint8], width: int, height: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """M and C: uint8 (height, width), 1 where a colour is known, and uint8 (height, width, 3),
    the RGB there and 0 elsewhere. ``colours`` is uint8 (N, 3), N <= len(where)."""
    mask = np.zeros((height, width), dtype=np.uint8)
    colour = np.zeros((height, width, 3), dtype=np.uint8)
    for (x, y), rgb in zip(where, colours):
        mask[y, x] = 1
        colour[y, x] = rgb
    return mask, colour
