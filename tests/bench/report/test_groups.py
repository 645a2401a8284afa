"""Means of groups of faces."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import portrait

from vcmcodec import ModelError
from vcmcodec.bench.report import groups
from vcmcodec.bench.run import runner


def test_skin_is_grouped_by_its_tone() -> None:
    pytest.importorskip("skimage")
    from vcmcodec.bench.studies import skin

    assert skin.angle(np.array([0.0, 0.0, 0.0])) == pytest.approx(-90, abs=1)
    assert skin.angle(np.array([255.0, 255.0, 255.0])) == pytest.approx(90, abs=1)
    marks = np.full((68, 2), 2.0)
    marks[36], marks[45] = (10, 10), (30, 10)
    marks[[2, 31, 41]] = (6, 28), (18, 34), (12, 28)
    marks[[14, 35, 46]] = (34, 28), (22, 34), (28, 28)
    for colour, name in (
        ((240, 205, 180), "light"),
        ((190, 140, 110), "intermediate"),
        ((90, 60, 45), "dark"),
    ):
        image = np.full((40, 40, 3), (0, 0, 255) if name == "light" else 255, dtype=np.uint8)
        for x in (12, 28):
            image[28:33, x - 2 : x + 3] = colour
        assert skin.group(image, marks) == f"{name} skin"


def test_groups_of_skin_are_written_for_the_bench(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    from vcmcodec.bench.studies import skin
    from vcmcodec.metrics.landmarks import Dlib68

    try:
        Dlib68()
    except ModelError as error:
        pytest.skip(str(error))
    folder = tmp_path / "faces"
    (folder / "more").mkdir(parents=True)
    Image.fromarray(portrait()).save(folder / "more" / "a.png")
    Image.new("RGB", (64, 64)).save(folder / "none.png")
    (folder / "broken.png").write_bytes(b"no picture")
    result = CliRunner().invoke(skin.main, [str(folder), "-o", str(tmp_path / "groups.csv")])
    assert result.exit_code == 0, result.output
    found = groups.read(tmp_path / "groups.csv")
    assert list(found) == ["more/a.png"]
    assert found["more/a.png"] in {name for _, name in skin.GROUPS}
    assert "broken.png" in result.output
    named = [name for _, name in runner.named([folder / "more" / "a.png"], [folder])]
    assert named == list(found)


def test_groups_have_means_and_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("file,group,more\na.png,x,1\nb.png,x,2\nc.png,y,3\nd.png,,4\n")
    by_face = groups.read(path)
    assert by_face == {"a.png": "x", "b.png": "x", "c.png": "y"}
    found = groups.spread([("a.png", 1.0), ("b.png", 3.0), ("c.png", 7.0), ("e.png", 9.0)], by_face)
    assert found == ({"x": 2.0, "y": 7.0}, {"x": 2, "y": 1})
    assert found is not None
    assert found.gap == 5
    assert groups.spread([("a.png", 1.0), ("c.png", None)], by_face) is None
    path.write_text("file,group\n")
    assert groups.read(path) == {}
    path.write_text("name\na\n")
    with pytest.raises(groups.GroupError, match="no columns"):
        groups.read(path)


def test_the_gap_of_lossless_groups_is_none() -> None:
    found = groups.spread([("a", math.inf), ("b", math.inf)], {"a": "x", "b": "y"})
    assert found is not None
    assert found.gap == 0
    found = groups.spread([("a", math.inf), ("c", 30.0), ("b", 40.0)], {"a": "x", "c": "x", "b": "y"})
    assert found is not None
    assert found.means == {"x": 30.0, "y": 40.0}
