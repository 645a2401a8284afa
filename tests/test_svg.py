"""The text twin: a file to SVG and back, foreign drawings, and what is refused."""

from __future__ import annotations

import math
import re
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import svgpathtools
from hypothesis import given, settings
from hypothesis import strategies as st
from portrait import ends, file
from strokes import drawings
from test_cli import Runner, vcm

from vcmcodec import codec
from vcmcodec.errors import LimitError, SvgError, VcmError
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.interop import svg
from vcmcodec.interop.svg import document, paths, reader
from vcmcodec.interop.svg.writer import STEP
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import reference_pixels, ycocg
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, fault
from vcmcodec.limits import Limits
from vcmcodec.scene import TEXTURE

__all__ = ["vcm"]  # a fixture

VECTORS = sorted((Path(__file__).parent.parent / "spec" / "vectors").glob("good-*.vcm"))

OURS = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" ' + " ".join(
    f'data-vcm-{name}="{value}"'
    for name, value in {"width": 64, "height": 64, "side": 64, "step": 1, "model": 1}.items()
)
"""A root whose strokes stay in order, on a grid of half a pixel."""

INKSCAPE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="64mm" height="64mm" viewBox="0 0 64 64" version="1.1" id="svg5"
   inkscape:version="1.2.2 (b0a8486541, 2022-12-01)" sodipodi:docname="face.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
   xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:document-units="mm">
    <inkscape:grid type="xygrid" id="grid1" />
  </sodipodi:namedview>
  <defs id="defs2"><path id="unseen" d="M 1,1 9,9" /></defs>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1" transform="translate(10,20)">
    <path style="fill:none;stroke:#000000;stroke-width:0.26px" d="m 2,3 h 10 v 5 c 1,1 2,2 4,1"
       id="path1" sodipodi:nodetypes="cccc" inkscape:connector-curvature="0" />
    <g id="g2" style="display:none"><path d="m 0,0 5,5" id="path3" /></g>
    <g id="g4" transform="scale(2)"><svg:rect width="3" height="4" x="1" y="1" id="rect5" /></g>
    <use xlink:href="#path1" x="1" y="2" id="use6" />
  </g>
