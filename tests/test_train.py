"""Training sees what decoders see; networks, losses and export keep their promises."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import portrait

from vcmcodec import generator
from vcmcodec.analysis.sketch import Sketch
from vcmcodec.encoder.colours import pick
from vcmcodec.entropy.contexts import ContextCoder, ContextModel, Elements
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.entropy.rate import RateEstimator
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.train import dataset_build

if TYPE_CHECKING:
    from vcmcodec.train.dataset import Pack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of the portrait, and of it upside down."""
    folder = tmp_path_factory.mktemp("pack")
    for name, image in (("a", portrait()), ("b", portrait()[::-1])):
        Image.fromarray(np.ascontiguousarray(image)).save(folder / f"{name}.png")
    rows = [row for name in "ab" for row in dataset_build.rows(folder / f"{name}.png", variants=2)]
    dataset_build.save(folder / "pack-000.npz", rows, "a recipe")
    return folder


@pytest.fixture
def pack(folder: Path) -> Pack:
    pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.dataset import Pack

    return Pack(folder)


@pytest.mark.parametrize("colours", [0, 16, None])
def test_training_sees_what_the_decoder_sees(pack: Pack, folder: Path, colours: int | None) -> None:
    settings = dataset_build.point(random.Random(f"{folder.name}/a.png"))
    drawing = Sketch(portrait()).drawing(settings.price, settings.step)
    wanted = pick(portrait(), drawing.places)[:colours]
    scene = drawing.scene
    if wanted:
        _, scene = colour_layer.encode(scene, wanted, settings.colour_steps)
    x = pack.batch([0], [colours]).x[0].numpy()
    assert np.allclose(x, generator.planes(scene), atol=1e-6)


def test_changed_at_random_a_sample_stays_consistent(pack: Pack) -> None:
    x, target, _ = (part.numpy() for part in pack.random(20, np.random.default_rng(0)))
    assert (x.shape, target.shape) == ((20, 5, 256, 256), (20, 3, 256, 256))
    assert {0.0, 1.0} >= set(np.unique(x[:, :2]))
    assert np.abs(target).max() <= 1
    for planes, picture in zip(x, target):
        at = planes[1] == 1
        assert not planes[2:, ~at].any()
        assert not at.any() or np.abs(planes[2:, at] - picture[:, at]).mean() < 0.06


def test_batches_hold_every_number_of_colours(pack: Pack) -> None:
    x = pack.random(60, np.random.default_rng(0)).x.numpy()
    counts = x[:, 1].sum(axis=(1, 2)).astype(int)
    assert 0 in counts
    assert set(counts) & {pack.places(0), pack.places(1)}
    assert len(set(counts)) > 10


def test_marks_go_with_the_face(pack: Pack) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    marks = torch.tensor([[90.0, 100], [160, 102], [125, 140], [100, 170], [150, 171]])
    pack._marks[:] = marks
    drawn, rng = pack.random(16, np.random.default_rng(1)), np.random.default_rng(1)
    plain = pack.batch(rng.integers(len(pack), size=16).tolist(), [0] * 16)
    seen = set()
    for row in range(16):
        mirrored = bool((drawn.marks[row] != marks).any())
        wanted = marks[[1, 0, 2, 4, 3]] if mirrored else marks
        if mirrored:
            wanted = torch.stack([255 - wanted[:, 0], wanted[:, 1]], dim=1)
        assert torch.equal(drawn.marks[row], wanted)
        strokes = plain.x[row, 0].flip(1) if mirrored else plain.x[row, 0]
        assert torch.equal(drawn.x[row, 0], strokes)
        seen.add(mirrored)
    assert seen == {True, False}


def test_a_part_shows_nothing_from_outside_the_picture() -> None:
    image = np.full((256, 256, 3), 255, dtype=np.uint8)
    sizes = set()
    for seed in range(20):
        image[:, :, 0] = np.arange(256)
        made = dataset_build.part(image, random.Random(seed))
        assert made.shape == image.shape
        assert (made[:, :, 1:] == 255).all()
        sizes.add(int(made[128, -1, 0]) - int(made[128, 0, 0]))
    assert len(sizes) > 5 and min(sizes) > 180


# Critics


