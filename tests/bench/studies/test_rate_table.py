"""What fixed drawings of faces cost stands in a committed table: a change in rate is a diff."""

from __future__ import annotations

from pathlib import Path

from vcmcodec.bench.studies import rate_table
from vcmcodec.bench.studies.rate import rows

FOLDER = Path(__file__).parent / "rate"


def test_the_rate_table_is_that_of_this_code() -> None:
    assert len(list(FOLDER.glob("*.svg"))) == 40
    found = rate_table.table(FOLDER)
    assert found == FOLDER.with_suffix(".csv").read_text("utf-8"), "changed: make rate-table, and say why"


def test_bars_are_held_against_the_best_that_is_there() -> None:
    others = {"svg + ppm": 400.0, "png": 900.0, "webp": 800.0, "jbig": 300.0}
    figures = {
        "strokes": 180.0,
        "others": others,
        "normal_bpp": 0.051,
        "tiny_bpp": 0.0151,
        "least_found": 0.9,
    }
    cells = {row.what: row.cells()[1:] for row in rows(figures)}
    assert cells["the same, against SVG-like absolute bytes and unprimed PPM"] == (
        "45.0 %",
        "<= 50.0 %",
        "pass",
    )
    (best,) = (found for what, found in cells.items() if "rastered edges" in what)
    assert best == ("22.5 %", "<= 40.0 %", "pass")
    assert cells["normal: whole file"][2] == "FAIL"
    assert cells["tiny: whole file"][2] == "pass"
    assert cells["tiny: faces found from the base layer alone"] == ("90.0 %", ">= 95.0 %", "FAIL")
    assert cells["normal: base layer and header"][2] == "not measured"
