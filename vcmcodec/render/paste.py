"""Puts decoded faces back into the picture that they were cut out of.

Not normative: how a viewer resamples and blends is free (spec/FORMAT.md, section "Crop layer").
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.errors import LimitError, PictureError
from vcmcodec.layers.crop.record import TURNS, Crop
from vcmcodec.limits import DEFAULT_LIMITS, Limits

FADE = 1 / 8
"""Faces fade into the background within this share of their shorter side."""


def paste(
    background: NDArray[np.uint8], face: Image.Image, crop: Crop, limits: Limits = DEFAULT_LIMITS
) -> NDArray[np.uint8]:
    """``background``, uint8 (H, W, 3) RGB, with a decoded ``face`` where ``crop`` says that it lay. What is
    outside the crop stays as it is; at the crop's own border the face has faded out.

    Raises PictureError where the background is of another size than the picture that the face comes from,
    LimitError where the crop is larger than a picture may be.
    """
    height, width = background.shape[:2]
    if (width, height) != (crop.source_width, crop.source_height):
        raise PictureError(
            f"a background of {width} x {height} pixels, and the face comes from {crop.source_width} x "
            f"{crop.source_height}"
        )
    across, down = crop.size(*face.size)
    if across * down > limits.pixels:
        raise LimitError(f"crop of {across} x {down} pixels is above the limit of {limits.pixels}")
    left, top, right, bottom = _bounds(crop, across, down, width, height)
    out = background.copy()
    if left >= right or top >= bottom:
        return out
    # Pillow's affine maps go from the output's pixels to those of the input, pixel centres at halves.
    angle = crop.turn * 2 * math.pi / TURNS
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = left - (crop.x + across / 2), top - (crop.y + down / 2)
    turned = np.array(
        [[cos, sin, cos * x + sin * y + across / 2], [-sin, cos, -sin * x + cos * y + down / 2]]
    )
    size = right - left, bottom - top
    whole = face.convert("RGB").resize((across, down), Image.Resampling.LANCZOS, reducing_gap=3.0)
    moved = whole.transform(size, Image.Transform.AFFINE, tuple(turned.ravel()), Image.Resampling.BICUBIC)
    share = _opacity(turned, size, across, down, _open_sides(crop, across, down))
    part = out[top:bottom, left:right]
    mixed = part + share[:, :, None] * (np.asarray(moved, dtype=np.float32) - part)
    out[top:bottom, left:right] = np.where(share[:, :, None] > 0, np.rint(mixed).clip(0, 255), part)
    return out


def taken(picture: NDArray[np.uint8], crop: Crop, width: int, height: int) -> NDArray[np.uint8]:
    """What a picture, uint8 (H, W, 3) RGB, shows where ``crop`` lay, upright, ``width`` x ``height`` pixels
    large; beyond the picture its border goes on.

    Raises PictureError where it is of another size than the one that the crop is of.
    """
    down, across = picture.shape[:2]
    if (across, down) != (crop.source_width, crop.source_height):
        raise PictureError(
            f"a picture of {across} x {down} pixels, and the face comes from {crop.source_width} x "
            f"{crop.source_height}"
        )
    own = crop.size(width, height)
    angle = crop.turn * 2 * math.pi / TURNS
    reach = math.ceil(math.hypot(*own))
    left, top = crop.x + own[0] // 2 - reach, crop.y + own[1] // 2 - reach
    rows = np.clip(np.arange(top, top + 2 * reach), 0, down - 1)
    columns = np.clip(np.arange(left, left + 2 * reach), 0, across - 1)
    around = Image.fromarray(picture[rows[:, None], columns])
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = crop.x + own[0] / 2 - left, crop.y + own[1] / 2 - top
    back = (
        *(cos, -sin, x - cos * own[0] / 2 + sin * own[1] / 2),
        *(sin, cos, y - sin * own[0] / 2 - cos * own[1] / 2),
    )
    part = around.transform(own, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC)
    return np.asarray(
        part.resize((width, height), Image.Resampling.LANCZOS) if own != (width, height) else part
    )


def _bounds(crop: Crop, across: int, down: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The upright box around the crop, inside the picture: left, top, right, bottom."""
    angle = crop.turn * 2 * math.pi / TURNS
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    half = (cos * across + sin * down) / 2, (sin * across + cos * down) / 2
    x, y = crop.x + across / 2, crop.y + down / 2
    return (
        max(math.floor(x - half[0]), 0),
        max(math.floor(y - half[1]), 0),
        min(math.ceil(x + half[0]), width),
        min(math.ceil(y + half[1]), height),
    )


def _open_sides(crop: Crop, across: int, down: int) -> tuple[bool, bool, bool, bool]:
    """Whether the crop ends inside the picture: left, right, above, below. Where it does not, it need not
    fade."""
    if crop.turn:
        return True, True, True, True
    return crop.x > 0, crop.x + across < crop.source_width, crop.y > 0, crop.y + down < crop.source_height


def _opacity(
    turned: NDArray[np.float64],
    size: tuple[int, int],
    across: int,
    down: int,
    fading: tuple[bool, bool, bool, bool],
) -> NDArray[np.float32]:
    """How much of the face a pixel shows, float32 (H, W), 0..1: 0 outside the crop and at its border."""
    i, j = np.arange(size[0]) + 0.5, (np.arange(size[1]) + 0.5)[:, None]
    x = turned[0, 0] * i + turned[0, 1] * j + turned[0, 2]
    y = turned[1, 0] * i + turned[1, 1] * j + turned[1, 2]
    reach = FADE * min(across, down)
    share = ((x > 0) & (x < across) & (y > 0) & (y < down)).astype(np.float64)
    for fades, inside in zip(fading, (x, across - x, y, down - y)):
        if fades:
            ramp = np.clip((inside - 1) / reach, 0, 1)
            share *= ramp * ramp * (3 - 2 * ramp)  # smooth at both of its ends
    return share.astype(np.float32)
