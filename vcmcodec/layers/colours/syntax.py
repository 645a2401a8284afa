"""The syntax of colours: how the levels of reference pixels become decisions (spec/FORMAT.md, section
"Colour layer, coding 2").

Normative, integers only. How large a residual is to be expected follows from how far away the nearest
known colour lies, and from how far those nearby lie apart; what Y did says what Co and Cg will do.
"""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.entropy.binarise import NUMBER_BINS, signed
from vcmcodec.entropy.contexts import Coder, Elements
from vcmcodec.layers.colours import prediction
from vcmcodec.layers.colours.prediction import Guess, Levels, Steps
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges.ops import Point

_elements = Elements()

Y = _elements.element(NUMBER_BINS, 16, 9 * 16, 16, 9 * 6, 16)
CO = _elements.element(NUMBER_BINS, 16, 9 * 16, 31, 16, 9 * 6)
CG = _elements.element(NUMBER_BINS, 16, 9 * 16, 31, 31, 16, 9 * 6)

WEIGHTS = _elements.size
"""Weights that the syntax is coded with."""


def _near(level: int) -> int:
    """A level as one of 31 values of a context."""
    return min(max(level, -15), 15) + 15


def walk(
    coder: Coder,
    where: Sequence[Point],
    known: list[YCoCg],
    count: int,
    number: int,
    steps: Steps,
    best: Levels | None,
) -> None:
    """Appends ``count`` colours to ``known`` (see :func:`vcmcodec.layers.colours.prediction.extend`): codes
    the levels that ``best`` gives, or reads them where it is None. ``number``: that of the
    quantiser ``steps``, 0..5."""
    before = [0, 0, 0]

    def level(new: int, part: int, guess: Guess, step: int) -> int:
        value = best(new, part, guess, step) if best else 0
        far = min(guess.square.bit_length(), 15)
        apart = min((guess.spread // steps[0]).bit_length(), 8)
        both, quantised = 16 * apart + far, 6 * apart + number
        if part == 0:
            offsets = Y.at(far, both, min(max(guess.values[0] >> 4, 0), 15), quantised, min(len(known), 15))
        else:
            tint = min(max(guess.values[part] + 128 >> 4, 0), 15)
            if part == 1:
                offsets = CO.at(far, both, _near(before[0]), tint, quantised)
            else:
                offsets = CG.at(far, both, _near(before[0]), _near(before[1]), tint, quantised)
        before[part] = value = signed(coder, value, offsets)
        return value

    prediction.extend(where, known, count, steps, level)
