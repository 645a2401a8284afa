"""The strokes of a picture: an edge layer's part of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.edges import raster
from vcmcodec.layers.edges.head import CODE
from vcmcodec.layers.edges.ops import Grid, Move, Op
from vcmcodec.scene import Scene


@dataclass(frozen=True)
class Drawing:
    """The strokes of a picture and all that is derived from them alone.

    ``width``, ``height``: the canvas, in pixels. ``step``: the quantiser step, in half-pixels.
    ``ops``: the strokes (valid, see :func:`vcmcodec.layers.edges.ops.fault`).
    """

    width: int
    height: int
    step: int
    ops: tuple[Op, ...]

    @property
    def grid(self) -> Grid:
        """What its points lie on."""
        return Grid(self.width, self.height, self.step)

    @property
    def strokes(self) -> int:
        """How many there are: each Move begins one."""
        return sum(isinstance(op, Move) for op in self.ops)

    @property
    def scene(self) -> Scene:
        """A picture of which nothing but these strokes is known."""
        return Scene(self.width, self.height).with_part(CODE, self)

    @cached_property
    def E(self) -> NDArray[np.uint8]:
        """uint8 (height, width): 1 on a stroke."""
        return raster.draw(self.ops, self.step, self.width, self.height)
