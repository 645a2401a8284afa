"""An enhancement layer: the colours of the next reference pixels (spec/FORMAT.md, section
"Colour layer").

::

    payload = profile(1) count(varint) decisions          coding 2
    payload = profile(1) count(varint) ppm                coding 1, of earlier releases

Each layer goes on where the one before it stopped, so a file may be cut after any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextCoder, ContextModel
from vcmcodec.errors import LimitError
from vcmcodec.format.wire import Reader
from vcmcodec.layers import decisions
from vcmcodec.layers.colours import prediction, reference_pixels, syntax
from vcmcodec.layers.colours.head import CODE, DECISIONS, STEPS, WEIGHTS, ColourHead
from vcmcodec.layers.colours.head import read as read_head
from vcmcodec.layers.colours.known import KnownColours
from vcmcodec.layers.colours.prediction import Guess
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene

DEFAULT_STEPS = 2


def _model() -> ContextModel:
    return context_weights.model(WEIGHTS, syntax.WEIGHTS)


def begun(scene: Scene, filled: bool = True) -> Scene:
    """The scene before colours whose places have fillers among them or not, as ``filled`` says."""
    part = scene.part(CODE)
    if part is not None and part.filled == filled:
        return scene
    places = () if scene.drawing is None else reference_pixels.of(scene.drawing, filled)
    return scene.with_part(CODE, KnownColours(places, scene.known, filled))


def _with(scene: Scene, known: Sequence[YCoCg]) -> Scene:
    return scene.with_part(CODE, replace(scene.part(CODE), known=tuple(known)))


CUTS = (16, 48, 128)
"""Colour layers end after this many reference pixels, and after the last one."""


def ends(count: int) -> list[int]:
    """Where the layers of ``count`` colours end. One ends at a cut only where half as many colours again
    follow: it costs six bytes."""
    return [*(cut for cut in CUTS if 3 * cut <= 2 * count), count]


def encode(
    scene: Scene,
    wanted: Sequence[tuple[int, int, int]],
    steps: int = DEFAULT_STEPS,
    coding: int = DECISIONS,
) -> tuple[bytes, Scene]:
    """The payload of the RGB colours ``wanted`` (at least one) of the next places, and the scene
    as a decoder will know it. ``steps``: index of the quantiser steps, 0..5. ``coding``: 2, or 1 as in
    earlier releases.

    Raises ModelError where weights or primer are missing.
    """
    scene = begun(scene, filled=coding == DECISIONS)
    known, places = list(scene.known), scene.places
    if coding == DECISIONS:
        best = prediction.quantiser(wanted)
        body, _ = decisions.encode(
            _model(),
            lambda coder: syntax.walk(coder, places, known, len(wanted), steps, STEPS[steps], best),
        )
    else:
        from vcmcodec.layers.colours import ppm_colours

        body = ppm_colours.encode(places, known, wanted, STEPS[steps])
    return ColourHead(coding, steps, len(wanted)).write() + body, _with(scene, known)


class Costs(NamedTuple):
    """What the next colours would cost. ``sizes``: bytes that the decisions of the first 1, 2, ... of them
    take. ``last_nonzero``: how many there are up to the last whose residual is not 0 after quantisation."""

    sizes: list[float]
    last_nonzero: int


def costs(scene: Scene, wanted: Sequence[tuple[int, int, int]], steps: int) -> Costs:
    """What the next colours ``wanted``, at least one, would cost in coding 2.

    Raises ModelError where the weights are missing.
    """
    from vcmcodec.entropy.rate import RateEstimator  # no decoder needs it

    rate, best = RateEstimator(), prediction.quantiser(wanted)
    sizes: list[float] = []
    last_nonzero = 0

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        nonlocal last_nonzero
        if part == 0 and new:
            sizes.append(rate.bytes)
        value = best(new, part, guess, step)
        if value:
            last_nonzero = new + 1
        return value

    scene = begun(scene)
    places, known = scene.places, list(scene.known)
    syntax.walk(ContextCoder(rate, _model()), places, known, len(wanted), steps, STEPS[steps], level)
    return Costs([*sizes, rate.bytes], last_nonzero)


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the colours that ``reader`` holds.

    Raises FormatError where the payload is damaged, holds more colours than there are places,
    or comes after colours of another coding; UnsupportedError for an unknown coding or
    unknown steps; LimitError; ModelError where weights or primer are missing.
    """
    head = read_head(reader)
    if len(scene.known) + head.count > limits.places:
        raise LimitError(
            f"{len(scene.known) + head.count} colours are above the limit of {limits.places}",
            layer=reader.layer,
            offset=reader.offset,
        )
    filled = head.coding == DECISIONS
    symbols = 0 if filled else 3 * head.count
    if symbols > limits.symbols:
        raise LimitError(
            f"{symbols} symbols are above the limit of {limits.symbols}",
            layer=reader.layer,
            offset=reader.offset,
        )
    if scene.known and filled != scene.part(CODE).filled:
        raise reader.error("colours of two codings, whose places differ")
    scene = begun(scene, filled)
    left = len(scene.places) - len(scene.known)
    if head.count > left:
        raise reader.error(f"{head.count} colours for {left} places")
    known, places = list(scene.known), scene.places
    if filled:
        steps = STEPS[head.steps]
        decisions.decode(
            reader,
            _model(),
            lambda coder: syntax.walk(coder, places, known, head.count, head.steps, steps, None),
        )
    else:
        from vcmcodec.layers.colours import ppm_colours  # much to load for what few files hold

        ppm_colours.decode(reader, places, known, head.count, STEPS[head.steps])
    return _with(scene, known)
