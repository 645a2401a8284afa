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
    unit = float(np.hypot(*(b[right] - b[left])))
    if unit == 0:
        raise ValueError("the outer eye corners coincide")
    return float(np.hypot(*(a - b).T).mean() / unit)


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


def bits_per_pixel(size: int, width: int, height: int) -> float:
    """``size`` bytes over ``width`` x ``height`` pixels, in bits per pixel."""
    return 8 * size / (width * height)


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    if a.shape != b.shape or not a.size:
        raise ValueError(f"arrays of shapes {a.shape} and {b.shape} cannot be compared")
    return a.astype(np.float64) - b.astype(np.float64)
