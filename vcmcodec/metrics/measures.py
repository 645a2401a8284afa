"""What is measured between two pictures or two faces: pure functions of numpy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LANDMARKS = 68
"""Points of a face in the iBUG 300-W markup."""

OUTER_EYE_CORNERS = (36, 45)
"""Points of that markup, counted from 0, whose distance is the unit of :func:`nme`."""


def nme(found: NDArray[Any], truth: NDArray[Any]) -> float:
    """Normalised mean error of landmarks: the mean distance between ``found`` and ``truth``, both
    (68, 2) in pixels, over the distance of the outer eye corners in ``truth`` (Sagonas et al.
    2013). 0.05 is 5 %.

    Raises ValueError for another shape, or where the corners coincide.
    """
    a, b = np.asarray(found, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if a.shape != (LANDMARKS, 2) or b.shape != (LANDMARKS, 2):
        raise ValueError(f"landmarks must be ({LANDMARKS}, 2), not {a.shape} and {b.shape}")
    left, right = OUTER_EYE_CORNERS
    return normalised_error(a, b, float(np.hypot(*(b[right] - b[left]))))


def normalised_error(found: NDArray[Any], truth: NDArray[Any], unit: float) -> float:
    """The mean distance between points ``found`` and ``truth``, both (n, 2), over ``unit``.

    Raises ValueError where ``unit`` is 0.
    """
    if unit == 0:
        raise ValueError("the outer eye corners coincide")
    return float(np.hypot(*(np.asarray(found) - np.asarray(truth)).T).mean() / unit)


def near(edge: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels of an edge map, uint8 (H, W) 0 or 1, lie within 1.5 pixels of an edge pixel: it and
    its eight neighbours."""
    height, width = edge.shape
    padded = np.pad(edge > 0, 1)
    shifted = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.logical_or.reduce(shifted)


def covered(edge: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Share of the edge pixels of one map within 1.5 pixels of those of the other, both uint8 (H, W) 0
    or 1; 1 where there are none."""
    count = int(np.count_nonzero(edge))
    return float(np.count_nonzero(near(other) & (edge > 0)) / count) if count else 1.0


def mean_absolute_error(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Mean absolute difference of two uint8 arrays of one shape, in 8-bit levels (0..255).

    Raises ValueError for two shapes or empty arrays.
    """
    return float(np.abs(_difference(a, b)).mean())


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of two uint8 arrays of one shape, in dB against a peak of 255;
    infinite where they are equal.

    Raises ValueError for two shapes or empty arrays.
    """
    error = float(np.square(_difference(a, b)).mean())
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    if a.shape != b.shape or not a.size:
        raise ValueError(f"arrays of shapes {a.shape} and {b.shape} cannot be compared")
    return a.astype(np.float64) - b.astype(np.float64)
