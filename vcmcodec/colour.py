"""Colours at reference pixels to symbols and back, each predicted from those already known
(spec/FORMAT.md, section "Colours"). Normative, integers only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def predict(where: NDArray[np.int64], known: Sequence[YCoCg], index: int) -> YCoCg:
    """The prediction of colour ``index`` at ``where[index]``, int64 (N, 2), from the ``known`` ones
    before it: the mean of the nearest three (of equally near ones the earlier), weighted by
    65536 // squared distance, each component rounded half up."""
    if index == 0:
        return FIRST
    square = np.square(where[:index] - where[index]).sum(axis=1)
    near = np.argsort(square, kind="stable")[:NEIGHBOURS]
    weights = [(65536 // int(square[other]) + 1, known[other]) for other in near]
    total = sum(weight for weight, _ in weights)
    first, second, third = (
        (2 * sum(weight * colour[part] for weight, colour in weights) + total) // (2 * total)
        for part in range(3)
    )
    return first, second, third


def _quantise(residual: int, step: int) -> int:
    """The nearest multiple, half away from zero, as zigzag."""
    level = (2 * abs(residual) + step) // (2 * step)
    return 2 * level - 1 if residual > 0 and level else 2 * level


def _restore(symbol: int, step: int) -> int:
    return (symbol + 1 >> 1) * step if symbol & 1 else -(symbol >> 1) * step


def _clamp(y: int, co: int, cg: int) -> YCoCg:
    return min(max(y, 0), 255), min(max(co, -255), 255), min(max(cg, -255), 255)


Steps = tuple[int, int]
"""Quantiser steps of Y, and of Co and Cg."""


def _walk(
    where: Sequence[Point],
    known: list[YCoCg],
    count: int,
    steps: Steps,
    symbol: Callable[[int, int, int, int], int],
) -> None:
    """Appends ``count`` colours to ``known``. ``symbol(i, part, prediction, step)`` gives the
    symbol of the i-th new colour's component: this is where encoder and decoder part."""
    first = len(known)
    places = np.array(where[: first + count], dtype=np.int64).reshape(-1, 2)
    for index in range(first, first + count):
        guess = predict(places, known, index)
        values = [
            guess[part] + _restore(symbol(index - first, part, guess[part], step), step)
            for part, step in enumerate((steps[0], steps[1], steps[1]))
        ]
        known.append(_clamp(values[0], values[1], values[2]))


def encode(
    where: Sequence[Point], known: list[YCoCg], wanted: Sequence[tuple[int, int, int]], steps: Steps
) -> bytes:
    """Symbols of the RGB colours ``wanted`` at ``where[len(known):]``; appends to ``known`` what
    the decoder will know: the components of all colours in a row, Y first, then Co, then Cg."""
    parts: list[list[int]] = [[], [], []]

    def symbol(new: int, part: int, guess: int, step: int) -> int:
        value = _quantise(to_ycocg(*wanted[new])[part] - guess, step)
        parts[part].append(value)
        return value

    _walk(where, known, len(wanted), steps, symbol)
    return bytes(value for part in parts for value in part)


def decode(where: Sequence[Point], known: list[YCoCg], symbols: bytes, steps: Steps) -> None:
    """Appends to ``known`` the colours that ``symbols`` (three per colour) hold, at
    ``where[len(known):]``. Every symbol value is legal: results are clamped."""
    count = len(symbols) // 3

    def symbol(new: int, part: int, guess: int, step: int) -> int:
        return symbols[part * count + new]

    _walk(where, known, count, steps, symbol)


def rgb(known: Sequence[YCoCg]) -> NDArray[np.uint8]:
    """Known colours as uint8 (N, 3) RGB."""
    return np.array([to_rgb(*colour) for colour in known], dtype=np.uint8).reshape(-1, 3)
