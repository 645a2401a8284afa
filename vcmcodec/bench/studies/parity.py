"""How far two groups of faces lie apart in a figure of which less is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

DRAWS = 10_000
SEED = 16
CERTAIN = 0.95


class Gap(NamedTuple):
    """``ratio``: the mean of the second group over that of the first, less 1; ``low`` and ``high``: the ends
    of its 95 % bootstrap interval; ``faces``: of the first and of the second group."""

    ratio: float
    low: float
    high: float
    faces: tuple[int, int]

    @property
    def wide(self) -> float:
        """How much the worse group has more than the better one, as a share of that, whichever it is."""
        return self.ratio if self.ratio >= 0 else 1 / (1 + self.ratio) - 1


def gap(first: Sequence[float], second: Sequence[float]) -> Gap:
    """The gap of two groups' values, all above 0; the interval is that of percentiles, groups drawn from
    apart, with one seed always.

    Raises ValueError where a group is empty.
    """
    if not len(first) or not len(second):
        raise ValueError("an empty group has no mean")
    a, b = (np.asarray(values, dtype=np.float64) for values in (first, second))
    random = np.random.default_rng(SEED)
    drawn = [
        values[random.integers(len(values), size=(DRAWS, len(values)))].mean(axis=1) for values in (a, b)
    ]
    low, high = np.quantile(drawn[1] / drawn[0] - 1, ((1 - CERTAIN) / 2, (1 + CERTAIN) / 2))
    return Gap(float(b.mean() / a.mean() - 1), float(low), float(high), (len(a), len(b)))


def worse(before: Sequence[float], after: Sequence[float]) -> float:
    """How much more the mean of ``after`` is than that of ``before``, as a share of it; of the same faces.

    Raises ValueError where there are none.
    """
    if not len(before) or len(before) != len(after):
        raise ValueError("no pairs have no ratio of means")
    return float(np.mean(after) / np.mean(before) - 1)
