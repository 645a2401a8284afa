"""Faces that stand smaller in the frame, and off its middle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from vcmcodec.io import picture

SCALE = 0.6
SHIFT = 0.15
"""Most that the middle of the face's picture lies off the frame's, as a share of each side of that."""

BLUR = 6.0
"""Standard deviation of the blur around it, in pixels."""

SEED = 16


class Smaller(NamedTuple):
    """A picture, uint8 (H, W, 3), and where in it the face's own picture lies."""

    image: NDArray[np.uint8]
    left: int
    top: int
    width: int
    height: int

    def inside(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The face's own picture in another of the same size, enlarged to that."""
        cut = image[self.top : self.top + self.height, self.left : self.left + self.width]
        return picture.resize(np.ascontiguousarray(cut), image.shape[1], image.shape[0])


def smaller(image: NDArray[np.uint8], number: int) -> Smaller:
    """A picture, uint8 (H, W, 3), shrunk to SCALE of its frame and moved by up to SHIFT of it, by chance that
    depends on ``number`` alone. Around it, its border pixels are repeated, and blurred."""
    height, width = image.shape[:2]
    small = picture.resize(image, round(SCALE * width), round(SCALE * height))
    down, across = np.random.default_rng([SEED, number]).uniform(-SHIFT, SHIFT, 2)
    high, wide = small.shape[:2]
    top, left = round((height - high) / 2 + down * height), round((width - wide) / 2 + across * width)
    sides = ((top, height - high - top), (left, width - wide - left), (0, 0))
    around = Image.fromarray(np.pad(small, sides, mode="edge")).filter(ImageFilter.GaussianBlur(BLUR))
    made = np.array(around, dtype=np.uint8)
    made[top : top + high, left : left + wide] = small
    return Smaller(made, left, top, wide, high)
