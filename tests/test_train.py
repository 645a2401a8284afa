"""Training sees what decoders see; networks, losses and export keep their promises."""

from __future__ import annotations

import csv
import itertools
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import file as file_of_strokes
from portrait import portrait

import vcmcodec
from vcmcodec import ModelError
from vcmcodec.encoder import texture as texture_analysis
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.entropy.contexts import ContextCoder, ContextModel, Elements
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.entropy.rate import RateEstimator
from vcmcodec.format import container
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.texture import payload as texture_layer
from vcmcodec.layers.texture.part import Texture
from vcmcodec.models import store
from vcmcodec.render.contracts import CONTRACTS
from vcmcodec.scene import DETAIL, EDGES, TEXTURE, Scene
from vcmcodec.train.data import augment, dataset_build, textures

if TYPE_CHECKING:
    from vcmcodec.train.data.dataset import Pack
    from vcmcodec.train.loss_networks.networks import LossNetworks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of the portrait, and of it upside down, twice each, unchanged."""
    folder = tmp_path_factory.mktemp("pack")
    for name, image in (("a", portrait()), ("b", portrait()[::-1])):
        Image.fromarray(np.ascontiguousarray(image)).save(folder / f"{name}.png")
    rows = [row for name in "ab" for row in dataset_build.rows(folder / f"{name}.png", fixed=True)]
    dataset_build.save(folder / "pack-000.npz", rows, "a recipe", "another")
    return folder


@pytest.fixture
def pack(folder: Path) -> Pack:
    pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Pack

    return Pack(folder)


SHARES = (0.4, 0.3, 0.2, 0.1)


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


# Changes


def test_a_picture_is_moved_with_its_mirror_images_around_it() -> None:
    image = np.full((256, 256, 3), 255, dtype=np.uint8)
    sizes = set()
    for seed in range(20):
        image[:, :, 0] = np.arange(256)
        made = augment.moved(image, random.Random(seed))
        assert made.shape == image.shape and made.dtype == np.uint8
        assert (made[:, :, 1:] == 255).all()
        sizes.add(int(made[128, 140, 0]) - int(made[128, 116, 0]))
    assert len(sizes) > 5 and min(sizes) >= 17 and max(sizes) <= 33


def test_relit_pictures_are_often_darker_and_never_other_pictures() -> None:
    image = portrait()
    levels = []
    for seed in range(30):
        made = augment.relit(image, random.Random(seed))
        assert made.shape == image.shape and made.dtype == np.uint8
        assert np.corrcoef(made.mean(axis=2).ravel(), image.mean(axis=2).ravel())[0, 1] > 0.8
        levels.append(made.mean() / image.mean())
    assert min(levels) < 0.7 and max(levels) > 1


def test_the_level_of_a_face_is_that_between_eyes_and_mouth() -> None:
    image = np.full((64, 64, 3), 200, dtype=np.uint8)
    image[20:40, 20:40] = 50
    marks = np.array([[22, 22], [38, 22], [30, 30], [24, 38], [36, 38]], dtype=np.float32)
    assert augment.face_level(image, marks) == pytest.approx(50)
    assert np.isnan(augment.face_level(image, marks * np.nan))


def test_windows_lie_about_marks_and_weights_are_largest_there(pack: Pack) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.views import Views, weights

    marks = torch.tensor([MARKS, MARKS])
    marks[1] = float("nan")
    x = torch.zeros(2, 8, 256, 256)
    place = torch.arange(256.0).expand(1, 1, 256, 256)
    for seed in range(10):
        views = Views(x, marks, 64, 1.0, np.random.default_rng(seed))
        window = views.near(torch.cat([place, place.transpose(2, 3)], dim=1).expand(2, -1, -1, -1))
        assert window.shape == (2, 2, 64, 64)
        centre = window[0].mean(dim=(1, 2))
        assert (marks[0] - centre).abs().max(dim=1).values.min() < 32
        assert [tuple(part.shape) for part in views.judged(torch.zeros(2, 3, 256, 256))] == [
            (2, 5, 64, 64),
            (2, 5, 128, 128),
        ]
    counts = weights(marks, 256, 256, 3.0)
    assert counts.shape == (2, 1, 256, 256)
    assert torch.allclose(counts.mean(dim=(1, 2, 3)), torch.ones(2))
    assert torch.equal(counts[1], torch.ones(1, 256, 256))
    face = counts[0, 0]
    for x_, y in MARKS:
        assert face[int(y), int(x_)] > 2 * face[5, 5]


# Loss networks


def converted(where: Path) -> Path:
    """The file of loss networks, made where their packages are; skips where they are not."""
    from vcmcodec.metrics import weight_files
    from vcmcodec.train.loss_networks import convert

    root = Path(__file__).parent.parent
    packages = Path(os.environ.get("VCM_LOSS_NETWORKS", root / "build" / "loss-networks"))
    try:
        for name in convert.SOURCES:
            convert.checked(packages, name)
        weight_files.find(weight_files.VGG16)
    except ModelError as error:
        pytest.skip(str(error))
    done = CliRunner().invoke(convert.main, ["--packages", str(packages), "--out", str(where)])
    assert done.exit_code == 0, done.output
    return where


def test_what_is_no_file_of_loss_networks_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="training needs safetensors")
    from vcmcodec.train.loss_networks.networks import LossNetworks

    (tmp_path / "other").write_bytes(bytes(100))
    for name in ("other", "missing"):
        with pytest.raises(ModelError, match="holds no loss networks"):
            LossNetworks(tmp_path / name)


def test_a_face_is_turned_upright_by_its_marks() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.loss_networks import networks

    template = torch.tensor(networks._TEMPLATE)
    turn = torch.tensor([[1.5, -0.4], [0.4, 1.5]])
    marks = (template @ turn.T + torch.tensor([60.0, 20]))[None]
    picture = torch.zeros(1, 3, 256, 256)
    for x, y in marks[0]:
        picture[
            0, :, round(float(y)) - 2 : round(float(y)) + 3, round(float(x)) - 2 : round(float(x)) + 3
        ] = 1
    square = networks.squares(picture, marks)
    assert square.shape == (1, 3, networks.SIDE, networks.SIDE)
    for x, y in template:
        assert square[0, 0, round(float(y)), round(float(x))] > 0.9
    assert square.mean() < 0.02


def test_convolutions_pad_as_tensorflow_does() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.loss_networks.graph import convolve

    x = torch.arange(16.0).view(1, 1, 4, 4)
    box = torch.ones(1, 1, 3, 3)
    # SAME with stride 2 on an even side pads one row below, none above.
    assert convolve(x, box, 2).flatten().tolist() == [45.0, 39.0, 66.0, 50.0]
    assert convolve(x, box, 1, "VALID").shape == (1, 1, 2, 2)


def test_loss_networks_know_a_person_and_where_the_face_is(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    pytest.importorskip("safetensors", reason="training needs safetensors")
    from vcmcodec.train.loss_networks.networks import LossNetworks

    networks = LossNetworks(converted(tmp_path / "loss-networks.safetensors"))
    marks = dataset_build.marks(portrait())
    if np.isnan(marks).any():
        pytest.skip("MediaPipe's models are missing")
    picture = torch.from_numpy(portrait().transpose(2, 0, 1)[None] / 127.5 - 1).float()
    where = torch.from_numpy(marks)[None]
    small = torch.nn.functional.interpolate(
        torch.nn.functional.avg_pool2d(picture, 4), scale_factor=4.0, mode="bilinear"
    )
    mirrored = torch.stack([255 - where[:, [1, 0, 2, 4, 3], 0], where[:, [1, 0, 2, 4, 3], 1]], dim=-1)
    one, other = networks.identity(picture, where), networks.identity(picture.flip(3), mirrored)
    assert float((one * other).sum()) > 0.8
    assert 0.2 < float((one * networks.identity(small, where)).sum()) < 0.95
    assert float((one * networks.identity(-picture, where)).sum()) < 0.6
    points = networks.landmarks(picture, where)[0]
    assert points.shape == (68, 2)
    left, right = points[36:42].mean(dim=0), points[42:48].mean(dim=0)
    assert left[0] < points[30, 0] < right[0]
    assert max(left[1], right[1]) < points[30, 1] < points[48:].mean(dim=0)[1] < points[8, 1]


# Training


RECIPE = Path(__file__).parent.parent / "models" / "face-6.toml"

TINY = (8, 16, 16, 16)
"""Channels of a network for tests."""

MARKS = ((95.0, 110.0), (160.0, 110.0), (128.0, 145.0), (102.0, 175.0), (154.0, 175.0))

PARTS = {"l1", "squared", "ssim", "perceptual", "identity", "landmarks"}


def small_networks(path: Path) -> Path:
    """A file of loss networks that are small and know nothing: their weights are drawn."""
    import torch

    from vcmcodec.train.loss_networks import convert

    torch.manual_seed(5)
    channels = (3, 4, 4, 8, 8, 8, 8, 8, 8, 8)
    vgg16 = {}
    for number, (before, after) in enumerate(zip(channels, channels[1:])):
        vgg16[f"{number}.weight"] = torch.randn(after, before, 3, 3) / 4
        vgg16[f"{number}.bias"] = torch.zeros(after)
    nodes = [
        ("Placeholder", "picture", [], 1, ""),
        ("Conv2D", "convolved", ["picture", "kernel"], 4, "SAME"),
        ("Abs", "found", ["convolved"], 1, ""),
        ("Mean", "embedding", ["found"], 1, ""),
    ]
    landmarks = {"fc/weights": torch.randn(4, 136) / 4, "fc/bias": torch.zeros(136)}
    for block, number in itertools.product(range(4), range(4)):
        name = f"dense{block}/conv{number}"
        landmarks[f"{name}/bias"] = torch.zeros(4)
        if block == number == 0:
            landmarks[f"{name}/filters"] = torch.randn(4, 3, 3, 3) / 4
        else:
            landmarks[f"{name}/depthwise_filter"] = torch.randn(4, 1, 3, 3) / 4
            landmarks[f"{name}/pointwise_filter"] = torch.randn(4, 4, 1, 1) / 4
    networks = {"vgg16": vgg16, "identity": {"kernel": torch.randn(8, 3, 5, 5)}, "landmarks": landmarks}
    convert.write(path, networks, nodes, "embedding")
    return path


@pytest.fixture
def loss_networks(tmp_path: Path) -> LossNetworks:
    pytest.importorskip("safetensors", reason="training needs safetensors")
    from vcmcodec.train.loss_networks.networks import LossNetworks

    return LossNetworks(small_networks(tmp_path / "loss-networks.safetensors"))


def test_the_trainer_learns_and_goes_on_from_its_checkpoint(
    pack: Pack, loss_networks: LossNetworks, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Shares
    from vcmcodec.train.generator import recipe, trainer
    from vcmcodec.train.generator.network import Generator

    def new(out: Path, *changes: str) -> trainer.Trainer:
        numbers = recipe.read(RECIPE, ("natural=1", *changes))
        return trainer.Trainer(numbers, loss_networks, out, torch.device("cpu"), 10**9, Generator(TINY))

    one = new(tmp_path)
    assert not one.resume()
    shares = Shares(*SHARES)
    batches = [pack.random(4, shares, np.random.default_rng(seed)) for seed in range(2)]
    batches = [batch._replace(marks=torch.tensor(MARKS).repeat(4, 1, 1)) for batch in batches]
    for batch in batches:
        losses = one.train(batch)
        assert set(losses) == PARTS
        assert np.isfinite(list(losses.values())).all()
    unmarked = batches[0]._replace(marks=batches[0].marks * np.nan)
    assert set(one.train(unmarked)) == PARTS - {"identity", "landmarks"}
    assert (one.step, one.seen) == (3, 12)
    one.save()
    again = new(tmp_path, "adversarial=0.1", "matching=1")
    assert again.resume()
    assert (again.step, again.seen, again.seconds) == (one.step, one.seen, one.seconds)
    for name, value in one.ema.state_dict().items():
        assert torch.equal(again.ema.state_dict()[name], value)
    before = [weight.clone() for weight in again.discriminators.parameters()]
    losses = again.train(batches[0])
    assert set(losses) == PARTS | {"adversarial", "matching", "discriminator"}
    assert any(not torch.equal(now, then) for now, then in zip(again.discriminators.parameters(), before)), (
        "the discriminators learn"
    )
    fresh = new(tmp_path / "other")
    fresh.start(one.checkpoint)
    assert (fresh.step, fresh.seen) == (0, 0)
    for name, value in one.ema.state_dict().items():
        assert torch.equal(fresh.generator.state_dict()[name], value)


def test_steps_bring_the_picture_nearer(pack: Pack, loss_networks: LossNetworks, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Mixture
    from vcmcodec.train.generator import recipe, trainer
    from vcmcodec.train.generator.network import Generator

    alone = ("identity=0", "landmarks=0", "perceptual=0", "ssim=0", "warm_up=4", "rate=1e-3")
    numbers = recipe.read(RECIPE, alone)
    torch.manual_seed(0)
    one = trainer.Trainer(numbers, loss_networks, tmp_path, torch.device("cpu"), 10**9, Generator(TINY))
    batch = pack.batch([0, 2], [Mixture(True, None), Mixture(True, None)])
    first = one.train(batch)["l1"]
    for _ in range(20):
        last = one.train(batch)["l1"]
    assert last < 0.92 * first


def test_two_steps_of_training_make_a_generator_that_decodes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    pytest.importorskip("onnx", reason="exporting needs onnx")
    pytest.importorskip("safetensors", reason="training needs safetensors")
    from vcmcodec.train.generator import export, network, training

    loss_networks = small_networks(tmp_path / "loss-networks.safetensors")
    torch.save({"ema": network.Generator(TINY).state_dict()}, tmp_path / "start.pt")
    arguments = ["--recipe", RECIPE, "--data", folder, "--val", folder, "--loss-networks", loss_networks]
    arguments += ["--out", tmp_path / "out", "--pictures", 4, "--set", "batch=2", "--watched", 1]
    arguments += ["--start", tmp_path / "start.pt", "--device", "cpu", "--threads", torch.get_num_threads()]
    done = CliRunner().invoke(training.main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    with open(tmp_path / "out" / "figures.csv", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["pictures"] == "4"
    assert {"psnr_fine_strokes", "psnr_T_fine_strokes", "psnr_colours"} <= set(row)
    assert Image.open(tmp_path / "out" / "sheet-0000004.png").size == (10 * 256, 256)
    checkpoint = tmp_path / "out" / "checkpoint.pt"
    assert torch.load(checkpoint, weights_only=True)["step"] == 2
    done = CliRunner().invoke(training.main, [str(argument) for argument in arguments])
    assert "resumed after 4 pictures" in done.output

    models = tmp_path / "models"
    shutil.copytree(store.models_dir(), models)
    arguments = ["--checkpoint", checkpoint, "--out", models / "face-99.onnx", "--number", 99]
    done = CliRunner().invoke(export.main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    monkeypatch.setenv("VCM_MODELS", str(models))
    header, layers = container.read(file_of_strokes())
    data = container.write(replace(header, model=99), [(layer.kind, layer.payload) for layer in layers])
    found = np.asarray(vcmcodec.decode(data, device="cpu", realism=0))
    assert found.shape == portrait().shape
    assert found.std() > 1, "a picture, not one colour"


def test_weights_by_old_names_are_taken() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.network import Generator

    one = Generator(TINY)
    old = {name.replace(".film.", ".told."): weight for name, weight in one.state_dict().items()}
    again = Generator.of(old).state_dict()
    assert old.keys() != again.keys()
    assert all(torch.equal(again[name], weight) for name, weight in one.state_dict().items())


def test_a_network_takes_any_size() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.network import Generator

    generator = Generator(TINY).eval()
    for size in ((1, 8, 32, 64), (2, 8, 96, 32)):
        with torch.no_grad():
            y = generator(torch.rand(size), torch.rand(size[0], 1), torch.rand(size[0], 4))
        assert y.shape == (size[0], 3, *size[2:])
        assert y.abs().max() <= 1


def test_without_learning_the_picture_is_the_texture() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.network import Generator

    generator = Generator(TINY).eval()
    torch.nn.init.zeros_(generator.last.weight)
    torch.nn.init.zeros_(generator.last.bias)
    x = torch.zeros(2, 8, 64, 64)
    x[:, 5:] = torch.rand(2, 3, 64, 64) * 2 - 1
    known = torch.tensor([[0.0, 0, 1, 8], [0, 0, 0, 0]])
    with torch.no_grad():
        y = generator(x, torch.ones(2, 1), known)
    assert torch.allclose(y[0], x[0, 5:], atol=1e-6)
    assert not y[1].any(), "a texture that is not there is not seen"


def test_generator_6_begins_as_generator_5() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    pytest.importorskip("onnx", reason="its weights are in an ONNX file")
    import onnxruntime

    from vcmcodec.train.generator import warm_start
    from vcmcodec.train.generator.network import Generator

    path = RECIPE.parent / "face-5.onnx"
    network = Generator().eval()
    warm_start.begin(network, warm_start.weights(path))
    rng = np.random.default_rng(0)
    x = np.zeros((2, 8, 64, 96), dtype=np.float32)
    x[:, 0] = rng.random((2, 64, 96)) < 0.03
    x[0, 1] = rng.random((64, 96)) < 0.01
    x[:, 2:5] = rng.uniform(-1, 1, (2, 3, 64, 96)) * x[:, 1:2]
    realism = np.array([[0.0], [1.0]], dtype=np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (old,) = session.run(["y"], {"x": x[:, :5], "realism": realism})
    with torch.no_grad():
        new = network(torch.from_numpy(x), torch.from_numpy(realism), torch.tensor([[1.0, 1, 0, 0]] * 2))
    assert np.abs(new.numpy() - old).max() < 1e-4


@pytest.mark.parametrize(
    ("change", "says"),
    [("zeal=1", "unknown number 'zeal'"), ("l1='x'", "what is no number"), ("l1=", "Invalid")],
)
def test_a_recipe_has_the_numbers_it_should(change: str, says: str) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator import recipe

    with pytest.raises(click.UsageError, match=says):
        recipe.read(RECIPE, (change,))
    assert recipe.read(RECIPE, ("identity=0",)).identity == 0


def test_the_colour_hint_is_the_colour_near_the_colours() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.network import colour_hint

    mask, colour = torch.zeros(1, 1, 64, 64), torch.zeros(1, 3, 64, 64)
    for (y, x), level in (((8, 8), 0.5), ((50, 50), -0.25)):
        mask[0, 0, y, x], colour[0, :, y, x] = 1, level
    hint, sure = colour_hint(mask, colour)
    assert hint.shape == (1, 3, 16, 16)
    assert torch.allclose(hint[0, :, 2, 2], torch.tensor(0.5), atol=0.05)
    assert torch.allclose(hint[0, :, 12, 12], torch.tensor(-0.25), atol=0.05)
    assert sure[0, 0, 2, 2] > sure[0, 0, 7, 7]
    empty, _ = colour_hint(torch.zeros(1, 1, 64, 64), torch.zeros(1, 3, 64, 64))
    assert not empty.any()


def test_ssim_is_one_for_equal_pictures() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator.losses import ssim

    picture = torch.from_numpy(portrait().transpose(2, 0, 1)[None] / 127.5 - 1).float()
    assert float(ssim(picture, picture)) == pytest.approx(1, abs=1e-4)
    grey = torch.zeros(1, 3, 16, 16)
    assert float(ssim(grey + 124 / 127.5 - 1, grey + 131 / 127.5 - 1)) == pytest.approx(0.9985, abs=5e-4)
    assert float(ssim(picture, picture.flip(3))) < 0.7


def test_export_gives_the_network_with_half_the_bytes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    pytest.importorskip("onnx", reason="exporting needs onnx")
    pytest.importorskip("onnxscript", reason="exporting needs onnxscript")
    from vcmcodec.train.generator import export
    from vcmcodec.train.generator.network import Generator

    one, other = Generator(), Generator()
    torch.save({"ema": one.state_dict(), "seen": 0}, tmp_path / "one.pt")
    torch.save({"ema": other.state_dict(), "seen": 9}, tmp_path / "other.pt")
    path = tmp_path / "face-7.onnx"
    arguments = ["--checkpoint", tmp_path / "one.pt", "--checkpoint", tmp_path / "other.pt"]
    result = CliRunner().invoke(export.main, [str(x) for x in (*arguments, "--out", path, "--number", 7)])
    assert result.exit_code == 0, result.output
    assert path.stat().st_size < 2.2 * sum(p.numel() for p in one.parameters())
    assert path.stat().st_size < 22e6
    mean = Generator().eval()
    mean.load_state_dict({k: (v.float() + other.state_dict()[k]) / 2 for k, v in one.state_dict().items()})
    assert export.difference(mean, path, (1, 64, 64))[0] < export.TOLERANCE
    assert export.difference(one.eval(), path, (1, 64, 64))[0] > 2 * export.TOLERANCE
    text = (tmp_path / "models.json").read_text()
    assert '"generator": 7' in text and '"contract": 3' in text


def test_weights_are_fitted_to_what_is_probable() -> None:
    pytest.importorskip("torch", reason="training needs torch")
    import numpy as np

    from vcmcodec.train.entropy.fit_weights import Decisions, Recorder, cost, fit

    rng, elements = random.Random(0), Elements()
    element = elements.element(2, 2, 3)
    recorder = Recorder()
    for _ in range(20000):
        one, two = rng.randrange(2), rng.randrange(2)
        likely = (0.1, 0.5, 0.5, 0.9)[one + 2 * two]
        recorder.bit(int(rng.random() < likely), element.at(one, two), 1)
    decisions = Decisions([recorder])
    weights = fit(decisions, elements.size, epochs=20, batch=1024)
    bits = cost(weights, decisions)
    assert bits < 20000 * (0.5 + 0.5 * 0.469) * 1.01  # entropies of 0.5 and 0.1
    assert bits < 0.95 * cost(np.zeros_like(weights), decisions)
    at = element.at(0, 2)
    assert weights[at[1] + 1] == 0, "a context that was never seen says nothing"
    model, rate, encoder = ContextModel(weights.tolist()), RateEstimator(), Encoder()
    for coder in (rate, encoder):
        for bit in (0, 1, 1):
            ContextCoder(coder, model).bit(bit, element.at(1, 1), 1)
    assert rate.bits < 4
    assert len(encoder.finish()) <= 1
