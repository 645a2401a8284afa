"""Strokes in the SVG twin: group ``strokes`` holds one ``path`` a stroke (M, then L and C), in the order of
the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vcmcodec.format.container import Layer
from vcmcodec.format.wire import Reader
from vcmcodec.layers.edges import head, payload
from vcmcodec.layers.edges.ops import Point, Segment, segments
from vcmcodec.layers.edges.strokes import in_order
from vcmcodec.layers.text_form import Drawn
from vcmcodec.scene import Scene

ORDER, KEPT, NONE = "data-vcm-order", "kept", "none"
"""On the root where strokes have an order of their own, not that of where they begin; and where there is no
edge layer."""

CODING = "data-vcm-edge-coding"
"""On the root where sorted strokes are in coding 1, as Hu et al. 2020 have them."""


class StrokesAsPaths:
    """The :class:`vcmcodec.layers.text_form.TextForm` of edges."""

    def attributes(self, scene: Scene, layers: Sequence[Layer]) -> dict[str, str]:
        if scene.drawing is None:
            return {ORDER: NONE}
        if not in_order(scene.drawing.ops):
            return {ORDER: KEPT}
        by_ppm = any(isinstance(head.read(Reader(layer.payload)), head.SymbolHead) for layer in layers)
        return {CODING: str(head.PPM)} if by_ppm else {}

    def write(self, scene: Scene, layers: Sequence[Layer]) -> Iterator[str]:
        yield (
            '  <g id="strokes" fill="none" stroke="black" stroke-width="1" stroke-linecap="round"'
            ' stroke-linejoin="round">'
        )
        for stroke in segments(scene.drawing.ops, scene.drawing.step) if scene.drawing else []:
            yield f'    <path d="{_path(stroke)}"/>'
        yield "  </g>"

    def encode(self, drawn: Drawn, scene: Scene) -> tuple[list[bytes], Scene]:
        if drawn.bare and not drawn.drawing.ops:
            return [], scene
        coded = payload.encode(drawn.drawing, head.PPM if drawn.by_ppm else None)
        return [coded], scene.with_part(head.CODE, drawn.drawing)


def _point(point: Point) -> str:
    """Half-pixels in canvas pixels: a half more than half of them, exactly."""
    return " ".join(map(_pixels, point))


def _pixels(half: int) -> str:
    if half & 1:
        return f"{half // 2 + 1}"
    return f"{'-' if half < -1 else ''}{abs(half + 1) // 2}.5"


def _path(stroke: Sequence[Segment]) -> str:
    parts = [f"M {_point(stroke[0].points[0])}"]
    for segment in stroke:
        letter = "L" if len(segment.points) == 2 else "C"
        parts.append(f"{letter} {' '.join(map(_point, segment.points[1:]))}")
    return " ".join(parts)
