"""From a picture to its strokes at any lambda (Hu et al. 2020, section 3.1, with a rate added): edges, pixel
chains, the weight of each pixel, and the strokes of least distortion plus lambda times bits.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

from copy import copy

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import edge_map, face_regions, trace
from vcmcodec.encoder.fit import Fitter
from vcmcodec.layers.edges import order, raster
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Grid
from vcmcodec.limits import DEFAULT_LIMITS

FULL = 0.2
"""Edges of this strength and more have the same weight."""


SPREAD, LEAST, MUCH = 3.0, 0.3, 12.0
"""The error of the picture that a decoder has already is blurred by SPREAD pixels; an edge weighs LEAST where
there is no error, and 1 more for every MUCH levels of it."""


class Sketch:
    """The edges of a canvas picture, uint8 (H, W, 3) RGB, ready to be drawn.

    Raises ModelError where the edge forest is missing or altered. :meth:`drawing` raises it where the network
    of face regions is, except on a sketch that :meth:`behind` returned, which needs none.
    """

    def __init__(self, canvas: NDArray[np.uint8]) -> None:
        self.height, self.width = canvas.shape[:2]
        ridge = edge_map.ridges(canvas)
        chains = trace.trace(edge_map.binarise(ridge))
        self._canvas, self._chains = canvas, [np.array(chain).reshape(-1, 2) for chain in chains]
        self._strength = np.minimum(ridge / np.float32(FULL), 1)
        self._points = [chain.astype(np.float32) - np.float32(edge_map.OFFSET) for chain in self._chains]
        self._weights: list[NDArray[np.float32]] | None = None
        self._fitters: dict[int, Fitter] = {}

    def _weighed(self, weight: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What each pixel of each chain weighs, where edges count as ``weight`` says, float32 (H, W)."""
        weight = self._strength * weight
        return [weight[chain[:, 1], chain[:, 0]] for chain in self._chains]

    def behind(self, shown: NDArray[np.uint8]) -> Sketch:
        """The same edges for a decoder that has a picture already, ``shown``, uint8 (H, W, 3) RGB: they weigh
        more where its error is larger, in hair and at outlines more than in the face."""
        other = copy(self)
        lacks = np.abs(self._canvas.astype(np.float32) - shown).mean(axis=2)
        lacks = cv2.GaussianBlur(lacks, (0, 0), SPREAD)
        other._weights = self._weighed(np.float32(LEAST) + lacks / np.float32(MUCH))
        other._fitters = {}
        return other

    def drawing(self, lam: float, step: int) -> Drawing:
        """The strokes of least distortion plus ``lam`` times bits, on a grid of ``step`` half-pixels, 1..8.
        The unit of distortion is a pixel of a strong edge that lies 2.5 pixels or more away from any stroke.
        Never more than decoders take by default."""
        if self._weights is None:
            self._weights = self._weighed(face_regions.weight(self._canvas))
        if step not in self._fitters:
            grid = Grid(self.width, self.height, step)
            self._fitters[step] = Fitter(self._points, self._weights, grid)
        while True:
            ops = tuple(order.scan(self._fitters[step].strokes(lam)))
            if len(ops) <= DEFAULT_LIMITS.ops and raster.track(ops, step) <= DEFAULT_LIMITS.track:
                return Drawing(self.width, self.height, step, ops)
            lam = 1.5 * lam + 0.01
