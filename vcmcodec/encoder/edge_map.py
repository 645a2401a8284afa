"""Sparse edges by structured forests (Dollar and Zitnick 2013), as in Hu et al. 2020, section 3.1:
detect, thin by non-maximum suppression, binarise with hysteresis, drop what is short.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import forest_file
from vcmcodec.models import store

FOREST = "edge-forest.yml.gz"

LOW, HIGH = 0.05, 0.10
"""Hysteresis: an edge is a ridge above LOW that somewhere rises above HIGH."""

OFFSET = 0.42
"""The forest finds edges this many pixels too far to the right and below, as mirrored pictures show: the
middle of a patch lies between pixels."""

MIN_LENGTH = 10
"""Edges of fewer pixels are trivial (Hu et al. 2020, section 3.1)."""

LEAST_SIDE = 64
"""Smaller pictures are padded to this before detection: the forest looks at 32 x 32 patches."""


BAND_MARGIN = 48
"""Rows beyond a pixel that the forest looks at to judge it: patches of 32, and features around them."""

_POOL = ThreadPoolExecutor(2, "edges")


@functools.lru_cache(maxsize=2)
def _load(path: Path) -> Any:
    forest_file.validate(path)
    return cv2.ximgproc.createStructuredEdgeDetection(str(path))


def _detector() -> Any:
    return _load(store.model_path(FOREST))


def _detect(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    # The features are computed at half size: odd sides would leave the last row without any.
    below, right = max(LEAST_SIDE, height + height % 2) - height, max(LEAST_SIDE, width + width % 2) - width
    padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    strength = _detector().detectEdges(padded.astype(np.float32) / np.float32(255))
    return np.asarray(strength[:height, :width])


def detect(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Edge strength of a picture, uint8 (H, W, 3) RGB: float32 (H, W), 0 to about 0.5. The mean
    of what is found at the picture's own size and at twice that, where eyes have their lids.

    Raises ModelError where the forest is missing, altered or malformed.
    """
    height, width = image.shape[:2]
    _detector()  # loaded once, before there are threads
    double = cv2.resize(image, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)
    if cv2.getNumThreads() == 1:  # as in a process beside others, where overlapping bands only cost
        own, whole = _detect(image), _detect(double)
    else:
        own, whole = _in_bands(image, double)
    return (own + cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)) / 2


def _in_bands(
    image: NDArray[np.uint8], double: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the detector finds in a picture and in the one of twice its size, by two threads."""
    height = len(image)
    # The detector uses one core. Bands that overlap by what it sees around a pixel give the same, since
    # they begin where its choice of trees, which alternates every two pixels, comes round.
    cut = (5 * height // 4) // 16 * 16  # the lower band is small: it follows the picture's own size
    bands = (double[: cut + BAND_MARGIN], image, double[max(0, cut - BAND_MARGIN) :])
    upper, own, lower = _POOL.map(_detect, bands)
    return own, np.concatenate([upper[:cut], lower[min(cut, BAND_MARGIN) :]])


def ridges(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Edge strength of a picture, uint8 (H, W, 3) RGB, on its ridges, else 0: float32 (H, W).

    Raises ModelError where the forest is missing, altered or malformed.
    """
    return _suppress(detect(image))


def _suppress(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    orientation = _detector().computeOrientation(strength)
    return np.asarray(_detector().edgesNms(strength, orientation, r=1, s=0, m=1.0, isParallel=False))


def binarise(
    ridge: NDArray[np.float32], *, low: float = LOW, high: float = HIGH, min_length: int = MIN_LENGTH
) -> NDArray[np.uint8]:
    """Ridges, float32 (H, W), as lines one pixel wide, uint8 (H, W) 0 or 1: those above ``low`` that
    somewhere rise above ``high``, and have no fewer than ``min_length`` pixels (8-connected)."""
    thin = cv2.ximgproc.thinning((ridge >= low).astype(np.uint8) * 255)
    return long_enough(thin, min_length=min_length, strong=ridge >= high)


def long_enough(
    edge: NDArray[np.uint8], *, min_length: int = MIN_LENGTH, strong: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """The lines of an edge map, uint8 (H, W), that have no fewer than ``min_length`` pixels (8-connected)
    and, where ``strong``, bool (H, W), is given, a strong one among them: uint8 (H, W) 0 or 1."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(edge, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= min_length
    if strong is not None:
        kept = np.zeros(count, dtype=bool)
        kept[labels[strong]] = True
        keep &= kept
    keep[0] = False
    return np.asarray(keep[labels].astype(np.uint8))


def edge_map(
    image: NDArray[np.uint8], *, low: float = LOW, high: float = HIGH, min_length: int = MIN_LENGTH
) -> NDArray[np.uint8]:
    """Thin binary edges of a picture, uint8 (H, W, 3) RGB: uint8 (H, W), 1 on an edge, one pixel
    wide, no 8-connected component of fewer than ``min_length`` pixels.

    Raises ModelError where the forest is missing, altered or malformed.
    """
    return binarise(ridges(image), low=low, high=high, min_length=min_length)