</svg>
"""


def passed(sheet: svg.Sheet) -> list[list[complex]]:
    """What strokes on a grid of half a pixel pass through, control points included, in pixels."""
    found: list[list[complex]] = []
    for op in sheet.drawing.ops:
        if isinstance(op, Move):
            found.append([])
        found[-1] += [complex(x + 1, y + 1) / 2 for x, y in op]
    return found


def points(body: str) -> list[list[complex]]:
    """The same of a drawing of 64 x 64 pixels, in its order."""
    return passed(svg.load(f"{OURS}>{body}</svg>"))


def near(found: list[list[complex]], wanted: list[list[complex]], by: float = 0.36) -> bool:
    """Whether points are the wanted ones, but for rounding to half a pixel in x and in y."""
    return [len(stroke) for stroke in found] == [len(stroke) for stroke in wanted] and all(
        abs(p - q) <= by for s, t in zip(found, wanted) for p, q in zip(s, t)
    )


def coded(drawing: Drawing, header: Header) -> bytes:
    return container.write(header, [(edge_head.CODE, edge_layer.encode(drawing))])


# Round trips


def test_a_portrait_comes_back_byte_for_byte_wherever_it_is_cut() -> None:
    for end in ends():
        data = file()[:end]
        text = svg.dump(data)
        assert svg.dump(data) == text
        assert svg.encode(svg.load(text)) == data
        assert svg.encode(svg.load(text.encode())) == data
    assert svg.encode(svg.load(text), base_only=True) == file()[: ends()[0]]
    assert svg.dump(data, base_only=True) == svg.dump(file()[: ends()[0]])


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_ops_colours_and_header_of_any_file_come_back(path: Path) -> None:
    header, scene = codec.decode_scene(path.read_bytes())
    again, found = codec.decode_scene(svg.encode(svg.load(svg.dump(path.read_bytes()))))
    assert again == header
    assert (found.drawing is None) == (scene.drawing is None)
    assert found.drawing is None or found.drawing.ops == scene.drawing.ops
    assert found.known == scene.known
    assert found.part(TEXTURE) == scene.part(TEXTURE)


@settings(max_examples=60)
@given(drawings())
def test_any_ops_come_back(made: tuple) -> None:
    grid, ops = made
    side = 416  # at least as long as the picture: its canvas holds the grid
    canvas = canvas_size(grid.width + 16, grid.height + 16, side)
    drawing = Drawing(*canvas, grid.step, ops)
    header = Header(grid.width + 16, grid.height + 16, side, 1)
    sheet = svg.load(svg.dump(coded(drawing, header)))
    assert (sheet.header, sheet.drawing) == (header, drawing)


@pytest.mark.parametrize("steps", range(6))
def test_colours_come_back_from_any_quantiser_clamped_ones_too(steps: int) -> None:
    rng = np.random.default_rng(steps)
    drawing = codec.decode_scene(file())[1].drawing
    assert drawing is not None
    scene = drawing.scene
    layers = [(edge_head.CODE, edge_layer.encode(drawing))]
    extremes = rng.choice([0, 1, 7, 128, 250, 254, 255], size=(len(reference_pixels.of(drawing)), 3))
    for part in (extremes[:20], extremes[20:21], extremes[21:70]):
        payload, scene = colour_layer.encode(scene, [tuple(map(int, rgb)) for rgb in part], steps)
        layers.append((colour_head.CODE, payload))
    data = container.write(Header(256, 256, 256, 1), layers)
    assert any(ycocg.to_ycocg(*ycocg.to_rgb(*known)) != known for known in scene.known)
    assert svg.encode(svg.load(svg.dump(data))) == data


def test_the_drawing_is_standard_svg() -> None:
    tree = ElementTree.fromstring(svg.dump(file()))
    space = "{http://www.w3.org/2000/svg}"
    strokes, dots = tree.findall(f"{space}g")
    assert (tree.get("viewBox"), strokes.get("id"), dots.get("id")) == (
        "0 0 256 256",
        "strokes",
        "reference-pixels",
    )
    _, scene = codec.decode_scene(file())
    assert scene.drawing is not None
    ops = []
    for path in strokes:
        for number, segment in enumerate(svgpathtools.parse_path(path.get("d"))):
            half = [(2 * (point - 0.5 - 0.5j)) / scene.drawing.step for point in segment.bpoints()]
            grid = [(int(point.real), int(point.imag)) for point in half]
            assert [complex(*point) for point in grid] == half
            if not number:
                ops.append(Move(grid[0]))
            ops.append(Line(grid[1]) if len(grid) == 2 else Curve(*grid[1:]))
    assert tuple(ops) == scene.drawing.ops
    circles = list(dots.iter(f"{space}circle"))
    assert [(float(dot.get("cx")), float(dot.get("cy"))) for dot in circles] == [
        (x + 0.5, y + 0.5) for x, y in reference_pixels.of(scene.drawing)[: len(scene.known)]
    ]
    assert [dot.get("fill") for dot in circles] == [
        f"#{r:02x}{g:02x}{b:02x}" for r, g, b in ycocg.rgb(scene.known)
    ]


# Edited drawings


def test_a_moved_control_point_changes_its_op_alone_and_keeps_colours() -> None:
    text = svg.dump(file())
    before = svg.load(text)
    _, a, b = re.search(r"(C (\S+) (\S+) )", text).groups()  # type: ignore[union-attr]
    edited = text.replace(f"C {a} {b} ", f"C {float(a) + 6} {float(b) - 3} ", 1)
    after = svg.load(edited)
    differ = [(op, new) for op, new in zip(before.drawing.ops, after.drawing.ops) if op != new]
    assert len(after.drawing.ops) == len(before.drawing.ops) and len(differ) == 1
    (op, new), step = differ[0], before.drawing.step
    assert isinstance(op, Curve)
    assert new == op._replace(a=(op.a[0] + 12 // step, op.a[1] - 6 // step))

    _, scene = codec.decode_scene(file())
    header, found = codec.decode_scene(svg.encode(after))
    assert header == before.header
    assert found.drawing == after.drawing
    assert len(found.known) == min(len(scene.known), len(reference_pixels.of(after.drawing)))
    old = dict(zip(reference_pixels.of(before.drawing), ycocg.rgb(scene.known)))
    new_colours = dict(zip(reference_pixels.of(after.drawing), ycocg.rgb(found.known)))
    kept = old.keys() & new_colours.keys()
    assert len(kept) > 0.9 * len(old)
    far = [np.abs(old[place].astype(int) - new_colours[place]).max() for place in kept]
    assert np.mean(far) < 8  # quantised again


def test_each_place_takes_the_nearest_dot() -> None:
    body = (
        '<path d="M 10 10 L 50 10 M 10 50 L 50 50"/><g id="reference-pixels">'
        '<circle cx="30" cy="5" r="1" fill="#f00"/><g fill="#0000ff"><circle cx="30" cy="60" r="2"/></g></g>'
    )
    sheet = svg.load(f"{OURS}>{body}</svg>")
    _, scene = codec.decode_scene(svg.encode(sheet))
    assert len(scene.known) == 2  # as many as there are dots
    for (_, y), (red, _, blue) in zip(reference_pixels.of(sheet.drawing), ycocg.rgb(scene.known)):
        assert (red > 200 > 50 > blue) if y < 30 else (blue > 200 > 50 > red)
    _, bare = codec.decode_scene(svg.encode(sheet, base_only=True))
    assert bare.known == ()


def test_recoloured_and_hidden_dots_count() -> None:
    text = svg.dump(file())
    fill = re.search(r'fill="(#[0-9a-f]{6})"', text[text.index("<circle") :])[1]  # type: ignore[index]
    styled = text.replace(f'fill="{fill}"', f'fill="{fill}" style="stroke:none; fill:#00ff00 "', 1)
    hidden = styled.replace('id="reference-pixels"', 'id="reference-pixels" style="display:none"')
    _, scene = codec.decode_scene(svg.encode(svg.load(hidden)))
    red, green, blue = ycocg.rgb(scene.known)[0]
    assert green > 200 > 60 > max(red, blue)
    assert len(scene.known) == len(codec.decode_scene(file())[1].known)


def test_another_step_rounds_anew() -> None:
    sheet = svg.load(svg.dump(file()), step=8)
    assert sheet.drawing.step == 8
    before = svg.load(svg.dump(file())).drawing
    a, b = (np.array(drawing.ops[0].end) * drawing.step for drawing in (before, sheet.drawing))
    assert np.abs(a - b).max() <= 4
    assert not fault(sheet.drawing.ops, Grid(256, 256, 8))


# Foreign drawings


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
    sheet = svg.load(f"<svg {root}>{body}</svg>", size=size, step=1)
    assert (sheet.drawing.width, sheet.drawing.height) == canvas
    assert sheet.header == Header(*canvas, size, codec.MODEL)
    assert near(passed(sheet), [wanted])
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
    sheet = svg.load(f'<svg viewBox="0 0 50 33"><path d="{data}"/></svg>', size=64, step=step)
    assert fault(sheet.drawing.ops, Grid(sheet.drawing.width, sheet.drawing.height, step)) is None


# Refusals

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<g><SCRIPT/></g>",
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>',
        '<path d="" onclick="alert(1)"/>',
        '<path d="" onLoad="alert(1)"/>',
        "<foreignObject/>",
        '<image href="#a"/>',
        '<use href="other.svg#a"/>',
        '<use xlink:href="http://example.org/a.svg#a"/>',
        '<a href="javascript:alert(1)"/>',
        '<use href="data:image/svg+xml;base64,AA=="/>',
        '<use href=" file:///etc/passwd"/>',
        '<g src="a.png"/>',
        '<path fill="url(http://example.org/)"/>',
        "<path style=\"fill: URL( 'a.svg#b' )\"/>",
        '<path style="fill:u\\72l(a)"/>',
        "<style>@import 'a.css';</style>",
        "<style>.a{fill:url(a.svg#b)}</style>",
        "<style><![CDATA[.a{fill:url(a.svg#b)}]]></style>",
        "<?xml-stylesheet href='a.css'?>",
        "<?php ?>",
    ],
)
def test_what_is_refused(bad: str) -> None:
    with pytest.raises(SvgError, match=r"refused \(line 3\)") as caught:
        svg.load(f"<svg {SPACES}>\n<g/>\n{bad}</svg>")
    assert caught.value.line == 3
    assert (caught.value.exit_code, str(caught.value).count("\n")) == (4, 0)


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE svg>",
        '<!DOCTYPE svg SYSTEM "http://example.org/svg.dtd">',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_doctypes_are_refused(head: str) -> None:
    with pytest.raises(SvgError, match=r"DOCTYPE is refused \(line 2\)"):
        svg.load(f'<?xml version="1.0"?>\n{head}\n<svg {SPACES}><g id="&b;"/></svg>')


def test_local_references_are_not_refused() -> None:
    body = '<path id="a" fill="url(#b)" style="clip-path:url( \'#c\' )" d="M1 1L5 5"/><use xlink:href="#a"/>'
    assert len(svg.load(f"<svg {SPACES}>{body}</svg>").drawing.ops) == 4


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<path d="L 1 2"/>', "does not begin with a move"),
        ('<path d="Z"/>', "does not begin with a move"),
        ('<path d="1 2"/>', "letter is missing"),
        ('<path d="M 1 2 Z 3 4"/>', "letter is missing"),
        ('<path d="M 1"/>', "a number is missing"),
        ('<path d="M 1 2 L 3 4 ?"/>', "'?' where a number should be"),
        ('<path d="M 1 2 L 3 4 B 5 6"/>', "'B' where a number should be"),
        ('<path d="M 1 2 L nan 4"/>', "'n' where"),
        ('<path d="M 1 2 L 1e999 4"/>', "above 1e+12"),
        ('<path d="M 1 2 L 1e9 4"/>', "more than 1000000 pixels"),
        ('<path d="M 1 2 A 1 1 0 2 0 3 3"/>', "flag"),
        ('<polyline points="1 2 3"/>', "odd number"),
        ('<rect width="5em" height="1"/>', "'5em' is not a length"),
        ('<circle r="1%%"/>', "is not a length"),
        ('<g transform="spin(3)"/>', "'spin' of 1 numbers"),
        ('<g transform="scale(1 2 3)"/>', "'scale' of 3 numbers"),
        ('<g transform="scale(1) x"/>', "cannot be read"),
        ('<g transform="scale(1e9) scale(1e9)"/>', "too large"),
        ('<svg viewBox="0 0 0 1"/>', "viewBox"),
        ('<svg viewBox="0 0 1"/>', "viewBox"),
        ('<svg viewBox="0 0 1 1" preserveAspectRatio="middle"/>', "preserveAspectRatio"),
        ('<use href="#nowhere"/>', "there is no '#nowhere'"),
        ('<g id="reference-pixels"><circle fill="red"/></g>', "'red' is not #rrggbb"),
        ('<g id="reference-pixels"><g data-vcm-steps="6"/></g>', "is not 0 to 5"),
    ],
)
def test_what_cannot_be_read_names_its_line(body: str, says: str) -> None:
    with pytest.raises(SvgError, match=re.escape(says)) as caught:
        svg.load(f"<svg {SPACES}>\n\n{body}</svg>")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no element found"),
        ("hello", "syntax error"),
        (b"\x00\x01\x02", "not an SVG document"),
        (b"\xff\xfe\x00\xd8", "not an SVG document"),
        ("<svg viewBox='0 0 9 9'>", "no element found"),
        ("<svg viewBox='0 0 9 9'/>more", "junk after"),
        ("<html/>", "root is not svg"),
        ("<x:svg xmlns:x='http://example.org'/>", "root is not svg"),
        ("<svg/>", "neither viewBox nor width"),
        ("<svg width='100%' height='100%'/>", "neither viewBox nor width"),
        ("<svg width='0' height='5'/>", "no size"),
        (b"<?xml version='1.0' encoding='nonsense'?><svg/>", "not an SVG document"),
        (b"<svg a='\xff'/>", "invalid token"),
        ("<svg viewBox='0 0 9 9' data-vcm-side='256'/>", "data-vcm-width '' is not in 16..8192"),
        (OURS.replace('side="64"', 'side="65"') + "/>", "not a multiple"),
        (OURS.replace('step="1"', 'step="9"') + "/>", "not in 1..8"),
        (OURS.replace('model="1"', 'model="-1"') + "/>", "data-vcm-model"),
    ],
)
def test_what_is_no_drawing(text: str | bytes, says: str) -> None:
    with pytest.raises(SvgError, match=re.escape(says)):
        svg.load(text)


@pytest.mark.parametrize(
    "limits", [Limits(pixels=81), Limits(canvas=128), Limits(places=1), Limits(ops=2), Limits(track=3)]
)
def test_limits_of_a_file_are_those_of_a_drawing(limits: Limits) -> None:
    text = svg.dump(file())
    assert svg.load(text).dots
    with pytest.raises(LimitError, match="limit of"):
        svg.load(text, limits=limits)


def test_encodings() -> None:
    drawn = '<svg viewBox="0 0 9 9"><title>\u00e9</title><path d="M1 1L5 5"/></svg>'
    ops = svg.load(drawn).drawing.ops
    assert len(ops) == 2
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"):
        declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{drawn}'
        assert svg.load(declared.encode(encoding)).drawing.ops == ops
        assert svg.load(declared).drawing.ops == ops


def test_sizes_and_steps_out_of_range() -> None:
    for options in ({"size": 100}, {"size": 0}, {"size": 2048}, {"step": 0}, {"step": 9}):
        with pytest.raises(ValueError, match="is not"):
            svg.load("<svg/>", **options)


# Hostile sizes


MANY = 1 << 20
QUOTED = "'#000'"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<g/>" * (document.MAX_ELEMENTS + 1), "more than 16384 elements"),
        ("<g>" * 70 + "</g>" * 70, "nested deeper than 64"),
        ('<g id="a"><use href="#a"/></g>', "drawn deeper than 64"),
        (
            "".join(f'<g id="a{i}">{f"""<use href="#a{i + 1}"/>""" * 10}</g>' for i in range(20))
            + '<g id="a20"/>',
            "elements are drawn",
        ),
        (f'<path d="M0 0{"h1" * (reader.MAX_DATA // 2)}"/>', "attributes of more than"),
        (f'<g id="a" transform="{"scale(1)" * 99}"/>{"""<use href="#a"/>""" * 9999}', "attributes of"),
        (f'<path d="M0 0{"h0" * 9999}"/>', "more than 8192 commands"),
        (f'<path id="a" d="M99 0{"h1" * 999}"/>{"""<use href="#a"/>""" * 60}', "more than 8192 segments"),
        (f'<path d="{"M0 0" * 8000}"/>' * 2, "more than 8192 segments"),
        (f'<path id="a" d="M0 0{"z" * 999}"/>{"""<use href="#a"/>""" * 9}', "more than 8192 segments"),
        (f'<path d="M0 0{"h9h-9" * 3999}"/>', "more ops than the limit"),
        (f'<path d="M0 0{"C0 90 90 0 0 0" * 4000}"/>', "positions to draw"),
        (f"<g id='reference-pixels'>{f'<circle fill={QUOTED}/>' * 5000}</g>", "more than 4096"),
        ("<g " + " ".join(f'xmlns:a{i}="http://www.w3.org/2000/svg"' for i in range(99)) + "/>", "prefixes"),
        ("<!--" + " " * MANY + "-->", "above the limit"),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_above_a_limit(body: str, says: str) -> None:
    begin = time.process_time()
    with pytest.raises(LimitError, match=re.escape(says)):
        svg.load(f'<svg viewBox="0 0 9 9">{body}</svg>', size=256)
    assert time.process_time() - begin < 60  # a guard against hanging, no measure of speed


@pytest.mark.parametrize(
    "body",
    [
        f'<path d="M 0 0 L{" " * 1000000}"/>',
        f'<path d="M 0 0 L{"1" * 500000} 1"/>',
        f'<path style="fill:url({" " * 1000000}"/>',
        f'<path style="{"url(" * 250000}"/>',
        f'<path style="{"a:b;" * 250000}" d="M"/>',
        f'<g transform="{"scale(1)" * 120000}?"/>',
        f'<g transform="{"a" * 1000000}"/>',
        f'<g transform="scale({" " * 1000000}"/>',
        f'<rect width="{"1" * 1000000}x"/>',
        f'<rect width="1{" " * 1000000}x"/>',
        f'<svg viewBox="0 0 1 1" preserveAspectRatio="{" " * 1000000}"/>',
        f'<path d="M0 0{"a1 1 0 011 1" * 40000}?"/>',
        f'<path d="M-1 4{"C9 0 0 9 10 5C9 0 0 9-1 4" * 20000}"/>',
        f"<a:b xmlns:a='{'x' * 500000}' {' '.join(f'a:c{i}={QUOTED}' for i in range(20000))}/><path d='?'/>",
        f'<g xmlns:a="{"x" * 500000}">{"<a:b/>" * 16000}<path d="?"/></g>',
    ],
    ids=lambda body: body[:20],
)  # fmt: skip
def test_nothing_hangs(body: str) -> None:
    begin = time.process_time()
    with pytest.raises((SvgError, LimitError)):
        svg.load(f'<svg viewBox="0 0 9 9">{body}</svg>')
    assert time.process_time() - begin < 60  # a guard against hanging, no measure of speed


def test_many_layers_are_above_a_limit() -> None:
    layers = '<g data-vcm-steps="2"><circle fill="#123"/></g>' * 70
    lines = "".join(f'<path d="M {x} {y} h 2"/>' for x in range(4, 60, 6) for y in range(4, 60, 6))
    sheet = svg.load(f'{OURS}>{lines}<g id="reference-pixels">{layers}</g></svg>')
    with pytest.raises(LimitError, match="layers are above"):
        svg.encode(sheet)


TOKENS = [
    "<svg>", "</svg>", "<g>", "</g>", "<path d='", "'/>", "M", "Z", "A", "c", "1 2", "-.5e3", "0", "e", ",",
    "#", "<use href='#a'/>", " id='a'", " transform='", "rotate(", ")", "viewBox='0 0 9 9'", "&", ";", "<",
    ">", "\0", "<circle r='3'/>", "<g id='reference-pixels'>", "fill='#000'", "é", "\ud800",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=12).map("".join))
def test_rubbish_is_refused_or_read(text: str) -> None:
    for document_ in (
        text,
        f'<svg viewBox="0 0 9 9">{text}</svg>',
        f'<svg viewBox="0 0 9 9"><path d="M0 0{text}"/></svg>',
    ):
        try:
            svg.encode(svg.load(document_))
        except VcmError as error:
            assert "\n" not in str(error) and len(str(error)) < 200


# The command


def test_the_command_goes_both_ways(vcm: Runner) -> None:
    assert vcm("svg", "face.vcm") == (0, "", "")
    assert Path("face.svg").read_text("ascii") == svg.dump(file())
    Path("odd.name").write_bytes(Path("face.svg").read_bytes())  # content tells, not the name
    assert vcm("svg", "odd.name") == (0, "", "")
    assert Path("odd.vcm").read_bytes() == file()
    assert vcm("svg", "odd.name", "-o", "base.vcm", "--base-only") == (0, "", "")
    assert Path("base.vcm").read_bytes() == file()[: ends()[0]]
    assert vcm("svg", "face.vcm", "-o", "base.svg", "--base-only") == (0, "", "")
    assert Path("base.svg").read_text() == svg.dump(file()[: ends()[0]])
    Path("foreign.svg").write_text(INKSCAPE)
    assert vcm("svg", "foreign.svg", "--size", 96, "--step", 2) == (0, "", "")
    header, scene = codec.decode_scene(Path("foreign.vcm").read_bytes())
    assert header == Header(96, 96, 96, codec.MODEL)
    assert scene.drawing is not None and scene.drawing.step == 2
    assert vcm("svg", "foreign.svg", "-f") == (0, "", "")
    assert codec.decode_scene(Path("foreign.vcm").read_bytes())[0].side == 256


def test_the_command_ends_in_exit_codes(vcm: Runner) -> None:
    Path("bad.svg").write_text("<!DOCTYPE svg><svg/>")
    vcm.fails(4, "svg", "bad.svg", says="bad.svg: a DOCTYPE is refused (line 1)")
    vcm.fails(4, "svg", "face.png", "-o", "a.vcm", says="not an SVG document")
    Path("cut.vcm").write_bytes(file()[:-1])
    vcm.fails(4, "svg", "cut.vcm", says="truncated")
    Path("deep.svg").write_text("<svg viewBox='0 0 9 9'>" + "<g>" * 99 + "</g>" * 99 + "</svg>")
    vcm.fails(6, "svg", "deep.svg", says="nested deeper than 64 (line 1)")
    vcm.fails(2, "svg", "face.vcm", "--size", "64", says="for drawings")
    vcm.fails(2, "svg", "bad.svg", "--size", "65", says="multiple")
    vcm.fails(2, "svg", "bad.svg", "--step", "9")
    vcm.fails(2, "svg", "face.vcm", "-o", "face.vcm", says="is the input")
    vcm.fails(8, "svg", "face.vcm", "-o", "nowhere/a.svg", says="nowhere")
