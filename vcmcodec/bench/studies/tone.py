"""The tone of a face's skin as one figure, for the darkest and the lightest of a set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench import skin
from vcmcodec.metrics import OUTER_EYE_CORNERS

_PLACES = (((2, 31, 41), (14, 35, 46)), ((4, 48, 31, 31), (12, 54, 35, 35), (29, 30)))
"""Of the 68 landmarks, those whose means lie on the cheeks, as :mod:`vcmcodec.bench.skin` has them; and
beside and on the nose."""


def angle(image: NDArray[np.uint8], marks: NDArray[np.float64]) -> float:
    """The individual typology angle of a face in a picture, uint8 (H, W, 3), in degrees, by its 68 landmarks,
    (68, 2) in pixels: that of the cheeks, or of the nose where that is lighter, since rims of glasses
    darken the one and shadows the other."""
    left, right = (marks[corner] for corner in OUTER_EYE_CORNERS)
    radius = max(2, round(0.12 * float(np.linalg.norm(left - right))))
    found = []
    for places in _PLACES:
        samples = []
        for points in places:
            x, y = np.rint(marks[list(points)].mean(axis=0)).astype(int)
            patch = image[
                max(0, y - radius) : max(0, y + radius + 1), max(0, x - radius) : max(0, x + radius + 1)
            ]
            samples.append(patch.reshape(-1, 3))
        seen = np.concatenate(samples)
        if len(seen):
            found.append(skin.angle(np.median(seen, axis=0)))
    return max(found, default=-90.0)
