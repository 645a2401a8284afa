"""Training sees what decoders see; networks, losses and export keep their promises."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

from vcmcodec import budget, generator
from vcmcodec.analysis.sketch import Sketch
from vcmcodec.entropy import Elements, Encoder, Meter
from vcmcodec.layers import colours as colour_layer
from vcmcodec.scene import Scene
from vcmcodec.train import dataset, dataset_build


@pytest.fixture
def pack(tmp_path: Path) -> dataset.Pack:
    """A pack of the portrait, and of it upside down."""
    for name, image in (("a", portrait()), ("b", portrait()[::-1])):
        Image.fromarray(np.ascontiguousarray(image)).save(tmp_path / f"{name}.png")
    rows = [row for name in "ab" for row in dataset_build.rows(tmp_path / f"{name}.png", variants=2)]
    dataset_build.save(tmp_path / "pack-000.npz", rows, 2)
    return dataset.Pack(tmp_path)


@pytest.mark.parametrize("colours", [0, 16, None])
def test_training_sees_what_the_decoder_sees(pack: dataset.Pack, tmp_path: Path, colours: int | None) -> None:
    settings = dataset_build.point(random.Random(f"{tmp_path.name}/a.png"))
    drawing = Sketch(portrait()).drawing(settings.price, settings.step)
    wanted = budget.pick(portrait(), drawing.places)[:colours]
    scene = Scene(256, 256, drawing)
    if wanted:
        _, scene = colour_layer.encode(scene, wanted, settings.colour_steps)
    assert np.allclose(pack.sample(0, colours).x, generator.planes(scene), atol=1e-6)


def test_changed_at_random_a_sample_stays_consistent(pack: dataset.Pack) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, target = pack.random(rng)
        at = x[1] == 1
        assert not x[2:, ~at].any()
        assert not at.any() or np.abs(x[2:, at] - target[:, at]).mean() < 0.06
        assert {0.0, 1.0} >= set(np.unique(x[:2]))
        assert np.abs(target).max() <= 1


def test_batches_hold_every_number_of_colours(pack: dataset.Pack) -> None:
    rng = np.random.default_rng(0)
    x, target = pack.batch(60, rng)
    assert (x.shape, target.shape) == ((60, 5, 256, 256), (60, 3, 256, 256))
    counts = x[:, 1].sum(axis=(1, 2)).astype(int)
    assert 0 in counts
    assert set(counts) & {pack.places(0), pack.places(1)}
    assert len(set(counts)) > 10


def test_a_network_takes_any_size_and_learns_from_its_checkpoint_on(
    pack: dataset.Pack, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec import ModelError
    from vcmcodec.train import training

    try:
        trainer = training.Trainer(training.Config(batch=1), tmp_path, torch.device("cpu"), 1e9)
    except ModelError as error:
        pytest.skip(str(error))
    assert not trainer.resume()
    for size in ((1, 5, 32, 64), (2, 5, 96, 32)):
        with torch.no_grad():
            y = trainer.ema(torch.rand(size))
        assert y.shape == (size[0], 3, *size[2:])
        assert y.abs().max() <= 1
    rng = np.random.default_rng(0)
    losses = trainer.train(pack.batch(1, rng))
    assert set(losses) == {"l1", "ssim", "perceptual"}
    assert np.isfinite(list(losses.values())).all()
    trainer.save()
    again = training.Trainer(training.Config(), tmp_path, torch.device("cpu"), 1e9)
    assert again.resume()
    assert again.config == trainer.config
    again.config = dataclasses.replace(again.config, adversarial_from=0)
    assert again.step == 1
    for name, value in trainer.ema.state_dict().items():
        assert torch.equal(again.ema.state_dict()[name], value)
    losses = again.train(pack.batch(1, rng))
    assert set(losses) == {"l1", "ssim", "perceptual", "adversarial", "discriminator"}
    assert np.isfinite(list(losses.values())).all()


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
    from click.testing import CliRunner

    from vcmcodec.train import export
    from vcmcodec.train.network import Generator

    network = Generator()
    torch.save({"ema": network.state_dict(), "step": 0}, tmp_path / "checkpoint.pt")
    result = CliRunner().invoke(
        export.main,
        [
            "--checkpoint",
            str(tmp_path / "checkpoint.pt"),
            "--out",
            str(tmp_path / "face-7.onnx"),
            "--number",
            "7",
        ],
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "face-7.onnx").stat().st_size < 2.2 * sum(p.numel() for p in network.parameters())
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
    meter, coder = Meter(weights.tolist()), Encoder(weights.tolist())
    for bit in (0, 1, 1):
        meter.bit(bit, element.at(1, 1), 1)
        coder.bit(bit, element.at(1, 1), 1)
    assert meter.bits < 4
    assert len(coder.finish()) <= 1
