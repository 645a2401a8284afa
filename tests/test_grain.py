"""Grain is the same everywhere, and leaves alone what it should."""

from __future__ import annotations

import numpy as np
import pytest

from vcmcodec import grain


def hashed(x: int, y: int) -> int:
    """The noise at a place, as spec/FORMAT.md has it, one step at a time."""
    h = (x * 0x9E3779B1 ^ y * 0x85EBCA77) % 2**32
    for _ in range(2):
        h ^= h >> 16
        h = h * 0x7FEB352D % 2**32
        h ^= h >> 15
        h = h * 0x846CA68B % 2**32
        h ^= h >> 16
    return sum(h.to_bytes(4, "little")) - 510


def test_noise_is_what_the_format_says() -> None:
    found = grain.noise(250, 20, 300)
    assert found.shape == (20, 300)
    for y, x in ((0, 0), (3, 299), (19, 7), (6, 128)):
        assert found[y, x] == hashed(x, 250 + y)


def test_noise_is_white_and_about_normal() -> None:
    found = grain.noise(0, 512, 512) / 147.8
    assert abs(found.mean()) < 0.01
    assert found.std() == pytest.approx(1, abs=0.01)
    assert (np.abs(found) > 2).mean() == pytest.approx(0.0455, abs=0.01)
    for shifted in (found[1:, :] * found[:-1, :], found[:, 1:] * found[:, :-1], found[64:] * found[:-64]):
        assert abs(shifted.mean()) < 0.01


@pytest.mark.parametrize("level", [40, 128, 200])
@pytest.mark.parametrize("strength", [128, 256])
def test_grain_is_as_strong_as_it_is_asked_to_be(level: int, strength: int) -> None:
    picture = np.full((300, 200, 3), level, dtype=np.uint8)
    more = grain.add(picture, strength).astype(int) - picture
    assert (more == more[:, :, :1]).all()
    wanted = 2.03 * strength / grain.FULL * min(level, 255 - level, grain.KNEE) / grain.KNEE
    assert more[:, :, 0].std() == pytest.approx(np.sqrt(wanted**2 + 1 / 12), rel=0.15)
    assert abs(more.mean()) < 0.05
    for y, x in ((0, 0), (299, 199), (256, 3)):  # behind the rows that are done at a time, too
        weight = min(level, 255 - level, grain.KNEE)
        assert more[y, x, 0] == (hashed(x, y) * weight * 15 * strength + 2**23) >> 24


def test_black_white_and_no_strength_stay() -> None:
    for level in (0, 255):
        picture = np.full((8, 8, 3), level, dtype=np.uint8)
        assert (grain.add(picture, grain.FULL) == picture).all()
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert grain.add(picture, 0) is picture


def test_what_leaves_the_range_is_clamped() -> None:
    picture = np.zeros((64, 64, 3), dtype=np.uint8)
    picture[:, :, 0] = 255  # a mean of 85, and no room above or below
    found = grain.add(picture, grain.FULL)
    assert (found[:, :, 0] > 240).all() and (found[:, :, 1] < 15).all()
