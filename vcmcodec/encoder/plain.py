"""Pictures of one colour, which a layer of four bytes holds, and pictures without colour.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder.proposer import Proposal
from vcmcodec.layers.texture import payload
from vcmcodec.layers.texture.head import CODE
from vcmcodec.scene import Scene

SPREAD = 4
"""A picture is of one colour if no channel has two samples that differ by more than this."""


def colour(canvas: NDArray[np.uint8]) -> tuple[int, int, int] | None:
    """Red, green and blue of a canvas picture, uint8 (H, W, 3), that is one colour; None for any other."""
    least, most = (reduce(canvas, axis=(0, 1)).astype(int) for reduce in (np.min, np.max))
    if (most - least).max() > SPREAD:
        return None
    red, green, blue = ((least + most + 1) // 2).tolist()
    return red, green, blue


def is_grey(canvas: NDArray[np.uint8]) -> bool:
    """Whether red, green and blue of all pixels of a canvas picture, uint8 (H, W, 3), are equal."""
    return bool((canvas[:, :, :1] == canvas[:, :, 1:]).all())


class PlainProposer:
    """The :class:`vcmcodec.encoder.proposer.BaseProposer` of a canvas picture of one ``colour``: the same
    layer at every quality."""

    def __init__(self, canvas: NDArray[np.uint8], colour: tuple[int, int, int]) -> None:
        height, width = canvas.shape[:2]
        coded, scene = payload.encode_plain(Scene(width, height), colour)
        self._proposal = Proposal(scene, [(CODE, coded)])

    def share(self, bpp: float) -> float:
        return 1.0

    def quality(self, limit: float, header: int) -> float:
        return 100.0

    def propose(self, quality: float) -> Proposal:
        return self._proposal
