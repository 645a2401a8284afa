"""A pack for training, of the portrait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

from vcmcodec.train.data import dataset_build

if TYPE_CHECKING:
    from vcmcodec.train.data.dataset import Pack


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
