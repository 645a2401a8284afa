"""Matrix products of integers (spec/FORMAT.md, section "Synthesis"). Normative. The one place where integers
pass through floating point, in which numpy multiplies matrices fast: below 2**53 that is exact, in any order
of adding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def product(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """The matrix product of arrays of integers, int64. The caller knows that no sum of products, of their
    sizes, exceeds 2**53."""
    return np.asarray((one.astype(np.float64) @ other.astype(np.float64)).astype(np.int64))
