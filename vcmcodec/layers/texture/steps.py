"""Quantiser steps of coefficients (spec/FORMAT.md, section "Coefficients"). Normative, integers only."""

from __future__ import annotations

MAX_VALUE = (1 << 17) - 1
"""Coefficients are clamped to this, so that sums stay exact."""

# Four times the binary logarithm of (16 + i) / 16, rounded.
_QUARTERS = (0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4)


def step(number: int) -> int:
    """The step with that ``number``, from 0, in units of coefficients: 16 of them an octave, the first 16."""
    return (16 + (number & 15)) << (number >> 4)


def quarter_octaves(number: int) -> int:
    """Four times the binary logarithm of a step, rounded as the format has it."""
    return 16 + 4 * (number >> 4) + _QUARTERS[number & 15]


def value(level: int, step_size: int, shift: int) -> int:
    """The coefficient that ``level``, known up to its ``shift`` lowest bits, stands for."""
    if not level:
        return 0
    size = min((abs(level) << shift) * step_size + (3 * ((1 << shift) - 1) * step_size >> 3), MAX_VALUE)
    return -size if level < 0 else size
