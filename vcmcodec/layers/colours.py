"""An enhancement layer: the colours of the next reference pixels (spec/FORMAT.md, section
"Colour layer").

::

    payload = profile(1) count(varint) ppm

Each layer goes on where the one before it stopped, so a file may be cut after any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vcmcodec import colour, ppm
from vcmcodec.layers import heads
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene
from vcmcodec.wire import Reader

KIND = heads.COLOURS

PRIMER = f"colours-{heads.COLOUR_PRIMER}.primer"

STEPS = heads.COLOUR_STEPS

DEFAULT_STEPS = 2


def encode(
    scene: Scene, wanted: Sequence[tuple[int, int, int]], steps: int = DEFAULT_STEPS
) -> tuple[bytes, Scene]:
    """The payload of the RGB colours ``wanted`` (at least one) of the next places, and the scene
    as a decoder will know it. ``steps``: number of the quantiser steps, 0..5.

    Raises ModelError where the primer is missing.
    """
    assert scene.drawing is not None
    known = list(scene.known)
    symbols = colour.encode(scene.drawing.places, known, wanted, STEPS[steps])
    payload = heads.ColourHead(steps, len(wanted)).write() + ppm.encode(symbols, ppm.primer(PRIMER))
    return payload, replace(scene, known=tuple(known))


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the colours that ``reader`` holds.

    Raises FormatError where the payload is damaged, holds more colours than there are places,
    or comes before the strokes; UnsupportedError for an unknown primer or unknown steps;
    ModelError where the primer is missing.
    """
    if scene.drawing is None:
        raise reader.error("colours before the strokes that place them")
    steps, colours = heads.read_colours(reader)
    left = len(scene.drawing.places) - len(scene.known)
    if colours > left:
        raise reader.error(f"{colours} colours for {left} places")
    start = reader.offset
    symbols = ppm.decode(reader.rest(), 3 * colours, ppm.primer(PRIMER))
    if symbols is None:
        raise reader.error("damaged: the symbols do not decode", start)
    known = list(scene.known)
    colour.decode(scene.drawing.places, known, symbols, STEPS[steps])
    return replace(scene, known=tuple(known))
