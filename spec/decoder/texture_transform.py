"""Section 7.2: the transform, the file that says what coefficients stand for."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from decoder.models import read_model

TRANSFORM = "texture-1.transform"

Numbers = NDArray[np.int64]
"""Whole numbers of 64 bits, which hold all of section 7 exactly."""


class Part(NamedTuple):
    """Section 7.2: the canvas's or the face's. `parity`, `energy` and `gain` are by rank, `basis` by rank
    and number in the left halves of the grids."""

    luma: int
    chroma: int
    mean: Numbers
    parity: list[int]
    energy: list[int]
    gain: list[int]
    basis: NDArray[np.int8]


def read_transform() -> tuple[Part, Part]:
    """Section 7.2: both parts."""
    return parse_transform(read_model(TRANSFORM))


@cache
def parse_transform(data: bytes) -> tuple[Part, Part]:
    """Section 7.2: both parts, of the file's bytes."""
    canvas, end = parse_part(data, 0)
    face, end = parse_part(data, end)
    if end != len(data):
        raise RuntimeError(f"{TRANSFORM} has {len(data)} bytes, not {end}")
    return canvas, face


def parse_part(data: bytes, start: int) -> tuple[Part, int]:
    """Section 7.2, `part`, from a byte on, and the byte behind it."""
    luma, chroma = data[start], data[start + 1]
    if luma % 2 or chroma % 2:
        raise RuntimeError(f"{TRANSFORM} has a grid of an odd side")
    count = int.from_bytes(data[start + 2 : start + 4], "big")
    half = luma * luma // 2 + chroma * chroma
    rows = start + 4 + 2 * half
    basis = rows + 4 * count
    end = basis + half * count
    mean = [int.from_bytes(data[at : at + 2], "big", signed=True) for at in range(start + 4, rows, 2)]
    part = Part(
        luma,
        chroma,
        np.array(mean, np.int64),
        parity=list(data[rows:basis:4]),
        energy=list(data[rows + 1 : basis : 4]),
        gain=[256 * high + low for high, low in zip(data[rows + 2 : basis : 4], data[rows + 3 : basis : 4])],
        basis=np.frombuffer(data[basis:end], np.int8).reshape(count, half),
    )
    return part, end
