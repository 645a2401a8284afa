"""Ops, raster and sampling: the normative chain from strokes to E and places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strokes import drawings

from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.edges import ops as op_module
from vcmcodec.layers.edges import raster
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, fault, segments

GRID = Grid(256, 256, 2)


@given(drawings())
def test_generated_drawings_are_valid(drawn: tuple[Grid, tuple[Op, ...]]) -> None:
    grid, ops = drawn
    assert fault(ops, grid) is None


@pytest.mark.parametrize(
    "ops",
    [
        (Line((1, 1)),),
        (Move((1, 1)),),
        (Move((1, 1)), Move((2, 2)), Line((3, 3))),
        (Move((1, 1)), Line((1, 1))),
        (Move((1, 1)), Line((256, 1))),
        (Move((1, -1)), Line((2, 2))),
        (Move((1, 1)), Curve((1, 1), (1, 1), (1, 1))),
        (Move((1, 1)), Curve((512, 1), (1, 1), (5, 5))),
    ],
)
def test_invalid_ops_are_named(ops: tuple[Op, ...]) -> None:
    assert fault(ops, GRID)


def test_text_is_svg_like() -> None:
    assert (
        op_module.text((Move((1, 2)), Line((3, 4)), Curve((5, 6), (7, 8), (9, -1))))
        == "M 1 2\nL 3 4\nC 5 6 7 8 9 -1\n"
    )


@pytest.mark.parametrize("end", [(0, 10), (10, 0), (10, 10), (10, -10), (7, 3)])
def test_a_line_has_its_ends_and_one_pixel_per_step_of_its_longer_side(end: tuple[int, int]) -> None:
    start = (40, 40)
    target = (start[0] + end[0], start[1] + end[1])
    edge = raster.draw((Move(start), Line(target)), 2, 256, 256)
    assert edge[start[1], start[0]] == edge[target[1], target[0]] == 1
    assert edge.sum() == max(abs(end[0]), abs(end[1])) + 1


@given(drawings())
def test_strokes_are_connected_and_without_corners(drawn: tuple[Grid, tuple[Op, ...]]) -> None:
    grid, ops = drawn
    for stroke in segments(ops, grid.step):
        path = np.array(raster.stroke_pixels(stroke))
        steps = np.abs(np.diff(path, axis=0))
        assert (steps.max(axis=1, initial=0) == 1).all()
        first = tuple(int(v + 1) >> 1 for v in stroke[0].points[0])
        last = tuple(int(v + 1) >> 1 for v in stroke[-1].points[-1])
        assert tuple(path[0]) == first
        assert tuple(path[-1]) == last


@given(drawings())
def test_pixels_lie_on_the_exact_curve(drawn: tuple[Grid, tuple[Op, ...]]) -> None:
    grid, ops = drawn
    for stroke in segments(ops, grid.step):
        exact = np.concatenate([_exact(np.array(segment.points)) for segment in stroke])
        path = np.array(raster.stroke_pixels(stroke)) * 2
        for index in range(0, len(path), max(1, len(path) // 20)):
            assert np.abs(exact - path[index]).max(axis=1).min() <= 1 + 1e-6 + _spacing(exact)


def _exact(points: np.ndarray) -> np.ndarray:
    t = np.linspace(0, 1, 4097)[:, None]
    p = points.astype(np.float64)
    if len(p) == 2:
        return p[0] * (1 - t) + p[1] * t
    return p[0] * (1 - t) ** 3 + 3 * p[1] * t * (1 - t) ** 2 + 3 * p[2] * t * t * (1 - t) + p[3] * t**3


def _spacing(exact: np.ndarray) -> float:
    return float(np.abs(np.diff(exact, axis=0)).max())


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ((20, 4), {(50, 39), (50, 45)}),  # nearly level: above and below
        ((4, 20), {(39, 50), (45, 50)}),  # steep: left and right
        ((20, 20), {(47, 50), (53, 50)}),  # 45 degrees counts as steep
        ((-20, 4), {(30, 39), (30, 45)}),
    ],
)
def test_a_line_gives_two_places_beside_its_middle(
    end: tuple[int, int], expected: set[tuple[int, int]]
) -> None:
    ops = (Move((40, 40)), Line((40 + end[0], 40 + end[1])))
    assert set(reference_pixels.places(ops, 2, 256, 256)) == expected


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (((50, 20), (70, 20), (80, 40)), (60, 28)),  # bulges up: the place is below it
        (((50, 60), (70, 60), (80, 40)), (60, 52)),  # bulges down
        (((20, 50), (20, 70), (40, 80)), (28, 60)),  # bulges left: the place is right of it
        (((60, 50), (60, 70), (40, 80)), (52, 60)),
    ],
)
def test_a_curve_gives_one_place_on_its_inner_side(
    curve: tuple[tuple[int, int], tuple[int, int], tuple[int, int]], expected: tuple[int, int]
) -> None:
    for ops in (
        (Move((40, 40)), Curve(*curve)),
        (Move(curve[2]), Curve(curve[1], curve[0], (40, 40))),  # drawn from the other end
    ):
        assert reference_pixels.places(ops, 2, 256, 256) == [expected]


@given(drawings(), st.booleans())
def test_places_are_on_the_canvas_distinct_and_spread(drawn: tuple[Grid, tuple[Op, ...]], fill: bool) -> None:
    grid, ops = drawn
    E = raster.draw(ops, grid.step, grid.width, grid.height) if fill else None
    places = reference_pixels.places(ops, grid.step, grid.width, grid.height, E)
    assert len(set(places)) == len(places)
    assert all(0 <= x < grid.width and 0 <= y < grid.height for x, y in places)
    xy = np.array(places).reshape(-1, 2)
    beside = set(reference_pixels.places(ops, grid.step, grid.width, grid.height))
    halved = [0 if place in beside else 2 for place in places]  # fillers count as half as far
    gaps = [((xy[:n] - xy[n]) ** 2).sum(axis=1).min() >> halved[n] for n in range(1, len(xy))]
    assert gaps == sorted(gaps, reverse=True)  # each is the farthest from those before it


def test_fillers_close_gaps_and_keep_off_strokes() -> None:
    ops = (Move((100, 256)), Line((412, 256)))  # half-pixels: y = 128 from x = 50 to 206
    beside = reference_pixels.places(ops, 1, 256, 256)
    places = reference_pixels.places(ops, 1, 256, 256, raster.draw(ops, 1, 256, 256))
    assert places[0] == beside[0]
    assert set(beside) <= set(places)
    fillers = [place for place in places if place not in beside]
    assert {(8, 8), (248, 8), (8, 248), (248, 248)} <= set(places[:6])
    assert all(x % 16 == 8 and y % 16 == 8 for x, y in fillers)
    assert all(abs(y - 128) > 3 or not 47 <= x <= 209 for x, y in fillers)
    xy = np.array([(8 + 16 * i, 8 + 16 * j) for i in range(16) for j in range(16)])
    left = np.abs(xy[:, None] - np.array(places)[None])
    away = np.abs(xy[:, 1] - 128) > 3
    assert (np.square(left[away]).sum(axis=2).min(axis=1) <= 14**2).all()  # no gap is left
    assert len(reference_pixels.places((), 2, 256, 256, raster.draw((), 2, 256, 256))) == 256
    assert reference_pixels.places((), 2, 256, 256) == []


def test_planes_hold_the_colours_at_the_places() -> None:
    mask, colour = reference_pixels.planes([(3, 1), (0, 2)], np.array([[9, 8, 7]], dtype=np.uint8), 5, 4)
    assert mask.sum() == 1
    assert mask[1, 3] == 1
    assert colour[1, 3].tolist() == [9, 8, 7]
    assert colour.sum() == 24
