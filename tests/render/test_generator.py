"""The generator: what its network sees, and pictures of any size and number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from portrait import file, portrait

import vcmcodec
from vcmcodec.codec import MODEL
from vcmcodec.encoder.texture import layer
from vcmcodec.encoder.texture_proposer import TextureProposer
from vcmcodec.io import picture
from vcmcodec.layers.texture import payload, steps, synthesis
from vcmcodec.models import store
from vcmcodec.render import generator, grain
from vcmcodec.render.contracts import CONTRACTS, facts, with_texture
from vcmcodec.scene import EDGES, TEXTURE, Scene


def test_the_same_scene_gives_the_same_picture_in_any_batch() -> None:
    _, scene = vcmcodec.decode_scene(file())
    network = generator.load(MODEL, "cpu")
    assert network.provider == "CPUExecutionProvider"
    alone = network.run([scene])[0]
    for shown, count in zip(network.run([scene.first(0), scene]), (0, None)):
        expected = alone if count is None else network.run([scene.first(0)])[0]
        assert np.abs(shown.astype(int) - expected).max() <= 1


@pytest.mark.parametrize(("width", "height"), [(8, 256), (255, 256), (160, 96)])
def test_canvases_are_padded_and_cut(width: int, height: int) -> None:
    assert generator.planes(Scene(width, height)).shape == (5, -(-height // 32) * 32, -(-width // 32) * 32)
    assert generator.load(MODEL, "cpu").run([Scene(width, height)])[0].shape == (height, width, 3)


def test_what_the_network_sees() -> None:
    _, scene = vcmcodec.decode_scene(file())
    x = generator.planes(scene)
    mask, colours = scene.planes
    assert x.dtype == np.float32
    assert (x[0] == scene.E).all()
    assert (x[1] == mask).all()
    assert np.allclose((x[2:].transpose(1, 2, 0)[mask == 1] + 1) * 127.5, colours[mask == 1], atol=1e-3)
    assert not x[2:, mask == 0].any()


def textured(width: int, height: int, shift: int = 0) -> Scene:
    """A scene of texture alone, known up to its lowest ``shift`` bits."""
    canvas = picture.resize(portrait(), width, height)
    texture = TextureProposer(canvas).propose(40).scene.part(TEXTURE)
    return payload.encode(Scene(width, height), layer(texture, shift))[1]


def test_contract_3_sees_texture_and_what_there_is() -> None:
    _, drawn = vcmcodec.decode_scene(file())
    scene = textured(drawn.width, drawn.height)
    both = scene.with_part(EDGES, drawn.drawing)
    x = with_texture(both)
    assert x.shape == (8, -(-drawn.height // 32) * 32, -(-drawn.width // 32) * 32) and x.dtype == np.float32
    seen = x[:, : drawn.height, : drawn.width]
    assert (seen[0] == drawn.E).all() and not seen[1:5].any(), "no lattice"
    assert np.allclose((seen[5:].transpose(1, 2, 0) + 1) * 127.5, synthesis.rgb(scene.T), atol=1e-3)
    assert not x[5:, drawn.height :].any() and not x[5:, :, drawn.width :].any()
    step = steps.quarter_octaves(scene.part(TEXTURE).step) / 4
    assert facts(both).tolist() == [1, 0, 1, step]
    assert facts(scene).tolist() == [0, 0, 1, step]
    assert facts(drawn).tolist() == [1, 1, 0, 0]
    assert facts(drawn.first(0)).tolist() == [1, 0, 0, 0]
    assert facts(Scene(64, 64)).tolist() == [0, 0, 0, 0]
    assert not with_texture(drawn)[5:].any()
    assert (with_texture(drawn)[:5] == generator.planes(drawn)).all()


@pytest.mark.parametrize("shift", [1, 3])
def test_a_texture_without_its_last_layer_is_said_to_be_coarser(shift: int) -> None:
    whole, cut = textured(64, 64), textured(64, 64, shift)
    assert facts(cut)[3] == facts(whole)[3] + shift


def test_generators_of_two_contracts_live_side_by_side(models: Path) -> None:
    torch = pytest.importorskip("torch", reason="exporting needs torch")
    pytest.importorskip("onnx", reason="exporting needs onnx")
    from vcmcodec.train.generator import export, network

    tiny = network.Generator((8, 16, 16, 16))
    torch.save({"ema": tiny.state_dict()}, models / "checkpoint.pt")
    arguments = ["--checkpoint", models / "checkpoint.pt", "--out", models / "face-99.onnx", "--number", 99]
    done = CliRunner().invoke(export.main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    store._catalogue.cache_clear()
    old, new = generator.load(MODEL, "cpu"), generator.load(99, "cpu")
    assert (old.contract, new.contract) == (CONTRACTS[2], CONTRACTS[3])
    scenes = [textured(96, 64), Scene(96, 64), textured(32, 32)]
    for network_ in (old, new):
        assert [made.shape for made in network_.run(scenes, 0.5)] == [(64, 96, 3), (64, 96, 3), (32, 32, 3)]
    inputs = CONTRACTS[3].inputs(scenes[:2], 0.5)
    with torch.no_grad():
        expected = tiny.eval()(*(torch.from_numpy(part) for part in inputs.values())).numpy()
    assert np.abs(new.run_on(inputs) - expected).max() < export.TOLERANCE


def test_each_picture_of_a_batch_has_the_same_realism() -> None:
    _, scene = vcmcodec.decode_scene(file())
    network = generator.load(MODEL, "cpu")
    faithful, natural = (network.run([scene, scene.first(0)], realism)[0].astype(int) for realism in (0, 1))
    assert np.abs(faithful - natural).mean() > 0.5
    assert (network.run([scene])[0] == network.run([scene], generator.REALISM)[0]).all()


@pytest.mark.parametrize(("realism", "strength"), [(0, 0), (0.5, 128), (1, 256)])
def test_grain_goes_on_the_picture_at_its_own_size(realism: float, strength: int) -> None:
    data = vcmcodec.encode(picture.resize(portrait(), 300, 260), scheme="strokes")
    header, scene = vcmcodec.decode_scene(data)
    (canvas,) = generator.load(MODEL, "cpu").run([scene], realism)
    assert canvas.shape[:2] != (260, 300)
    plain = picture.resize(canvas, 300, 260)
    decoded = np.asarray(vcmcodec.decode(data, realism=realism, device="cpu"))
    assert (decoded == grain.add(plain, strength)).all()
    assert (decoded == plain).all() == (strength == 0)


@pytest.mark.parametrize("arguments", [{"realism": -0.1}, {"realism": 1.1}, {"colours": -1}])
def test_what_is_out_of_range_is_a_mistake(arguments: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="realism|colours"):
        vcmcodec.decode(file(), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [512, 1024])
def test_larger_canvases_decode(side: int) -> None:
    data = vcmcodec.encode(portrait(), size=side, scheme="strokes")
    _, scene = vcmcodec.decode_scene(data)
    assert max(scene.width, scene.height) == side
    shown = generator.load(MODEL, "cpu").run([scene])[0]
    assert shown.shape == (scene.height, scene.width, 3)
    assert shown.std() > 20


def test_pictures_of_many_files_are_those_of_each() -> None:
    found = [vcmcodec.decode_scene(file()) for _ in range(3)]
    found[1] = (found[1][0], found[1][1].first(10))
    pictures = [np.asarray(shown).astype(int) for shown in vcmcodec.render_scenes(found)]
    for shown, count in zip(pictures, (None, 10, None)):
        assert np.abs(shown - np.asarray(vcmcodec.decode(file(), colours=count))).max() <= 1
    assert list(vcmcodec.render_scenes([])) == []
