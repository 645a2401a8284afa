"""SVG text to a drawing with dots of colour, and that to a ``.vcm`` file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vcmcodec import codec
from vcmcodec.errors import LimitError, SvgError
from vcmcodec.format import container
from vcmcodec.format.canvas import CANVAS_UNIT, canvas_size
from vcmcodec.format.container import Header
from vcmcodec.format.wire import MAX_VARINT
from vcmcodec.interop.svg import document, opaque, reader, snap
from vcmcodec.interop.svg.document import Node, quoted
from vcmcodec.interop.svg.opaque import Opaque
from vcmcodec.interop.svg.reader import Dot
from vcmcodec.interop.svg.transform import Box
from vcmcodec.interop.svg.writer import GREY, HEADER, STEP
from vcmcodec.layers import kinds
from vcmcodec.layers.colours.text import BESIDE, PLACES
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges import order, raster
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.head import PPM
from vcmcodec.layers.edges.ops import MAX_STEP, Grid, Point, fault
from vcmcodec.layers.edges.strokes import in_order
from vcmcodec.layers.edges.text import CODING, KEPT, NONE, ORDER
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, MAX_SIDE, MIN_SIDE, Limits
from vcmcodec.scene import Scene

_SIDE = HEADER[2]

_RANGES = dict(
    zip(HEADER, [(MIN_SIDE, MAX_SIDE)] * 2 + [(CANVAS_UNIT, MAX_CANVAS), (1, MAX_STEP), (0, MAX_VARINT)])
)


@dataclass(frozen=True)
class SvgDrawing:
    """What a document draws. ``dots``: colours and where they stand, in canvas pixels, in sending order.
    ``colour_layers``: for each colour layer the index of its first dot and that of its quantiser steps; empty
    if the document says nothing of layers. ``filled``: whether fillers are among the places. ``by_ppm``:
    whether sorted strokes are in coding 1. ``bare``: whether the document says that its file has no edge
    layer; one is then written only if a stroke has been drawn. ``opaque``: layers that are not drawn."""

    header: Header
    drawing: Drawing
    dots: tuple[Dot, ...] = ()
    colour_layers: tuple[tuple[int, int], ...] = ()
    filled: bool = True
    by_ppm: bool = False
    bare: bool = False
    opaque: tuple[Opaque, ...] = ()

    @property
    def dot_count(self) -> int:
        """How many dots there are."""
        return len(self.dots)

    def colours_at(self, places: Sequence[Point]) -> list[YCoCg]:
        """The colour of the nearest dot, for each of the first ``dot_count`` places (x, y)."""
        where = np.array([dot.place for dot in self.dots]) - (0.5 + 0.5j)
        nearest = (int(np.argmin(np.abs(where - complex(*place)))) for place in places[: len(self.dots)])
        return [self.dots[index].colour for index in nearest]


def load(
    text: str | bytes, *, size: int = 256, step: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> SvgDrawing:
    """What an SVG document draws, on a grid.

    ``size``: the canvas's longest side in pixels, a multiple of 32 up to 1024, for a drawing that
    :func:`vcmcodec.interop.svg.dump` did not write. ``step``: the grid's, in half-pixels, 1..8; None: the
    drawing's own, else the encoder's.

    Raises SvgError for what is not SVG or is refused, LimitError for what is too large, ValueError for
    ``size`` or ``step`` out of range.
    """
    if size % CANVAS_UNIT or not CANVAS_UNIT <= size <= MAX_CANVAS:
        raise ValueError(f"size {size} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}")
    if step is not None and not 1 <= step <= MAX_STEP:
        raise ValueError(f"step {step} is not in 1..{MAX_STEP}")
    if len(text) > limits.file:
        raise LimitError(f"document of {len(text)} bytes is above the limit of {limits.file}")
    root = document.parse(text)
    box = reader.root_box(root)
    own = _SIDE in root.attributes
    if own:
        header, own_step = _own(root)
    elif box is None:
        raise SvgError("svg: no viewBox, and no usable width and height", line=root.line)
    else:
        header, own_step = _foreign(box, size), STEP
    try:
        container.allow(header, limits)
    except LimitError as error:
        raise LimitError(error.reason) from None  # without its place in a file
    width, height = canvas_size(header.width, header.height, header.side)
    content = reader.read(root, box or Box(0, 0, width, height), width, height)
    grid = Grid(width, height, step or own_step)
    strokes = snap.snap(content.strokes, grid, limits.ops)
    ops = [op for stroke in strokes for op in stroke]
    if not (own and (root.attributes.get(ORDER) == KEPT or in_order(ops))):
        ops = order.scan(strokes)
    if len(content.dots) > limits.places:
        raise LimitError(f"{len(content.dots)} colours are above the limit of {limits.places}")
    track = raster.track(ops, grid.step)
    if track > limits.track:
        raise LimitError(f"{track} positions to draw are above the limit of {limits.track}")
    assert fault(ops, grid) is None
    return SvgDrawing(
        header,
        Drawing(width, height, grid.step, tuple(ops)),
        tuple(content.dots),
        tuple(content.colour_layers),
        filled=not (own and root.attributes.get(PLACES) == BESIDE),
        by_ppm=own and root.attributes.get(CODING) == str(PPM),
        bare=own and root.attributes.get(ORDER) == NONE,
        opaque=opaque.read(root, limits) if own else (),
    )


def _own(root: Node) -> tuple[Header, int]:
    """Header and step that a drawing of ours names."""
    values = []
    for name, (least, most) in _RANGES.items():
        text = root.attributes.get(name, "")
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise SvgError(f"svg: {name} {quoted(text)} is not in {least}..{most}", line=root.line)
        values.append(int(text))
    width, height, side, step, model = values
    if side % CANVAS_UNIT:
        raise SvgError(f"svg: {_SIDE} {side} is not a multiple of {CANVAS_UNIT}", line=root.line)
    return Header(width, height, side, model, root.attributes.get(GREY) == "1"), step


def _foreign(box: Box, size: int) -> Header:
    """Header of a picture as large as its canvas, in the proportions of a drawing that names none."""
    longest = max(box.width, box.height)
    width, height = (max(MIN_SIDE, round(size * side / longest)) for side in (box.width, box.height))
    return Header(width, height, size, codec.MODEL)


def encode(drawn: SvgDrawing, *, base_only: bool = False, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """A drawing as a ``.vcm`` file. ``base_only``: its strokes alone.

    Raises SvgError where there is no layer to write or a layer that is not drawn is damaged, LimitError for
    more layers or a larger one than decoders take, ModelError where the coders' models are missing.
    """
    nothing = Scene(drawn.drawing.width, drawn.drawing.height)
    scene, coded = nothing, list[tuple[int, bytes]]()
    for kind in kinds.KINDS.values():
        form = kind.text()
        if form is not None and (kind is kinds.BASE or not base_only):
            payloads, scene = form.encode(drawn, scene)
            coded += [(kind.code, payload) for payload in payloads]
    if not base_only:
        coded = opaque.merged(coded, drawn.opaque, nothing, limits)
    if not coded:
        raise SvgError("svg: the document has no layers to write")
    largest = max(len(payload) for _, payload in coded)
    if largest > limits.payload:
        raise LimitError(f"a layer of {largest} bytes is above the limit of {limits.payload}")
    if len(coded) > limits.layers:
        raise LimitError(f"{len(coded)} layers are above the limit of {limits.layers}")
    return container.write(drawn.header, coded)
