"""Colour layer, coding 1: residuals as symbols for PPM (Hu et al. 2020, section 3.1; spec/FORMAT.md, section
"Colour layer, coding 1"). Normative, integers only.

The residuals of all colours stand in a row as zigzag, a byte each: Y first, then Co, then Cg.
"""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.entropy.ppm import primed
from vcmcodec.format.wire import Reader
from vcmcodec.layers.colours.head import PRIMER
from vcmcodec.layers.colours.prediction import Guess, Steps, extend, quantiser
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges.ops import Point

MIN_STEP, MAX_STEP = 5, 63
"""Range of a quantiser step, in 8-bit levels; 5 is the least at which a symbol fits a byte."""


def encode(
    where: Sequence[Point], known: list[YCoCg], wanted: Sequence[tuple[int, int, int]], steps: Steps
) -> bytes:
    """The coded RGB colours ``wanted`` at ``where[len(known):]``; appends to ``known`` what the decoder will
    know.

    Raises ModelError where the primer is missing.
    """
    return primed.encode(symbols(where, known, wanted, steps), primed.primer(PRIMER))


def decode(reader: Reader, where: Sequence[Point], known: list[YCoCg], count: int, steps: Steps) -> None:
    """Appends to ``known`` the ``count`` colours that ``reader`` holds, at ``where[len(known):]``.

    Raises FormatError where the symbols do not decode, ModelError where the primer is missing.
    """
    start = reader.offset
    found = primed.decode(reader.rest(), 3 * count, primed.primer(PRIMER))
    if found is None:
        raise reader.error("damaged: the symbols do not decode", start)
    colours(where, known, found, steps)


def symbols(
    where: Sequence[Point], known: list[YCoCg], wanted: Sequence[tuple[int, int, int]], steps: Steps
) -> bytes:
    """Symbols of the RGB colours ``wanted`` at ``where[len(known):]``; appends to ``known`` what
    the decoder will know."""
    parts: list[list[int]] = [[], [], []]
    best = quantiser(wanted)

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        value = best(new, part, guess, step)
        parts[part].append(2 * value - 1 if value > 0 else -2 * value)
        return value

    extend(where, known, len(wanted), steps, level)
    return bytes(value for part in parts for value in part)


def colours(where: Sequence[Point], known: list[YCoCg], symbols: bytes, steps: Steps) -> None:
    """Appends to ``known`` the colours that ``symbols`` (three per colour) hold, at
    ``where[len(known):]``. Every symbol value is legal: results are clamped."""
    count = len(symbols) // 3

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        symbol = symbols[part * count + new]
        return symbol + 1 >> 1 if symbol & 1 else -(symbol >> 1)

    extend(where, known, count, steps, level)
