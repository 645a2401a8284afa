"""Who is in a picture, as 128 numbers: the face embedding of SFace (Zhong et al. 2021), by onnxruntime.

Encoder, matching and training alone; nothing here is normative.
"""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.models import store
from vcmcodec.models.session import Session, load

MODEL = "face-embedding.onnx"

DIMENSIONS = 128

SIDE = 112
"""The network sees faces of SIDE x SIDE pixels."""

POINTS = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
"""Where the network expects eyes, tip of the nose and corners of the mouth, in the order of
:data:`vcmcodec.encoder.frame.POINTS`, in pixels (Deng et al. 2019, ArcFace)."""

MOST = 512
"""A picture is shrunk to this longest side, in pixels, before a face is looked for in it."""


@functools.lru_cache(maxsize=2)
def _session(path: Path) -> Session:
    return load(path, threads=1)


def located(picture: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The five points of the largest face in a picture, uint8 (H, W, 3) RGB, float64 (5, 2) in its pixels;
    None where there is no face.

    Raises ModelError where the detector is missing or altered.
    """
    height, width = picture.shape[:2]
    factor = min(1.0, MOST / max(height, width))
    seen = picture
    if factor < 1:
        size = (max(round(width * factor), 1), max(round(height * factor), 1))
        seen = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    found = frames.faces(seen)
    scale = np.array([width / seen.shape[1], height / seen.shape[0]])
    return found[0].points * scale if found else None


def aligned(picture: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The face at five ``points`` of a picture, uint8 (H, W, 3) RGB, moved by the similarity that brings them
    closest to :data:`POINTS`: uint8 (SIDE, SIDE, 3)."""
    a, b = points - points.mean(axis=0), POINTS - POINTS.mean(axis=0)
    one, two = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    # The similarity from the chip to the picture, as a complex factor.
    factor = complex((one * two.conj()).sum() / (abs(two) ** 2).sum())
    shrink = max(1, int(abs(factor)))
    height, width = picture.shape[:2]
    if shrink > 1:  # so that a pixel of the chip sees all that it covers
        size = (max(width // shrink, 1), max(height // shrink, 1))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    scale = np.array([[picture.shape[1] / width], [picture.shape[0] / height]])
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    start = points.mean(axis=0) - turn @ POINTS.mean(axis=0)
    matrix = np.column_stack([turn, start]) * scale
    return np.asarray(
        cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    )


def of_chip(chip: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The embedding of an aligned face, uint8 (SIDE, SIDE, 3) RGB: float32 (128,), of length 1; of the face
    and of its mirror image, added.

    Raises ModelError where the network is missing, altered or fails.
    """
    session = _session(store.model_path(MODEL))
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for side in (chip, chip[:, ::-1]):
        (values,) = session.run({"data": side.transpose(2, 0, 1)[None].astype(np.float32)})
        total += values[0] / np.linalg.norm(values[0])
    return np.asarray(total / np.linalg.norm(total))


def embedding(picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """The embedding of the largest face in a picture, uint8 (H, W, 3) RGB: float32 (128,), of length 1; None
    where there is no face.

    Raises ModelError where the detector or the network is missing, altered or fails.
    """
    points = located(picture)
    return None if points is None else of_chip(aligned(picture, points))
