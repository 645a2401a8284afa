"""Training sees what decoders see."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from training import SHARES

from vcmcodec import ModelError
from vcmcodec.encoder import texture as texture_analysis
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.texture import payload as texture_layer
from vcmcodec.layers.texture.part import Texture
from vcmcodec.render.contracts import CONTRACTS
from vcmcodec.scene import DETAIL, EDGES, TEXTURE, Scene
from vcmcodec.train.data import dataset_build, textures

if TYPE_CHECKING:
    from vcmcodec.train.data.dataset import Pack


@pytest.mark.parametrize("colours", [0, 16, None])
@pytest.mark.parametrize(("which", "shift"), [(None, 0), (0, 0), (1, 0), (1, 2)])
@pytest.mark.parametrize("has_strokes", [True, False])
def test_training_sees_what_the_decoder_sees(
    pack: Pack, folder: Path, colours: int | None, which: int | None, shift: int, has_strokes: bool
) -> None:
    """A scene of one file's layers gives what a batch holds of it, by contract 3."""
    from vcmcodec.train.data.dataset import Mixture

    row = dataset_build.rows(folder / "a.png", variants=1, fixed=True)[0]
    canvas = textures.canvas(row.target)
    rng = random.Random(f"{folder.name}/a.png")
    rng.random()  # whether it is changed
    seen = pack.batch([0], [Mixture(has_strokes, colours, which, shift)])
    scene = Scene(256, 256)
    if which is not None:
        for wanted in layers_of(row.textures[which].part(TEXTURE), shift):
            _, scene = texture_layer.encode(scene, wanted)
    if has_strokes:
        settings = dataset_build.point(rng)
        drawing = Sketch(canvas).drawing(settings.lam, settings.step)
        scene = scene.with_part(EDGES, drawing)
        if wanted := pick(canvas, reference_pixels.of(drawing))[:colours]:
            _, scene = colour_layer.encode(scene, wanted, settings.colour_steps)
    expected = CONTRACTS[3].inputs([scene], 1.0)
    assert np.allclose(seen.x.numpy(), expected["x"], atol=1e-6)
    assert np.array_equal(seen.known.numpy(), expected["known"])


def test_detail_comes_back_from_a_shard(pack: Pack, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textures, "FIXED_STEPS", (84, 40))
    target = dataset_build.rows(folder / "a.png", variants=1, fixed=True)[0].target
    made = textures.textures(target, fixed=True)
    assert made[1].part(DETAIL) is not None
    held = textures.arrays([made], "")
    for which, scene in enumerate(made):
        again = textures.read(held, 0, which, 0, 256)
        assert again.parts == scene.parts and np.array_equal(again.T, scene.T)
    assert DETAIL not in textures.read(held, 0, 1, 1, 256).parts
    assert DETAIL not in textures.read(held, 0, 1, 0, 256, detailed=False).parts


def layers_of(texture: Texture, shift: int) -> list[texture_layer.Wanted]:
    return [texture_analysis.layer(texture, shift)]


def test_changed_at_random_a_sample_stays_consistent(pack: Pack) -> None:
    from vcmcodec.train.data.dataset import Shares

    x, known, target, _ = (
        part.numpy() for part in pack.random(20, Shares(*SHARES), np.random.default_rng(0))
    )
    assert (x.shape, known.shape, target.shape) == ((20, 8, 256, 256), (20, 4), (20, 3, 256, 256))
    assert {0.0, 1.0} >= set(np.unique(x[:, :2]))
    assert np.abs(target).max() <= 1
    for planes, facts, picture in zip(x, known, target):
        at = planes[1] == 1
        assert not planes[2:5, ~at].any()
        assert not at.any() or np.abs(planes[2:5, at] - picture[:, at]).mean() < 0.08
        assert facts[0] == planes[0].any() and facts[1] == at.any() and facts[2] == planes[5:].any()
        assert (facts[3] > 0) == facts[2]
        if facts[2]:
            assert np.corrcoef(planes[5:].ravel(), picture.ravel())[0, 1] > 0.5


