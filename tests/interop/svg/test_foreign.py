"""Drawings of other programs: paths, shapes, transforms, viewports, the page's border."""

from __future__ import annotations

import math

import numpy as np
import pytest
import svgpathtools
from hypothesis import given, settings
from hypothesis import strategies as st
from svg_drawings import INKSCAPE, OURS, near, passed, points

from vcmcodec import codec
from vcmcodec.format.container import Header
from vcmcodec.interop import svg
from vcmcodec.interop.svg import paths
from vcmcodec.interop.svg.writer import STEP
from vcmcodec.layers.edges.ops import Grid, Move, fault


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("M10 20L30 40", [[10 + 20j, 30 + 40j]]),
        ("m10 20 5 5 5-5", [[10 + 20j, 15 + 25j, 20 + 20j]]),
        ("M10,20H30V40h-5v-6", [[10 + 20j, 30 + 20j, 30 + 40j, 25 + 40j, 25 + 34j]]),
        ("M1e1 2.E1L.3e+2.4e2", [[10 + 20j, 30 + 40j]]),
        ("M10 10h9v9zm20 0h5", [[10 + 10j, 19 + 10j, 19 + 19j, 10 + 10j], [30 + 10j, 35 + 10j]]),
        ("M10 10h9v9zl5 1", [[10 + 10j, 19 + 10j, 19 + 19j, 10 + 10j], [10 + 10j, 15 + 11j]]),
        ("M10 10L20 20M20 20L30 10", [[10 + 10j, 20 + 20j], [20 + 20j, 30 + 10j]]),
        (
            "M10 10c1 2 3 4 5 5s1 1 9 2",
            [[10 + 10j, 11 + 12j, 13 + 14j, 15 + 15j, 17 + 16j, 16 + 16j, 24 + 17j]],
        ),
        ("M9 9Q12 21 21 9t12 3", [[9 + 9j, 11 + 17j, 15 + 17j, 21 + 9j, 27 + 1j, 31 + 2j, 33 + 12j]]),
        ("M9 9T15 15", [[9 + 9j, 9 + 9j, 11 + 11j, 15 + 15j]]),
        ("M10 10A0 5 0 0 1 30 30", [[10 + 10j, 30 + 30j]]),
        ("M10 10A5 5 0 0 1 10 10h4", [[10 + 10j, 14 + 10j]]),
        ("", []),
        ("M10 10", []),
        ("M10 10L10.1 10.1", []),
    ],
)
def test_path_data(data: str, wanted: list[list[complex]]) -> None:
    assert near(points(f'<path d="{data}"/>'), wanted)


