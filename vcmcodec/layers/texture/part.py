"""What the texture layers decoded so far say. Normative, integers only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.texture import steps, synthesis
from vcmcodec.layers.texture.frame import Frame

FACE_STEPS = 4
"""How many quantiser steps the face can have."""


@dataclass(frozen=True)
class Known:
    """The coefficients of one part of the transform, by rank: ``levels``, each known up to as many of its
    lowest bits as ``shifts`` says."""

    levels: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def values(self, step_size: int) -> NDArray[np.int64]:
        """The coefficients, int64 (n,), with quantiser steps of ``step_size``."""
        return np.array(
            [steps.value(level, step_size, shift) for level, shift in zip(self.levels, self.shifts)],
            dtype=np.int64,
        )


@dataclass(frozen=True)
class Texture:
    """``width``, ``height``: the canvas, in pixels. ``step``: index of the quantiser step of the canvas.
    ``face_step``: 0..3, how the face's goes with it. ``frame``: where the face is. ``canvas``, ``face``:
    their coefficients. ``plain``: red, green and blue where the texture is one colour."""

    width: int
    height: int
    step: int
    face_step: int
    frame: Frame
    canvas: Known
    face: Known
    plain: tuple[int, int, int] | None = None

    @property
    def step_numbers(self) -> tuple[int, int]:
        """Indices of the quantiser steps of both parts."""
        return self.step, face_step(self.step, self.face_step)

    @property
    def parts(self) -> tuple[Known, Known]:
        """The coefficients of both, in the order in which they are coded."""
        return self.canvas, self.face

    @cached_property
    def T(self) -> NDArray[np.int16]:
        """int16 (height, width, 3): Y, Co and Cg in 1/16 level.

        Raises ModelError where the transform is missing or altered.
        """
        if self.plain is not None:
            return synthesis.plain(self.plain, self.width, self.height)
        canvas, face = (
            known.values(steps.step(number)) for known, number in zip(self.parts, self.step_numbers)
        )
        return synthesis.planes(canvas, face, self.frame, self.width, self.height)

    @staticmethod
    def shown(T: NDArray[np.int16]) -> NDArray[np.uint8]:
        """A picture of T, or of T with details, uint8 (height, width, 3) RGB."""
        return synthesis.rgb(T)


def face_step(step: int, offset: int) -> int:
    """The number of the face's quantiser step: one and a half octaves below the canvas's, and half of one
    more for each of ``offset``."""
    return max(step - 24 + 8 * offset, 0)
