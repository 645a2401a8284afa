"""The trainer learns, goes on from its checkpoint, and makes a generator that decodes."""

from __future__ import annotations

import csv
import itertools
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import file as file_of_strokes
from portrait import portrait

import vcmcodec
from vcmcodec.format import container
from vcmcodec.models import store

if TYPE_CHECKING:
    from vcmcodec.train.data.dataset import Pack
    from vcmcodec.train.loss_networks.networks import LossNetworks
from training import MARKS, RECIPE, SHARES, TINY

PARTS = {"l1", "squared", "ssim", "perceptual", "identity", "description", "landmarks", "eyes"}


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
    networks = {"vgg16": vgg16, "landmarks": landmarks}
    networks |= {name: {"kernel": torch.randn(8, 3, 5, 5)} for name in ("identity", "description")}
    convert.write(path, networks, dict.fromkeys(("identity", "description"), (nodes, "embedding")))
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
        device = torch.device("cpu")
        return trainer.Trainer(numbers, loss_networks, out, device, 10**9, Generator(TINY), workers=4)

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
    assert set(one.train(unmarked)) == PARTS - {"identity", "description", "landmarks", "eyes"}
    assert (one.step, one.seen) == (3, 12)
    one.save()
    again = new(tmp_path, "adversarial=0.1", "adversarial_from=0", "matching=1")
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
    fresh.warm_start(one.checkpoint)
    assert (fresh.step, fresh.seen) == (0, 0)
    for name, value in one.ema.state_dict().items():
        assert torch.equal(fresh.generator.state_dict()[name], value)


def test_steps_bring_the_picture_nearer(pack: Pack, loss_networks: LossNetworks, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.data.dataset import Mixture
    from vcmcodec.train.generator import recipe, trainer
    from vcmcodec.train.generator.network import Generator

    alone = (
        "identity=0",
        "description=0",
        "landmarks=0",
        "eyes=0",
        "perceptual=0",
        "ssim=0",
        "warm_up=4",
        "learning_rate=1e-3",
    )
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
