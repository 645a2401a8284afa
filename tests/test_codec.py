"""Pictures to files and back, on a real face."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image
from portrait import ends, file, portrait

import vcmcodec
from vcmcodec import FormatError, Limits, PictureError, VcmError, codec, colour, metrics, picture, sample


def shaped(width: int, height: int) -> np.ndarray:
    return picture.resize(portrait(), width, height)


def test_a_face_costs_little_and_comes_back() -> None:
    info = vcmcodec.inspect(file())
    assert info.bpp(info.bytes) < 0.11
    assert info.bpp(ends()[0]) < 0.08
    decoded = np.asarray(vcmcodec.decode(file()))
    assert decoded.shape == portrait().shape
    flat = np.broadcast_to(portrait().mean(axis=(0, 1)).astype(np.uint8), portrait().shape)
    assert metrics.psnr(decoded, portrait()) > metrics.psnr(flat, portrait()) + 3


def test_encoding_is_deterministic() -> None:
    assert vcmcodec.encode(portrait()) == file()
    assert vcmcodec.encode(Image.fromarray(portrait())) == file()


def test_the_decoder_draws_what_the_encoder_drew() -> None:
    header, scene = vcmcodec.decode_scene(file())
    drawing = codec.draw(portrait())
    assert (header.width, header.height, header.side) == (256, 256, 256)
    assert scene.drawing == drawing
    assert len(scene.known) == len(drawing.places)
    sent = np.array(codec.pick(portrait(), drawing.places), dtype=np.uint8)
    assert metrics.mean_absolute_error(np.asarray(colour.rgb(scene.known), dtype=np.uint8), sent) <= 4
    mask, colours = scene.planes
    assert {(x, y) for y, x in zip(*np.nonzero(mask))} == set(drawing.places)
    assert not colours[mask == 0].any()


@pytest.mark.parametrize(("cut", "colours"), [(0, 0), (1, 16), (2, 48), (3, 128)])
def test_a_file_cut_after_a_layer_is_the_file_of_fewer_colours(cut: int, colours: int) -> None:
    shorter = file()[: ends()[cut]]
    assert vcmcodec.encode(portrait(), colours=colours) == shorter
    _, whole = vcmcodec.decode_scene(file())
    _, scene = vcmcodec.decode_scene(shorter)
    assert scene == whole.first(colours)


def test_fewer_colours_may_be_decoded_than_are_there() -> None:
    base = np.asarray(vcmcodec.decode(file()[: ends()[0]]))
    assert (np.asarray(vcmcodec.decode(file(), base_only=True)) == base).all()
    assert (np.asarray(vcmcodec.decode(file(), colours=0)) == base).all()
    some = np.asarray(vcmcodec.decode(file(), colours=16))
    assert (some == np.asarray(vcmcodec.decode(file()[: ends()[1]]))).all()
    assert (some != base).any()


def test_colours_bring_the_picture_closer() -> None:
    psnr = [
        metrics.psnr(np.asarray(vcmcodec.decode(file(), colours=count)), portrait())
        for count in (0, 16, None)
    ]
    assert psnr == sorted(psnr)


@pytest.mark.parametrize("colours", [1, 17])
def test_any_number_of_colours_can_be_sent(colours: int) -> None:
    _, scene = vcmcodec.decode_scene(vcmcodec.encode(portrait(), colours=colours))
    assert len(scene.known) == colours


@pytest.mark.parametrize(("width", "height"), [(16, 16), (300, 200), (37, 401), (16, 2000), (1500, 1500)])
def test_sizes_come_back(width: int, height: int) -> None:
    data = vcmcodec.encode(shaped(width, height))
    info = vcmcodec.inspect(data)
    assert (info.width, info.height) == (width, height)
    assert max(info.canvas_width, info.canvas_height) == 256
    assert vcmcodec.decode(data).size == (width, height)


@pytest.mark.parametrize("size", [32, 512])
def test_other_canvases_work(size: int) -> None:
    data = vcmcodec.encode(portrait(), size=size)
    assert vcmcodec.inspect(data).canvas_width == size
    assert vcmcodec.decode(data).size == (256, 256)


def test_a_picture_of_nothing_is_a_picture() -> None:
    data = vcmcodec.encode(np.full((64, 64, 3), 99, dtype=np.uint8))
    assert len(data) < 32
    assert vcmcodec.decode(data).size == (64, 64)


def test_a_picture_of_too_many_strokes_is_simplified() -> None:
    rng = np.random.default_rng(0)
    noise = picture.resize(rng.integers(0, 256, (160, 160, 3), dtype=np.uint8), 1024, 1024)
    data = vcmcodec.encode(noise, size=1024)
    _, scene = vcmcodec.decode_scene(data)
    assert scene.drawing is not None
    assert len(scene.drawing.ops) <= vcmcodec.DEFAULT_LIMITS.ops
    assert len(scene.known) <= sample.MAX_PLACES


@pytest.mark.parametrize("arguments", [{"size": 0}, {"size": 250}, {"size": 1056}, {"colours": -1}])
def test_arguments_out_of_range_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"size|colours"):
        vcmcodec.encode(portrait(), **arguments)


def test_a_negative_number_of_colours_is_refused() -> None:
    with pytest.raises(ValueError, match="colours"):
        vcmcodec.decode(file(), colours=-1)


def test_an_array_of_another_kind_is_refused() -> None:
    with pytest.raises(PictureError, match="uint8"):
        vcmcodec.encode(portrait().astype(np.float32))  # type: ignore[arg-type]


def test_cut_anywhere_a_file_is_valid_or_refused() -> None:
    for cut in range(len(file())):
        if cut in ends():
            vcmcodec.inspect(file()[:cut])
        else:
            with pytest.raises(FormatError) as caught:
                vcmcodec.decode_scene(file()[:cut])
            assert "\n" not in str(caught.value)


def test_damaged_files_are_refused() -> None:
    rng = random.Random(1)
    for _ in range(300):
        damaged = bytearray(file())
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(damaged))] ^= rng.randint(1, 255)
        if bytes(damaged) != file():
            with pytest.raises(FormatError):
                vcmcodec.decode_scene(bytes(damaged))


def test_limits_hold_before_anything_is_decoded() -> None:
    for limits in (Limits(pixels=65535), Limits(file=100), Limits(ops=5), Limits(track=99)):
        with pytest.raises(VcmError) as caught:
            vcmcodec.decode(file(), limits=limits)
        assert caught.value.exit_code == 6