numbers = st.integers(-300, 300).map(lambda value: value / 8)


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("lLtT"), numbers, numbers),
            st.tuples(st.sampled_from("hHvV"), numbers),
            st.tuples(st.sampled_from("qQsS"), numbers, numbers, numbers, numbers),
            st.tuples(st.sampled_from("cC"), *[numbers] * 6),
            st.tuples(
                st.sampled_from("aA"),
                st.integers(1, 40),
                st.integers(1, 40),
                st.integers(-90, 90),
                st.integers(0, 1),
                st.integers(0, 1),
                numbers,
                numbers,
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_path_data_is_read_as_svgpathtools_reads_it(commands: list[tuple]) -> None:
    data = "M 3 4 " + " ".join(" ".join(map(str, command)) for command in commands)
    try:
        peer = svgpathtools.parse_path(data)
    except AssertionError:  # an arc to where it begins
        return
    (stroke,) = paths.parse(data).strokes or [[]]
    for segment in peer:
        if isinstance(segment, svgpathtools.Arc):
            count = next(n for n, part in enumerate(stroke, 1) if abs(part[-1] - segment.end) < 1e-9)
            arc, stroke = stroke[:count], stroke[count:]
            for number, part in enumerate(arc):  # ends, and the middle of the turn between
                middle = (part[0] + part[-1] + 3 * sum(part[1:-1])) / (8 if len(part) == 4 else 2)
                for ours, turned in ((part[0], 0), (middle, 0.5), (part[-1], 1)):
                    theirs = segment.point((number + turned) / count)
                    assert abs(ours - theirs) < 3e-4 * abs(segment.radius) + 1e-6
            continue
        ours, stroke = stroke[0], stroke[1:]
        theirs = segment.bpoints()
        if len(theirs) == 3:  # a quadratic as a cubic: the same at five places
            theirs = (
                theirs[0],
                (theirs[0] + 2 * theirs[1]) / 3,
                (2 * theirs[1] + theirs[2]) / 3,
                theirs[2],
            )
        assert np.allclose(ours, theirs)
    assert not stroke


def test_arcs_lie_on_their_ellipse() -> None:
    for large, sweep in ((0, 0), (0, 1), (1, 0), (1, 1)):
        ((stroke,), _) = paths.parse(f"M 30 20 A 20 10 30 {large} {sweep} 40 30")
        assert stroke[0][0] == 30 + 20j and stroke[-1][-1] == 40 + 30j
        joints = np.array([part[0] for part in stroke] + [stroke[-1][-1]])
        assert len(stroke) == (4 if large else 1)
        turns = np.diff(joints) if large else None
        if turns is not None:
            cross = (turns[:-1].conj() * turns[1:]).imag
            assert (cross > 0).all() if sweep else (cross < 0).all()  # y is downwards: positive is clockwise
    ((half,), _) = paths.parse("M 10 30 A 1 1 0 0 1 30 30")  # too small: grows to span the chord
    assert abs(half[0][-1] - (20 + 20j)) < 1e-9


K = 4 / 3 * math.tan(math.pi / 8)


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ('<line x1="1" y1="2" x2="30" y2="40"/>', [[1 + 2j, 30 + 40j]]),
        ('<line x1="25%" y1="50%" x2="15px" y2="12pt"/>', [[16 + 32j, 15 + 16j]]),
        ('<polyline points="1,2 3,4 10 20"/>', [[1 + 2j, 3 + 4j, 10 + 20j]]),
        ('<polygon points="1 2 3 4 10 20"/>', [[1 + 2j, 3 + 4j, 10 + 20j, 1 + 2j]]),
        ('<rect x="1" y="2" width="30" height="20"/>', [[1 + 2j, 31 + 2j, 31 + 22j, 1 + 22j, 1 + 2j]]),
        ('<rect width="0" height="20"/>', []),
        ('<circle cx="9" cy="9"/>', []),
        (
            '<circle cx="20" cy="20" r="10"/>',
            [
                [20 + 20j + 10 * p * q for q in (1, 1j, -1, -1j) for p in (1, 1 + K * 1j, K + 1j)]
                + [30 + 20j]
            ],
        ),
        (
            '<ellipse cx="20" cy="20" rx="10" ry="4"/>',
            [
                [
                    complex(20 + 10 * (p * q).real, 20 + 4 * (p * q).imag)
                    for q in (1, 1j, -1, -1j)
                    for p in (1, 1 + K * 1j, K + 1j)
                ]
                + [30 + 20j]
            ],
        ),
        (  # ry is rx, cut to half of the height: no upright sides
            '<rect x="10" y="10" width="30" height="8" rx="9"/>',
            [
                [19 + 10j, 31 + 10j, 31 + 9 * K + 10j, 40 + (14 - 4 * K) * 1j, 40 + 14j]
                + [40 + (14 + 4 * K) * 1j, 31 + 9 * K + 18j, 31 + 18j, 19 + 18j]
                + [19 - 9 * K + 18j, 10 + (14 + 4 * K) * 1j, 10 + 14j]
                + [10 + (14 - 4 * K) * 1j, 19 - 9 * K + 10j, 19 + 10j]
            ],
        ),
        (
            '<rect x="10" y="10" width="20" height="20" ry="5"/>',
            [
                [
                    p * q + 20 + 20j
                    for q in (1, 1j, -1, -1j)
                    for p in (-5 - 10j, 5 - 10j, 5 + 5 * K - 10j, 10 - (5 + 5 * K) * 1j)
                ]
                + [15 + 10j]
            ],
        ),
    ],
)  # fmt: skip
def test_basic_shapes(shape: str, wanted: list[list[complex]]) -> None:
    assert near(points(shape), wanted)


