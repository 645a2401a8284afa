"""The syntax of a detail layer (spec/FORMAT.md, section "Detail layer"). Normative, integers only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from vcmcodec.entropy.binarise import NUMBER_BINS, signed, unsigned
from vcmcodec.entropy.contexts import Coder, Elements
from vcmcodec.layers.detail.regions import REGIONS, SHAPES, TWIN
from vcmcodec.layers.detail.tables import Basis, Transform
from vcmcodec.layers.texture import steps
from vcmcodec.layers.texture.syntax import COUNT_UNIT, FAR, MAX_MAGNITUDE, NEAR, SUMS, rank_class, sum_class

_SIZES = 32
_RANKS = 88

_elements = Elements()

COUNT = _elements.element(NUMBER_BINS, len(REGIONS) * 64, len(REGIONS) * SUMS)
LEVEL = _elements.element(
    NUMBER_BINS,
    len(REGIONS) * _SIZES,
    len(SHAPES) * _RANKS,
    SUMS * _SIZES,
    9 * _SIZES,
    SUMS * _SIZES,
    4 * _SIZES,
)

WEIGHTS = _elements.size
"""Weights that the syntax is coded with."""

Choose = Callable[[int, Sequence[int]], int]
"""The level to code of a rank, under contexts ``offsets``."""

Levels = tuple[int, ...]
"""The levels of a region, by rank."""


def region(
    coder: Coder,
    transform: Transform,
    step: int,
    known: Sequence[Levels],
    count: int = 0,
    choose: Choose | None = None,
) -> Levels:
    """The levels of the region after those that are ``known``. Codes ``count`` and the levels that ``choose``
    gives, or reads both if it is None. ``step``: index of the quantiser step.

    Raises ValueError where what is read is illegal.
    """
    index = len(known)
    number = REGIONS[index].basis
    basis: Basis = transform[number]
    before = sum(level != 0 for levels in known for level in levels)
    offsets = COUNT.at(64 * index + step // 2, SUMS * index + sum_class(before))
    units = unsigned(coder, -(-count // COUNT_UNIT), offsets)
    if units > -(-basis.count // COUNT_UNIT):
        raise ValueError("more coefficients than the transform has")
    count = min(COUNT_UNIT * units, basis.count)
    twin = known[TWIN] if index == TWIN + 1 else None
    offset = 20 - steps.quarter_octaves(step)
    sizes = [0] * FAR
    near = far = one = two = 0
    levels = []
    for rank in range(count):
        expected = min(max(basis.energy[rank] + offset, 0), _SIZES - 1)
        other = 0 if twin is None else 1 + min(abs(twin[rank]), 2) if rank < len(twin) else 1
        offsets = LEVEL.at(
            _SIZES * index + expected,
            _RANKS * number + rank_class(rank),
            _SIZES * sum_class(near) + expected,
            _SIZES * (3 * min(one, 2) + min(two, 2)) + expected,
            _SIZES * sum_class(far) + expected,
            _SIZES * other + expected,
        )
        level = signed(coder, choose(rank, offsets) if choose else 0, offsets)
        levels.append(level)
        size = min(abs(level), MAX_MAGNITUDE)
        near += size - sizes[rank % FAR - NEAR]
        far += size - sizes[rank % FAR]
        sizes[rank % FAR] = size
        one, two = size, one
    return tuple(levels)


def walk(
    coder: Coder, transform: Transform, step: int, wanted: Sequence[Levels] | None = None
) -> tuple[Levels, ...]:
    """The levels of all regions: codes those that are ``wanted``, or reads them.

    Raises ValueError where what is read is illegal.
    """
    known: list[Levels] = []
    for index in range(len(REGIONS)):
        levels = wanted[index] if wanted else ()
        choose = functools.partial(_level, levels) if wanted else None
        known.append(region(coder, transform, step, known, len(levels), choose))
    return tuple(known)


def _level(levels: Levels, rank: int, offsets: Sequence[int]) -> int:
    return levels[rank] if rank < len(levels) else 0
