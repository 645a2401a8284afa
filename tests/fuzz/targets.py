"""What reads bytes from outside: one target each, with what must hold of all that it takes.

A target lets through only the errors that its component documents. ModelError is none of them: no bytes
cause it, and where models are missing it would hide everything else.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from fuzz import coders, coefficients
from vcmcodec import codec, gallery, inspect, truncation
from vcmcodec.errors import BudgetError, FormatError, LimitError, SvgError, TruncatedError
from vcmcodec.format import container
from vcmcodec.format.canvas import CANVAS_UNIT, canvas_size
from vcmcodec.format.container import Header, Layer
from vcmcodec.format.wire import MAX_VARINT, Reader
from vcmcodec.interop import svg
from vcmcodec.interop.svg.opaque import is_drawn
from vcmcodec.interop.svg.reader import MAX_DOTS
from vcmcodec.layers import kinds
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colours
from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.colours.known import KnownColours
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edges
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Point, fault
from vcmcodec.layers.edges.raster import track
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, MAX_SIDE, MIN_SIDE
from vcmcodec.scene import Scene

T = TypeVar("T")


@dataclass(frozen=True)
class Target(Generic[T]):
    """``read``: the component, which may raise ``errors`` alone. ``check``: asserts what must hold of the
    bytes and what was read of them, so that silent wrong answers are found too."""

    read: Callable[[bytes], T]
    check: Callable[[bytes, T], None]
    errors: tuple[type[FormatError], ...] = (FormatError,)

    def refusal(self, data: bytes, error: FormatError) -> None:
        """Asserts what must hold of an error: one line that a terminal can show, of a place in the data."""
        assert str(error).isprintable() and str(error).isascii(), repr(str(error))
        assert error.offset is None or 0 <= error.offset <= len(data), error
        assert not isinstance(error, SvgError) or SvgError in self.errors

    def __call__(self, data: bytes) -> None:
        try:
            found = self.read(data)
        except self.errors as error:
            self.refusal(data, error)
            return
        self.check(data, found)


def _check_header(header: Header) -> None:
    assert MIN_SIDE <= header.width <= MAX_SIDE and MIN_SIDE <= header.height <= MAX_SIDE
    assert CANVAS_UNIT <= header.side <= MAX_CANVAS and header.side % CANVAS_UNIT == 0
    assert 0 <= header.model <= MAX_VARINT


def _check_container(data: bytes, found: tuple[Header, list[Layer]]) -> None:
    header, layers = found
    _check_header(header)
    assert 1 <= len(layers) <= DEFAULT_LIMITS.layers
    for before, layer in zip(layers, layers[1:]):
        assert before.offset + before.size == layer.offset
    assert layers[-1].offset + layers[-1].size == len(data)
    assert container.write(header, [(layer.kind, layer.payload) for layer in layers]) == data


def _check_cut(data: bytes, found: tuple[bytes, TruncatedError | None]) -> None:
    kept, broken = found
    assert data.startswith(kept)
    assert (broken is None) == (kept == data)
    _check_container(kept, container.read(kept))
    try:
        info = inspect(kept)
    except FormatError:
        return
    ends = [layer.end for layer in info.layers]
    assert info.header + sum(layer.bytes for layer in info.layers) == ends[-1] == len(kept)
    assert info.to_dict()["bytes"] == len(kept)
    for end in {ends[0], ends[-1]}:
        assert truncation.within(kept, end) == kept[:end]
    try:
        truncation.within(kept, ends[0] - 1)
        raise AssertionError("a file without a layer")
    except BudgetError:
        pass
    names = [layer.kind for layer in info.layers]
    if "edges" in names:
        base = truncation.after_base(kept)
        assert kept.startswith(base) and inspect(base).layers[-1].kind == "edges"
    if "colours" in names:
        assert inspect(truncation.upto(kept, "colour:1")).layers[-1].kind == "colours"


def _check_places(places: list[Point], width: int, height: int) -> None:
    assert len(places) == len(set(places)) <= DEFAULT_LIMITS.places
    assert all(0 <= x < width and 0 <= y < height for x, y in places)


def _check_drawing(drawing: Drawing) -> None:
    assert fault(drawing.ops, drawing.grid) is None
    assert len(drawing.ops) <= DEFAULT_LIMITS.ops
    assert track(drawing.ops, drawing.step) <= DEFAULT_LIMITS.track
    assert drawing.E.shape == (drawing.height, drawing.width) and drawing.E.dtype == np.uint8
    assert not (drawing.E > 1).any()


CANVASES = ((256, 256), (32, 32), (8, 256), (256, 151), (1024, 1024))


def _read_edges(data: bytes) -> Scene:
    """The first byte chooses the canvas, the others are an edge layer's payload."""
    width, height = CANVASES[sum(data[:1]) % len(CANVASES)]
    return edges.decode(Scene(width, height), Reader(data[1:], layer=0, whole=True), DEFAULT_LIMITS)


