"""The scheme of Hu et al. 2020, "Towards coding for human and machine vision: a scalable image coding
approach", section 3, to reproduce it and to compare with it: strokes by PPM, and the colours of reference
pixels beside strokes alone, by PPM, too. Edges, curves and rate control are this encoder's."""

from __future__ import annotations

import bisect

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder.colours import pick, steps
from vcmcodec.encoder.proposer import BaseProposer, Proposal, Proposer
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.encoder.strokes import StrokeProposer
from vcmcodec.format import container
from vcmcodec.layers.colours import payload
from vcmcodec.layers.colours.head import CODE, PPM
from vcmcodec.layers.edges.head import PPM as STROKES_BY_PPM
from vcmcodec.scene import Scene


class ReferencePixelProposer:
    """The :class:`vcmcodec.encoder.proposer.Proposer` of reference pixels beside strokes, in one layer of
    coding 1, for a canvas picture, uint8 (H, W, 3) RGB. ``most``: reference pixels at most; None for as many
    as there are. The gain is their number."""

    def __init__(self, canvas: NDArray[np.uint8], most: int | None = None) -> None:
        self._canvas, self._most = canvas, most

    def share(self, bpp: float) -> float:
        return 1.0

    def propose(self, scene: Scene, limit: int, quality: float) -> Proposal:
        places = payload.begun(scene, filled=False).places[: self._most]
        wanted, step = pick(self._canvas, places), steps(quality)

        def made(count: int) -> Proposal:
            coded, known = payload.encode(scene, wanted[:count], step, PPM)
            return Proposal(known, [(CODE, coded)], count)

        def size(count: int) -> int:
            return container.framed(made(count).layers) if count else 0

        # Sizes grow with the count, but for a byte now and then: none above the limit is taken.
        count = bisect.bisect_right(range(len(wanted) + 1), limit, key=size) - 1
        return made(count) if count > 0 and size(count) <= limit else Proposal(scene, [])


def proposers(canvas: NDArray[np.uint8], most: int | None) -> tuple[BaseProposer, list[Proposer]]:
    """What proposes the layers of a canvas picture, uint8 (H, W, 3) RGB, with ``most`` reference pixels at
    most.

    Raises ModelError where what finds edges is missing or altered.
    """
    colours: list[Proposer] = [] if most == 0 else [ReferencePixelProposer(canvas, most)]
    return StrokeProposer(Sketch(canvas), STROKES_BY_PPM), colours
