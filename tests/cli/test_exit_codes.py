"""One line and an exit code for whatever goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import Runner
from PIL import Image
from portrait import ends, file
from repository import VECTORS

import vcmcodec
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.models import store


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["encode"],
        ["encode", "nowhere.png"],
        ["encode", "."],
        ["encode", "face.png", "--size", "100"],
        ["encode", "face.png", "--size", "0"],
        ["encode", "face.png", "--colours", "-1"],
        ["encode", "face.png", "--colours", "some"],
        ["encode", "face.png", "-o", "face.png"],
        ["decode", "face.vcm", "-o", "a.xyz"],
        ["decode", "face.vcm", "-o", "face.vcm"],
        ["decode", "face.vcm", "--base-only", "--colours", "3"],
        ["decode", "face.vcm", "--device", "tpu"],
        ["decode", "face.vcm", "--realism", "1.5"],
        ["decode", "face.vcm", "--realism", "nan"],
        ["encode", "face.png", "--quality", "nan"],
        ["decode"],
        ["decode", "face.vcm", "-o", "a.png", "-j", "2"],
        ["index", ".", "-o", "faces.idx", "-j", "2"],
        ["info", "face.vcm", "extra"],
    ],
)
def test_mistakes_in_usage_end_in_2(vcm: Runner, arguments: list[str]) -> None:
    vcm.fails(2, *arguments)


def test_what_is_no_picture_ends_in_3(vcm: Runner) -> None:
    png = Path("face.png").read_bytes()
    bad = {
        "empty.png": b"",
        "text.png": b"not a picture\n",
        "half.png": png[: len(png) // 2],
    }
    for name, data in bad.items():
        Path(name).write_bytes(data)
        vcm.fails(3, "encode", name, "-o", "a.vcm", says=name)
    Image.new("RGB", (15, 40)).save("small.png")
    vcm.fails(3, "encode", "small.png", says="15 x 40")


@pytest.mark.parametrize("verb", ["decode --strict", "info", "check", "layers"])
def test_what_is_no_file_of_ours_ends_in_4(vcm: Runner, verb: str) -> None:
    bad = {
        "empty.vcm": b"",
        "magic.vcm": b"\xfa" + file()[:1] + file()[2:],
        "picture.vcm": Path("face.png").read_bytes(),
        "cut.vcm": file()[:-1],
        "trailing.vcm": file() + b"\0",
        "flipped.vcm": file()[:99] + bytes([file()[99] ^ 4]) + file()[100:],
    }
    for name, data in bad.items():
        Path(name).write_bytes(data)
        line = vcm.fails(4, *verb.split(), name, says=name)
        assert "byte" in line


def test_the_line_names_layer_and_offset(vcm: Runner) -> None:
    Path("cut.vcm").write_bytes(file()[: ends()[1] + 7])
    line = vcm.fails(4, "decode", "cut.vcm", "--strict", says="truncated")
    assert vcm.fails(4, "info", "cut.vcm", says="truncated") == line
    assert f"(layer 2, byte {ends()[1] + 2})" in line  # its payload, behind kind and length


def test_the_bad_vectors_end_in_their_codes(vcm: Runner) -> None:
    codes = {"limit": 6, "unsupported": 5}
    for vector in json.loads((VECTORS / "vectors.json").read_text("utf-8"))["vectors"]:
        if "cause" in vector:
            code = codes.get(vector["cause"], 4)
            vcm.fails(code, "decode", "--strict", VECTORS / f"{vector['name']}.vcm", "-o", "a.png")


def test_what_is_above_a_limit_ends_in_6(vcm: Runner) -> None:
    Path("large.vcm").write_bytes(file() + bytes(vcmcodec.DEFAULT_LIMITS.file))
    vcm.fails(6, "decode", "large.vcm", says="limit")
    Path("layers.vcm").write_bytes(container.write(Header(256, 256, 256, 1), [(0x90, b"")] * 65))
    vcm.fails(6, "info", "layers.vcm", says="limit")
    for verb in ("info", "layers", "check", "decode"):
        vcm.fails(6, verb, "face.vcm", "--limit-pixels", 65535, *(["-o", "a.png"] * (verb == "decode")))
    assert vcm("check", "face.vcm", "--limit-pixels", 65536).code == 0


def test_missing_and_altered_models_end_in_7(vcm: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    models = vcm.folder / "models"
    shutil.copytree(store.models_dir(), models)
    monkeypatch.setenv("VCM_MODELS", str(models))
    altered = models / "texture-1.weights"
    altered.write_bytes(altered.read_bytes()[:-1] + b"\x7f")
    vcm.fails(7, "encode", "face.png", "-o", "a.vcm", says="texture-1.weights is altered")
    monkeypatch.setenv("VCM_MODELS", str(vcm.folder / "nowhere"))
    vcm.fails(7, "encode", "face.png", "-o", "a.vcm", says="models.json")
    vcm.fails(7, "decode", "face.vcm", "-o", "a.png", says="models.json")


def test_an_output_that_cannot_be_written_ends_in_8(vcm: Runner) -> None:
    vcm.fails(8, "encode", "face.png", "-o", "a" * 300 + ".vcm")
    for verb, source, target in (
        ("encode", "face.png", "nowhere/a.vcm"),
        ("decode", "face.vcm", "nowhere/a.png"),
    ):
        vcm.fails(8, verb, source, "-o", target, says=target)


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "bad.png", "-o", "nowhere/a.vcm"],
        ["decode", "bad.vcm", "-o", "nowhere/a.png"],
        ["decode", "bad.vcm", "--onto", "face.png", "-o", "nowhere/a.png"],
        ["cut", "bad.vcm", "--upto", "edge", "-o", "nowhere/a.vcm"],
        ["cut", "bad.vcm", "--upto", "edge", "-o", "folder.png"],
        ["index", "bad.vcm", "-o", "nowhere/faces.idx"],
        ["index", "bad.vcm", "-o", "folder.png"],
        ["svg", "bad.vcm", "-o", "nowhere/a.svg"],
        ["svg", "bad.svg", "-o", "folder.png"],
        ["strokes", "bad.vcm", "-o", "nowhere/a.png"],
        ["strokes", "bad.vcm", "-o", "folder.png"],
        ["qr", "bad.vcm", "-o", "folder.png"],
        ["compare", "face.png", "bad.vcm", "-o", "folder.png"],
    ],
)
def test_outputs_are_looked_at_before_inputs(vcm: Runner, arguments: list[str]) -> None:
    Path("bad.png").write_bytes(b"no picture")
    Path("bad.svg").write_bytes(b"no drawing")
    Path("bad.vcm").write_bytes(file()[:2])
    os.mkdir("folder.png")
    target = arguments[arguments.index("-o") + 1]
    vcm.fails(8, *arguments, says=f"vcm: {target}: cannot be written: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["info", "face.vcm"],
        ["info", "face.vcm", "--json"],
        ["check", "-v", "face.vcm"],
        ["cut", "face.vcm", "--upto", "edge", "-o", "-"],
        ["encode", "face.png", "-o", "-"],
        ["decode", "face.vcm", "-o", "-"],
    ],
)
def test_a_full_terminal_ends_in_8(vcm: Runner, arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "vcmcodec", *arguments], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 8
    assert done.stderr.count("\n") == 1


def test_an_existing_output_is_replaced_only_by_a_whole_one(vcm: Runner) -> None:
    Path("a.png").write_bytes(b"old")
    Path("cut.vcm").write_bytes(file()[:-3])
    vcm.fails(10, "decode", "face.vcm", "-o", "a.png", says="a.png: is there already")
    vcm.fails(10, "encode", "face.png", says="face.vcm: is there already")
    vcm.fails(10, "cut", "face.vcm", "--upto", "edge", "-o", "cut.vcm", says="cut.vcm: is there already")
    vcm.fails(4, "decode", "cut.vcm", "-o", "a.png", "--strict", "--force")
    assert Path("a.png").read_bytes() == b"old"
    assert vcm("decode", "face.vcm", "-o", "a.png", "-f").code == 0
    assert Path("a.png").read_bytes()[1:4] == b"PNG"
