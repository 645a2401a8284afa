"""Colours at reference pixels, each predicted from those already known (spec/FORMAT.md, section "Colours").
Normative, integers only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vcmcodec.layers.colours.ycocg import YCoCg, to_ycocg
from vcmcodec.layers.edges.ops import Point

FIRST = (128, 24, -8)
"""The prediction of the first colour, in YCoCg: what a face has on average."""

NEIGHBOURS = 3
"""How many of the nearest known colours predict the next."""


class Guess(NamedTuple):
    """What is expected of a colour: its components, the squared distance to the nearest known one (0 where
    there is none), and how far apart in Y the colours lie that it was predicted from."""

    values: YCoCg
    square: int
    spread: int


Near = Sequence[tuple[int, int]]
"""Numbers of known colours and their squared distances, the nearest first."""

_ROWS = 64
"""Places whose distances to all others are computed at a time: this bounds memory."""


def nearest(where: Sequence[Point], first: int = 0) -> Iterator[Near]:
    """For each place from ``where[first]`` on, the nearest three of those before it (of equally near ones
    the earlier), or as many as there are."""
    count = len(where)
    x, y = np.array(where, dtype=np.int64).reshape(-1, 2).T.copy()
    for start in range(first, count, _ROWS):
        rows, others = np.arange(start, min(start + _ROWS, count)), np.arange(min(start + _ROWS, count))
        across, down = x[rows, None] - x[others], y[rows, None] - y[others]
        # Equally near ones are in the order of their places.
        ranks = (across * across + down * down) * count + others
        ranks[others >= rows[:, None]] = np.iinfo(np.int64).max
        if len(others) > NEIGHBOURS:
            ranks = np.partition(ranks, NEIGHBOURS - 1)[:, :NEIGHBOURS]
        for row, found in zip(rows.tolist(), np.sort(ranks).tolist()):
            yield [(rank % count, rank // count) for rank in found[:row]]


def predict(known: Sequence[YCoCg], near: Near) -> Guess:
    """The prediction of a colour from the ``known`` ones that lie ``near``: their mean, weighted by
    65536 // squared distance + 1, each component rounded half up; FIRST where there are none."""
    if not near:
        return Guess(FIRST, 0, 0)
    total = y = co = cg = 0
    for other, square in near:
        weight = 65536 // square + 1
        total += weight
        y += weight * known[other][0]
        co += weight * known[other][1]
        cg += weight * known[other][2]
    light = [known[other][0] for other, _ in near]
    twice = 2 * total
    mean = (2 * y + total) // twice, (2 * co + total) // twice, (2 * cg + total) // twice
    return Guess(mean, near[0][1], max(light) - min(light))


def _clamp(y: int, co: int, cg: int) -> YCoCg:
    return min(max(y, 0), 255), min(max(co, -255), 255), min(max(cg, -255), 255)


Steps = tuple[int, int]
"""Quantiser steps of Y, and of Co and Cg."""


Levels = Callable[[int, int, Guess, int], int]
"""Gives the quantised residual of a new colour's component: ``(new, part, guess, step)``, counted from the
first new colour, Y, Co and Cg in this order. An encoder chooses it, a decoder reads it."""


def extend(where: Sequence[Point], known: list[YCoCg], count: int, steps: Steps, level: Levels) -> None:
    """Appends ``count`` colours, at ``where[len(known):]``, to ``known``: predictions plus
    ``level`` times the step, clamped."""
    first = len(known)
    for new, near in enumerate(nearest(where[: first + count], first)):
        guess = predict(known, near)
        values = [
            guess.values[part] + level(new, part, guess, step) * step
            for part, step in enumerate((steps[0], steps[1], steps[1]))
        ]
        known.append(_clamp(values[0], values[1], values[2]))


def quantiser(wanted: Sequence[tuple[int, int, int]]) -> Levels:
    """The levels that bring the RGB colours ``wanted`` closest: half away from zero."""
    colours = [to_ycocg(*rgb) for rgb in wanted]

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        residual = colours[new][part] - guess.values[part]
        size = (2 * abs(residual) + step) // (2 * step)
        return size if residual > 0 else -size

    return level
