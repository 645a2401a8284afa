"""The syntax of a feature layer (spec/FORMAT.md, section "Feature layer"). Normative, integers only."""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.entropy.binarise import NUMBER_BINS, signed, unsigned
from vcmcodec.entropy.contexts import Coder, Elements
from vcmcodec.layers.feature.head import STEPS

_SIZES = 40
_RANKS = 128

COUNT_UNIT = 4
"""Levels are sent up to a rank that is a multiple of this, or to the last."""

_elements = Elements()

COUNT = _elements.element(NUMBER_BINS, STEPS)
LEVEL = _elements.element(NUMBER_BINS, _SIZES, _RANKS, STEPS)

WEIGHTS = _elements.size
"""Weights that the syntax is coded with."""


def offsets_of(rank: int, energy: int, step: int) -> list[int]:
    """Where the weights of the level of a ``rank`` begin, whose coefficient's ``energy`` (see
    :class:`vcmcodec.layers.feature.tables.Basis`) the transform states."""
    expected = min(max(energy - step - 12, 0), _SIZES - 1)
    return LEVEL.at(expected, rank, step)


def walk(coder: Coder, energies: Sequence[int], step: int, levels: Sequence[int] = ()) -> tuple[int, ...]:
    """Codes ``levels`` by rank with the quantiser step of that number, or reads them, where they are
    ignored; those that there are.

    Raises ValueError where what is read is illegal.
    """
    units = unsigned(coder, -(-len(levels) // COUNT_UNIT), COUNT.at(step))
    if units > -(-len(energies) // COUNT_UNIT):
        raise ValueError("more coefficients than the transform has")
    count = min(COUNT_UNIT * units, len(energies))
    padded = [*levels, *[0] * (count - len(levels))] if levels else [0] * count
    return tuple(signed(coder, padded[rank], offsets_of(rank, energies[rank], step)) for rank in range(count))
