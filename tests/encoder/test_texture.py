"""The encoder's half of texture: frames, coefficients, layers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from portrait import file, portrait

import vcmcodec
from vcmcodec.bench.studies import codings
from vcmcodec.encoder import frame as frames
from vcmcodec.encoder import texture
from vcmcodec.layers.texture import resample, steps
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.part import Known

FRAME = Frame(3, 22, 180, 14)


def test_a_frame_is_that_of_the_points_it_moves() -> None:
    matrix = frames.axes(FRAME, 256, 256)
    # Points are counted from the corner of the upper left pixel, pixels from its centre.
    points = np.c_[frames.POINTS - 0.5, np.ones(5)] @ matrix.T + 0.5
    assert frames.frame_of(points, 256, 256) == FRAME
    assert frames.frame_of(points * 2, 512, 512) == FRAME
    assert frames.frame_of(np.zeros((5, 2)), 256, 256) == Frame()


def test_the_portraits_face_is_found_and_follows_it() -> None:
    found = frames.find(portrait())
    assert found != Frame() and found.across > 60
    moved = cv2.warpAffine(
        portrait(), np.array([[1.0, 0, 20], [0, 1, -10]]), (256, 256), borderMode=cv2.BORDER_REPLICATE
    )
    shifted = frames.find(moved)
    assert abs(shifted.x - found.x - 20) <= 4 and abs(shifted.y - found.y + 10) <= 4
    assert abs(shifted.across - found.across) <= 8


def test_no_face_gives_the_default_frame() -> None:
    assert frames.find(np.full((256, 256, 3), 128, dtype=np.uint8)) == Frame()


@pytest.mark.parametrize("frame", [FRAME, Frame(-40, 30, 90, -60), Frame()])
def test_the_encoders_window_is_where_the_decoder_puts_it(frame: Frame) -> None:
    y, x = np.mgrid[:WINDOW, :WINDOW].astype(np.float32)
    smooth = 400 * np.sin(x / 17)[..., None] * np.cos(y / 23)[..., None] * np.ones(3, np.float32)
    rows, columns, placed = resample.place(smooth.astype(np.int32), frame, 256, 256)
    canvas = np.zeros((256, 256, 3), dtype=np.float32)
    canvas[rows, columns] = placed
    back = texture.window(canvas, frame)
    inner = slice(20, WINDOW - 20)
    if frame == FRAME or frame == Frame():
        assert abs(back[inner, inner] - smooth[inner, inner]).mean() < 12


def test_finer_steps_come_closer_and_coarser_ones_cost_less() -> None:
    analysis = texture.Analysis(portrait(), frames.find(portrait()))
    sizes, errors = [], []
    for number in (100, 84, 68, 52):
        made = analysis.quantise(number, 1, (400, 400))
        sizes.append(texture.payload.size(None, texture.layer(made, 0))[0])
        errors.append(float(((made.shown(made.T).astype(float) - portrait()) ** 2).mean()))
    assert sizes == sorted(sizes) and errors == sorted(errors, reverse=True)


def test_coefficients_are_those_of_the_picture_that_they_make() -> None:
    rng = np.random.default_rng(0)
    levels = tuple(int(level) for level in rng.integers(-3, 4, 60))
    known = Known(levels, (0,) * len(levels))
    made = texture.reconstructed(known, 400, 256, 256)
    found = texture.canvas_coefficients(made)[: len(levels)]
    assert abs(found - known.values(400)).max() < 0.1 * 400
    whole = texture.canvas_coefficients(made[32:224])[: len(levels)]  # where less is visible
    assert np.corrcoef(whole, known.values(400))[0, 1] > 0.9


def test_one_layer_is_hardly_smaller_than_three() -> None:
    data = vcmcodec.encode(portrait(), preset="normal", scheme="texture")
    assert len(vcmcodec.inspect(data).layers) == 3
    assert len(data) <= 1.06 * codings.one_layer_size(data)
    with pytest.raises(ValueError, match="no whole texture"):
        codings.one_layer_size(file())


def test_steps_are_sixteen_an_octave() -> None:
    assert [steps.step(16 * octave) for octave in range(4)] == [16, 32, 64, 128]
    sizes = [steps.step(number) for number in range(128)]
    assert sizes == sorted(set(sizes))
