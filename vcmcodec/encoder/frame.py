"""Finds the face, and the frame that brings it to where the face's transform expects it.

Encoder only; nothing here is normative. The detector is YuNet (Wu, Peng and Yu 2023), by OpenCV's own class.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.layers.texture.frame import UNITS, WINDOW, Frame
from vcmcodec.models import store

MODEL = "face-detector.onnx"

LEAST_SCORE = 0.3
"""A detection of a lower score is no face."""

_OVERLAP, _MOST = 0.3, 64

MARGIN = 1 / 8
"""Each border is continued by this share of the longest side before detection, so that faces that fill the
picture are found, too."""

POINTS = np.array([(53.2, 54.6), (106.8, 54.6), (80.0, 86.3), (57.1, 110.0), (102.9, 110.0)])
"""Where the mean face of the training set has its eyes, the tip of its nose and the corners of its mouth, in
pixels of the window; that of the picture's left side first."""


class Face(NamedTuple):
    """A face in a picture. ``box``: left, top, width and height in pixels. ``points``: float64 (5, 2), as
    :data:`POINTS`, in pixels, the upper left pixel's corner being (0, 0). ``score``: 0..1, how sure the
    detector is."""

    box: tuple[float, float, float, float]
    points: NDArray[np.float64]
    score: float


_ONE = threading.Lock()
"""A detector keeps the size of the picture that it sees, so one thread uses it at a time."""


@functools.lru_cache(maxsize=2)
def _detector(path: str) -> Any:
    logging = cv2.utils.logging
    level = logging.setLogLevel(logging.LOG_LEVEL_ERROR)  # else it warns of targets that nobody asked for
    try:
        return cv2.FaceDetectorYN.create(path, "", (320, 320), LEAST_SCORE, _OVERLAP, _MOST)
    except cv2.error as error:
        raise ModelError(f"OpenCV cannot load {path}: {str(error).splitlines()[0]}") from None
    finally:
        logging.setLogLevel(level)


def faces(picture: NDArray[np.uint8], share: float = MARGIN) -> list[Face]:
    """The faces in a picture, uint8 (H, W, 3) RGB, the largest first. ``share``: see :data:`MARGIN`.

    Raises ModelError where the detector is missing or altered.
    """
    height, width = picture.shape[:2]
    margin = round(share * max(height, width))
    around = (margin, margin, margin, margin)
    padded = cv2.copyMakeBorder(picture[:, :, ::-1], *around, cv2.BORDER_REPLICATE)
    with _ONE:
        detector = _detector(str(store.model_path(MODEL)))
        detector.setInputSize(padded.shape[1::-1])
        _, rows = detector.detect(padded)
    found = []
    for row in () if rows is None else rows.astype(np.float64):
        left, top, across, down = (float(value) for value in row[:4])
        points = row[4:14].reshape(5, 2) - margin
        found.append(Face((left - margin, top - margin, across, down), points, float(row[14])))
    return sorted(found, key=lambda face: -face.box[2] * face.box[3])


def frame_of(points: NDArray[np.float64], width: int, height: int) -> Frame:
    """The frame that brings five ``points`` of a canvas of ``width`` x ``height`` pixels closest to
    :data:`POINTS`; the default one where no frame does."""
    centre = points.mean(axis=0)
    a, b = points - centre, POINTS - POINTS.mean(axis=0)
    # The similarity from window to canvas, as a complex factor.
    one, two = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    factor = (one * two.conj()).sum() / (abs(two) ** 2).sum()
    middle = complex(WINDOW / 2, WINDOW / 2) - complex(*POINTS.mean(axis=0))
    place = complex(*centre) + factor * middle - complex(width / 2, height / 2)
    unit = UNITS / max(width, height)
    axis = factor * WINDOW * unit
    frame = Frame(*(round(value) for value in (place.real * unit, place.imag * unit, axis.real, axis.imag)))
    return Frame() if frame.fault() else frame


def find(canvas: NDArray[np.uint8]) -> Frame:
    """The frame of the largest face on a canvas, uint8 (H, W, 3) RGB; the default one where there is none.

    Raises ModelError where the detector is missing or altered.
    """
    height, width = canvas.shape[:2]
    found = faces(canvas)
    return frame_of(found[0].points, width, height) if found else Frame()


def axes(frame: Frame, width: int, height: int, samples: int = WINDOW) -> NDArray[np.float64]:
    """The affine map from the pixels (x, y, 1) of a window of ``samples`` along its side, pixel centres at
    whole numbers, to those of a canvas of ``width`` x ``height``: float64 (2, 3)."""
    unit = max(width, height) / UNITS / samples
    right = np.array([frame.across, frame.down]) * unit
    below = np.array([-frame.down, frame.across]) * unit
    centre = np.array([width, height]) / 2 + np.array([frame.x, frame.y]) * max(width, height) / UNITS
    start = centre - (samples - 1) / 2 * (right + below) - 0.5
    return np.stack([right, below, start], axis=1)
