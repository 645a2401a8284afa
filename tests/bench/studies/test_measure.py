"""Measurements and their tables."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from PIL import Image
from portrait import portrait

import vcmcodec
from vcmcodec.bench.report import sheet, table
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import measure
from vcmcodec.io import document


def test_faces_are_listed_in_order_and_spread(tmp_path: Path) -> None:
    for number in range(10):
        Image.new("L", (16, 16)).save(tmp_path / f"{number}.png")
    (tmp_path / "notes.txt").write_text("none")
    assert [path.stem for path in options.listed([tmp_path])] == list("0123456789")
    assert [path.stem for path in options.listed([tmp_path], 3)] == ["0", "3", "6"]
    with pytest.raises(click.UsageError):
        options.listed([tmp_path / "none"])


@pytest.mark.parametrize(
    ("value", "bar", "at_least", "verdict"),
    [
        (0.05, 0.06, False, "pass"),
        (0.07, 0.06, False, "FAIL"),
        (0.98, 0.97, True, "pass"),
        (0.96, 0.97, True, "FAIL"),
        (None, 0.06, False, "not measured"),
        (0.05, None, False, ""),
    ],
)
def test_verdicts(value: float | None, bar: float | None, at_least: bool, verdict: str) -> None:
    assert table.Row("it", value, "{:.2f}", 1, bar, at_least).verdict == verdict


def test_a_table_goes_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- it:begin -->\nold\n<!-- it:end -->\nafter\n")
    document.refresh(readme, "it", "new")
    assert readme.read_text() == "before\n<!-- it:begin -->\nnew\n<!-- it:end -->\nafter\n"
    readme.write_text("no marks")
    with pytest.raises(ValueError, match="it:begin"):
        document.refresh(readme, "it", "new")
    assert readme.read_text() == "no marks"


def test_a_folder_is_measured_whatever_judges_there_are(tmp_path: Path) -> None:
    Image.fromarray(portrait()).save(tmp_path / "a.png")
    found = measure.measure([tmp_path / "a.png"], "cpu")
    assert found["faces"] == 1
    assert found["file_bpp"] == pytest.approx(8 * found["file_bytes"] / 65536)
    assert found["base_bytes"] < found["file_bytes"]
    assert found["framing_bytes"] <= 16
    rates = {level: found["levels"][level]["bpp"] for level in measure.LEVELS}
    assert rates["tiny/base"] < rates["tiny"] < rates["small"] < rates["normal"] < rates["fine"]
    assert rates["normal/base"] < rates["normal"] == found["file_bpp"]
    text = measure.markdown(found)
    for gap in found["gaps"]:
        assert gap in text
    missing = len(found["gaps"]) > 0
    assert ("not measured" in text) == missing


def test_a_sheet_has_a_panel_a_preset_in_a_row() -> None:
    data, row = sheet.panels(portrait(), "cpu")
    assert data == vcmcodec.encode(portrait())
    assert [panel.image.size for panel in row] == [(256, 256)] * 8
    assert [panel.title for panel in row[1:6]] == ["micro", "tiny", "small", "normal", "fine"]
    width, height = sheet.sheet([row, row]).size
    assert width > 8 * 256
    assert height > 2 * 256
