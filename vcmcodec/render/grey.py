"""Grey pictures: what is shown of a file whose header says so (spec/FORMAT.md, section "Grey"). Normative,
integers only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def neutral(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture, uint8 (H, W, 3) RGB, without its colour: (R + 2 G + B + 2) // 4 thrice."""
    r, g, b = (picture[:, :, part].astype(np.uint16) for part in range(3))
    y = ((r + 2 * g + b + 2) >> 2).astype(np.uint8)
    return np.repeat(y[:, :, None], 3, axis=2)


def toned(picture: NDArray[np.uint8], grey: bool) -> NDArray[np.uint8]:
    """What is shown of a picture: itself, or, of a ``grey`` file, :func:`neutral` of it."""
    return neutral(picture) if grey else picture
