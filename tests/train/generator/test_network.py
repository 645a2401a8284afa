"""The generator's network, its recipe, its losses and its export."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from portrait import portrait
from training import RECIPE, TINY


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
