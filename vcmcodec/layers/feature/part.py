"""What a feature layer says. Normative, integers only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.feature import tables
from vcmcodec.layers.feature.tables import BASIS_BITS

MAX_VALUE = (1 << 16) - 1
"""Coefficients are clamped to this, so that sums stay below 2**40."""


def step_of(number: int) -> int:
    """The quantiser step with that ``number``, 0..15, in 1/2**14: four an octave, the first 512."""
    return (512, 608, 724, 861)[number & 3] << (number >> 2)


def value(level: int, step: int) -> int:
    """The coefficient that a level stands for: an eighth of a step nearer to 0 than its multiple."""
    size = min((8 * abs(level) - 1) * step >> 3, MAX_VALUE) if level else 0
    return -size if level < 0 else size


@dataclass(frozen=True)
class Feature:
    """``step``: index of the quantiser step. ``levels``: those of the first ranks; the others are 0."""

    step: int
    levels: tuple[int, ...]

    @cached_property
    def vector(self) -> NDArray[np.int64]:
        """The embedding, int64 (128,), in about 1/2**14 of its length.

        Raises ModelError where the transform is missing or altered.
        """
        basis = tables.basis()
        step = step_of(self.step)
        values = np.array([value(level, step) for level in self.levels], dtype=np.int64)
        total = values @ basis.rows[: len(values)]
        return np.asarray(basis.mean + (total + (1 << BASIS_BITS - 1) >> BASIS_BITS))
