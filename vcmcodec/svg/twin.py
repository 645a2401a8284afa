"""SVG text to a drawing with dots of colour, and that to a ``.vcm`` file."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from vcmcodec import budget, codec, container, raster
from vcmcodec.analysis import order
from vcmcodec.colour import YCoCg
from vcmcodec.container import CANVAS_UNIT, Header, canvas_size
from vcmcodec.errors import LimitError, SvgError
from vcmcodec.layers import colours as colour_layer
from vcmcodec.layers import edges as edge_layer
from vcmcodec.layers import heads
from vcmcodec.layers.strokes import in_order
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, MAX_SIDE, MIN_SIDE, Limits
from vcmcodec.ops import MAX_STEP, Grid, Point, fault
from vcmcodec.scene import Drawing, Scene
from vcmcodec.svg import document, reader, snap
from vcmcodec.svg.document import Node, quoted
from vcmcodec.svg.reader import Dot
from vcmcodec.svg.transform import Box
from vcmcodec.svg.writer import BESIDE, HEADER, KEPT, ORDER, PLACES, STEP
from vcmcodec.wire import MAX_VARINT

_SIDE = HEADER[2]

_RANGES = dict(
    zip(HEADER, [(MIN_SIDE, MAX_SIDE)] * 2 + [(CANVAS_UNIT, MAX_CANVAS), (1, MAX_STEP), (0, MAX_VARINT)])
)


@dataclass(frozen=True)
class Sheet:
    """What a document draws. ``dots``: colours and where they stand, in canvas pixels, in sending
    order. ``layers``: where in ``dots`` a colour layer begins, and the number of its quantiser steps;
    empty where the document says nothing of layers. ``filled``: whether fillers are among the places."""

    header: Header
    drawing: Drawing
    dots: tuple[Dot, ...] = ()
    layers: tuple[tuple[int, int], ...] = ()
    filled: bool = True


def load(
    text: str | bytes, *, size: int = 256, step: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Sheet:
    """What an SVG document draws, on a grid.

    ``size``: the canvas's longest side in pixels, a multiple of 32 up to 1024, for a drawing that
    :func:`vcmcodec.svg.dump` did not write. ``step``: the grid's, in half-pixels, 1..8; None: the
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
        raise SvgError("svg: neither viewBox nor width and height say its size", line=root.line)
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
    return Sheet(
        header,
        Drawing(width, height, grid.step, tuple(ops)),
        tuple(content.dots),
        tuple(content.layers),
        filled=not (own and root.attributes.get(PLACES) == BESIDE),
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
    return Header(width, height, side, model), step


def _foreign(box: Box, size: int) -> Header:
    """Header of a picture as large as its canvas, in the proportions of a drawing that names none."""
    longest = max(box.width, box.height)
    width, height = (max(MIN_SIDE, round(size * side / longest)) for side in (box.width, box.height))
    return Header(width, height, size, codec.MODEL)


def encode(sheet: Sheet, *, base_only: bool = False, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """A drawing as a ``.vcm`` file. ``base_only``: its strokes alone.

    Raises LimitError where it has more layers or a larger one than decoders take, ModelError where the
    coders' models are missing.
    """
    drawing = sheet.drawing
    scene = Scene(drawing.width, drawing.height, drawing, filled=sheet.filled)
    coding = heads.COLOUR_CODING if sheet.filled else heads.COLOUR_PRIMER
    coded = [(edge_layer.KIND, edge_layer.encode(drawing))]
    wanted = [] if base_only or not sheet.dots else _nearest(scene.places, sheet.dots)
    for cut, steps in _cuts(sheet, len(wanted)):
        part = [_sendable(known, steps) for known in wanted[len(scene.known) : cut]]
        payload, scene = colour_layer.encode(scene, part, steps, coding)
        coded.append((colour_layer.KIND, payload))
    largest = max(len(payload) for _, payload in coded)
    if largest > limits.payload:
        raise LimitError(f"a layer of {largest} bytes is above the limit of {limits.payload}")
    if len(coded) > limits.layers:
        raise LimitError(f"{len(coded)} layers are above the limit of {limits.layers}")
    return container.write(sheet.header, coded)


def _nearest(places: list[Point], dots: tuple[Dot, ...]) -> list[YCoCg]:
    """The colour of the nearest dot for each place, for as many as there are dots."""
    where = np.array([dot.place for dot in dots]) - (0.5 + 0.5j)
    return [dots[int(np.argmin(np.abs(where - complex(*place))))].colour for place in places[: len(dots)]]


def _cuts(sheet: Sheet, count: int) -> list[tuple[int, int]]:
    """Where colour layers end that hold ``count`` colours in all, and each one's quantiser steps: as
    the document has it, else as the encoder does."""
    if not sheet.layers:
        return [(cut, colour_layer.DEFAULT_STEPS) for cut in budget.ends(count)] if count else []
    found: list[tuple[int, int]] = []
    ends = [start for start, _ in sheet.layers[1:]] + [len(sheet.dots)]
    for end, (_, steps) in zip(ends, sheet.layers):
        if min(end, count) > (found[-1][0] if found else 0):
            found.append((min(end, count), steps))
    return found


def _sendable(known: YCoCg, steps: int) -> tuple[int, int, int]:
    """The RGB to ask the colour layer for so that a decoder will know ``known``, if it was decoded from
    a file with these steps; not clamped to 0..255.

    A component at the end of its range was clamped there, most likely: asking for half a step more
    makes the level that reaches the end the nearest one, as it was.
    """
    luma, chroma = colour_layer.STEPS[steps]
    y, co, cg = (
        value + ((value >= high) - (value <= low)) * ((step - 1) // 2)
        for value, step, low, high in zip(known, (luma, chroma, chroma), (0, -255, -255), (255, 255, 255))
    )
    # colour.to_rgb without its clamp, which colour.to_ycocg turns back exactly.
    base = y - (cg >> 1)
    blue = base - (co >> 1)
    return blue + co, cg + base, blue
