"""Colours at reference pixels to symbols and back, each predicted from those already known
(spec/FORMAT.md, section "Colours"). Normative, integers only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.ops import Point

MIN_STEP, MAX_STEP = 5, 63
"""Range of a quantiser step, in 8-bit levels; 5 is the least at which a symbol fits a byte."""

FIRST = (128, 24, -8)
"""The prediction of the first colour, in YCoCg: what a face has on average."""

NEIGHBOURS = 3
"""How many of the nearest known colours predict the next."""

YCoCg = tuple[int, int, int]


def to_ycocg(red: int, green: int, blue: int) -> YCoCg:
    """8-bit RGB to YCoCg-R: Y 0..255, Co and Cg -255..255. Lossless."""
    co = red - blue
    base = blue + (co >> 1)
    cg = green - base
    return base + (cg >> 1), co, cg


def to_rgb(y: int, co: int, cg: int) -> tuple[int, int, int]:
    """YCoCg-R to 8-bit RGB, each channel clamped to 0..255."""
    base = y - (cg >> 1)
    green = cg + base
    blue = base - (co >> 1)
    red = blue + co
    return min(max(red, 0), 255), min(max(green, 0), 255), min(max(blue, 0), 255)


class Guess(NamedTuple):
    """What is expected of a colour: its components, the squared distance to the nearest known one (0
    where there is none), and how far the known ones that it was made of lie apart in Y."""

    values: YCoCg
    square: int
    spread: int


def predict(where: NDArray[np.int64], known: Sequence[YCoCg], index: int) -> Guess:
    """The prediction of colour ``index`` at ``where[index]``, int64 (N, 2), from the ``known`` ones
    before it: the mean of the nearest three (of equally near ones the earlier), weighted by
    65536 // squared distance, each component rounded half up."""
    if index == 0:
        return Guess(FIRST, 0, 0)
    apart = where[:index] - where[index]
    square = apart[:, 0] ** 2 + apart[:, 1] ** 2
    # Equally near ones are told apart by their place in the order.
    ranks = square * index + np.arange(index)
    if index > NEIGHBOURS:
        ranks = np.partition(ranks, NEIGHBOURS)[:NEIGHBOURS]
    near = np.sort(ranks) % index
    weights = [(65536 // int(square[other]) + 1, known[other]) for other in near]
    total = sum(weight for weight, _ in weights)
    first, second, third = (
        (2 * sum(weight * colour[part] for weight, colour in weights) + total) // (2 * total)
        for part in range(3)
    )
    light = [colour[0] for _, colour in weights]
    return Guess((first, second, third), int(square[near[0]]), max(light) - min(light))


def _clamp(y: int, co: int, cg: int) -> YCoCg:
    return min(max(y, 0), 255), min(max(co, -255), 255), min(max(cg, -255), 255)


Steps = tuple[int, int]
"""Quantiser steps of Y, and of Co and Cg."""


Levels = Callable[[int, int, Guess, int], int]
"""Gives the quantised residual of a new colour's component: ``(new, part, guess, step)``, counted
from the first new colour, Y, Co and Cg in this order. This is where encoder and decoder part."""


def extend(where: Sequence[Point], known: list[YCoCg], count: int, steps: Steps, level: Levels) -> None:
    """Appends ``count`` colours, at ``where[len(known):]``, to ``known``: predictions plus
    ``level`` times the step, clamped."""
    first = len(known)
    places = np.array(where[: first + count], dtype=np.int64).reshape(-1, 2)
    for index in range(first, first + count):
        guess = predict(places, known, index)
        values = [
            guess.values[part] + level(index - first, part, guess, step) * step
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


def encode(
    where: Sequence[Point], known: list[YCoCg], wanted: Sequence[tuple[int, int, int]], steps: Steps
) -> bytes:
    """Symbols of the RGB colours ``wanted`` at ``where[len(known):]``; appends to ``known`` what
    the decoder will know: the levels of all colours in a row as zigzag, Y first, then Co, then Cg."""
    parts: list[list[int]] = [[], [], []]
    best = quantiser(wanted)

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        value = best(new, part, guess, step)
        parts[part].append(2 * value - 1 if value > 0 else -2 * value)
        return value

    extend(where, known, len(wanted), steps, level)
    return bytes(value for part in parts for value in part)


def decode(where: Sequence[Point], known: list[YCoCg], symbols: bytes, steps: Steps) -> None:
    """Appends to ``known`` the colours that ``symbols`` (three per colour) hold, at
    ``where[len(known):]``. Every symbol value is legal: results are clamped."""
    count = len(symbols) // 3

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        symbol = symbols[part * count + new]
        return symbol + 1 >> 1 if symbol & 1 else -(symbol >> 1)

    extend(where, known, count, steps, level)


def rgb(known: Sequence[YCoCg]) -> NDArray[np.uint8]:
    """Known colours as uint8 (N, 3) RGB."""
    return np.array([to_rgb(*colour) for colour in known], dtype=np.uint8).reshape(-1, 3)
