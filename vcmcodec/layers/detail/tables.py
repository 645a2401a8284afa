"""The detail layer's transform as its model file holds it (spec/FORMAT.md, section "Detail layer").
Normative, integers only.

::

    file = eye nose mouth
    part = columns(1) rows(1) count(be16) row(3 * count) basis(samples * count)
    row  = energy(1) gain(be16)

``samples``: those of Y, then of Co and of Cg, each from its upper left one, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.detail.head import TRANSFORM
from vcmcodec.layers.detail.regions import SHAPES
from vcmcodec.layers.texture.tables import Source
from vcmcodec.models import store

MAX_COUNT = 1 << 9
"""Coefficients of a basis at most."""


@dataclass(frozen=True, eq=False)
class Basis:
    """The functions of one shape. ``energy``: four times the binary logarithm of a coefficient's mean size,
    by rank. ``gain``: int64 (count,). ``rows``: int8 (count, samples); a coefficient's share of a sample is
    ``coefficient * gain * row / 2**20``, in 1/16 level."""

    energy: tuple[int, ...]
    gain: NDArray[np.int64]
    rows: NDArray[np.int8]

    @property
    def count(self) -> int:
        """Coefficients that there are."""
        return len(self.energy)


Transform = tuple[Basis, ...]
"""The bases, by their numbers."""


def write(transform: Transform) -> bytes:
    """The bytes of the model file."""
    out = bytearray()
    for shape, basis in zip(SHAPES, transform):
        out += bytes([shape.columns, shape.rows]) + basis.count.to_bytes(2, "big")
        rows = np.empty((basis.count, 3), dtype=np.uint8)
        rows[:, 0], rows[:, 1], rows[:, 2] = basis.energy, basis.gain >> 8, basis.gain & 255
        out += rows.tobytes() + basis.rows.tobytes()
    return bytes(out)


def parse(data: bytes) -> Transform:
    """The bases that the bytes of a model file hold.

    Raises ValueError where they are too few or too many, or are of other shapes.
    """
    bases, source = [], Source(data)
    take = source.take
    for shape in SHAPES:
        columns, rows, *size = take(4)
        count = size[0] << 8 | size[1]
        if (columns, rows) != shape or count > MAX_COUNT:
            raise ValueError("a basis of another shape")
        table = np.frombuffer(take(3 * count), np.uint8).reshape(count, 3)
        basis = np.frombuffer(take(shape.samples * count), np.int8).reshape(count, shape.samples)
        gain = table[:, 1].astype(np.int64) << 8 | table[:, 2]
        bases.append(Basis(tuple(table[:, 0].tolist()), gain, basis))
    source.end()
    return tuple(bases)


def transform() -> Transform:
    """The bases of this coding, read once a process.

    Raises ModelError where their file is missing or altered.
    """
    return store.transform(TRANSFORM, parse)
