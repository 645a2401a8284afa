"""The teacher's thin edges: HED's probability, its ridges kept, binarised and thinned."""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.25
"""Edge probability from which the teacher calls a ridge an edge."""


@functools.cache
def _hed() -> object:
    from vcmcodec.train.encoder.hed import Hed

    return Hed()


def probability(image: NDArray[np.uint8], cache: Path) -> NDArray[np.float32]:
    """HED's edge probability, float32 (H, W) in 0..1, kept in the file ``cache`` as uint8."""
    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.save(cache, (_hed()(image) * 255).astype(np.uint8))  # type: ignore[operator]
    return (np.load(cache) / np.float32(255)).astype(np.float32)


def thin(strength: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Ridges of ``strength`` (H, W) at or above ``threshold``, uint8 0 or 1, one pixel wide."""
    smooth = cv2.GaussianBlur(strength, (0, 0), 1.0)
    xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
    yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
    # The normal of a ridge is the direction of its strongest downward curvature.
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    dx, dy = np.cos(angle), np.sin(angle)
    height, width = strength.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ridge = smooth >= threshold * 0.6
    for side in (-1.0, 1.0):
        beside = cv2.remap(
            smooth,
            x + side * dx.astype(np.float32),
            y + side * dy.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        ridge &= smooth >= beside
    strong = (ridge & (strength >= threshold)).astype(np.uint8) * 255
    # Ridges may be broken where two cross: closing by thinning a slightly fattened map.
    return np.asarray(cv2.ximgproc.thinning(cv2.dilate(strong, np.ones((2, 2), np.uint8))) // 255)


def teacher_edges(image: NDArray[np.uint8], cache: Path) -> NDArray[np.uint8]:
    """The teacher's edges of a picture, uint8 (H, W), 0 or 1, components of at least 10 pixels."""
    edges = thin(probability(image, cache), THRESHOLD)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= 10
    keep[0] = False
    return keep[labels].astype(np.uint8)
