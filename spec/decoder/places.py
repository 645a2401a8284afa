"""Sections 6.1 and 6.2: where colours lie, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from decoder.drawing import Plane, Segment, positions
from decoder.ops import Point

MOST_PLACES = 2_048  # section 6.2


def places_of(strokes: list[list[Segment]], edges: Plane, with_fillers: bool) -> list[Point]:
    """Sections 6.1 and 6.2: all places of a canvas in their order; `edges` is E."""
    height, width = edges.shape
    radius = max(1, (3 * max(width, height) + 128) // 256)
    segments = [segment for stroke in strokes for segment in stroke]
    beside = unique_inside(
        (place for segment in segments for place in beside_segment(segment, radius)), edges
    )
    fillers = fillers_of(edges, radius, set(beside)) if with_fillers else []
    return spread(beside, fillers, width, height)


def unique_inside(places: Iterable[Point], edges: Plane) -> list[Point]:
    """Section 6.1: places outside the canvas are dropped, of equal ones the first stays."""
    height, width = edges.shape
    inside = (place for place in places if 0 <= place.x < width and 0 <= place.y < height)
    return list(dict.fromkeys(inside))


def beside_segment(segment: Segment, radius: int) -> list[Point]:
    """Section 6.1: a segment's one or two places, on the canvas or not."""
    if len(segment) == 2:
        return beside_line(segment[0], segment[1], radius)
    return beside_curve(segment, radius)


def beside_line(start: Point, end: Point, radius: int) -> list[Point]:
    """Section 6.1, "Line"."""
    x, y = (start.x + end.x + 2) >> 2, (start.y + end.y + 2) >> 2
    if abs(end.y - start.y) < abs(end.x - start.x):
        return [Point(x, y - radius), Point(x, y + radius)]
    return [Point(x - radius, y), Point(x + radius, y)]


def beside_curve(curve: Segment, radius: int) -> list[Point]:
    """Section 6.1, "Curve"."""
    p0, p1, p2, p3 = curve
    dx, dy = p3.x - p0.x, p3.y - p0.y
    if dx == 0 and dy == 0:
        dx, dy = p2.x - p1.x, p2.y - p1.y
    one = 64**3
    xs, ys = positions(curve, 64)
    sides = dx * (ys - p0.y * one) - dy * (xs - p0.x * one)
    i = int(np.argmax(np.abs(sides)))  # the first of equal ones
    side = int(sides[i])
    if side == 0:
        return beside_line(p0, p3, radius)
    x, y = (int(xs[i]) + one) >> 19, (int(ys[i]) + one) >> 19
    if abs(dy) < abs(dx):
        return [Point(x, y - radius) if (side > 0) == (dx > 0) else Point(x, y + radius)]
    return [Point(x + radius, y) if (side > 0) == (dy > 0) else Point(x - radius, y)]


def fillers_of(edges: Plane, radius: int, taken: set[Point]) -> list[Point]:
    """Section 6.1, "Fillers": where no stroke comes near."""
    height, width = edges.shape
    gap = max(1, max(width, height) // 16)
    fillers = []
    for y in range(gap // 2, height, gap):
        for x in range(gap // 2, width, gap):
            around = edges[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
            if not around.any() and Point(x, y) not in taken:
                fillers.append(Point(x, y))
    return fillers


def spread(beside: list[Point], fillers: list[Point], width: int, height: int) -> list[Point]:
    """Section 6.2: places and fillers so that any first few of them are spread over the picture."""
    places = beside + fillers
    if not places:
        return []
    points = np.array(places, np.int64)
    is_filler = np.arange(len(places)) >= len(beside)
    near = max(1, 14 * max(width, height) // 256)
    middle = squared_distances(points[: len(beside) or None], Point(width // 2, height // 2))
    index = int(np.argmin(middle))
    order = [places[index]]
    nearest = squared_distances(points, places[index])
    while len(order) < MOST_PLACES:
        for_fillers = np.where(nearest <= near * near, 0, nearest >> 2)
        rank = np.where(is_filler, for_fillers, nearest)
        index = int(np.argmax(rank))
        if rank[index] == 0:
            break
        order.append(places[index])
        nearest = np.minimum(nearest, squared_distances(points, places[index]))
    return order


def squared_distances(points: NDArray[np.int64], place: Point) -> NDArray[np.int64]:
    """Section 6.2: of all points to one place."""
    squared: NDArray[np.int64] = ((points - np.array(place)) ** 2).sum(axis=1)
    return squared