def _check_edges(data: bytes, scene: Scene) -> None:
    drawing = scene.drawing
    assert drawing is not None
    _check_drawing(drawing)
    _check_places(reference_pixels.of(drawing), drawing.width, drawing.height)
    _check_places(reference_pixels.of(drawing, False), drawing.width, drawing.height)
    coded = edges.encode(drawing)
    if data[1] >> 4 == edge_head.DECISIONS:
        assert len(coded) <= len(data) - 1
    again = _read_edges(data[:1] + coded).drawing
    assert again is not None and again.ops == drawing.ops
    assert edges.encode(again) == coded


@functools.cache
def scenes() -> tuple[Scene, ...]:
    """What colours are read on: no strokes, few, many; before any colour, and behind some of each coding."""
    rng = random.Random(3)
    grid = Grid(256, 192, 3)
    ops: list[Move | Line | Curve] = []
    for _ in range(30):
        a, b, c, d = [(rng.randrange(grid.columns), rng.randrange(grid.rows)) for _ in range(4)]
        ops += [Move(a), Line(b), Curve(b, c, d)]
    bare = Drawing(64, 64, 3, ()).scene
    few = Drawing(256, 192, 3, (Move((9, 9)), Line((90, 40)), Curve((9, 1), (80, 3), (70, 99)))).scene
    many = Drawing(256, 192, 3, tuple(ops)).scene
    known = tuple((rng.randrange(256), rng.randrange(-255, 256), rng.randrange(-255, 256)) for _ in range(20))
    behind = (
        many.with_part(
            colour_head.CODE, KnownColours(reference_pixels.of(many.drawing, filled), known, filled)
        )
        for filled in (True, False)
    )
    return bare, few, many, *behind


def _read_colours(data: bytes) -> Scene:
    """The first byte chooses the scene, the others are a colour layer's payload."""
    scene = scenes()[sum(data[:1]) % len(scenes())]
    return colours.decode(scene, Reader(data[1:], layer=0, whole=True), DEFAULT_LIMITS)


def _check_colours(data: bytes, scene: Scene) -> None:
    before = scenes()[data[0] % len(scenes())].known
    head = colour_head.read(Reader(data[1:]))
    assert scene.known[: len(before)] == before
    assert len(scene.known) == len(before) + head.count
    _check_planes(scene)


def _check_planes(scene: Scene) -> None:
    mask, colour = scene.planes
    assert len(scene.known) <= DEFAULT_LIMITS.places
    assert all(0 <= y <= 255 and abs(co) <= 255 and abs(cg) <= 255 for y, co, cg in scene.known)
    assert mask.shape == (scene.height, scene.width) and colour.shape == (scene.height, scene.width, 3)
    assert mask.dtype == colour.dtype == np.uint8
    assert not (mask > 1).any() and int(mask.sum()) == len(scene.known)
    assert not colour[mask == 0].any()


def _read_file(data: bytes) -> tuple[Header, Scene]:
    """All that a decoder does before it runs the generator."""
    header, scene = codec.decode_scene(data)
    assert scene.E.shape == scene.planes[0].shape
    assert scene.T is None or scene.T.shape[:2] == scene.E.shape
    return header, scene


def _check_file(data: bytes, found: tuple[Header, Scene]) -> None:
    header, scene = found
    _check_container(data, container.read(data))
    assert (scene.width, scene.height) == canvas_size(header.width, header.height, header.side)
    if scene.drawing is not None:
        _check_drawing(scene.drawing)
    if scene.T is not None:
        coefficients.check_T(scene)
    if scene.F is not None:
        coefficients.check_embedding(scene)
    _check_planes(scene)
    info = inspect(data)
    assert (info.width, info.height, info.model) == (header.width, header.height, header.model)
    counts = {"edges": 0, "colours": 0}
    for layer in info.layers:
        if layer.kind in counts:
            counts[layer.kind] += layer.count or 0
    assert counts["edges"] == (scene.drawing.strokes if scene.drawing else 0)
    assert counts["colours"] == len(scene.known)


