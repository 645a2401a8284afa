"""What a detail layer says. Normative, integers only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.detail import synthesis
from vcmcodec.layers.detail.syntax import Levels
from vcmcodec.layers.texture import steps
from vcmcodec.layers.texture.part import Texture


@dataclass(frozen=True)
class Detail:
    """``step``: index of the quantiser step. ``levels``: those of each region, by rank."""

    step: int
    levels: tuple[Levels, ...]

    def over(self, texture: Texture) -> NDArray[np.int16]:
        """T of ``texture`` with the detail, int16 (height, width, 3): Y, Co and Cg in 1/16 level.

        Raises ModelError where a transform is missing or altered.
        """
        size = steps.step(self.step)
        values = [
            np.array([steps.value(level, size, 0) for level in levels], dtype=np.int64)
            for levels in self.levels
        ]
        return synthesis.added(texture.T, values, texture.frame, texture.width, texture.height)
