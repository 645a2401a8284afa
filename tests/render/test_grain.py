"""Grain is the same everywhere, and leaves alone what it should."""

from __future__ import annotations

import importlib
import json
from hashlib import sha256

import numpy as np
import pytest
from repository import SPEC

from vcmcodec.render import grain

document = importlib.import_module("decoder.grain")


def test_noise_is_what_the_format_says() -> None:
    found = grain.noise(250, 20, 300)
    assert found.shape == (20, 300)
    for y, x in ((0, 0), (3, 299), (19, 7), (6, 128)):
        assert found[y, x] == document.noise(x, 250 + y)
    assert grain.noise(0, 1, 4).tolist() == [[-38, 99, 196, -190]]


@pytest.mark.parametrize("strength", [1, 77, 128, 256])
def test_colours_get_the_grain_that_the_format_says(strength: int) -> None:
    picture = np.random.default_rng(strength).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    picture[:5] //= 8
    picture[5:10] |= 0xE0
    assert (grain.add(picture, strength) == document.with_grain(picture, strength)).all()


@pytest.mark.parametrize("strength", [128, 256])
def test_vectors_state_the_grain(strength: int) -> None:
    """The picture is higher than what is done at a time."""
    stated = json.loads((SPEC / "vectors" / "vectors.json").read_text("utf-8"))["grain"]
    y, x = np.mgrid[:270, :300]
    picture = np.stack([x % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8)
    for add in (grain.add, document.with_grain):
        assert sha256(add(picture, strength).tobytes()).hexdigest() == stated[str(strength)]


def test_large_pictures_get_the_same_noise() -> None:
    large = np.full((300, 1100, 3), 128, dtype=np.uint8)  # too wide for its noise to be kept
    small = large[:, :300]
    for _ in range(2):
        assert (grain.add(large, 256)[:, :300] == grain.add(small, 256)).all()


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
    wanted = 1.49 * strength / grain.FULL * min(level, 255 - level, grain.KNEE) / grain.KNEE
    assert more[:, :, 0].std() == pytest.approx(np.sqrt(wanted**2 + 1 / 12), rel=0.15)
    assert abs(more.mean()) < 0.05
    for y, x in ((0, 0), (299, 199), (256, 3)):  # behind the rows that are done at a time, too
        weight = min(level, 255 - level, grain.KNEE)
        assert more[y, x, 0] == (document.noise(x, y) * weight * 11 * strength + 2**23) >> 24


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
    assert (found[:, :, 0] < 255).any() and (found[:, :, 1] > 0).any()