def critics_file(where: Path) -> Path:
    """The file of critics, made where their packages are; skips where they are not."""
    from vcmcodec import ModelError
    from vcmcodec.bench import weights
    from vcmcodec.train import critics

    packages = Path(os.environ.get("VCM_CRITICS", Path(__file__).parent.parent / "build" / "critics"))
    try:
        for name in critics.FILES:
            critics._checked(packages, name)
        weights.find(weights.VGG16)
    except ModelError as error:
        pytest.skip(str(error))
    done = CliRunner().invoke(critics.main, ["--packages", str(packages), "--out", str(where)])
    assert done.exit_code == 0, done.output
    return where


def test_a_face_is_turned_upright_by_its_marks() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train import critics

    template = torch.tensor(critics._TEMPLATE)
    turn = torch.tensor([[1.5, -0.4], [0.4, 1.5]])
    marks = (template @ turn.T + torch.tensor([60.0, 20]))[None]
    picture = torch.zeros(1, 3, 256, 256)
    for x, y in marks[0]:
        picture[
            0, :, round(float(y)) - 2 : round(float(y)) + 3, round(float(x)) - 2 : round(float(x)) + 3
        ] = 1
    square = critics.squares(picture, marks)
    assert square.shape == (1, 3, critics.SIDE, critics.SIDE)
    for x, y in template:
        assert square[0, 0, round(float(y)), round(float(x))] > 0.9
    assert square.mean() < 0.02


def test_convolutions_pad_as_tensorflow_does() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.tfjs import convolve

    x = torch.arange(16.0).view(1, 1, 4, 4)
    box = torch.ones(1, 1, 3, 3)
    # SAME with stride 2 on an even side pads one row below, none above.
    assert convolve(x, box, 2).flatten().tolist() == [45.0, 39.0, 66.0, 50.0]
    assert convolve(x, box, 1, "VALID").shape == (1, 1, 2, 2)


