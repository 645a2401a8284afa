"""The transform of features as its model file holds it (spec/FORMAT.md, section "Feature layer"). Normative,
integers only.

::

    file = size(1) mean(2 * size) energy(size) basis(2 * size * size)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.feature.head import TRANSFORM
from vcmcodec.models import store

UNIT = 1 << 14
"""An embedding's numbers, and coefficients, are in 1/UNIT of the embedding's length."""

BASIS_BITS = 15
"""Numbers of the basis are in 1/2**BASIS_BITS."""


@dataclass(frozen=True, eq=False)
class Basis:
    """``mean``: int64 (n,), in 1/UNIT. ``energy``: four times the binary logarithm of a coefficient's usual
    size in 1/UNIT, by rank. ``rows``: int64 (n, n), the directions by rank, in 1/2**BASIS_BITS."""

    mean: NDArray[np.int64]
    energy: tuple[int, ...]
    rows: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Numbers of the embedding, and coefficients."""
        return len(self.energy)


def write(basis: Basis) -> bytes:
    """The bytes of the model file."""
    return (
        bytes([basis.size])
        + basis.mean.astype(">i2").tobytes()
        + bytes(basis.energy)
        + basis.rows.astype(">i2").tobytes()
    )


def parse(data: bytes) -> Basis:
    """What the bytes of a model file hold.

    Raises ValueError where they are too few or too many.
    """
    size = data[0] if data else 0
    if not size or len(data) != 1 + 3 * size + 2 * size * size:
        raise ValueError("it has not the length that it states")
    mean = np.frombuffer(data, ">i2", size, 1).astype(np.int64)
    rows = np.frombuffer(data, ">i2", size * size, 1 + 3 * size).astype(np.int64)
    return Basis(mean, tuple(data[1 + 2 * size : 1 + 3 * size]), rows.reshape(size, size))


def basis() -> Basis:
    """The transform of this coding, read once a process.

    Raises ModelError where its file is missing or altered.
    """
    return store.transform(TRANSFORM, parse)
