"""Photographs with faces in them: pictures of faces pasted into a drawn scene, softly, rolled and of any
size."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter


class Pasted(NamedTuple):
    """A face of a scene: the centre and side of its picture in pixels, its roll in degrees, clockwise."""

    x: float
    y: float
    side: float
    roll: float


def backdrop(width: int, height: int, seed: int = 0) -> Image.Image:
    """Blurred rectangles and ellipses of muted colours."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), tuple(int(v) for v in rng.integers(60, 200, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.integers(0, width), rng.integers(0, height)
        across, down = rng.integers(width // 12, width // 3), rng.integers(height // 12, height // 3)
        shape = draw.rectangle if rng.random() < 0.5 else draw.ellipse
        shape((x, y, x + across, y + down), fill=tuple(int(v) for v in rng.integers(30, 220, 3)))
    return image.filter(ImageFilter.GaussianBlur(max(width, height) / 300))


def paste(scene: Image.Image, face: NDArray[np.uint8], place: Pasted) -> None:
    """Pastes a picture of a face, uint8 (N, N, 3), into the scene, its border fading."""
    side = max(8, round(place.side))
    small = Image.fromarray(face).resize((side, side), Image.Resampling.LANCZOS)
    mask = np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (0.08 * side)
    opacity = Image.fromarray((np.clip(np.minimum.outer(mask, mask), 0, 1) * 255).astype(np.uint8))
    turned = small.convert("RGBA")
    turned.putalpha(opacity)
    turned = turned.rotate(-place.roll, Image.Resampling.BICUBIC, expand=True)
    corner = round(place.x - turned.width / 2), round(place.y - turned.height / 2)
    scene.paste(turned, corner, turned)


def scene(
    faces: list[NDArray[np.uint8]], width: int, height: int, seed: int, least: float, most: float
) -> tuple[Image.Image, list[Pasted]]:
    """A photograph of ``width`` x ``height`` pixels with ``faces`` that do not overlap, of ``least`` to
    ``most`` of its shorter side, as far as there is room; rolled by up to 20 degrees."""
    rng = np.random.default_rng(seed)
    image, placed = backdrop(width, height, seed), list[Pasted]()
    for face in faces:
        side = float(min(width, height) * math.exp(rng.uniform(math.log(least), math.log(most))))
        for _ in range(60):
            half = side / 2
            x = float(rng.uniform(half, width - half)) if width > side else width / 2
            y = float(rng.uniform(half, height - half)) if height > side else height / 2
            if all(max(abs(x - p.x), abs(y - p.y)) > 0.75 * (side + p.side) for p in placed):
                placed.append(Pasted(x, y, side, float(rng.uniform(-20, 20))))
                paste(image, face, placed[-1])
                break
            side = max(side * 0.93, least * min(width, height))
    return image, placed