TURN = math.radians(30)


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("matrix(1 2 -1 .5 20 3)", [[1, -1, 20], [2, 0.5, 3]]),
        ("translate(5)", [[1, 0, 5], [0, 1, 0]]),
        ("translate(5,-3)", [[1, 0, 5], [0, 1, -3]]),
        ("scale(2)", [[2, 0, 0], [0, 2, 0]]),
        ("scale(2 .5)", [[2, 0, 0], [0, 0.5, 0]]),
        ("rotate(30)", [[math.cos(TURN), -math.sin(TURN), 0], [math.sin(TURN), math.cos(TURN), 0]]),
        ("rotate(90 20 20)", [[0, -1, 40], [1, 0, 0]]),
        ("skewX(30)", [[1, math.tan(TURN), 0], [0, 1, 0]]),
        ("skewY(30)", [[1, 0, 0], [math.tan(TURN), 1, 0]]),
        (" translate( 10 , 0 ) , scale(2)scale(.5,1)", [[1, 0, 10], [0, 2, 0]]),
        ("", [[1, 0, 0], [0, 1, 0]]),
    ],
)
def test_transforms(text: str, matrix: list[list[float]]) -> None:
    before = np.array([[12, 8, 1], [20, 9, 1], [18, 13, 1], [15, 14, 1]])
    wanted = [complex(x, y) for x, y in before @ np.array(matrix).T]
    data = "M 12 8 C 20 9 18 13 15 14"
    assert near(points(f'<path transform="{text}" d="{data}"/>'), [wanted])
    assert near(points(f'<g transform="{text}"><g><path d="{data}"/></g></g>'), [wanted])


def test_transforms_of_nested_groups_go_inside_out() -> None:
    body = '<g transform="translate(10 0)"><g transform="scale(2)"><path d="M1 2 3 4"/></g></g>'
    assert near(points(body), [[12 + 4j, 16 + 8j]])


LINE = '<path d="M 0 0 L 8 4"/>'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (f'<svg x="5" y="6">{LINE}</svg>', [5 + 6j, 13 + 10j]),
        (f'<svg x="10" width="40" height="40" viewBox="0 0 8 4">{LINE}</svg>', [10 + 10j, 50 + 30j]),
        (
            f'<svg width="40" height="40" viewBox="0 0 8 4" preserveAspectRatio="xMinYMax">{LINE}</svg>',
            [0 + 20j, 40 + 40j],
        ),
        (
            f'<svg width="40" height="30" viewBox="0 0 8 4" preserveAspectRatio="none">{LINE}</svg>',
            [0j, 40 + 30j],
        ),
        (
            '<svg x="20" width="16" height="16" viewBox="0 0 8 4"'
            f' preserveAspectRatio="xMidYMid slice">{LINE}</svg>',
            [12 + 0j, 44 + 16j],
        ),
        (f'<svg viewBox="-8 -8 16 16">{LINE}</svg>', [32 + 32j, 64 + 48j]),
        (
            f'<symbol id="s" viewBox="0 0 8 8">{LINE}</symbol><use href="#s" x="3" width="16" height="16"/>',
            [3 + 0j, 19 + 8j],
        ),
        (
            f'<defs><g id="s">{LINE}</g></defs><use href="#s" x="3" y="4" transform="scale(2)"/>',
            [6 + 8j, 22 + 16j],
        ),
    ],
)  # fmt: skip
def test_viewports(body: str, wanted: list[complex]) -> None:
    assert near(points(body), [wanted], by=0.75)  # corners lie half a pixel off the grid


@pytest.mark.parametrize(
    ("root", "size", "canvas", "wanted"),
    [
        ('viewBox="0 0 100 50"', 64, (64, 32), [6.4 + 6.4j, 12.8 + 12.8j]),
        ('viewBox="-10 -10 200 200" width="3mm"', 64, (64, 64), [6.4 + 6.4j, 9.6 + 9.6j]),
        ('width="5cm" height="25mm"', 96, (96, 48), [5.08 + 5.08j, 10.16 + 10.16j]),
        ('viewBox="0 0 1000 20"', 320, (320, 16), [3.2 + 8j, 6.4 + 11.2j]),
    ],
)
def test_a_foreign_drawing_fills_a_canvas(
    root: str, size: int, canvas: tuple[int, int], wanted: list[complex]
) -> None:
    body = '<path d="M 10 10 L 20 20"/>'
    drawn = svg.load(f"<svg {root}>{body}</svg>", size=size, step=1)
    assert (drawn.drawing.width, drawn.drawing.height) == canvas
    assert drawn.header == Header(*canvas, size, codec.MODEL)
    assert near(passed(drawn), [wanted])
    assert svg.load(f"<svg {root}>{body}</svg>").drawing.step == STEP


