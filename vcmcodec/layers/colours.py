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
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene
from vcmcodec.wire import Reader, varint

KIND = 0x02
NAME = "colours"

PRIMER = "colours-1.primer"
PRIMER_ID = 1

STEPS: tuple[colour.Steps, ...] = ((6, 8), (8, 12), (10, 14), (12, 18), (16, 24), (24, 32))
"""Quantiser steps (of Y, of Co and Cg) by number."""

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
    payload = bytes([PRIMER_ID << 4 | steps]) + varint(len(wanted)) + ppm.encode(symbols, ppm.primer(PRIMER))
    return payload, replace(scene, known=tuple(known))


def count(reader: Reader) -> int:
    """Number of colours, from the payload's first bytes."""
    return _head(reader)[1]


def _head(reader: Reader) -> tuple[int, int]:
    """Number of the quantiser steps, and number of colours."""
    profile = reader.byte("profile")
    steps = profile & 15
    if profile >> 4 != PRIMER_ID:
        raise reader.unsupported(f"colour primer {profile >> 4} is unknown")
    if steps >= len(STEPS):
        raise reader.unsupported(f"quantiser steps {steps} are unknown")
    colours = reader.varint("number of colours")
    if colours == 0:
        raise reader.error("a colour layer without colours")
    return steps, colours


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the colours that ``reader`` holds.

    Raises FormatError where the payload is damaged, holds more colours than there are places,
    or comes before the strokes; UnsupportedError for an unknown primer or unknown steps;
    ModelError where the primer is missing.
    """
    if scene.drawing is None:
        raise reader.error("colours before the strokes that place them")
    steps, colours = _head(reader)
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
