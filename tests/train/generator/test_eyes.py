"""The loss that looks at eyes."""

from __future__ import annotations

import pytest
from training import MARKS


def test_an_iris_of_another_colour_is_seen() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator import eyes

    marks = torch.tensor(MARKS)[None]
    picture = torch.zeros(1, 3, 256, 256)
    other = picture.clone()
    x, y = (int(value) for value in MARKS[1])
    other[:, 2, y - 20 : y + 20, x - 20 : x + 20] = 0.6  # one of two eyes, one of three channels
    assert eyes.colours(picture, picture, marks).tolist() == [0]
    assert eyes.colours(other, picture, marks).tolist() == pytest.approx([0.1], abs=1e-3)
    elsewhere = picture.clone()
    elsewhere[:, :, 150:] = 1
    assert eyes.colours(elsewhere, picture, marks).tolist() == [0]


def test_eyes_half_shut_are_seen() -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vcmcodec.train.generator import eyes

    points = torch.zeros(1, 68, 2)
    points[0, 36:42] = torch.tensor([[0, 0], [2, -1], [4, -1], [6, 0], [4, 1], [2, 1]])
    points[0, 42:48] = points[0, 36:42] + 10
    shut = points * torch.tensor([1, 0.5])
    assert eyes.openness(points, points).tolist() == [0]
    assert eyes.openness(shut, points).tolist() == pytest.approx([1 / 6], abs=1e-3)
