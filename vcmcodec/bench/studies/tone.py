"""The tone of a face's skin as one figure, for the darkest and the lightest of a set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.studies import skin

_NOSE = (4, 48, 31, 31), (12, 54, 35, 35), (29, 30)
"""Of the 68 landmarks, those whose means lie beside and on the nose."""


def angle(image: NDArray[np.uint8], marks: NDArray[np.float64]) -> float:
    """The individual typology angle of a face in a picture, uint8 (H, W, 3), in degrees, by its 68 landmarks,
    (68, 2) in pixels: that of the cheeks, or of the nose where that is lighter, since rims of glasses
    darken the one and shadows the other."""
    return max(skin.angle(skin.colour(image, marks, places)) for places in (skin.CHEEKS, _NOSE))
