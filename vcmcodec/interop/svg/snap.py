"""Strokes on a page, in canvas pixels, to ops on the grid: cut at the page's border, rounded, and rid
of what vanishes. The way back from ops is :mod:`vcmcodec.interop.svg.writer`'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from vcmcodec.errors import LimitError
from vcmcodec.interop.svg.paths import Segment, Stroke
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, Point

_SLACK = 1e-6
_SAMPLES = np.linspace(0, 1, 257)
"""Parameters of a curve between which it does not leave the page and return unseen."""

_HALVINGS = 24


def snap(strokes: Iterable[Stroke], grid: Grid, most: int) -> list[list[Op]]:
    """The ops of each stroke or of each of its parts on the page; those that vanish are left out.

    Raises LimitError where there are more than ``most`` ops.
    """
    found: list[list[Op]] = []
    count = 0
    for stroke in strokes:
        ops: list[Op] = []
        here: complex | None = None
        for segment in stroke:
            for piece in _on_page(segment, grid):
                if piece[0] != here:
                    ops = [Move(_end(piece[0], grid))]
                    found.append(ops)
                    count += 1
                here = piece[-1]
                op = _op(piece, grid)
                if not _vanishes(op, ops[-1].end):
                    ops.append(op)
                    count += 1
                if count > most:  # here, not behind the loop: pieces take time
                    raise LimitError(f"drawing of more ops than the limit of {most}")
        if found and len(found[-1]) == 1:
            found.pop()
            count -= 1
    return [ops for ops in found if len(ops) > 1]


def _round(value: float, step: int) -> int:
    """The nearest grid line to a coordinate in pixels, half up."""
    return math.floor((2 * value - 1) / step + 0.5)


def _clamped(point: complex, grid: Grid, low: Point, high: Point) -> Point:
    x, y = _round(point.real, grid.step), _round(point.imag, grid.step)
    return min(max(x, low[0]), high[0]), min(max(y, low[1]), high[1])


def _end(point: complex, grid: Grid) -> Point:
    return _clamped(point, grid, (0, 0), (grid.columns - 1, grid.rows - 1))


def _control(point: complex, grid: Grid) -> Point:
    low = 1 - grid.columns, 1 - grid.rows
    return _clamped(point, grid, low, (2 * grid.columns - 1, 2 * grid.rows - 1))


def _op(piece: Segment, grid: Grid) -> Line | Curve:
    end = _end(piece[-1], grid)
    return Line(end) if len(piece) == 2 else Curve(_control(piece[1], grid), _control(piece[2], grid), end)


def _vanishes(op: Line | Curve, start: Point) -> bool:
    return all(point == start for point in op)


def _inside(point: complex, grid: Grid) -> bool:
    return -_SLACK <= point.real <= grid.width + _SLACK and -_SLACK <= point.imag <= grid.height + _SLACK


def _on_page(segment: Segment, grid: Grid) -> list[Segment]:
    """The parts of a segment on the page: all of it where both ends are."""
    if _inside(segment[0], grid) and _inside(segment[-1], grid):
        return [segment]
    if _aside([p.real for p in segment], grid.width) or _aside([p.imag for p in segment], grid.height):
        return []
    cuts = [0.0, *sorted(_crossings(segment, grid)), 1.0]
    spans: list[list[float]] = []
    for begin, end in zip(cuts, cuts[1:]):
        if not _inside(_point(segment, (begin + end) / 2), grid):
            continue
        if spans and spans[-1][1] == begin:
            spans[-1][1] = end
        else:
            spans.append([begin, end])
    return [_part(segment, begin, end) for begin, end in spans if begin < end]


def _aside(values: list[float], size: float) -> bool:
    return max(values) < 0 or min(values) > size


def _crossings(segment: Segment, grid: Grid) -> list[float]:
    """Parameters between 0 and 1 at which a segment may cross the page's border."""
    start, end = segment[0], segment[-1]
    if len(segment) == 2:
        way = end - start
        found = [(edge - start.real) / way.real for edge in (0, grid.width) if way.real]
        found += [(edge - start.imag) / way.imag for edge in (0, grid.height) if way.imag]
        return [t for t in found if 0 < t < 1]
    track = _point(segment, _SAMPLES)
    inside = (track.real >= 0) & (track.real <= grid.width)
    inside &= (track.imag >= 0) & (track.imag <= grid.height)
    return [_border(segment, grid, int(i)) for i in np.flatnonzero(inside[1:] != inside[:-1])]


def _border(segment: Segment, grid: Grid, index: int) -> float:
    """Where between two samples a curve crosses the border, by halving: a parameter just inside."""
    low, high = float(_SAMPLES[index]), float(_SAMPLES[index + 1])
    enters = _inside(_point(segment, high), grid)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _inside(_point(segment, middle), grid) == enters:
            high = middle
        else:
            low = middle
    return high if enters else low


def _split(segment: Segment, t: float) -> tuple[Segment, Segment]:
    """De Casteljau: the segment up to ``t``, and from there."""
    rows = [segment]
    while len(rows[-1]) > 1:
        rows.append(tuple(p + (q - p) * t for p, q in zip(rows[-1], rows[-1][1:])))
    return tuple(row[0] for row in rows), tuple(row[-1] for row in reversed(rows))


def _point(segment: Segment, t: Any) -> Any:
    """Where a segment is at parameter ``t``, a float or an array of them."""
    s = 1 - t
    if len(segment) == 2:
        return segment[0] * s + segment[1] * t
    a, b, c, d = segment
    return ((a * s + 3 * b * t) * s + 3 * c * t * t) * s + d * t * t * t


def _part(segment: Segment, begin: float, end: float) -> Segment:
    """The segment between two parameters; its own end where it goes to one."""
    part = _split(segment, end)[0] if end < 1 else segment
    return _split(part, begin / end)[1] if begin > 0 else part
