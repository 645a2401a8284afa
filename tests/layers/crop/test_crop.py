"""The crop layer: what it says, and faces that go back to where they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from vcmcodec.errors import FormatError, LimitError, PictureError, UnsupportedError
from vcmcodec.format.wire import Reader
from vcmcodec.layers.crop import record
from vcmcodec.layers.crop.record import Crop
from vcmcodec.limits import Limits
from vcmcodec.render.paste import paste

sides = some.integers(16, 65535)
corners = some.integers(-65535, 65535)


def read(payload: bytes) -> Crop:
    return record.read(Reader(payload, whole=True))


@given(some.builds(Crop, sides, sides, corners, corners, some.integers(0, 65535), some.integers(0, 255)))
def test_what_is_written_is_read(crop: Crop) -> None:
    assert read(crop.write()) == crop
    assert len(crop.write()) <= 17


@given(some.binary(max_size=20))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        crop = read(payload)
    except (FormatError, UnsupportedError):
        return
    assert crop.write() == payload


@pytest.mark.parametrize("crop", [Crop(15, 99, 0, 0), Crop(99, 99, 0, 65536), Crop(99, 99, 0, 0, 0, 256)])
def test_numbers_out_of_range_are_not_written(crop: Crop) -> None:
    with pytest.raises(ValueError):
        crop.write()


def test_it_is_put_in_words() -> None:
    assert Crop(900, 700, 3, -4).in_words(64, 64) == "64 x 64 at 3,-4 of 900 x 700"
    assert Crop(900, 700, 3, -4, 128, 14).in_words(64, 32) == (
        "128 x 64 at 3,-4 of 900 x 700, turned 20 degrees clockwise"
    )
    assert Crop(900, 700, 3, -4, 0, 242).in_words(64, 32).endswith("turned 20 degrees counterclockwise")


def background(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "crop", [Crop(300, 200, 40, 30), Crop(300, 200, 40, 30, 100), Crop(300, 200, 90, 60, 0, 11)]
)
def test_outside_the_crop_nothing_changes_and_at_its_border_it_fades(crop: Crop) -> None:
    whole = background(300, 200)
    face = Image.new("RGB", (80, 80), (0, 255, 0))
    out = paste(whole, face, crop)
    across, down = crop.size(80, 80)
    y, x = np.mgrid[:200, :300] + 0.5
    angle = crop.turn * 2 * np.pi / 256
    u, v = x - crop.x - across / 2, y - crop.y - down / 2
    u, v = np.cos(angle) * u + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * u
    inside = (abs(u) < across / 2) & (abs(v) < down / 2)
    assert (out[~inside] == whole[~inside]).all()
    border = inside & ~((abs(u) < across / 2 - 2) & (abs(v) < down / 2 - 2))
    assert np.abs(out[border].astype(int) - whole[border]).mean() < 3
    middle = (abs(u) < across / 4) & (abs(v) < down / 4)
    assert (out[middle] == (0, 255, 0)).all()


def test_a_crop_that_reaches_beyond_is_pasted_as_far_as_it_goes() -> None:
    whole, face = background(100, 100), Image.new("RGB", (80, 80), (0, 255, 0))
    out = paste(whole, face, Crop(100, 100, -20, -20))
    assert (out[:40, :40] == (0, 255, 0)).all()  # it does not fade where the picture ends
    assert (out[60:] == whole[60:]).all()
    assert (paste(whole, face, Crop(100, 100, 200, 200)) == whole).all()


def test_what_does_not_fit_is_refused() -> None:
    face = Image.new("RGB", (16, 16))
    with pytest.raises(PictureError, match="a background of 50 x 40 pixels, and the face comes from 50 x 41"):
        paste(background(50, 40), face, Crop(50, 41, 0, 0))
    with pytest.raises(LimitError, match="crop of 65535 x 65535 pixels is above the limit"):
        paste(background(50, 40), face, Crop(50, 40, 0, 0, 65535), Limits(pixels=1 << 20))
