"""A file's text twin: to SVG and back, also edited."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import svgpathtools
from command import Runner
from hypothesis import given, settings
from portrait import ends, file, texture_file
from repository import VECTORS
from strokes import drawings
from svg_drawings import INKSCAPE, OURS

from vcmcodec import codec
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.interop import svg
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import reference_pixels, ycocg
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, fault
from vcmcodec.scene import TEXTURE


def coded(drawing: Drawing, header: Header) -> bytes:
    return container.write(header, [(edge_head.CODE, edge_layer.encode(drawing))])


def test_a_portrait_comes_back_byte_for_byte_wherever_it_is_cut() -> None:
    for end in ends():
        data = file()[:end]
        text = svg.dump(data)
        assert svg.dump(data) == text
        assert svg.encode(svg.load(text)) == data
        assert svg.encode(svg.load(text.encode())) == data
    assert svg.encode(svg.load(text), base_only=True) == file()[: ends()[0]]
    assert svg.dump(data, base_only=True) == svg.dump(file()[: ends()[0]])


@pytest.mark.parametrize("path", sorted(VECTORS.glob("good-*.vcm")), ids=lambda path: path.stem)
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
    drawn = svg.load(svg.dump(coded(drawing, header)))
    assert (drawn.header, drawn.drawing) == (header, drawing)


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
    drawn = svg.load(f"{OURS}>{body}</svg>")
    _, scene = codec.decode_scene(svg.encode(drawn))
    assert len(scene.known) == 2  # as many as there are dots
    for (_, y), (red, _, blue) in zip(reference_pixels.of(drawn.drawing), ycocg.rgb(scene.known)):
        assert (red > 200 > 50 > blue) if y < 30 else (blue > 200 > 50 > red)
    _, bare = codec.decode_scene(svg.encode(drawn, base_only=True))
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
    drawn = svg.load(svg.dump(file()), step=8)
    assert drawn.drawing.step == 8
    before = svg.load(svg.dump(file())).drawing
    a, b = (np.array(drawing.ops[0].end) * drawing.step for drawing in (before, drawn.drawing))
    assert np.abs(a - b).max() <= 4
    assert not fault(drawn.drawing.ops, Grid(256, 256, 8))


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


def test_a_file_without_strokes_says_so(vcm: Runner) -> None:
    Path("a.vcm").write_bytes(texture_file())
    done = vcm("svg", "a.vcm")
    assert done.code == 0 and "a.vcm: warning: the file holds no strokes" in done.err
    assert "vcm encode --scheme strokes or mixed makes them" in done.err and done.err.count("\n") == 1
    assert vcm("svg", "a.svg", "-o", "b.vcm").code == 0
    assert Path("b.vcm").read_bytes() == texture_file()


def test_the_command_ends_in_exit_codes(vcm: Runner) -> None:
    Path("bad.svg").write_text('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>')
    vcm.fails(4, "svg", "bad.svg", says="bad.svg: an entity is refused (line 1)")
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
