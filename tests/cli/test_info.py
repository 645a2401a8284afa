"""``vcm check``, ``layers``, ``cut`` and ``info``: what they say of files."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from command import Runner
from portrait import ends, file


def test_check_is_silent_about_good_files_and_writes_nothing(vcm: Runner) -> None:
    before = vcm.files()
    assert vcm("check", "face.vcm") == (0, "", "")
    said = vcm("check", "-v", "face.vcm").out
    assert re.fullmatch(r"face.vcm: 256 x 256, \d+ strokes, \d+ colours, generator \d+\n", said)
    assert vcm.files() == before


def test_layers_says_where_cut_cuts(vcm: Runner) -> None:
    found = json.loads(vcm("layers", "face.vcm", "--json").out)["layers"]
    assert [layer["file"] for layer in found] == list(ends())
    assert [layer["upto"] for layer in found] == ["edge", *(f"colour:{n}" for n in range(1, len(ends())))]
    shown = vcm("layers", "face.vcm").out.splitlines()
    following = [f"; the next layer ends at {end}" for end in ends()[1:]] + [""]
    for row, layer, more in zip(shown[1:], found, following):
        assert row.split()[:5] == [
            layer["kind"], str(layer["count"]), str(layer["bytes"]), layer["upto"], str(layer["file"])
        ]  # fmt: skip
        said = f"vcm: face.vcm: {layer['file']} of {len(file())} bytes{more}\n"
        assert vcm("cut", "face.vcm", "--upto", layer["upto"], "-o", "a.vcm", "--force") == (0, "", said)
        assert Path("a.vcm").read_bytes() == file()[: layer["file"]]
        for spare in (0, 1):
            assert vcm("cut", "face.vcm", "--bytes", layer["file"] + spare, "-f", "-o", "a.vcm").code == 0
            assert Path("a.vcm").read_bytes() == file()[: layer["file"]]
    os.unlink("a.vcm")
    vcm.fails(4, "cut", "face.vcm", "--upto", "colour:9", "-o", "a.vcm", says="no colours layer 9")
    vcm.fails(9, "cut", "face.vcm", "--bytes", ends()[0] - 1, "-o", "a.vcm", says=f"least is {ends()[0]}")
    for usage in ([], ["--upto", "edge", "--bytes", 3], ["--upto", "colour:0"], ["--upto", "skin"]):
        vcm.fails(2, "cut", "face.vcm", "-o", "a.vcm", *usage)


def test_info_as_json_accounts_for_every_byte(vcm: Runner) -> None:
    found = json.loads(vcm("info", "face.vcm", "--json").out)
    assert found["bytes"] == len(file())
    assert found["bpp"] == pytest.approx(len(file()) / 8192)
    assert [layer["kind"] for layer in found["layers"]] == ["edges"] + ["colours"] * (len(ends()) - 1)
    position = found["header"]
    assert sum(layer["share"] for layer in found["layers"]) == pytest.approx(1 - position / len(file()))
    for layer, end in zip(found["layers"], ends()):
        assert layer["offset"] == position
        position += layer["bytes"]
        assert position == end


def test_info_needs_neither_generator_nor_primers(vcm: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCM_MODELS", str(vcm.folder / "nowhere"))
    assert vcm("info", "face.vcm").code == 0