def test_critics_know_a_person_and_where_the_face_is(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.critics import Critics

    critics = Critics(critics_file(tmp_path / "critics.pt"))
    marks = dataset_build.marks(portrait())
    if np.isnan(marks).any():
        pytest.skip("MediaPipe's models are missing")
    picture = torch.from_numpy(portrait().transpose(2, 0, 1)[None] / 127.5 - 1).float()
    where = torch.from_numpy(marks)[None]
    small = torch.nn.functional.interpolate(
        torch.nn.functional.avg_pool2d(picture, 4), scale_factor=4.0, mode="bilinear"
    )
    mirrored = torch.stack([255 - where[:, [1, 0, 2, 4, 3], 0], where[:, [1, 0, 2, 4, 3], 1]], dim=-1)
    one, other = critics.identity(picture, where), critics.identity(picture.flip(3), mirrored)
    assert float((one * other).sum()) > 0.8
    assert 0.2 < float((one * critics.identity(small, where)).sum()) < 0.95
    assert float((one * critics.identity(-picture, where)).sum()) < 0.6
    points = critics.landmarks(picture, where)[0]
    assert points.shape == (68, 2)
    left, right = points[36:42].mean(dim=0), points[42:48].mean(dim=0)
    assert left[0] < points[30, 0] < right[0]
    assert max(left[1], right[1]) < points[30, 1] < points[48:].mean(dim=0)[1] < points[8, 1]


# Training


RECIPE = Path(__file__).parent.parent / "models" / "face-5.toml"


def test_a_network_takes_any_size_and_learns_from_its_checkpoint_on(pack: Pack, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train import recipe, training

    critics = critics_file(tmp_path / "critics.pt")
    numbers = recipe.read(RECIPE, ("batch=1", "adversarial=0", "natural=1"))
    trainer = training.Trainer(numbers, critics, tmp_path, torch.device("cpu"), 1e9)
    assert not trainer.resume()
    for size in ((1, 5, 32, 64), (2, 5, 96, 32)):
        with torch.no_grad():
            y = trainer.ema(torch.rand(size), torch.rand(size[0], 1))
        assert y.shape == (size[0], 3, *size[2:])
        assert y.abs().max() <= 1
    batch = pack.batch([0], [None])
    batch = batch._replace(marks=torch.tensor(MARKS)[None])
    parts = {"l1", "squared", "ssim", "perceptual", "identity", "landmarks"}
    losses = trainer.train(batch)
    assert set(losses) == parts
    assert np.isfinite(list(losses.values())).all()
    assert set(trainer.train(batch._replace(marks=batch.marks * np.nan))) == parts - {"identity", "landmarks"}
    trainer.save()
    numbers = recipe.read(RECIPE, ("batch=1", "adversarial_from=0"))
    again = training.Trainer(numbers, critics, tmp_path, torch.device("cpu"), 1e9)
    assert again.resume()
    assert again.step == 2
    for name, value in trainer.ema.state_dict().items():
        assert torch.equal(again.ema.state_dict()[name], value)
    before = [weight.clone() for weight in again.discriminators.parameters()]
    losses = again.train(batch)
    assert set(losses) == parts | {"adversarial", "features", "discriminator"}
    assert np.isfinite(list(losses.values())).all()
    assert any(not torch.equal(now, then) for now, then in zip(again.discriminators.parameters(), before)), (
        "the discriminators learn"
    )
    fresh = training.Trainer(numbers, critics, tmp_path / "other", torch.device("cpu"), 1e9)
    fresh.start(trainer.checkpoint)
    assert fresh.step == 0
    for name, value in trainer.ema.state_dict().items():
        assert torch.equal(fresh.generator.state_dict()[name], value)


MARKS = ((95.0, 110.0), (160.0, 110.0), (128.0, 145.0), (102.0, 175.0), (154.0, 175.0))


def test_steps_bring_the_picture_nearer(pack: Pack, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train import recipe, training

    alone = ("adversarial=0", "identity=0", "landmarks=0", "perceptual=0", "ssim=0")
    numbers = recipe.read(RECIPE, (*alone, "warm_up=4", "rate=3e-4"))
    trainer = training.Trainer(numbers, critics_file(tmp_path / "c.pt"), tmp_path, torch.device("cpu"), 1e9)
    batch = pack.batch([0, 2], [None, None])
    first = trainer.train(batch)["l1"]
    for _ in range(16):
        last = trainer.train(batch)["l1"]
    assert last < 0.92 * first


@pytest.mark.parametrize(
    ("change", "says"),
    [("zeal=1", "unknown number 'zeal'"), ("l1='x'", "what is no number"), ("l1=", "Invalid")],
)
def test_a_recipe_has_the_numbers_it_should(change: str, says: str) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train import recipe

    with pytest.raises(click.UsageError, match=says):
        recipe.read(RECIPE, (change,))
    assert recipe.read(RECIPE, ("identity=0",)).identity == 0


def test_the_colour_hint_is_the_colour_near_the_colours() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.network import colour_hint

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
    from vcmcodec.train.losses import ssim

    picture = torch.from_numpy(portrait().transpose(2, 0, 1)[None] / 127.5 - 1).float()
    assert float(ssim(picture, picture)) == pytest.approx(1, abs=1e-4)
    grey = torch.zeros(1, 3, 16, 16)
    assert float(ssim(grey + 124 / 127.5 - 1, grey + 131 / 127.5 - 1)) == pytest.approx(0.9985, abs=5e-4)
    assert float(ssim(picture, picture.flip(3))) < 0.7


def test_export_gives_the_network_with_half_the_bytes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    pytest.importorskip("onnx", reason="exporting needs onnx")
    pytest.importorskip("onnxscript", reason="exporting needs onnxscript")
    from vcmcodec.train import export
    from vcmcodec.train.network import Generator

    one, other = Generator(), Generator()
    torch.save({"ema": one.state_dict(), "step": 0}, tmp_path / "one.pt")
    torch.save({"ema": other.state_dict(), "step": 9}, tmp_path / "other.pt")
    path = tmp_path / "face-7.onnx"
    arguments = ["--checkpoint", tmp_path / "one.pt", "--checkpoint", tmp_path / "other.pt"]
    result = CliRunner().invoke(export.main, [str(x) for x in (*arguments, "--out", path, "--number", 7)])
    assert result.exit_code == 0, result.output
    assert path.stat().st_size < 2.2 * sum(p.numel() for p in one.parameters())
    mean = Generator().eval()
    mean.load_state_dict({k: (v.float() + other.state_dict()[k]) / 2 for k, v in one.state_dict().items()})
    assert export.difference(mean, path, (1, 64, 64)) < export.TOLERANCE
    assert export.difference(one.eval(), path, (1, 64, 64)) > 2 * export.TOLERANCE
    assert '"generator": 7' in (tmp_path / "models.json").read_text()


def test_weights_are_fitted_to_what_is_probable() -> None:
    pytest.importorskip("torch", reason="training needs torch")
    import numpy as np

    from vcmcodec.train.fit_weights import Decisions, Recorder, cost, fit

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
