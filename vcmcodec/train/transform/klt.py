"""The Karhunen-Loeve transform of pictures and their mirror images, as integer tables.

Since a face and its mirror image are equally probable, the covariance commutes with mirroring: its
eigenvectors are symmetric or antisymmetric, and two problems of half the size give them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vcmcodec.layers.texture import resample, synthesis
from vcmcodec.layers.texture.tables import Basis

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """Grids of Y, Co and Cg that are enlarged to a square of ``side`` pixels, in coordinates in which squared
    distance is the squared error of R, G and B over all pixels. ``luma``, ``chroma``: sides of the grids.
    ``error``: weights of errors of Y, Co and Cg."""

    side: int
    luma: int
    chroma: int
    error: tuple[float, float, float]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Sides of the three grids."""
        return self.luma, self.chroma, self.chroma

    def coordinates(self, picture: Planes) -> NDArray[np.float32]:
        """Coordinates of the grids that are closest to a picture, float32 (side, side, 3)."""
        out = []
        for plane, (size, error) in enumerate(zip(self.sizes, self.error)):
            axis = _axis(self.side, size)[0]
            out.append((axis @ picture[:, :, plane] @ axis.T * np.float32(error**0.5)).ravel())
        return np.concatenate(out)

    def samples(self, coordinates: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The grids of Y, Co and Cg, each float32 (n, size, size), of coordinates (n, all)."""
        out, at = [], 0
        for size, error in zip(self.sizes, self.error):
            part = coordinates[:, at : at + size * size].reshape(-1, size, size)
            axis = _axis(self.side, size)[1]
            out.append(np.asarray(axis @ part @ axis / error**0.5, dtype=np.float32))
            at += size * size
        return out

    def halves(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the coordinates of left halves lie, and those that mirror them."""
        left, right, at = [], [], 0
        for size in self.sizes:
            places = np.arange(size * size).reshape(size, size) + at
            left.append(places[:, : size // 2].ravel())
            right.append(places[:, ::-1][:, : size // 2].ravel())
            at += size * size
        return np.concatenate(left), np.concatenate(right)


@functools.cache
def _axis(side: int, samples: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pixels to coordinates, and coordinates to samples, along an axis."""
    filter = resample.cubic(samples, side, 0, side) / (1 << resample.WEIGHT_BITS)
    values, vectors = np.linalg.eigh(filter.T @ filter)
    inverse = vectors @ np.diag(values**-0.5) @ vectors.T
    return (inverse @ filter.T).astype(np.float32), inverse.astype(np.float32)


def fit(
    space: Space,
    data: NDArray[np.float32],
    count: int,
    fade: list[NDArray[np.float32]] | None = None,
    centred: bool = True,
) -> Basis:
    """The first ``count`` functions for coordinates ``data``, float32 (n, all), which stays as it is.
    ``fade``: what the grids' samples are multiplied by, of each plane; ``centred``: whether there is a mean.
    Energies are those of ``data``."""
    left, right = space.halves()
    one, two = data[:, left], data[:, right]
    even, odd = (one + two) * np.float32(0.5**0.5), (one - two) * np.float32(0.5**0.5)
    mean = even.mean(axis=0) if centred else np.zeros(len(left), dtype=np.float32)
    found: list[tuple[float, bool, NDArray[np.float32]]] = []
    for part, is_odd in ((even - mean, False), (odd, True)):
        tensor = torch.from_numpy(part)
        values, vectors = torch.linalg.eigh((tensor.T @ tensor / len(part)).double())
        for rank in range(1, min(count, len(left)) + 1):
            found.append((float(values[-rank]), is_odd, vectors[:, -rank].float().numpy()))
    found = sorted(found, key=lambda entry: -entry[0])[:count]
    parity = np.array([is_odd for _, is_odd, _ in found])
    halves = np.stack([vector for _, _, vector in found])
    # An eigenvector of a half stands for both sides of a whole function, whose length is one.
    whole = np.zeros((count + 1, data.shape[1]), dtype=np.float32)
    whole[:count, left] = halves * np.float32(0.5**0.5)
    whole[:count, right] = whole[:count, left] * np.where(parity, -1, 1)[:, None].astype(np.float32)
    whole[count, left] = whole[count, right] = mean * np.float32(0.5**0.5)
    grids = space.samples(whole)
    if fade is not None:
        grids = [grid * part for grid, part in zip(grids, fade)]
    samples = np.concatenate(
        [grid[:, :, : size // 2].reshape(count + 1, -1) for grid, size in zip(grids, space.sizes)], axis=1
    )
    size = abs(np.concatenate([(even - mean) @ halves[~parity].T, odd @ halves[parity].T], axis=1)).mean(
        axis=0
    )
    energy = np.empty(count)
    energy[~parity], energy[parity] = size[: (~parity).sum()], size[(~parity).sum() :]
    return _quantised(space, samples[:count], samples[count], parity, energy)


def integers(functions: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Functions, float32 (count, samples) in levels of samples, as tables hold them: gains (count,) and rows
    of the same shape.

    Raises ValueError where one is too steep.
    """
    scale = synthesis.UNIT * 2.0**synthesis.GAIN_BITS
    gain = np.ceil(abs(functions).max(axis=1) * scale / 127)
    if gain.max() >= 1 << 16:
        raise ValueError("a function is too steep for the tables")
    return gain.astype(np.int64), np.rint(functions * (scale / gain)[:, None]).astype(np.int8)


def energies(sizes: NDArray[Any]) -> tuple[int, ...]:
    """Mean sizes of coefficients as tables hold them: four times their binary logarithms."""
    return tuple(np.clip(np.rint(4 * np.log2(np.maximum(sizes, 1))), 0, 255).astype(int).tolist())


def _quantised(
    space: Space,
    functions: NDArray[np.float32],
    mean: NDArray[np.float32],
    odd: NDArray[np.bool_],
    energy: NDArray[np.float64],
) -> Basis:
    """The tables of functions, float32 (count, half), in levels of samples."""
    gain, rows = integers(functions)
    return Basis(
        space.luma,
        space.chroma,
        np.rint(mean * synthesis.UNIT).astype(np.int16),
        odd,
        energies(energy),
        gain,
        rows,
    )
