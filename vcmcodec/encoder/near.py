"""Looks at a face from near, and upright: where it lies, and how sure the detector is.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame
from vcmcodec.encoder.frame import Face
from vcmcodec.layers.texture.frame import UNITS

SCALE, BELOW = 0.759, 0.078
"""The usual framing: side of the face's window, and how far its centre lies below the picture's, in shares of
the picture's longest side. Means of 2901 training faces, every third."""

CLOSE, GAIN, LOOKS = 160, 2.0, 4
"""The detector makes faces more upright than they are: it sees about half of a roll, and less of small faces.
So it looks LOOKS times at a crop of CLOSE pixels, each time turned back by GAIN times the roll seen last."""

STILL = 1.0
"""A roll of fewer degrees counts as none."""

SEEN = 0.4
"""The least score of a detection that says where a face lies."""


class Place(NamedTuple):
    """Where a face's window lies in a picture: its centre and side in pixels, its roll in degrees."""

    x: float
    y: float
    side: float
    roll: float


def place(face: Face) -> Place:
    """Where a detected face's window lies."""
    # In a square around the face, so that the frame's bounds never matter.
    left, top, across, down = face.box
    side = 3 * max(across, down)
    corner = np.array([left + across / 2 - side / 2, top + down / 2 - side / 2])
    found = frame.frame_of((face.points - corner) * (UNITS / side), UNITS, UNITS)
    unit = side / UNITS
    x, y = corner + side / 2 + np.array([found.x, found.y]) * unit
    roll = float(np.degrees(np.arctan2(found.down, found.across)))
    return Place(float(x), float(y), float(np.sqrt(found.square)) * unit, roll)


def looked_at(picture: NDArray[np.uint8], where: Place) -> Place:
    """``where``, found more exactly: on crops that show the face in one size and upright."""
    part, left, top, scale = _around(picture, where)
    best = Place((where.x - left) * scale, (where.y - top) * scale, where.side * scale, where.roll)
    for look in range(LOOKS):
        close = CLOSE * SCALE / best.side
        there = _upright(best, close)
        seen = [one for one in _near(part, there) if one.score >= SEEN]
        if not seen:
            break
        found = place(seen[0])
        x, y = cv2.invertAffineTransform(there) @ (found.x - 0.5, found.y - 0.5, 1)
        turned = found.roll if look == LOOKS - 1 else GAIN * found.roll
        best = Place(float(x) + 0.5, float(y) + 0.5, found.side / close, best.roll + turned)
        if abs(found.roll) < STILL:
            break
    return Place(best.x / scale + left, best.y / scale + top, best.side / scale, best.roll)


def score(picture: NDArray[np.uint8], face: Face) -> float:
    """How sure the detector is of what might be a face, seen from near: 0..1."""
    there = place(face)
    part, left, top, scale = _around(picture, there)
    there = Place((there.x - left) * scale, (there.y - top) * scale, there.side * scale, there.roll)
    seen = _near(part, _upright(there, CLOSE * SCALE / there.side))
    return max((one.score for one in seen), default=0.0)


def _near(part: NDArray[np.uint8], there: NDArray[np.float64]) -> list[Face]:
    """The faces about the middle of the crop of CLOSE pixels that a map makes of ``part``, in its pixels."""
    seen = frame.faces(cv2.warpAffine(part, there, (CLOSE, CLOSE), borderMode=cv2.BORDER_REPLICATE), 0.0)
    middle = np.array([CLOSE / 2, CLOSE * (0.5 + BELOW)])
    return [face for face in seen if np.abs(face.points.mean(axis=0) - middle).max() < CLOSE / 4]


def _around(picture: NDArray[np.uint8], place: Place) -> tuple[NDArray[np.uint8], int, int, float]:
    """The part of a picture around a face, shrunk where that is large; its left and upper border in the
    picture, and the factor by which it is shrunk."""
    reach = 1.2 * place.side / SCALE
    height, width = picture.shape[:2]
    left = min(max(0, int(place.x - reach)), width - 1)
    top = min(max(0, int(place.y - reach)), height - 1)
    part = picture[top : max(top + 1, int(place.y + reach)), left : max(left + 1, int(place.x + reach))]
    scale = min(1.0, 1.5 * CLOSE * SCALE / place.side)
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return part, left, top, scale


def _upright(place: Place, scale: float) -> NDArray[np.float64]:
    """The map from a picture to a crop of CLOSE pixels around a face, upright: float64 (2, 3)."""
    angle = np.radians(place.roll)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array([CLOSE / 2, CLOSE * (0.5 + BELOW)]) - 0.5
    return np.column_stack([turn, middle - turn @ (place.x - 0.5, place.y - 0.5)])
