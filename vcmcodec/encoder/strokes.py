"""Proposes strokes: the base layer of each quality."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder.lagrangian import lambda_at
from vcmcodec.encoder.proposer import Proposal
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.format import container
from vcmcodec.layers.edges import payload
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.head import CODE, DECISIONS
from vcmcodec.scene import Scene

_STEPS = ((0.12, 3), (0.4, 4), (1.0, 5))
_LAST_STEP = 6

_SHARES = ((0.0, 0.8), (0.015, 0.72), (0.03, 0.6), (0.05, 0.55), (0.08, 0.52))
"""Bits per canvas pixel of a file, and its share that goes to the base layer and the header, as measured: the
best for landmarks and LPIPS together lies near it."""

_USUAL = (80.0, 110.0, 180.0, 210.0, 250.0), (5.0, 30.0, 60.0, 75.0, 95.0)
"""Bytes that strokes take, and the quality at which they do on a face of 256 x 256 pixels: where a search
begins."""

_GROWTH = 0.015
"""By this share a point of quality makes strokes larger."""

_ROUNDS, _CLOSE = 10, 0.97
"""A search takes at most this many rounds, and ends where so large a share of the limit is used."""

_STEPS_BY_GROWTH = 2
"""Steps that a search takes by _GROWTH before it halves."""

_LAYER = 5
"""Bytes of a layer besides its payload, at most, for payloads that go with budgets."""


def step(quality: float) -> int:
    """The quantiser step of strokes of a ``quality``, 0 to 100, in half-pixels."""
    return next((step for below, step in _STEPS if lambda_at(quality) < below), _LAST_STEP)


class StrokeProposer:
    """The :class:`vcmcodec.encoder.proposer.BaseProposer` of the strokes of a sketch. ``coding``: 1 or 2 (see
    :func:`vcmcodec.layers.edges.payload.encode`)."""

    def __init__(self, sketch: Sketch, coding: int = DECISIONS) -> None:
        self._sketch, self._coding = sketch, coding
        self._drawings: dict[float, Drawing] = {}

    def share(self, bpp: float) -> float:
        return float(np.interp(bpp, [rate for rate, _ in _SHARES], [part for _, part in _SHARES]))

    def quality(self, limit: float, header: int) -> float:
        low, high = 0.0, 100.0
        best, guess = 0.0, float(np.interp(limit, *_USUAL))
        for number in range(_ROUNDS):
            size = header + _LAYER + payload.size(self._drawing(guess), self._coding)
            if size <= limit:
                best = low = guess
                if size > _CLOSE * limit or guess == 100:
                    break
            else:
                high = guess
            if high - low < 0.5:
                break
            # As sizes mostly grow, and a little less than that, so that the last guess is below; then halves.
            guess += math.log(max(limit, 1) / size) / _GROWTH - 0.3
            if number >= _STEPS_BY_GROWTH or not low < guess < high:
                guess = high if high == 100 and guess >= 100 else (low + high) / 2
        return best

    def propose(self, quality: float) -> Proposal:
        drawing = self._drawing(quality)
        return Proposal(drawing.scene, [(CODE, payload.encode(drawing, self._coding))])

    def _drawing(self, quality: float) -> Drawing:
        if quality not in self._drawings:
            self._drawings[quality] = self._sketch.drawing(lambda_at(quality), step(quality))
        return self._drawings[quality]


class StrokesBehind:
    """The :class:`vcmcodec.encoder.proposer.Proposer` of strokes that follow texture, for a canvas
    picture, uint8 (H, W, 3) RGB: they go where the texture's error is large. The gain is their number.

    Raises ModelError where what finds edges is missing or altered.
    """

    def __init__(self, canvas: NDArray[np.uint8]) -> None:
        self._sketch = Sketch(canvas)

    def share(self, bpp: float) -> float:
        return 1.0

    def propose(self, scene: Scene, limit: int, quality: float) -> Proposal:
        assert scene.shown is not None
        strokes = StrokeProposer(self._sketch.behind(scene.shown))
        found = strokes.propose(strokes.quality(limit, 0))
        drawing = found.scene.part(CODE)
        if not drawing.strokes or container.framed(found.layers) > limit:
            return Proposal(scene, [])
        return Proposal(scene.with_part(CODE, drawing), found.layers, drawing.strokes)