def _check_twin(data: bytes, found: tuple[Header, Scene]) -> None:
    """Whatever decodes can be written as SVG and read back."""
    header, scene = found
    drawn = svg.load(svg.dump(data))
    assert drawn.header == header
    assert drawn.drawing.ops == (scene.drawing.ops if scene.drawing else ())
    assert tuple(dot.colour for dot in drawn.dots) == scene.known
    colours = scene.part(colour_head.CODE)
    assert drawn.filled == (colours is None or colours.filled)
    coded = svg.encode(drawn)
    _, again = codec.decode_scene(coded)
    assert again.known == scene.known
    assert _undrawn(coded) == _undrawn(data)


def _undrawn(data: bytes) -> list[tuple[int, bytes]]:
    return [(layer.kind, layer.payload) for layer in container.read(data)[1] if not is_drawn(layer.kind)]


def _check_drawn(data: bytes, drawn: svg.SvgDrawing) -> None:
    _check_header(drawn.header)
    _check_drawing(drawn.drawing)
    assert len(drawn.dots) <= MAX_DOTS
    assert len(drawn.opaque) <= DEFAULT_LIMITS.layers
    assert all(len(layer.payload) <= DEFAULT_LIMITS.payload for layer in drawn.opaque)
    try:
        coded = svg.encode(drawn)
    except LimitError:
        return
    except SvgError:  # of a known layer that is not drawn and that no decoder takes
        assert any(layer.code in kinds.KINDS for layer in drawn.opaque) or (drawn.bare and not drawn.opaque)
        return
    header, scene = codec.decode_scene(coded)
    assert header == drawn.header
    assert scene.drawing is not None or drawn.bare
    assert (scene.drawing.ops if scene.drawing else ()) == drawn.drawing.ops
    assert len(scene.known) <= len(drawn.dots)
    assert svg.encode(svg.load(svg.dump(coded))) == coded


def _read_text(data: bytes) -> svg.SvgDrawing:
    """SVG as text, which need not be valid Unicode either."""
    return svg.load(data.decode("utf-8", "surrogateescape"))


def _check_gallery(data: bytes, found: gallery.Gallery) -> None:
    """Features are of length 1 or nothing, can be searched, and come back."""
    assert found.vectors.shape == (len(found), gallery.DIMENSIONS) and found.vectors.dtype == np.float32
    lengths = np.linalg.norm(found.vectors, axis=1)
    assert ((lengths == 0) | (abs(lengths - 1) < 1e-5)).all()
    again = gallery.read(found.write())
    assert again.names == found.names and all(isinstance(name, str) for name in found.names)
    assert float(abs(again.vectors - found.vectors).max(initial=0)) < 1e-4
    probe = np.full(gallery.DIMENSIONS, gallery.DIMENSIONS**-0.5, np.float32)
    for count in (1, len(found) + 1):
        cosines = [one.cosine for one in found.search(probe, count)]
        assert len(cosines) == min(count, len(found)) and cosines == sorted(cosines, reverse=True)


TARGETS: dict[str, Target[Any]] = {
    "decode": Target(_read_file, _check_file),
    "container": Target(container.read, _check_container),
    "cut": Target(truncation.whole, _check_cut),
    "edges": Target(_read_edges, _check_edges),
    "colours": Target(_read_colours, _check_colours),
    "texture": Target(coefficients.read_texture, coefficients.check_texture),
    "detail": Target(coefficients.read_detail, coefficients.check_detail),
    "feature": Target(coefficients.read_feature, coefficients.check_feature),
    "entropy": Target(coders.read_decisions, coders.check_decisions),
    "ppm": Target(coders.read_symbols, coders.check_symbols),
    "twin": Target(codec.decode_scene, _check_twin),
    "svg": Target(svg.load, _check_drawn, (SvgError, LimitError)),
    "svg-text": Target(_read_text, _check_drawn, (SvgError, LimitError)),
    "gallery": Target(gallery.read, _check_gallery),
}
