"""Where in a picture the face has its eyes, brows, nose and mouth, and where its oval: edges there weigh
more. A small network, trained in :mod:`vcmcodec.train.encoder.regions`.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.models import session, store
from vcmcodec.models.session import Session

MODEL = "face-regions.onnx"

SIDE, GRID = 64, 32
"""The network looks at pictures of SIDE x SIDE pixels, and answers for GRID x GRID cells."""

FEATURES, OVAL = 3.0, 1.0
"""What is added to a pixel's weight, 1 elsewhere, on the features and on the oval."""


@functools.lru_cache(maxsize=2)
def _load(path: Path) -> Session:
    return session.load(path, threads=1)


def shares(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How surely each pixel of a picture, uint8 (H, W, 3) RGB, belongs to the features of a face and
    to its oval: float32 (2, H, W), 0 to 1.

    Raises ModelError where the network is missing or altered.
    """
    height, width = image.shape[:2]
    longest = max(height, width)
    # The network knows squares: what is missing is the border's colour.
    below, right = longest - height, longest - width
    square = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    small = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    x = small.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
    (y,) = _load(store.model_path(MODEL)).run({"x": x})
    maps = [cv2.resize(part, (longest, longest), interpolation=cv2.INTER_LINEAR) for part in y[0]]
    return np.stack(maps)[:, :height, :width]


def weight(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The weight of an edge at each pixel of a picture, uint8 (H, W, 3) RGB: float32 (H, W), from 1.

    Raises ModelError where the network is missing or altered.
    """
    features, oval = shares(image)
    return np.asarray(1 + np.maximum(FEATURES * features, OVAL * oval), dtype=np.float32)
