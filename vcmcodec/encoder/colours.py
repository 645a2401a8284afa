"""Proposes colours: as many reference pixels as fit, as exact as fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder.lagrangian import lambda_at
from vcmcodec.encoder.proposer import Layers, Proposal
from vcmcodec.format import container
from vcmcodec.layers.colours import payload
from vcmcodec.layers.colours.head import CODE
from vcmcodec.scene import Scene


def steps(quality: float) -> int:
    """The step number of colours that suits strokes of a ``quality``, 0 to 100."""
    cost = lambda_at(quality)
    return 4 if cost > 1 else 3 if cost > 0.4 else 2


def pick(canvas: NDArray[np.uint8], where: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The RGB of ``canvas``, uint8 (H, W, 3), at pixels (x, y)."""
    return [(int(r), int(g), int(b)) for r, g, b in (canvas[y, x] for x, y in where)]


class ColourProposer:
    """The :class:`vcmcodec.encoder.proposer.Proposer` of colours, for a canvas picture, uint8 (H, W, 3) RGB.
    ``most``: reference pixels at most; None for as many as there are. The gain is their number."""

    def __init__(self, canvas: NDArray[np.uint8], most: int | None = None) -> None:
        self._canvas, self._most = canvas, most

    def share(self, bpp: float) -> float:
        return 1.0

    def propose(self, scene: Scene, limit: int, quality: float) -> Proposal:
        scene = payload.begun(scene)
        places = scene.places[: self._most]
        if not places:
            return Proposal(scene, [])
        wanted = pick(self._canvas, places)
        step = steps(quality)
        costs = payload.costs(scene, wanted, step)
        while step > 0 and costs.sizes[-1] < limit:  # exact colours where all of them fit
            exact = payload.costs(scene, wanted, step - 1)
            if exact.sizes[-1] + _framing(len(wanted)) > limit:
                break
            costs, step = exact, step - 1
        fitting = (n for n in range(costs.last_nonzero, 0, -1) if costs.sizes[n - 1] + _framing(n) <= limit)
        for count in range(next(fitting, 0), 0, -1):
            made, layers = _coded(scene, wanted[:count], step)
            if container.framed(layers) <= limit:
                return Proposal(made, layers, count)
        return Proposal(scene, [])


def _framing(count: int) -> int:
    """Bytes that the layers of ``count`` colours take besides their coded parts: kind, length, check,
    profile, count."""
    return 6 * len(payload.ends(count))


def _coded(scene: Scene, wanted: Sequence[tuple[int, int, int]], step: int) -> tuple[Scene, Layers]:
    """Colour layers of ``wanted``, and the scene with them."""
    layers: Layers = []
    for end in payload.ends(len(wanted)):
        coded, scene = payload.encode(scene, wanted[len(scene.known) : end], step)
        layers.append((CODE, coded))
    return scene, layers
