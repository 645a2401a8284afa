"""Detail layers: integers as the document has them, and an encoder that spends bits where texture ends."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from portrait import portrait

import vcmcodec
from vcmcodec import codec
from vcmcodec.encoder import detail as analysis
from vcmcodec.encoder.texture_proposer import TextureProposer, quality_of
from vcmcodec.errors import FormatError, ModelError
from vcmcodec.format import container
from vcmcodec.format.wire import Reader
from vcmcodec.layers.detail import head, payload, synthesis, tables
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import EYE, REGIONS, SHAPES, SIDE
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.synthesis import MAX_SAMPLE
from vcmcodec.limits import DEFAULT_LIMITS
from vcmcodec.scene import DETAIL, TEXTURE, Scene

document = importlib.import_module("decoder.detail")

FINE = 40
"""A step at which the portrait's detail is worth its bits."""


@pytest.fixture(scope="module")
def scene() -> Scene:
    return TextureProposer(portrait()).propose(quality_of(FINE)).scene


def levels(seed: int, *counts: int) -> tuple[tuple[int, ...], ...]:
    rng = np.random.default_rng(seed)
    return tuple(tuple(rng.integers(-9, 10, count).tolist()) for count in counts)


def test_regions_lie_in_the_window_and_eyes_mirror_each_other() -> None:
    for region in REGIONS:
        shape = SHAPES[region.basis]
        assert 0 <= region.left <= SIDE - shape.columns and 0 <= region.top <= SIDE - shape.rows
    one, two = REGIONS[:2]
    assert two.left == SIDE - one.left - SHAPES[EYE].columns and two.mirrored and not one.mirrored


def test_a_transform_is_read_as_it_was_written() -> None:
    data = tables.write(tables.transform())
    again = tables.parse(data)
    assert tables.write(again) == data
    for spoilt in (data[:-1], data + b"\0", b"\1" + data[1:], data[:2] + b"\xff\xff" + data[4:], b""):
        with pytest.raises(ValueError):
            tables.parse(spoilt)


def test_a_missing_transform_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.json").write_text('{"files": []}')
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=head.TRANSFORM):
        tables.transform()


def test_layers_are_read_as_they_were_written(scene: Scene) -> None:
    for seed, counts in enumerate(((0, 0, 0, 0), (4, 0, 8, 0), (60, 8, 0, 100), (256, 256, 256, 256))):
        made = Detail(20 + seed, levels(seed, *counts))
        coded, after = payload.encode(scene, made)
        found = payload.decode(scene, Reader(coded, layer=1, whole=True), DEFAULT_LIMITS)
        assert found.part(DETAIL) == after.part(DETAIL)
        kept = zip(found.part(DETAIL).levels, made.levels)
        assert [level[: len(want)] for level, want in kept] == list(made.levels)


@pytest.mark.parametrize("frame", [Frame(3, 20, 150, 8), Frame(-60, 40, 300, -200), Frame(0, 0, 0, -8)])
def test_what_is_added_is_that_of_the_second_decoder(frame: Frame) -> None:
    width, height = 120, 96
    T = np.random.default_rng(3).integers(-2000, 6000, (height, width, 3)).astype(np.int16)
    wanted = levels(5, 40, 12, 30, 60)
    part = document.Detail.__new__(document.Detail)
    part.step, part.levels = 25, [list(one) for one in wanted]
    values = [np.array([25 * level for level in one], dtype=np.int64) for one in wanted]
    # Step 25 is number 9.
    part.step = 9
    found = synthesis.added(T, values, frame, width, height)
    assert np.array_equal(found, part.add_to(T, document.Frame(*frame), width, height))


def test_no_coefficient_adds_nothing_and_large_ones_are_clamped() -> None:
    T = np.full((64, 64, 3), 100, np.int16)
    nothing = [np.zeros(5, np.int64)] * len(REGIONS)
    assert synthesis.added(T, nothing, Frame(), 64, 64) is T
    large = [np.full(256, 131071, np.int64)] * len(REGIONS)
    found = synthesis.added(T, large, Frame(), 64, 64)
    assert abs(found).max() == MAX_SAMPLE


def test_detail_comes_closer_than_texture_at_the_same_step() -> None:
    proposer = TextureProposer(portrait())
    proposal = proposer.propose(quality_of(FINE))
    assert [code for code, _ in proposal.layers][-1] == head.CODE
    bare = Scene(256, 256, {TEXTURE: proposal.scene.part(TEXTURE)})
    wanted, frame = portrait().astype(float), proposal.scene.part(TEXTURE).frame
    errors = []
    for shown in (bare.shown, proposal.scene.shown):
        assert shown is not None
        rest = analysis.window((shown - wanted).astype(np.float32), frame)
        errors.append([float((analysis.cut(rest, region) ** 2).mean()) for region in REGIONS])
    with_levels = [bool(part) for part in proposal.scene.part(DETAIL).levels]
    assert any(with_levels)
    for worth, before, after in zip(with_levels, *errors):
        assert after < 0.9 * before if worth else True
    assert sum(errors[1]) < 0.8 * sum(errors[0])


def test_nothing_left_is_worth_no_layer() -> None:
    assert analysis.quantise(np.zeros((256, 256, 3), np.float32), Frame(), 20) is None


def test_fine_files_hold_detail_and_are_valid_without() -> None:
    data = vcmcodec.encode(portrait(), bytes=1200, scheme="texture")
    header, layers = container.read(data)
    kinds = [layer.kind for layer in layers]
    assert kinds == sorted(kinds) and kinds[-1] == head.CODE and len(data) <= 1200
    cut = container.write(header, [(layer.kind, layer.payload) for layer in layers[:-1]])
    _, less = codec.decode_scene(cut)
    _, more = codec.decode_scene(data)
    assert less.T is not None and more.T is not None and (less.T != more.T).any()


@pytest.mark.parametrize(
    ("layers", "said"),
    [((1, 0), "detail before texture"), ((0, 1, 1), "a second detail layer")],
)
def test_order_is_checked(scene: Scene, layers: tuple[int, ...], said: str) -> None:
    data = vcmcodec.encode(portrait(), bytes=1200, scheme="texture")
    header, found = container.read(data)
    pair = [(found[0].kind, found[0].payload), (found[-1].kind, found[-1].payload)]
    with pytest.raises(FormatError, match=said):
        codec.decode_scene(container.write(header, [pair[index] for index in layers]))