def test_mixtures_are_drawn_as_often_as_they_should(pack: Pack) -> None:
    from vcmcodec.train.data.dataset import Shares

    shares, rng = Shares(*SHARES), np.random.default_rng(0)
    drawn = [pack.mixture(0, shares, rng) for _ in range(600)]
    kinds = [(one.strokes, one.texture is not None, one.colours != 0) for one in drawn]
    for kind, share in (((False, True, False), 0.4), ((True, True, False), 0.3), ((True, False, True), 0.2)):
        assert kinds.count(kind) / len(kinds) == pytest.approx(share, abs=0.06)
    assert {one.shift for one in drawn} == {0, 1, 2}
    assert {one.texture for one in drawn} == {None, 0, 1}
    assert len({one.colours for one in drawn}) > 10


def test_marks_go_with_the_face(pack: Pack) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Mixture, Shares

    marks = np.array([[90.0, 100], [160, 102], [125, 140], [100, 170], [150, 171]], dtype=np.float32)
    for shard in pack._shards.values():
        shard.marks[:] = marks
    drawn = pack.random(16, Shares(0, 0, 0, 0), np.random.default_rng(1))
    strokes = pack.batch(list(range(len(pack))), [Mixture()] * len(pack)).x[:, 0]
    turned = marks[[1, 0, 2, 4, 3]] * [-1, 1] + [255, 0]
    seen = set()
    for x, found in zip(drawn.x[:, 0], drawn.marks.numpy()):
        mirrored = not np.array_equal(found, marks)
        assert np.array_equal(found, turned if mirrored else marks)
        assert any(torch.equal(x.flip(1) if mirrored else x, one) for one in strokes)
        seen.add(mirrored)
    assert seen == {True, False}


def test_rare_tones_and_sources_are_drawn_oftener(pack: Pack) -> None:
    (shard,) = pack._shards.values()
    shard.tone = np.array([200.0, 200, 200, 40], dtype=np.float32)
    chances = np.diff(pack._weighed(), prepend=0)
    assert chances.sum() == pytest.approx(1)
    assert chances[3] > 1.5 * chances[0]


def test_a_pack_takes_in_what_is_added_and_refuses_another_transform(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Pack

    with np.load(folder / "pack-000.npz") as arrays:
        there = {name: arrays[name] for name in arrays.files}
    np.savez(tmp_path / "pack-000.npz", **there)
    pack = Pack(tmp_path)
    np.savez(tmp_path / "pack-001.npz", **there)
    assert (pack.refresh(), pack.refresh(), len(pack)) == (4, 0, 8)
    np.savez(tmp_path / "pack-002.npz", **{**there, "transform": np.array("other")})
    with pytest.raises(ModelError, match="another transform"):
        pack.refresh()


def test_only_textures_are_made_again_where_only_they_changed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_build, "parallel", lambda work, items, jobs, chunk=4: map(work, items))
    where = tmp_path / "pack-000.npz"
    arguments = ["--data", str(folder), "--out", str(tmp_path), "--variants", "1", "--jobs", "1", "--fixed"]

    def made() -> dict[str, np.ndarray]:
        done = CliRunner().invoke(dataset_build.main, arguments)
        assert done.exit_code == 0, done.output
        with np.load(where) as arrays:
            return {name: arrays[name] for name in arrays.files}

    first = made()
    assert first["textures"][:, :, 0].tolist() == [list(textures.FIXED_STEPS)] * 2
    stamp = where.stat().st_mtime_ns
    assert made()["texture_recipe"] == first["texture_recipe"] and where.stat().st_mtime_ns == stamp
    monkeypatch.setattr(textures, "recipe", lambda fixed: "new")
    monkeypatch.setattr(textures, "FIXED_STEPS", (90, 70))
    monkeypatch.setattr(dataset_build, "rows", None)
    second = made()
    assert second["textures"][:, :, 0].tolist() == [[90, 70]] * 2
    assert str(second["texture_recipe"]) == "new"
    assert np.array_equal(second["target_bytes"], first["target_bytes"])
