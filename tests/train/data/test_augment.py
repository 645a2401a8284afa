"""Changes that training makes to pictures."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from portrait import portrait

from vcmcodec.train.data import augment

if TYPE_CHECKING:
    from vcmcodec.train.data.dataset import Pack
from training import MARKS


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
