"""Pictures to files and back, on a real face."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from portrait import default_file, ends, file, portrait

import vcmcodec
from vcmcodec import BudgetError, FormatError, Limits, VcmError, codec
from vcmcodec.encoder import opencv, schemes
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.goal import PRESETS, goal_of
from vcmcodec.format import container
from vcmcodec.interop import svg
from vcmcodec.io import picture
from vcmcodec.layers.colours import reference_pixels, ycocg
from vcmcodec.limits import MAX_PLACES
from vcmcodec.metrics import measures


def shaped(width: int, height: int) -> np.ndarray:
    return picture.resize(portrait(), width, height)


def test_a_face_costs_little_and_comes_back() -> None:
    info = vcmcodec.inspect(file())
    assert 0.04 < info.bpp(info.bytes) <= 0.05
    assert info.bpp(ends()[0]) < 0.04
    decoded = np.asarray(vcmcodec.decode(file()))
    assert decoded.shape == portrait().shape
    flat = np.broadcast_to(portrait().mean(axis=(0, 1)).astype(np.uint8), portrait().shape)
    assert measures.psnr(decoded, portrait()) > measures.psnr(flat, portrait()) + 3


def test_encoding_is_deterministic() -> None:
    assert vcmcodec.encode(portrait(), scheme="strokes") == file()
    assert vcmcodec.encode(Image.fromarray(portrait()), scheme="strokes") == file()


def test_the_decoder_knows_what_the_encoder_knew() -> None:
    header, scene = vcmcodec.decode_scene(file())
    assert (header.width, header.height, header.side) == (256, 256, 256)
    goal = goal_of(picture=256 * 256, canvas=256 * 256)
    expected, _ = codec.encode_canvas(portrait(), header, goal, "strokes")
    assert scene == expected
    assert scene.drawing is not None
    places = reference_pixels.of(scene.drawing)[: len(scene.known)]
    sent = np.array(pick(portrait(), places), dtype=np.uint8)
    assert measures.mean_absolute_error(np.asarray(ycocg.rgb(scene.known), dtype=np.uint8), sent) <= 4
    mask, colours = scene.planes
    assert {(x, y) for y, x in zip(*np.nonzero(mask))} == set(places)
    assert not colours[mask == 0].any()


def test_a_file_may_be_cut_after_any_layer() -> None:
    _, whole = vcmcodec.decode_scene(file())
    counts = []
    for end in ends():
        _, scene = vcmcodec.decode_scene(file()[:end])
        assert scene == whole.first(len(scene.known))
        counts.append(len(scene.known))
    assert counts == [0, 16, 48, len(whole.known)]


@pytest.mark.parametrize(("scheme", "share", "most"), [("strokes", 0.93, 650), ("texture", 0.9, 1200)])
@pytest.mark.parametrize("limit", [60, 100, 123, 200, 409, 700, 1500])
def test_a_budget_is_used_and_never_exceeded(limit: int, scheme: str, share: float, most: int) -> None:
    data = vcmcodec.encode(portrait(), bytes=limit, scheme=scheme)
    assert len(data) <= limit
    assert len(data) >= share * min(limit, most)
    vcmcodec.decode_scene(data)


@pytest.mark.parametrize("colours", [0, 10])
@pytest.mark.parametrize("limit", [110, 160, 220, 300])
def test_strokes_take_what_few_colours_leave(limit: int, colours: int) -> None:
    data = vcmcodec.encode(portrait(), bytes=limit, colours=colours)
    assert 0.85 * min(limit, 220) <= len(data) <= limit


@pytest.mark.parametrize("budget", [{"bytes": 0}, {"bytes": 1}, {"bpp": 0.0}, {"bytes": 0, "detail": 50}])
def test_nothing_fits_into_nothing(budget: dict[str, Any]) -> None:
    with pytest.raises(BudgetError, match="the least is"):
        vcmcodec.encode(portrait(), **budget)


@pytest.mark.parametrize("side", [32, 64, 96])
def test_small_canvases_have_strokes_too(side: int) -> None:
    _, scene = vcmcodec.decode_scene(vcmcodec.encode(portrait(), size=side, quality=100, scheme="strokes"))
    assert scene.E.mean() > 0.03


def test_a_preset_too_small_for_a_canvas_gives_the_least() -> None:
    thin = vcmcodec.encode(shaped(400, 24), size=32, preset="tiny", scheme="strokes")
    assert thin == vcmcodec.encode(shaped(400, 24), size=32, quality=0, colours=0)


def test_a_preset_is_kept_with_detail_or_refused() -> None:
    assert len(vcmcodec.encode(portrait(), preset="tiny", detail=5)) <= 122
    with pytest.raises(BudgetError, match="detail of 100"):
        vcmcodec.encode(portrait(), preset="tiny", detail=100)


def test_presets_are_budgets_of_the_canvas() -> None:
    sizes = {name: len(vcmcodec.encode(portrait(), preset=name)) for name in PRESETS}
    assert list(sizes.values()) == sorted(sizes.values())
    for name, size in sizes.items():
        assert 0.9 * PRESETS[name] < 8 * size / 256**2 <= PRESETS[name]
    assert vcmcodec.encode(portrait(), preset="normal", scheme="strokes") == file()


def test_bits_per_pixel_are_those_of_the_picture() -> None:
    data = vcmcodec.encode(shaped(400, 300), bpp=0.02)
    assert 0.018 < 8 * len(data) / (400 * 300) <= 0.02


def test_too_small_a_budget_names_the_least_that_works() -> None:
    with pytest.raises(BudgetError, match=r"12 bytes is too small for this face: the least is \d+") as caught:
        vcmcodec.encode(portrait(), bytes=12)
    least = int(str(caught.value).split()[-1])
    assert len(vcmcodec.encode(portrait(), bytes=least)) == least
    with pytest.raises(BudgetError):
        vcmcodec.encode(portrait(), bytes=least - 1)


def test_a_higher_quality_is_a_larger_and_finer_file() -> None:
    qualities = (0, 25, 50, 75, 100)
    files = [vcmcodec.encode(portrait(), quality=quality, scheme="strokes") for quality in qualities]
    assert [len(data) for data in files] == sorted(len(data) for data in files)
    strokes = [vcmcodec.inspect(data).layers[0].count or 0 for data in files]
    assert strokes == sorted(strokes)


def test_detail_settles_the_strokes_alone() -> None:
    coarse = vcmcodec.decode_scene(vcmcodec.encode(portrait(), bytes=400, detail=20))[1]
    fine = vcmcodec.decode_scene(vcmcodec.encode(portrait(), bytes=400, detail=70))[1]
    assert coarse.drawing is not None
    assert fine.drawing is not None
    assert len(coarse.drawing.ops) < len(fine.drawing.ops)
    alone = vcmcodec.decode_scene(vcmcodec.encode(portrait(), quality=90, detail=20))[1]
    assert alone.drawing == coarse.drawing
    with pytest.raises(BudgetError, match=r"100 bytes is too small for this detail of 90: the least is \d+"):
        vcmcodec.encode(portrait(), bytes=100, detail=90)


def test_fewer_colours_may_be_decoded_than_are_there() -> None:
    base = np.asarray(vcmcodec.decode(file()[: ends()[0]]))
    assert (np.asarray(vcmcodec.decode(file(), base_only=True)) == base).all()
    assert (np.asarray(vcmcodec.decode(file(), colours=0)) == base).all()
    some = np.asarray(vcmcodec.decode(file(), colours=16))
    assert (some == np.asarray(vcmcodec.decode(file()[: ends()[1]]))).all()
    assert (some != base).any()


def test_colours_bring_the_picture_closer() -> None:
    face = slice(60, 200), slice(70, 190)  # around it there is much that few colours mislead about
    pictures = [np.asarray(vcmcodec.decode(file(), colours=count)) for count in (0, 16, None)]
    psnr = [measures.psnr(made[face], portrait()[face]) for made in pictures]
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
    data = vcmcodec.encode(np.full((64, 64, 3), 99, dtype=np.uint8), scheme="strokes")
    assert len(data) < 32
    assert vcmcodec.decode(data).size == (64, 64)


def test_a_picture_of_too_many_strokes_is_simplified() -> None:
    rng = np.random.default_rng(0)
    noise = picture.resize(rng.integers(0, 256, (160, 160, 3), dtype=np.uint8), 1024, 1024)
    data = vcmcodec.encode(noise, size=1024, scheme="strokes")
    _, scene = vcmcodec.decode_scene(data)
    assert scene.drawing is not None
    assert len(scene.drawing.ops) <= vcmcodec.DEFAULT_LIMITS.ops
    assert len(scene.known) <= MAX_PLACES


@pytest.mark.parametrize(
    "arguments",
    [
        {"size": 0},
        {"size": 250},
        {"size": 1056},
        {"colours": -1},
        {"bytes": -1},
        {"bpp": 25.0},
        {"quality": 100.5},
        {"detail": -1.0},
        {"preset": "huge"},
        {"bytes": 300, "quality": 50},
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        vcmcodec.encode(portrait(), **arguments)


def test_a_negative_number_of_colours_is_refused() -> None:
    with pytest.raises(ValueError, match="colours"):
        vcmcodec.decode(file(), colours=-1)


def test_an_array_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"an array of floats must be in 0\.\.1"):
        vcmcodec.encode(portrait().astype(np.float32))


def test_arrays_and_paths_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "face.vcm").write_bytes(data := vcmcodec.encode(portrait() / 255))
    assert data == default_file()
    assert vcmcodec.decode(tmp_path / "face.vcm", realism=0) == vcmcodec.decode(memoryview(data), realism=0)


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
    for limits in (
        Limits(pixels=65535),
        Limits(file=100),
        Limits(ops=5),
        Limits(track=99),
        Limits(places=20),
    ):
        with pytest.raises(VcmError) as caught:
            vcmcodec.decode(file(), limits=limits)
        assert caught.value.exit_code == 6


# Texture


def test_strokes_come_where_they_help_or_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def kinds(**size: int | str) -> set[str]:
        return {layer.kind for layer in vcmcodec.inspect(vcmcodec.encode(portrait(), **size)).layers}

    assert kinds(preset="small") == kinds(scheme="texture") == {"texture"}
    for arguments in ({"colours": 10}, {"detail": 20.0}):
        info = vcmcodec.inspect(vcmcodec.encode(portrait(), **arguments))  # type: ignore[arg-type]
        assert info.layers[0].kind == "edges" and info.model == codec.MODEL
    monkeypatch.setattr(schemes, "LACKING", 1e9)
    assert kinds() == {"texture"}
    monkeypatch.setattr(schemes, "LACKING", 0.0)
    assert kinds() == {"texture", "edges"}
    monkeypatch.setattr(opencv, "has_strokes", lambda: False)
    assert kinds() == {"texture"}
    monkeypatch.undo()
    mixed = vcmcodec.inspect(vcmcodec.encode(portrait(), scheme="mixed"))
    assert {layer.kind for layer in mixed.layers} == {"texture", "edges"}
    assert mixed.model == codec.TEXTURE_MODEL


def test_more_bytes_are_a_better_preview() -> None:
    found = [vcmcodec.encode(portrait(), bytes=limit) for limit in (24, 40, 65, 123, 245, 409, 655, 1200)]
    psnr = [measures.psnr(np.asarray(vcmcodec.preview(data)), portrait()) for data in found]
    assert psnr == sorted(psnr)
    assert psnr[4] > 21 and psnr[-1] > psnr[4] + 2


def test_texture_without_a_generator_is_its_preview_but_for_grain() -> None:
    header, layers = container.read(vcmcodec.encode(portrait()))
    assert header.model == codec.TEXTURE_MODEL
    bare = [(layer.kind, layer.payload) for layer in layers]
    data = container.write(replace(header, model=codec.NO_MODEL), bare)
    preview = np.asarray(vcmcodec.preview(data)).astype(int)
    assert (np.asarray(vcmcodec.decode(data, realism=0)) == preview).all()
    natural = np.asarray(vcmcodec.decode(data)).astype(int)
    assert 0 < abs(natural - preview).mean() < 2


@pytest.mark.parametrize("limit", [120, 409])
def test_the_generator_comes_closer_than_the_texture_that_it_sees(limit: int) -> None:
    data = vcmcodec.encode(portrait(), bytes=limit)
    shown = [np.asarray(vcmcodec.preview(data)), np.asarray(vcmcodec.decode(data, realism=0))]
    coarse, fine = (measures.psnr(picture, portrait()) for picture in shown)
    assert fine > coarse


def test_three_layers_of_texture_each_give_a_better_picture() -> None:
    data = vcmcodec.encode(portrait(), bytes=409, scheme="texture")
    cuts = [layer.end for layer in vcmcodec.inspect(data).layers]
    assert len(cuts) == 3 and cuts[0] <= 35 + 6 and cuts[1] <= 120 + 6
    psnr = [measures.psnr(np.asarray(vcmcodec.preview(data[:cut])), portrait()) for cut in cuts]
    assert psnr == sorted(psnr)


@pytest.mark.parametrize(("width", "height"), [(300, 200), (37, 401), (16, 2000)])
def test_texture_is_that_of_what_is_visible(width: int, height: int) -> None:
    wanted = shaped(width, height)
    found = np.asarray(vcmcodec.preview(vcmcodec.encode(wanted, bytes=600)))
    flat = np.broadcast_to(wanted.mean(axis=(0, 1)).astype(np.uint8), wanted.shape)
    assert measures.psnr(found, wanted) > measures.psnr(flat, wanted)


def test_a_file_without_texture_has_no_preview() -> None:
    with pytest.raises(FormatError, match="no texture layer"):
        vcmcodec.preview(file())


@pytest.mark.parametrize("limit", [250, 409, 1000])
def test_the_scheme_of_hu_et_al_is_theirs(limit: int) -> None:
    data = vcmcodec.encode(portrait(), bytes=limit, scheme="hu2020")
    assert 0.5 * limit < len(data) <= limit
    header, layers = container.read(data)
    assert header.model == codec.MODEL
    assert [(layer.kind, layer.payload[0] >> 4) for layer in layers] == [(1, 1), (2, 1)]  # both by PPM
    _, scene = vcmcodec.decode_scene(data)
    beside = reference_pixels.places(scene.drawing.ops, scene.drawing.step, 256, 256)
    assert list(scene.places) == beside
    assert svg.encode(svg.load(svg.dump(data))) == data


def test_the_scheme_of_hu_et_al_without_colours() -> None:
    data = vcmcodec.encode(portrait(), scheme="hu2020", colours=0)
    assert [layer.kind for layer in vcmcodec.inspect(data).layers] == ["edges"]
    with pytest.raises(BudgetError):
        vcmcodec.encode(portrait(), scheme="hu2020", bytes=20)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme 'all' is none of"):
        vcmcodec.encode(portrait(), scheme="all")
