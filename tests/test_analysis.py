"""Tracing and fitting: the strokes lie on the edges, and long smooth ones stay whole."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from vcmcodec import raster
from vcmcodec.analysis import fit, order, trace
from vcmcodec.ops import Curve, Grid, Line, Move, Op, fault

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


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_strokes_cover_a_circle_and_nothing_else(step: int) -> None:
    edge = polyline(*circle(70))
    grid = Grid(256, 256, step)
    ops = order.tour(fit.strokes(trace.trace(edge), grid, 1.5))
    assert fault(ops, grid) is None
    drawn = raster.draw(ops, step, 256, 256)
    assert share_within(edge, drawn) >= 0.99
    assert share_within(drawn, edge) >= 0.99
    assert sum(isinstance(op, Curve) for op in ops) <= 12


def test_a_straight_chain_is_one_line() -> None:
    (stroke,) = fit.strokes(trace.trace(polyline((21, 30), (210, 90))), GRID, 1.5)
    assert [type(op) for op in stroke] == [Move, Line]


def test_a_corner_is_kept() -> None:
    edge = polyline((30, 30), (120, 30), (120, 120))
    drawn = raster.draw(order.tour(fit.strokes(trace.trace(edge), GRID, 1.5)), GRID.step, 256, 256)
    assert share_within(edge, drawn) == 1
    assert share_within(drawn, edge) == 1


def test_chains_at_the_border_stay_on_the_canvas() -> None:
    edge = polyline((0, 0), (255, 0), (255, 255), (0, 255), closed=True)
    ops = order.tour(fit.strokes(trace.trace(edge), GRID, 1.5))
    assert ops
    assert fault(ops, GRID) is None


def test_an_empty_map_gives_no_ops() -> None:
    assert trace.trace(np.zeros((32, 32), dtype=np.uint8)) == []
    assert order.tour([]) == []


STROKES: list[list[Op]] = [
    [Move((90, 90)), Curve((80, 90), (70, 80), (60, 60)), Line((50, 50))],
    [Move((5, 5)), Line((20, 5))],
    [Move((48, 52)), Line((22, 8))],
]


def test_a_tour_draws_the_same_strokes() -> None:
    ops = order.tour(STROKES)
    before = np.maximum.reduce([raster.draw(stroke, 2, 128, 128) for stroke in STROKES])
    after = raster.draw(ops, 2, 128, 128)
    assert share_within(before, after, 1.0) == 1
    assert share_within(after, before, 1.0) == 1


def test_a_tour_goes_to_the_nearest_end_next() -> None:
    ops = order.tour(STROKES)
    assert [op.end for op in ops if isinstance(op, Move)] == [(5, 5), (22, 8), (50, 50)]


def test_reversing_twice_gives_the_stroke_back() -> None:
    for stroke in STROKES:
        assert order.reverse(order.reverse(stroke)) == stroke
