"""A ``.vcm`` file as SVG text, one element a line; the same text for the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vcmcodec import codec, colour, container
from vcmcodec.colour import YCoCg
from vcmcodec.container import Header, Layer
from vcmcodec.layers import heads
from vcmcodec.layers.strokes import in_order
from vcmcodec.limits import DEFAULT_LIMITS, Limits
from vcmcodec.ops import Point, Segment, segments
from vcmcodec.scene import Scene
from vcmcodec.wire import Reader

DOTS = "reference-pixels"
"""Id of the group of reference pixels."""

HEADER = tuple(f"data-vcm-{name}" for name in ("width", "height", "side", "step", "model"))
"""Attributes of the root, in this order; the third tells a drawing of ours."""

ORDER, KEPT = "data-vcm-order", "kept"
"""On the root where strokes have an order of their own, not that of where they begin."""

PLACES, BESIDE = "data-vcm-places", "beside-strokes"
"""On the root where reference pixels have no fillers among them, as in coding 1 of colours."""

STEP = 3
"""The step of a drawing that names none: the finest that the encoder uses."""

STEPS = "data-vcm-steps"
YCOCG = "data-vcm-ycocg"


def dump(data: bytes, *, base_only: bool = False, limits: Limits = DEFAULT_LIMITS) -> str:
    """The bytes of a ``.vcm`` file as an SVG document. ``base_only``: without reference pixels.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError, ModelError.
    """
    header, layers = container.read(data, limits)
    scene = codec.understand(header, layers, limits)
    dots = [] if base_only else _dots(scene, layers)
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_svg(header, scene, dots), ""])


def _svg(header: Header, scene: Scene, dots: list[str]) -> Iterator[str]:
    step = scene.drawing.step if scene.drawing else STEP
    values = (header.width, header.height, header.side, step, header.model)
    data = " ".join(f'{name}="{value}"' for name, value in zip(HEADER, values))
    if scene.drawing and not in_order(scene.drawing.ops):
        data += f' {ORDER}="{KEPT}"'
    if not scene.filled:
        data += f' {PLACES}="{BESIDE}"'
    width, height = scene.width, scene.height
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" {data}>'
    )
    yield (
        '  <g id="strokes" fill="none" stroke="black" stroke-width="1" stroke-linecap="round"'
        ' stroke-linejoin="round">'
    )
    for stroke in segments(scene.drawing.ops, step) if scene.drawing else []:
        yield f'    <path d="{_path(stroke)}"/>'
    yield "  </g>"
    yield f'  <g id="{DOTS}">'
    yield from dots
    yield "  </g>"
    yield "</svg>"


def _point(point: Point) -> str:
    """Half-pixels in canvas pixels: a half more than half of them, exactly."""
    return " ".join(f"{value // 2 + 1}" if value & 1 else f"{(value + 1) / 2:.1f}" for value in point)


def _path(stroke: Sequence[Segment]) -> str:
    parts = [f"M {_point(stroke[0].points[0])}"]
    for segment in stroke:
        letter = "L" if len(segment.points) == 2 else "C"
        parts.append(f"{letter} {' '.join(map(_point, segment.points[1:]))}")
    return " ".join(parts)


def _dots(scene: Scene, layers: Sequence[Layer]) -> list[str]:
    """Lines of a group per colour layer, and a dot per known colour."""
    places = iter(zip(scene.places, scene.known))
    lines = []
    for layer in layers:
        if layer.kind != heads.COLOURS:
            continue
        head = heads.read_colours(Reader(layer.payload))
        lines.append(f'    <g {STEPS}="{head.steps}">')
        lines += [_dot(place, known) for _, (place, known) in zip(range(head.colours), places)]
        lines.append("    </g>")
    return lines


def _dot(place: Point, known: YCoCg) -> str:
    rgb = colour.to_rgb(*known)
    # Where a channel is clamped, RGB does not say which of several colours is known.
    exact = "" if colour.to_ycocg(*rgb) == known else f' {YCOCG}="{known[0]} {known[1]} {known[2]}"'
    fill = "#" + bytes(rgb).hex()
    return f'      <circle cx="{place[0]}.5" cy="{place[1]}.5" r="1" fill="{fill}"{exact}/>'
