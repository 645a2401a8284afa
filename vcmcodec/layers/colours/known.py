"""The colours of a picture's first reference pixels: the colour layers' part of a scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.colours import reference_pixels, ycocg
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges.ops import Point


@dataclass(frozen=True)
class KnownColours:
    """``places``: all reference pixels (x, y), in the order in which colours are sent. ``known``: colours of
    the first of them, in YCoCg. ``filled``: whether fillers are among the places, as in coding 2."""

    places: Sequence[Point]
    known: tuple[YCoCg, ...] = ()
    filled: bool = True

    def planes(self, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """M and C of a canvas: see :func:`vcmcodec.layers.colours.reference_pixels.planes`."""
        return reference_pixels.planes(self.places, ycocg.rgb(self.known), width, height)
