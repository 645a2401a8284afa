"""The transform as its model file holds it (spec/FORMAT.md, section "Transform"). Normative, integers only.

::

    file = canvas face
    part = luma(1) chroma(1) count(be16) mean(2 * half) rows(4 * count) basis(half * count)
    row  = parity(1) energy(1) gain(be16)

``half``: samples of the left half of a luma grid and of two chroma grids. The right half mirrors it, with its
sign turned where ``parity`` is 1: faces have no side that matters more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.texture.head import TRANSFORM
from vcmcodec.models import store

MAX_COUNT = 1 << 12
"""Coefficients of a part at most, so that sums of them stay exact."""


@dataclass(frozen=True, eq=False)
class Basis:
    """One part of the transform. ``luma``, ``chroma``: sides of its grids of samples. ``mean``: int16
    (half,), in 1/16 level. ``odd``: bool (count,), whether a basis function is antisymmetric. ``energy``:
    four times the binary logarithm of a coefficient's mean size, by rank. ``gain``: int64 (count,). ``rows``:
    int8 (count, half); a coefficient's share of a sample is ``coefficient * gain * row / 2**20``, in 1/16
    level."""

    luma: int
    chroma: int
    mean: NDArray[np.int16]
    odd: NDArray[np.bool_]
    energy: tuple[int, ...]
    gain: NDArray[np.int64]
    rows: NDArray[np.int8]

    @property
    def count(self) -> int:
        """Coefficients that there are."""
        return len(self.energy)


@dataclass(frozen=True)
class Transform:
    """Both parts: of the whole canvas, and of what that leaves of the face in its frame."""

    canvas: Basis
    face: Basis

    @property
    def parts(self) -> tuple[Basis, Basis]:
        """Both, in the order in which they are coded."""
        return self.canvas, self.face


def half(luma: int, chroma: int) -> int:
    """Samples of half a luma grid and half of two chroma grids."""
    return luma * luma // 2 + chroma * chroma


def write(transform: Transform) -> bytes:
    """The bytes of the model file."""
    out = bytearray()
    for part in transform.parts:
        out += bytes([part.luma, part.chroma]) + part.count.to_bytes(2, "big")
        out += part.mean.astype(">i2").tobytes()
        rows = np.empty((part.count, 4), dtype=np.uint8)
        rows[:, 0], rows[:, 1] = part.odd, part.energy
        rows[:, 2], rows[:, 3] = part.gain >> 8, part.gain & 255
        out += rows.tobytes() + part.rows.tobytes()
    return bytes(out)


class Source:
    """The bytes of a model file, taken one part after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = memoryview(data), 0

    def take(self, count: int) -> memoryview:
        """The next bytes. Raises ValueError where there are fewer."""
        self._at += count
        if self._at > len(self._data):
            raise ValueError("too short")
        return self._data[self._at - count : self._at]

    def end(self) -> None:
        """Raises ValueError where bytes are left."""
        if self._at != len(self._data):
            raise ValueError("too long")


def parse(data: bytes) -> Transform:
    """The transform that the bytes of a model file hold.

    Raises ValueError where they are too few or too many, or name too many coefficients.
    """
    parts, source = [], Source(data)
    take = source.take
    for _ in range(2):
        luma, chroma, *size = take(4)
        count, samples = size[0] << 8 | size[1], half(luma, chroma)
        if luma % 2 or chroma % 2:
            raise ValueError("a grid of an odd side")
        if count > MAX_COUNT:
            raise ValueError("too many coefficients")
        mean = np.frombuffer(take(2 * samples), ">i2").astype(np.int16)
        rows = np.frombuffer(take(4 * count), np.uint8).reshape(count, 4)
        basis = np.frombuffer(take(samples * count), np.int8).reshape(count, samples)
        gain = rows[:, 2].astype(np.int64) << 8 | rows[:, 3]
        parts.append(
            Basis(luma, chroma, mean, rows[:, 0].astype(bool), tuple(rows[:, 1].tolist()), gain, basis)
        )
    source.end()
    return Transform(*parts)


def transform() -> Transform:
    """The transform of this coding, read once a process.

    Raises ModelError where its file is missing or altered.
    """
    return store.transform(TRANSFORM, parse)
