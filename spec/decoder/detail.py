"""Section 7.8: the detail layer, up to what it adds to T."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from decoder.decisions import Decisions, Shape, read_elements
from decoder.failures import Invalid, Unsupported
from decoder.models import read_model
from decoder.reader import Reader
from decoder.texture import QUARTERS, Frame, ranks, step_of, sums, value_of
from decoder.texture_synthesis import TexturePlanes, clamped, enlarged, placed
from decoder.texture_transform import Numbers

WEIGHTS = "detail-1.weights"
TRANSFORM = "detail-1.transform"
ELEMENTS = (
    Shape("COUNT", 64, (256, 64)),
    Shape("LEVEL", 64, (128, 264, 512, 288, 512, 128)),
)
WINDOW = 192


class Region(NamedTuple):
    """Section 7.8, "Regions": one of them."""

    left: int
    top: int
    columns: int
    rows: int
    basis: int
    mirrored: bool


REGIONS = (
    Region(37, 40, 52, 44, 0, False),
    Region(103, 40, 52, 44, 0, True),
    Region(72, 76, 48, 44, 1, False),
    Region(60, 112, 72, 44, 2, False),
)


class Basis(NamedTuple):
    """Section 7.8, "Transform": the functions of regions."""

    energy: list[int]
    gain: list[int]
    functions: NDArray[np.int8]


def read_bases() -> list[Basis]:
    """Section 7.8, "Transform": all three."""
    return parse_bases(read_model(TRANSFORM))


@cache
def parse_bases(data: bytes) -> list[Basis]:
    """Section 7.8, "Transform": all three, of the file's bytes."""
    bases, start = [], 0
    for columns, rows in ((52, 44), (48, 44), (72, 44)):
        count = int.from_bytes(data[start + 2 : start + 4], "big")
        if tuple(data[start : start + 2]) != (columns, rows) or count > 512:
            raise RuntimeError(f"{TRANSFORM} has a basis of another shape")
        samples = columns * rows + 2 * (columns // 4) * (rows // 4)
        first = start + 4
        functions = first + 3 * count
        start = functions + samples * count
        gain = zip(data[first + 1 : functions : 3], data[first + 2 : functions : 3])
        bases.append(
            Basis(
                energy=list(data[first:functions:3]),
                gain=[256 * high + low for high, low in gain],
                functions=np.frombuffer(data[functions:start], np.int8).reshape(count, samples),
            )
        )
    if start != len(data):
        raise RuntimeError(f"{TRANSFORM} has {len(data)} bytes, not {start}")
    return bases


class Detail:
    """Section 7.8: what the detail layer says."""

    def __init__(self, payload: bytes) -> None:
        reader = Reader(payload, Invalid)
        profile = reader.byte("profile")
        if profile >> 4 != 1:
            raise Unsupported(f"detail coding {profile >> 4}")
        if profile & 0x0F:
            raise Unsupported("a bit of the profile")
        self.step = reader.byte("step")
        if self.step > 127:
            raise Unsupported(f"quantiser step {self.step}")
        decisions = Decisions(reader.rest())
        self.levels: list[list[int]] = []
        for g in range(len(REGIONS)):
            self.levels.append(self.read_region(decisions, g))
        decisions.finish()

    def read_region(self, decisions: Decisions, g: int) -> list[int]:
        """Section 7.8, "Levels": those of a region."""
        by = read_elements(WEIGHTS, ELEMENTS)
        basis, n = REGIONS[g].basis, self.step
        energy = read_bases()[basis].energy
        e = sum(level != 0 for levels in self.levels for level in levels)
        units = decisions.unsigned(by["COUNT"].under(64 * g + n // 2, 16 * g + sums(e)))
        if 4 * units >= len(energy) + 4:
            raise Invalid("more coefficients than there are")
        q = 16 + 4 * (n // 16) + QUARTERS[n % 16]
        levels: list[int] = []
        magnitudes: list[int] = []
        for r in range(min(4 * units, len(energy))):
            x = min(max(energy[r] + 20 - q, 0), 31)
            near, far = sum(magnitudes[-16:]), sum(magnitudes[-64:])
            one = magnitudes[-1] if r >= 1 else 0
            two = magnitudes[-2] if r >= 2 else 0
            twin = 0
            if g == 1:
                twin = 1 + min(abs(self.levels[0][r]), 2) if r < len(self.levels[0]) else 1
            rows = by["LEVEL"].under(
                32 * g + x,
                88 * basis + ranks(r),
                32 * sums(near) + x,
                32 * (3 * min(one, 2) + min(two, 2)) + x,
                32 * sums(far) + x,
                32 * twin + x,
            )
            levels.append(decisions.signed(rows))
            magnitudes.append(min(abs(levels[-1]), 15))
        return levels

    def add_to(self, planes: TexturePlanes, frame: Frame, width: int, height: int) -> TexturePlanes:
        """Section 7.8, "Synthesis": T with the detail."""
        if not any(level for levels in self.levels for level in levels):
            return planes
        window = np.zeros((WINDOW, WINDOW, 3), np.int64)
        for region, levels in zip(REGIONS, self.levels):
            if any(levels):
                pixels = region_pixels(region, [value_of(level, 0, step_of(self.step)) for level in levels])
                bottom, right = region.top + region.rows, region.left + region.columns
                window[region.top : bottom, region.left : right] += pixels
        total = planes.astype(np.int64) + placed(window, frame, width, height)
        return clamped(total).astype(np.int16)


def region_pixels(region: Region, coefficients: list[int]) -> Numbers:
    """Section 7.8, "Synthesis": a region's pixels."""
    basis = read_bases()[region.basis]
    total = np.zeros(basis.functions.shape[1], np.int64)
    for rank, c in enumerate(coefficients):
        if c:
            total += basis.functions[rank].astype(np.int64) * (c * basis.gain[rank])
    samples = clamped((total + 2**19) >> 20)
    columns, rows = region.columns, region.rows
    planes = []
    start = 0
    for width, height in ((columns, rows), (columns // 4, rows // 4), (columns // 4, rows // 4)):
        grid = samples[start : start + width * height].reshape(height, width)
        start += width * height
        planes.append(grid if width == columns else enlarged(grid, columns, rows))
    pixels = np.stack(planes, axis=2)
    return pixels[:, ::-1] if region.mirrored else pixels
