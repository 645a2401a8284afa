"""Loss networks, converted and asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from portrait import portrait
from training import converted

from vcmcodec import ModelError
from vcmcodec.train.data import dataset_build


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
    for recogniser in (networks.identity, networks.description):
        one, other = recogniser(picture, where), recogniser(picture.flip(3), mirrored)
        assert float((one * other).sum()) > 0.8
        assert 0.2 < float((one * recogniser(small, where)).sum()) < 0.95
        assert float((one * recogniser(-picture, where)).sum()) < 0.6
    points = networks.landmarks(picture, where)[0]
    assert points.shape == (68, 2)
    left, right = points[36:42].mean(dim=0), points[42:48].mean(dim=0)
    assert left[0] < points[30, 0] < right[0]
    assert max(left[1], right[1]) < points[30, 1] < points[48:].mean(dim=0)[1] < points[8, 1]
