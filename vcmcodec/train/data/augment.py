"""Pictures changed before they are encoded, so that dark skin, odd light and small faces are not rare."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_LEAST_PART, _MOST_PART = 0.78, 1.3
"""The share of the original's side that a picture shows: enlarging more would teach blur; beyond 1 the
original is continued by its mirror images."""

_TURN = 0.12
"""Standard deviation of its turn, in radians."""

_WHOLE, _PLAIN, _DARKER = 0.25, 0.3, 0.3
"""Shares of the pictures that are not moved, whose tone is not changed, and that are made darker."""


def changed(canvas: Picture, rng: random.Random) -> Picture:
    """A picture, uint8 (H, W, 3) RGB, moved, turned, enlarged or shrunk, and relit, each at random."""
    if rng.random() >= _WHOLE:
        canvas = moved(canvas, rng)
    return canvas if rng.random() < _PLAIN else relit(canvas, rng)


def moved(canvas: Picture, rng: random.Random) -> Picture:
    """A random part of a picture, turned a little, at the same size; where it is larger than the picture,
    with the picture's mirror images around it."""
    height, width = canvas.shape[:2]
    share = rng.uniform(_LEAST_PART, 1) if rng.random() < 0.6 else rng.uniform(1, _MOST_PART)
    angle = rng.gauss(0, _TURN)
    cos, sin = share * np.cos(angle), share * np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    # The part stays within the picture where it can.
    room = 0.5 * abs(1 - share) + 0.02
    centre = np.array([width * (0.5 + rng.uniform(-room, room)), height * (0.5 + rng.uniform(-room, room))])
    to_picture = np.concatenate([turn, (centre - turn @ (width / 2, height / 2))[:, None]], axis=1)
    if share > 1:  # the smaller picture has no finer detail than its pixels
        canvas = cv2.GaussianBlur(canvas, (0, 0), 0.4 * share)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    made = cv2.warpAffine(canvas, to_picture, (width, height), flags=flags, borderMode=border)
    return np.asarray(made, dtype=np.uint8)


def relit(canvas: Picture, rng: random.Random) -> Picture:
    """The picture under another light: tone curve, colour, contrast, and brighter from one side."""
    height, width = canvas.shape[:2]
    light = canvas.astype(np.float32) / 255
    gamma = rng.uniform(1.25, 2.3) if rng.random() < _DARKER else 2 ** rng.gauss(0, 0.25)
    luma = (light @ np.array([0.299, 0.587, 0.114], dtype=np.float32))[:, :, None] + 1e-3
    # Half of it by each colour, half of it by the luma alone: darker without the glow of an old film.
    light = (light**gamma + light * luma ** (gamma - 1)) / 2
    colour = np.array([rng.uniform(0.88, 1.12) for _ in range(3)], dtype=np.float32)
    across, down = rng.gauss(0, 0.15), rng.gauss(0, 0.1)
    ramp = 1 + across * np.linspace(-1, 1, width)[None] + down * np.linspace(-1, 1, height)[:, None]
    light = light * colour * ramp.astype(np.float32)[:, :, None]
    contrast = rng.uniform(0.8, 1.1)
    light = (light - 0.45) * contrast + 0.45
    return np.asarray(np.rint(np.clip(light, 0, 1) * 255), dtype=np.uint8)


def face_level(canvas: Picture, marks: NDArray[np.float32]) -> float:
    """How bright a face's skin is: the median of its luma, 0..255, between eyes and mouth, ``marks``
    float32 (5, 2); NaN where they are not known."""
    if np.isnan(marks).any():
        return float("nan")
    height, width = canvas.shape[:2]
    low = np.clip(np.floor(marks.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(marks.max(axis=0)), low + 1, (width, height)).astype(int)
    part = canvas[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    return float(np.median(part @ np.array([0.299, 0.587, 0.114], dtype=np.float32)))
