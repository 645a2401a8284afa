"""From a picture to its strokes at any lambda (Hu et al. 2020, section 3.1, with a rate added): edges, pixel
chains, the weight of each pixel, and the strokes of least distortion plus lambda times bits.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

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


class Sketch:
    """The edges of a canvas picture, uint8 (H, W, 3) RGB, ready to be drawn.

    Raises ModelError where the edge forest or the map of regions is missing or altered.
    """

    def __init__(self, canvas: NDArray[np.uint8]) -> None:
        self.height, self.width = canvas.shape[:2]
        ridge = edge_map.ridges(canvas)
        chains = trace.trace(edge_map.binarise(ridge))
        weight = np.minimum(ridge / np.float32(FULL), 1) * face_regions.weight(canvas)
        self._weights = [np.array([weight[y, x] for x, y in chain], dtype=np.float32) for chain in chains]
        self._points = [np.array(chain, dtype=np.float32) - np.float32(edge_map.OFFSET) for chain in chains]
        self._fitters: dict[int, Fitter] = {}

    def drawing(self, lam: float, step: int) -> Drawing:
        """The strokes of least distortion plus ``lam`` times bits, on a grid of ``step`` half-pixels, 1..8.
        The unit of distortion is a pixel of a strong edge that lies 2.5 pixels or more away from any stroke.
        Never more than decoders take by default."""
        if step not in self._fitters:
            grid = Grid(self.width, self.height, step)
            self._fitters[step] = Fitter(self._points, self._weights, grid)
        while True:
            ops = tuple(order.scan(self._fitters[step].strokes(lam)))
            if len(ops) <= DEFAULT_LIMITS.ops and raster.track(ops, step) <= DEFAULT_LIMITS.track:
                return Drawing(self.width, self.height, step, ops)
            lam = 1.5 * lam + 0.01
