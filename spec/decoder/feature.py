"""Section 12: the feature layer, up to the embedding F."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from decoder.decisions import Decisions, Shape, read_elements
from decoder.failures import Invalid
from decoder.models import read_model
from decoder.reader import Reader

WEIGHTS = "feature-1.weights"
TRANSFORM = "feature-1.transform"
ELEMENTS = (Shape("COUNT", 64, (16,)), Shape("LEVEL", 64, (40, 128, 16)))
STEPS = (512, 608, 724, 861)
MOST_VALUE = 65535


class Transform(NamedTuple):
    """Section 12.2: what the model file holds."""

    mean: list[int]
    energy: list[int]
    basis: list[list[int]]


def read_transform() -> Transform:
    """Section 12.2: the file's fields."""
    return parse_transform(read_model(TRANSFORM))


@cache
def parse_transform(data: bytes) -> Transform:
    """Section 12.2: the same of the file's bytes."""
    reader = Reader(data, Invalid)
    size = reader.byte("size")

    def numbers() -> list[int]:
        return [(reader.be16("number") ^ 0x8000) - 0x8000 for _ in range(size)]

    mean = numbers()
    energy = [reader.byte("energy") for _ in range(size)]
    return Transform(mean, energy, [numbers() for _ in range(size)])


def read_feature(payload: bytes) -> NDArray[np.int64] | None:
    """Section 12: F, or nothing where the coding is another one and the layer is skipped."""
    reader = Reader(payload, Invalid)
    profile = reader.byte("profile")
    if profile >> 4 != 1:
        return None
    n = profile & 0x0F
    transform = read_transform()
    size = len(transform.energy)
    by = read_elements(WEIGHTS, ELEMENTS)
    decisions = Decisions(reader.rest())
    units = decisions.unsigned(by["COUNT"].under(n))
    if 4 * units >= size + 4:
        raise Invalid("more coefficients than there are")
    coefficients = []
    for r in range(min(4 * units, size)):
        x = min(max(transform.energy[r] - n - 12, 0), 39)
        level = decisions.signed(by["LEVEL"].under(x, r, n))
        coefficients.append(value_of(level, STEPS[n % 4] << (n // 4)))
    decisions.finish()
    sums = [sum(c * row[i] for c, row in zip(coefficients, transform.basis)) for i in range(size)]
    return np.array([mean + ((s + 2**14) >> 15) for mean, s in zip(transform.mean, sums)], np.int64)


def value_of(level: int, step: int) -> int:
    """Section 12.3: the coefficient that a level stands for."""
    if level == 0:
        return 0
    size = min((8 * abs(level) - 1) * step // 8, MOST_VALUE)
    return size if level > 0 else -size
