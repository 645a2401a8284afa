"""Tracing and fitting: the strokes lie on the edges, and long smooth ones stay whole."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from portrait import portrait

from vcmcodec.encoder import face_regions, trace
from vcmcodec.encoder.fit import CAP, Fitter
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.layers.edges import order, raster
from vcmcodec.layers.edges import payload as edges
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, fault

GRID = Grid(256, 256, 3)


def polyline(*points: tuple[float, float], closed: bool = False) -> np.ndarray:
    edge = np.zeros((256, 256), dtype=np.uint8)
    cv2.polylines(edge, [np.array(points, dtype=np.int32)], closed, 1)
    return edge


def circle(radius: float, turn: float = 2 * math.pi) -> list[tuple[float, float]]:
    steps = 200
    return [
        (128 + radius * math.cos(turn * n / steps), 128 + radius * math.sin(turn * n / steps))
        for n in range(steps + 1)
    ]


def share_within(edge: np.ndarray, other: np.ndarray, pixels: float = 1.5) -> float:
    far = cv2.distanceTransform(1 - other, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float((far[edge > 0] <= pixels).mean())


def test_crossing_lines_stay_whole() -> None:
    edge = polyline((20, 100), (220, 120)) | polyline((110, 20), (130, 220))
    chains = trace.trace(edge)
    assert len(chains) == 2
    assert sorted(len(chain) for chain in chains) == pytest.approx([200, 200], abs=8)


def test_a_branch_ends_at_the_line_it_leaves() -> None:
    chains = trace.trace(polyline((20, 100), (220, 100)) | polyline((120, 100), (120, 200)))
    assert sorted(len(chain) for chain in chains) == pytest.approx([100, 200], abs=4)


def test_a_ring_is_one_closed_chain() -> None:
    chains = trace.trace(polyline(*circle(60)))
    assert len(chains) == 1
    assert chains[0][0] == chains[0][-1]


def test_small_gaps_are_bridged_and_stubs_dropped() -> None:
    edge = polyline((20, 50), (100, 50)) | polyline((103, 50), (200, 50))
    assert len(trace.trace(edge)) == 1
    assert len(trace.trace(polyline((20, 50), (100, 50)) | polyline((60, 50), (60, 52)))) == 1


def test_every_pixel_of_separate_lines_is_traced() -> None:
    edge = np.zeros((256, 256), dtype=np.uint8)
    for n in range(8):
        edge |= polyline((20, 20 + 25 * n), (200, 30 + 25 * n))
    traced = np.zeros_like(edge)
    for chain in trace.trace(edge):
        for x, y in chain:
            traced[y, x] = 1
    assert (traced == edge).all()


def traced(edge: np.ndarray) -> list[np.ndarray]:
    return [np.array(chain, dtype=np.float32) for chain in trace.trace(edge)]


def strokes(edge: np.ndarray, lam: float = 0.1, grid: Grid = GRID, worth: float = 1.0) -> list[list[Op]]:
    chains = traced(edge)
    weights = [np.full(len(chain), worth, np.float32) for chain in chains]
    return Fitter(chains, weights, grid).strokes(lam)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_strokes_cover_a_circle_and_nothing_else(step: int) -> None:
    edge = polyline(*circle(70))
    grid = Grid(256, 256, step)
    ops = order.scan(strokes(edge, grid=grid))
    assert fault(ops, grid) is None
    drawn = raster.draw(ops, step, 256, 256)
    assert share_within(edge, drawn) >= 0.99
    assert share_within(drawn, edge) >= 0.99
    assert sum(isinstance(op, Curve) for op in ops) <= 12


def test_a_straight_chain_is_one_line() -> None:
    (stroke,) = strokes(polyline((21, 30), (210, 90)), lam=1)
    assert [type(op) for op in stroke] == [Move, Line]


def test_a_corner_is_kept() -> None:
    edge = polyline((30, 30), (120, 30), (120, 120))
    drawn = raster.draw(order.scan(strokes(edge)), GRID.step, 256, 256)
    assert share_within(edge, drawn) == 1
    assert share_within(drawn, edge) == 1


def test_chains_at_the_border_stay_on_the_canvas() -> None:
    edge = polyline((0, 0), (255, 0), (255, 255), (0, 255), closed=True)
    ops = order.scan(strokes(edge))
    assert ops
    assert fault(ops, GRID) is None


def test_an_empty_map_gives_no_ops() -> None:
    assert trace.trace(np.zeros((32, 32), dtype=np.uint8)) == []
    assert order.scan([]) == []


STROKES: list[list[Op]] = [
    [Move((90, 90)), Curve((80, 90), (70, 80), (60, 60)), Line((50, 50))],
    [Move((5, 5)), Line((20, 5))],
    [Move((48, 52)), Line((22, 8))],
]


def test_in_scan_order_the_same_strokes_are_drawn() -> None:
    ops = order.scan(STROKES)
    before = np.maximum.reduce([raster.draw(stroke, 2, 128, 128) for stroke in STROKES])
    after = raster.draw(ops, 2, 128, 128)
    assert share_within(before, after, 1.0) == 1
    assert share_within(after, before, 1.0) == 1


def test_strokes_begin_at_their_upper_ends_row_by_row() -> None:
    ops = order.scan(STROKES)
    assert [op.end for op in ops if isinstance(op, Move)] == [(5, 5), (22, 8), (50, 50)]


def test_reversing_twice_gives_the_stroke_back() -> None:
    for stroke in STROKES:
        assert order.reverse(order.reverse(stroke)) == stroke


def test_at_a_higher_price_less_is_drawn_and_what_is_worth_least_goes_first() -> None:
    strong = polyline(*circle(40))
    weak = polyline((10, 10), (60, 12), (110, 9), (160, 14))
    chains = trace.trace(strong | weak)
    weights = [
        np.array([1.0 if strong[y, x] else 0.2 for x, y in chain], dtype=np.float32) for chain in chains
    ]
    fitter = Fitter(traced(strong | weak), weights, GRID)
    drawn = [raster.draw(order.scan(fitter.strokes(lam)), 3, 256, 256) for lam in (0.1, 1, 30)]
    assert [share_within(strong, image) > 0.9 for image in drawn] == [True, True, False]
    assert [share_within(weak, image) > 0.5 for image in drawn] == [True, False, False]
    assert not drawn[2].any()


@pytest.mark.parametrize("lam", [0.05, 0.3, 1.0])
def test_what_is_chosen_is_cheaper_than_its_neighbours(lam: float) -> None:
    """The drawing chosen at a lambda costs no more there than those chosen at others."""
    edge = polyline(*circle(70)) | polyline((20, 20), (60, 90), (200, 30), (240, 240))
    chains = traced(edge)
    fitter = Fitter(chains, [np.ones(len(chain), np.float32) for chain in chains], GRID)

    def cost(ops: list[Op]) -> float:
        drawing = Drawing(256, 256, 3, tuple(ops))
        far = cv2.distanceTransform(1 - drawing.E, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        missed = np.minimum((far[edge > 0] / CAP) ** 2, 1).sum()
        return float(missed + lam * 8 * edges.size(drawing))

    chosen = cost(order.scan(fitter.strokes(lam)))
    assert all(chosen <= 1.1 * cost(order.scan(fitter.strokes(lam * other))) for other in (0.2, 0.5, 2, 5))


def test_a_drawing_on_a_larger_canvas_is_as_detailed() -> None:
    small, large = polyline(*circle(70)), cv2.resize(polyline(*circle(70)), (512, 512))
    large = cv2.ximgproc.thinning(large * 255) // 255
    ops = [strokes(small, 0.5, Grid(256, 256, 3)), strokes(large, 0.5, Grid(512, 512, 6))]
    assert abs(len(ops[0][0]) - len(ops[1][0])) <= 1


def test_a_face_is_found_where_it_is() -> None:
    canvas = np.full((256, 256, 3), 90, dtype=np.uint8)
    canvas[100:228, 20:148] = cv2.resize(portrait(), (128, 128), interpolation=cv2.INTER_AREA)
    features, oval = face_regions.shares(canvas)
    ys, xs = np.nonzero(features > 0.5)
    assert 40 < xs.mean() < 128
    assert 120 < ys.mean() < 210
    assert features[:80].max() < 0.3
    assert oval.max() > 0.5
    worth = face_regions.weight(canvas)
    assert worth.min() >= 1
    assert worth.max() > 3
    assert face_regions.shares(canvas[:, :200]).shape == (2, 256, 200)


@pytest.mark.parametrize("axis", [0, 1])
def test_strokes_of_a_mirrored_picture_are_mirrored(axis: int) -> None:
    """What lies to one side of what is drawn lies to the other in the mirror: nothing is shifted."""

    def drawn(canvas: np.ndarray) -> np.ndarray:
        E = Sketch(np.ascontiguousarray(canvas)).drawing(0.2, 2).E
        return cv2.GaussianBlur(E.astype(np.float32), (0, 0), 2)[16:-16, 16:-16]

    canvas = portrait()
    one, other = drawn(canvas), np.flip(drawn(np.flip(canvas, axis)), axis)
    before, at, behind = (float((one * np.roll(other, shift, axis)).sum()) for shift in (-1, 0, 1))
    apart = (before - behind) / (2 * (before - 2 * at + behind))  # the top of a parabola
    assert abs(apart) / 2 < 0.15
