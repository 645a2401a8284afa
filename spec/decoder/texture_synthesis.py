"""Sections 7.6 and 7.7: T, of coefficients; and T as a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from decoder.texture import Frame, Texture
from decoder.texture_transform import Numbers, Part, read_transform

WINDOW = 160
MOST_SAMPLE = 16383

TexturePlanes = NDArray[np.int16]
"""T: row, column, and Y, Co or Cg."""


def texture_planes(texture: Texture, width: int, height: int) -> TexturePlanes:
    """Sections 7.6 and 7.9: T."""
    if texture.colour is not None:
        red, green, blue = texture.colour
        sample = [4 * (red + 2 * green + blue), 16 * (red - blue), 8 * (2 * green - red - blue)]
        return np.full((height, width, 3), sample, np.int16)
    canvas, face = read_transform()
    side = max(width, height)
    top, left = (side - height) // 2, (side - width) // 2
    total = np.stack(
        [
            enlarged(grid, side, side)[top : top + height, left : left + width]
            for grid in grids(canvas, texture.coefficients(0))
        ],
        axis=2,
    )
    coefficients = texture.coefficients(1)
    if any(coefficients):
        window = np.stack([enlarged(grid, WINDOW, WINDOW) for grid in grids(face, coefficients)], axis=2)
        total += placed(window, texture.frame, width, height)
    return clamped(total).astype(np.int16)


def clamped(samples: Numbers) -> Numbers:
    """Section 7.6: samples of grids, and of T."""
    return np.minimum(np.maximum(samples, -MOST_SAMPLE), MOST_SAMPLE)


def grids(part: Part, coefficients: list[int]) -> list[Numbers]:
    """Section 7.6, "Grids": those of Y, Co and Cg."""
    even, odd = part.mean * 2**20, np.zeros_like(part.mean)
    for rank, c in enumerate(coefficients):
        if c:
            share = part.basis[rank].astype(np.int64) * (c * part.gain[rank])
            if part.parity[rank]:
                odd += share
            else:
                even += share
    found = []
    start = 0
    for side in (part.luma, part.chroma, part.chroma):
        end = start + side * side // 2
        e, o = even[start:end].reshape(side, side // 2), odd[start:end].reshape(side, side // 2)
        grid = np.empty((side, side), np.int64)
        grid[:, : side // 2] = (e + o + 2**19) >> 20
        for column in range(side // 2):
            grid[:, side - 1 - column] = (e[:, column] - o[:, column] + 2**19) >> 20
        found.append(clamped(grid))
        start = end
    return found


def taps(m: int, size: int) -> list[tuple[list[int], list[int]]]:
    """Section 7.6, "Enlargement": of each pixel the four samples' numbers, and their weights."""
    found = []
    for i in range(size):
        place = (((2 * i + 1) * m - size) * 32 + size) // (2 * size)
        base, t = place // 32, place % 32
        samples = [min(max(base + offset, 0), m - 1) for offset in (-1, 0, 1, 2)]
        weights = [
            -(t**3) + 64 * t**2 - 1024 * t,
            3 * t**3 - 160 * t**2 + 65536,
            -3 * t**3 + 128 * t**2 + 1024 * t,
            t**3 - 32 * t**2,
        ]
        found.append((samples, weights))
    return found


def enlarged(grid: Numbers, columns: int, rows: int) -> Numbers:
    """Section 7.6, "Enlargement": a rectangle of `columns` x `rows` pixels."""
    across, down = taps(grid.shape[1], columns), taps(grid.shape[0], rows)
    samples = np.array([numbers for numbers, _ in across])
    weights = np.array([weights for _, weights in across], np.int64)
    wide = np.zeros((len(grid), columns), np.int64)
    for tap in range(4):
        wide += grid[:, samples[:, tap]] * weights[None, :, tap]
    samples = np.array([numbers for numbers, _ in down])
    weights = np.array([weights for _, weights in down], np.int64)
    total = np.zeros((rows, columns), np.int64)
    for tap in range(4):
        total += wide[samples[:, tap]] * weights[:, tap, None]
    return np.asarray((total + 2**31) >> 32)


def placed(window: Numbers, frame: Frame, width: int, height: int) -> Numbers:
    """Section 7.6, "Placing the window", and 7.8: what it adds to each pixel of the canvas."""
    x, y, a, d = frame
    side, square = max(width, height), a * a + d * d
    scale, middle, end = 64 * len(window), 16 * (len(window) - 1), 32 * (len(window) - 1)
    i, j = np.arange(width, dtype=np.int64)[None, :], np.arange(height, dtype=np.int64)[:, None]
    right = (2 * i + 1 - width) * 128 - side * x
    down = (2 * j + 1 - height) * 128 - side * y
    u = (scale * (a * right + d * down) + side * square) // (2 * side * square) + middle
    v = (scale * (a * down - d * right) + side * square) // (2 * side * square) + middle
    inside = (u >= 0) & (u < end) & (v >= 0) & (v < end)
    u, v = u[inside], v[inside]
    k, fu, m, fv = u // 32, u[:, None] % 32, v // 32, v[:, None] % 32
    upper = window[m, k] * (32 - fu) + window[m, k + 1] * fu
    lower = window[m + 1, k] * (32 - fu) + window[m + 1, k + 1] * fu
    added = np.zeros((height, width, 3), np.int64)
    added[inside] = (upper * (32 - fv) + lower * fv + 512) // 1024
    return added


def neutral(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Section 2.4: a picture of R, G and B without its colour."""
    red, green, blue = (picture[:, :, part].astype(np.int64) for part in range(3))
    grey = (red + 2 * green + blue + 2) // 4
    return np.stack([grey, grey, grey], axis=2).astype(np.uint8)


def preview(planes: TexturePlanes) -> NDArray[np.uint8]:
    """Section 7.7: T as a picture of R, G and B."""
    y, co, cg = (planes[:, :, plane].astype(np.int64) for plane in range(3))
    rgb = np.stack([2 * y - cg + co + 16, 2 * y + cg + 16, 2 * y - cg - co + 16], axis=2) >> 5
    return np.asarray(np.minimum(np.maximum(rgb, 0), 255), np.uint8)
