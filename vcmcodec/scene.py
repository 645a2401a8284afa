"""What a decoder knows of the picture so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vcmcodec import colour, raster, sample
from vcmcodec.colour import YCoCg
from vcmcodec.ops import Grid, Move, Op, Point


@dataclass(frozen=True)
class Drawing:
    """The strokes of a picture and all that is derived from them alone.

    ``width``, ``height``: the canvas, in pixels. ``step``: the quantiser step, in half-pixels.
    ``ops``: the strokes (valid, see :func:`vcmcodec.ops.fault`).
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

    @cached_property
    def places(self) -> list[Point]:
        """All reference pixels (x, y), in the order in which coding 2 sends colours."""
        return sample.places(self.ops, self.step, self.width, self.height, self.E)

    @cached_property
    def places_beside_strokes(self) -> list[Point]:
        """The same without fillers, in the order of coding 1."""
        return sample.places(self.ops, self.step, self.width, self.height)

    @cached_property
    def E(self) -> NDArray[np.uint8]:
        """uint8 (height, width): 1 on a stroke."""
        return raster.draw(self.ops, self.step, self.width, self.height)


@dataclass(frozen=True)
class Scene:
    """A picture as the layers decoded so far describe it; each layer gives a new scene.

    ``width``, ``height``: the canvas, in pixels. ``drawing``: the edge layer's strokes, None
    before it. ``known``: colours of the first places, in YCoCg. ``filled``: whether fillers are among
    the places.
    """

    width: int
    height: int
    drawing: Drawing | None = None
    known: tuple[YCoCg, ...] = ()
    filled: bool = True

    @property
    def places(self) -> list[Point]:
        """All reference pixels (x, y), in the order in which colours are sent; none before the strokes."""
        if self.drawing is None:
            return []
        return self.drawing.places if self.filled else self.drawing.places_beside_strokes

    @property
    def E(self) -> NDArray[np.uint8]:
        """uint8 (height, width): 1 on a stroke."""
        if self.drawing is None:
            return np.zeros((self.height, self.width), dtype=np.uint8)
        return self.drawing.E

    @cached_property
    def planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """M and C: uint8 (height, width), 1 where a colour is known, and uint8 (height, width, 3),
        the RGB there and 0 elsewhere."""
        return sample.planes(self.places, colour.rgb(self.known), self.width, self.height)

    def first(self, count: int) -> Scene:
        """This scene with no more than its first ``count`` colours."""
        return replace(self, known=self.known[:count])
