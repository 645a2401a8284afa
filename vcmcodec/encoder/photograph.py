"""Finds the faces of a photograph, and cuts them out in the framing of the training faces.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import face_choice, frame, near
from vcmcodec.encoder.frame import Face
from vcmcodec.encoder.near import BELOW, SCALE, Place
from vcmcodec.errors import ModelError, PictureError, PictureWarning
from vcmcodec.layers.crop.record import TURNS, Crop
from vcmcodec.limits import MAX_SIDE, MIN_SIDE

SCALES, ACROSS, DOWN, ROLL = (0.59, 0.985), (-0.095, 0.095), (-0.052, 0.172), 11.3
"""How training faces are framed, as measured: ranges of size and place, in shares of the picture's longest
side, and the largest roll, in degrees. They span three standard deviations, or 199 in 200 faces where that is
wider. A picture within them is coded whole."""

UPRIGHT = 6.0
"""A face in a photograph that is rolled by more degrees than this is turned upright."""

SLACK = 0.06, 0.87
"""A crop that would stick out may move by the first share of its side, and shrink to the second."""

SURE, NEAR, LIKELY = 0.8, 0.75, 0.4
"""Detections of score SURE and more are faces. One below is looked at again from near, and is a face if it
scores NEAR there: of 24 faces in 210 made photographs all do, with 0.89 and more, and a dark corner, 0.71 at
first, does not. One of LIKELY and more is a face where there is no other."""

SMALL, COARSE, FINEST = 320, 192, 2048
"""A picture whose longest side is at most SMALL is seen as it is. Of a larger one the detector sees two
copies: one of COARSE pixels, for faces that fill the picture or are cut by its border; and a finer one, of
FINEST at most."""

FINE, SHARE = 448, 0.4
"""The finer copy is as large as the picture, up to FINE pixels; of a larger picture it is this share, in
which a face of 48 pixels has 19."""

_SAME = 0.3


class Cut(NamedTuple):
    """A picture to be coded, uint8 (H, W, 3) RGB; ``crop``: where it lay in the photograph, None for all of
    it; ``faces``: how many faces the photograph has, None where nobody looked."""

    pixels: NDArray[np.uint8]
    crop: Crop | None = None
    faces: int | None = None


def faces(picture: NDArray[np.uint8]) -> list[Face]:
    """The faces in a photograph, uint8 (H, W, 3) RGB of any size, those with the largest boxes first.

    Raises ModelError where the detector is missing or altered.
    """
    longest = max(picture.shape[:2])
    fine = min(longest, max(FINE, round(longest * SHARE)), FINEST)
    sides = {longest: frame.MARGIN} if longest <= SMALL else {COARSE: frame.MARGIN, fine: 0.0}
    found: list[Face] = []
    for side, margin in sides.items():
        found += _seen(picture, side, margin)
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: -face.score):
        if all(_overlap(face.box, other.box) < _SAME for other in kept):
            kept.append(face)
    sure = [face for face in kept if face.score >= SURE or near.score(picture, face) >= NEAR]
    likely = [face for face in kept[:1] if face.score >= LIKELY]
    return sorted(sure or likely, key=lambda face: -face.box[2] * face.box[3])


def _seen(picture: NDArray[np.uint8], side: int, margin: float) -> list[Face]:
    """What the detector sees in a copy whose longest side is ``side``, in pixels of the picture."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return [
        Face(tuple(value / scale for value in face.box), face.points / scale, face.score)
        for face in frame.faces(picture, margin)
    ]