def test_a_drawing_from_inkscape() -> None:
    wanted = [
        [12 + 23j, 22 + 23j, 22 + 28j, 23 + 29j, 24 + 30j, 26 + 29j],
        [12 + 22j, 18 + 22j, 18 + 30j, 12 + 30j, 12 + 22j],
        [13 + 25j, 23 + 25j, 23 + 30j, 24 + 31j, 25 + 32j, 27 + 31j],
    ]
    ours = INKSCAPE.replace("<svg ", f"<svg {OURS[OURS.index('data-') :]} ", 1)
    kept = ours.replace("<svg ", '<svg data-vcm-order="kept" ', 1)
    assert near(passed(svg.load(kept)), wanted)
    assert near(passed(svg.load(ours)), [wanted[1], wanted[0], wanted[2]])
    foreign = svg.load(INKSCAPE, size=64, step=1).drawing
    assert sum(isinstance(op, Move) for op in foreign.ops) == 3


@pytest.mark.parametrize(
    "hidden",
    [
        f'<g display="none">{LINE}</g>',
        f'<g style="fill:red; display : none">{LINE}</g>',
        f'<g visibility="hidden">{LINE}</g>',
        *[
            f"<{tag}>{LINE}</{tag}>"
            for tag in ("defs", "clipPath", "symbol", "text", "mask", "marker", "pattern", "metadata")
        ],
        f'<x:g xmlns:x="http://example.org/">{LINE}</x:g>',
    ],
)
def test_what_is_hidden_is_not_drawn(hidden: str) -> None:
    assert points(hidden + '<path d="M 9 9 L 20 9"/>') == [[9 + 9j, 20 + 9j]]


def test_visible_within_hidden_is_drawn() -> None:
    assert len(points(f'<g visibility="hidden"><g visibility="visible">{LINE}</g></g>')) == 1


# The page's border


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("M -10 20 L 20 20", [[0.5 + 20j, 20 + 20j]]),
        ("M -10 20 L 90 20 L 90 30 L 40 30", [[0.5 + 20j, 63.5 + 20j], [63.5 + 30j, 40 + 30j]]),
        ("M -10 -10 L 90 90", [[0.5 + 0.5j, 63.5 + 63.5j]]),
        ("M -30 20 L 20 -30", []),
        ("M 70 10 L 90 50", []),
        ("M 64 10 L 64 50", [[63.5 + 10j, 63.5 + 50j]]),
        ("M 10 10 L 80 10 L 20 10", [[10 + 10j, 63.5 + 10j, 20 + 10j]]),
        ("M 0 32 C 0 -900 64 -900 64 32", [[0.5 + 32j, -62.5j, 64 - 62.5j, 63.5 + 32j]]),
    ],
)  # fmt: skip
def test_strokes_are_cut_at_the_border(data: str, wanted: list[list[complex]]) -> None:
    assert near(points(f'<path d="{data}"/>'), wanted, by=0.5)


def test_a_curve_is_cut_where_it_leaves_the_page() -> None:
    (found,) = points('<path d="M 20 20 C 30 60 60 60 90 40"/>')
    whole = svgpathtools.CubicBezier(20 + 20j, 30 + 60j, 60 + 60j, 90 + 40j)
    t = next(t for t in np.linspace(0, 1, 5001) if whole.point(t).real >= 64)
    assert near([found], [list(whole.cropped(0, t).bpoints())], by=0.8)
    (back,) = points('<path d="M 90 40 C 60 60 30 60 20 20"/>')
    assert near([back[::-1]], [found])


@settings(max_examples=100)
@given(st.lists(st.tuples(*[st.floats(-300, 300)] * 6), min_size=1, max_size=5), st.integers(1, 8))
def test_whatever_is_drawn_gives_valid_ops(curves: list[tuple], step: int) -> None:
    data = "M 3 4 " + " ".join("C " + " ".join(map(repr, curve)) for curve in curves)
    drawn = svg.load(f'<svg viewBox="0 0 50 33"><path d="{data}"/></svg>', size=64, step=step)
    assert fault(drawn.drawing.ops, Grid(drawn.drawing.width, drawn.drawing.height, step)) is None
