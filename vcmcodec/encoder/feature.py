"""Quantises an embedding so that a number of bytes keeps its direction best."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import embedding as embeddings
from vcmcodec.entropy.binarise import NUMBER_BINS, signed, unsigned
from vcmcodec.entropy.contexts import PROBABILITIES, REACH, UNIT
from vcmcodec.entropy.range_coder import SCALE_BITS
from vcmcodec.errors import PictureError
from vcmcodec.layers.feature import payload, syntax, tables
from vcmcodec.layers.feature.head import CODE, STEPS, WEIGHTS
from vcmcodec.layers.feature.part import Feature, step_of, value
from vcmcodec.models import store
from vcmcodec.scene import Scene

SIZES = (16, 24, 32, 48)
"""Bytes of a payload that features are made for."""

LEAST, MOST = 16, 64
"""The fewest and the most bytes that a caller may allow a feature."""

MOST_LEVEL = 15
"""Larger levels are cut off: a step that has them takes more bytes than any other."""

LAGRANGIANS = (0.015, 0.03, 0.05, 0.075, 0.11, 0.15, 0.2)
"""Lambdas that are tried, in squared quantiser steps a bit."""


class _Path:
    """A :class:`vcmcodec.entropy.contexts.Coder` that notes which bins a number passes."""

    def __init__(self) -> None:
        self.bins: list[tuple[int, int]] = []
        self.bits = 0.0

    def bit(self, bit: int, offsets: object, bin: int, /) -> int:
        self.bins.append((bin, bit))
        return bit

    def uniform(self, value: int, count: int, /) -> int:
        self.bits += float(np.log2(count))
        return value


def _path(number: int, plain: bool) -> _Path:
    path = _Path()
    (unsigned if plain else signed)(path, number, ())
    return path


def _costs(logits: NDArray[np.int64], numbers: range, plain: bool) -> NDArray[np.float64]:
    """Bits of ``numbers``, float64 (n, len(numbers)), under summed weights int64 (n, NUMBER_BINS)."""
    zero = REACH * UNIT
    p1 = np.array(PROBABILITIES)[np.clip(logits + zero, 0, 2 * zero)] / (1 << SCALE_BITS)
    bits = -np.log2(np.stack([1 - p1, p1]))
    out = np.zeros((len(logits), len(numbers)))
    for column, number in enumerate(numbers):
        path = _path(number, plain)
        out[:, column] = path.bits + sum(bits[bit, :, bin] for bin, bit in path.bins)
    return out


@functools.lru_cache(maxsize=2 * STEPS)
def _rates(path: Path, step: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bits of each level from -MOST_LEVEL on, float64 (ranks, levels), and of each number of levels, in
    units, float64 (units,). ``path``: that of the weights."""
    weights = np.array(payload.model().weights, dtype=np.int64)
    bins = np.arange(NUMBER_BINS)

    def logits(offsets: list[int]) -> NDArray[np.int64]:
        return np.asarray(sum(weights[offset + bins] for offset in offsets))

    energies = tables.basis().energy
    levels = np.stack([logits(syntax.offsets_of(rank, energy, step)) for rank, energy in enumerate(energies)])
    count = logits(syntax.COUNT.at(step))[None]
    units = range(-(-len(energies) // syntax.COUNT_UNIT) + 1)
    return _costs(levels, range(-MOST_LEVEL, MOST_LEVEL + 1), False), _costs(count, units, True)[0]


def coefficients(embedding: NDArray[np.float32]) -> NDArray[np.float64]:
    """The coefficients of an embedding, float (n,), by rank: float64 (n,), in 1/2**14.

    Raises ModelError where the transform is missing or altered.
    """
    basis = tables.basis()
    rest = embedding.astype(np.float64) * tables.UNIT - basis.mean
    return np.asarray(basis.rows @ rest / (1 << tables.BASIS_BITS))


def _candidate(wanted: NDArray[np.float64], step: int, lagrangian: float) -> tuple[float, tuple[int, ...]]:
    """Estimated bytes of the payload, and levels, of the least sum of error and bits."""
    rates, counts = _rates(store.model_path(WEIGHTS), step)
    size = step_of(step)
    numbers = range(-MOST_LEVEL, MOST_LEVEL + 1)
    points = np.array([value(level, size) for level in numbers], dtype=np.float64)
    cost = ((wanted[:, None] - points) / size) ** 2 + lagrangian * rates
    best = cost.argmin(axis=1)
    rows = np.arange(len(wanted))
    spared = (wanted / size) ** 2 - cost[rows, best]
    unit = syntax.COUNT_UNIT
    gains = np.concatenate([[0.0], np.add.reduceat(spared, np.arange(0, len(wanted), unit)).cumsum()])
    units = int((gains - lagrangian * counts).argmax())
    kept = min(units * unit, len(wanted))
    bits = counts[units] + rates[rows[:kept], best[:kept]].sum()
    return 1 + bits / 8, tuple(int(level) - MOST_LEVEL for level in best[:kept])


def quantised(embedding: NDArray[np.float32], most: int) -> Feature:
    """An embedding, float32 (128,) of length 1, as the feature of at most ``most`` bytes of payload,
    LEAST..MOST, that is closest to it in direction.

    Raises ModelError where transform or weights are missing or altered.
    """
    wanted = coefficients(embedding)
    basis = tables.basis()
    found: list[tuple[float, Feature]] = []
    for step in range(STEPS - 1, -1, -1):
        fits = False
        for lagrangian in LAGRANGIANS:
            size, levels = _candidate(wanted, step, lagrangian)
            if size > most + 0.6:
                continue
            fits = True
            feature = Feature(step, levels)
            found.append((cosine(embedding, feature.vector), feature))
        if not fits:
            break
    assert basis.size == len(wanted)
    for _, feature in sorted(found, key=lambda one: -one[0]):
        if len(payload.encode(Scene(1, 1), feature)[0]) <= most:
            return feature
    return Feature(STEPS - 1, ())


def cosine(one: NDArray[np.float32] | NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """The cosine of the angle between two vectors, -1..1."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def proposed(picture: NDArray[np.uint8], most: int) -> tuple[int, bytes] | None:
    """The layer (kind, payload), of at most ``most`` bytes of payload, for the largest face in a picture,
    uint8 (H, W, 3) RGB; None where there is no face.

    Raises ModelError where the networks, transform or weights are missing or altered.
    """
    found = embeddings.embedding(picture)
    if found is None:
        return None
    return CODE, payload.encode(Scene(1, 1), quantised(found, most))[0]


def layer(picture: NDArray[np.uint8], size: int) -> tuple[int, bytes]:
    """The feature layer (kind, payload) of a picture, uint8 (H, W, 3) RGB, of at most ``size`` bytes.

    Raises ValueError for a size out of range, PictureError where no face is found, ModelError.
    """
    if not LEAST <= size <= MOST:
        raise ValueError(f"feature {size} is not in {LEAST}..{MOST}")
    found = proposed(picture, size)
    if found is None:
        raise PictureError("no face is found whose feature could be stored")
    return found