def _overlap(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> float:
    """The area that two boxes share, as a share of the smaller one: 1 where it lies in the other."""
    across = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    down = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / min(one[2] * one[3], two[2] * two[3])


def is_framed(face: Face, width: int, height: int) -> bool:
    """Whether a picture of ``width`` x ``height`` pixels is framed as the training faces are."""
    place, longest = near.place(face), max(width, height)
    measured = place.side / longest, (place.x - width / 2) / longest, (place.y - height / 2) / longest
    ranges = zip(measured, (SCALES, ACROSS, DOWN))
    return abs(place.roll) <= ROLL and all(low <= value <= high for value, (low, high) in ranges)


def _crop(place: Place, width: int, height: int) -> tuple[Crop, int]:
    """The usual framing of a face, and the crop's side in pixels of the photograph."""
    turn = round(place.roll * TURNS / 360) if abs(place.roll) > UPRIGHT else 0
    side = place.side / SCALE
    if not turn:
        side = max(min(side, width, height), side * SLACK[1])
    whole = max(MIN_SIDE, round(side))
    angle = turn * 2 * np.pi / TURNS
    # The window's centre lies below the crop's, in the face's own upright.
    centre = np.array([place.x + BELOW * side * np.sin(angle), place.y - BELOW * side * np.cos(angle)])
    x, y = (round(float(value)) for value in centre - whole / 2)
    if not turn:
        slack = round(SLACK[0] * whole)
        x, y = _moved(x, whole, width, slack), _moved(y, whole, height, slack)
    return Crop(width, height, x, y, whole if whole > MAX_SIDE else 0, turn % TURNS), whole


def _moved(start: int, length: int, whole: int, slack: int) -> int:
    """``start`` of a part of that ``length``, moved into the ``whole`` by no more than ``slack``."""
    goal = min(max(start, 0), whole - length) if length <= whole else (whole - length) // 2
    return start + min(max(goal - start, -slack), slack)


def cut(picture: NDArray[np.uint8], crop: Crop, width: int, height: int) -> NDArray[np.uint8]:
    """The part of a picture that ``crop``, of ``width`` x ``height`` pixels, names, turned upright; beyond
    the picture its border is continued. No larger than files hold."""
    if crop.turn:
        angle = crop.turn * 360 / TURNS
        centre = crop.x + (width - 1) / 2, crop.y + (height - 1) / 2
        back = cv2.getRotationMatrix2D(centre, angle, 1.0)
        back[:, 2] -= (crop.x, crop.y)
        part = cv2.warpAffine(
            picture, back, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    else:
        down, across = picture.shape[:2]
        rows = np.clip(np.arange(crop.y, crop.y + height), 0, down - 1)
        columns = np.clip(np.arange(crop.x, crop.x + width), 0, across - 1)
        if rows[-1] - rows[0] == height - 1 and columns[-1] - columns[0] == width - 1:
            part = picture[crop.y : crop.y + height, crop.x : crop.x + width]
        else:
            part = picture[rows[:, None], columns]
    longest = max(width, height)
    if longest > MAX_SIDE:
        size = max(MIN_SIDE, width * MAX_SIDE // longest), max(MIN_SIDE, height * MAX_SIDE // longest)
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(part, dtype=np.uint8)


def framed(picture: NDArray[np.uint8], face: str = "auto") -> list[Cut]:
    """The pictures to be coded of a photograph, uint8 (H, W, 3) RGB.

    ``face``: see :mod:`vcmcodec.encoder.face_choice`. ``auto`` is the face whose crop is the largest, or all
    of a picture that is framed as the training faces are; ``all`` is a picture each, the largest crop first,
    and a number counts in that order.

    Raises PictureError where there is no such face, or the rectangle is not in the picture, ValueError for
    another ``face``, ModelError where the detector is missing or altered.
    """
    face_choice.check(face)
    height, width = picture.shape[:2]
    if face == "whole":
        return [Cut(picture)]
    if chosen := face_choice.rectangle(face):
        x, y, across, down = chosen
        if min(across, down) < MIN_SIDE or x + across > width or y + down > height:
            raise PictureError(f"{face} is no part of {width} x {height} pixels with sides from {MIN_SIDE}")
        crop = Crop(width, height, x, y, across if max(across, down) > MAX_SIDE else 0)
        return [Cut(cut(picture, crop, across, down), crop)]
    found = faces(picture)
    if not found:
        raise PictureError(
            "no face found: --face whole codes the picture as it is, --face X,Y,W,H a rectangle"
        )
    if face == "auto" and is_framed(found[0], width, height):
        if max(width, height) <= MAX_SIDE:
            return [Cut(picture, None, len(found))]
        crop = Crop(width, height, 0, 0, width)
        return [Cut(cut(picture, crop, width, height), crop, len(found))]
    number = face_choice.number(face)
    if number is not None and number > len(found):
        raise PictureError(f"no face {face}: there are {len(found)}")
    crops = [_crop(near.looked_at(picture, near.place(one)), width, height) for one in found]
    crops.sort(key=lambda one: -one[1])
    chosen_crops = crops if face == "all" else [crops[(number or 1) - 1]]
    return [Cut(cut(picture, crop, side, side), crop, len(found)) for crop, side in chosen_crops]


def warn_of_small_face(picture: NDArray[np.uint8]) -> None:
    """Warns with PictureWarning where the largest face of a picture, uint8 (H, W, 3) RGB, that is to be coded
    whole is less than half as large as its crop would make it. Without the detector it says nothing: encoding
    raises, if it needs it."""
    with suppress(ModelError):
        sides = [near.looked_at(picture, near.place(one)).side for one in faces(picture)]
        filled = max(sides, default=np.inf) / max(picture.shape[:2])
        if filled < SCALE / 2:
            warnings.warn(
                f"the face fills {100 * filled:.0f} % of the picture: --face auto holds it better",
                PictureWarning,
                stacklevel=2,
            )
