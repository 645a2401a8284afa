"""Colours in the SVG twin: group ``reference-pixels`` holds a group per colour layer with a dot per known
colour, in sending order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vcmcodec.format.container import Layer
from vcmcodec.format.wire import Reader
from vcmcodec.layers.colours import head, payload, ycocg
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges.ops import Point
from vcmcodec.layers.text_form import Drawn
from vcmcodec.scene import Scene

DOTS = "reference-pixels"
"""Id of the group of reference pixels."""

PLACES, BESIDE = "data-vcm-places", "beside-strokes"
"""On the root where reference pixels have no fillers among them, as in coding 1 of colours."""

STEPS = "data-vcm-steps"
YCOCG = "data-vcm-ycocg"


class ColoursAsDots:
    """The :class:`vcmcodec.layers.text_form.TextForm` of colours."""

    def attributes(self, scene: Scene, layers: Sequence[Layer]) -> dict[str, str]:
        part = scene.part(head.CODE)
        return {} if part is None or part.filled else {PLACES: BESIDE}

    def write(self, scene: Scene, layers: Sequence[Layer]) -> Iterator[str]:
        places = iter(zip(scene.places, scene.known))
        yield f'  <g id="{DOTS}">'
        for layer in layers:
            said = head.read(Reader(layer.payload))
            yield f'    <g {STEPS}="{said.steps}">'
            for _, (place, known) in zip(range(said.count), places):
                yield _dot(place, known)
            yield "    </g>"
        yield "  </g>"

    def encode(self, drawn: Drawn, scene: Scene) -> tuple[list[bytes], Scene]:
        scene = payload.begun(scene, drawn.filled)
        coding = head.DECISIONS if drawn.filled else head.PPM
        wanted = drawn.colours_at(scene.places) if drawn.dot_count else []
        payloads = []
        for cut, steps in _cuts(drawn, len(wanted)):
            part = [_sendable(known, steps) for known in wanted[len(scene.known) : cut]]
            coded, scene = payload.encode(scene, part, steps, coding)
            payloads.append(coded)
        return payloads, scene


def _dot(place: Point, known: YCoCg) -> str:
    rgb = ycocg.to_rgb(*known)
    # Where a channel is clamped, RGB does not say which of several colours is known.
    exact = "" if ycocg.to_ycocg(*rgb) == known else f' {YCOCG}="{known[0]} {known[1]} {known[2]}"'
    fill = "#" + bytes(rgb).hex()
    return f'      <circle cx="{place[0]}.5" cy="{place[1]}.5" r="1" fill="{fill}"{exact}/>'


def _cuts(drawn: Drawn, count: int) -> list[tuple[int, int]]:
    """Where colour layers end that hold ``count`` colours in all, and each one's quantiser steps: as
    the document has it, else as the encoder does."""
    if not drawn.colour_layers:
        return [(cut, payload.DEFAULT_STEPS) for cut in payload.ends(count)] if count else []
    found: list[tuple[int, int]] = []
    ends = [start for start, _ in drawn.colour_layers[1:]] + [drawn.dot_count]
    for end, (_, steps) in zip(ends, drawn.colour_layers):
        if min(end, count) > (found[-1][0] if found else 0):
            found.append((min(end, count), steps))
    return found


def _sendable(known: YCoCg, steps: int) -> tuple[int, int, int]:
    """The RGB to ask the colour layer for so that a decoder will know ``known``, if it was decoded from
    a file with these steps; not clamped to 0..255.

    A component at the end of its range was clamped there, most likely: asking for half a step more
    makes the level that reaches the end the nearest one, as it was.
    """
    luma, chroma = head.STEPS[steps]
    y, co, cg = (
        value + ((value >= high) - (value <= low)) * ((step - 1) // 2)
        for value, step, low, high in zip(known, (luma, chroma, chroma), (0, -255, -255), (255, 255, 255))
    )
    # ycocg.to_rgb without its clamp, which ycocg.to_ycocg turns back exactly.
    base = y - (cg >> 1)
    blue = base - (co >> 1)
    return blue + co, cg + base, blue
