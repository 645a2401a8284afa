"""``vcm encode`` and ``vcm decode``: what they write, and of many files what they can."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Runner
from PIL import Image
from portrait import default_file, ends, file

import vcmcodec
from vcmcodec import codec
from vcmcodec.cli import encode
from vcmcodec.encoder import schemes
from vcmcodec.encoder.goal import PRESETS
from vcmcodec.format import container
from vcmcodec.format.container import Header


def test_encode_decode_and_info(vcm: Runner) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm") == (0, "", "")
    assert Path("a.vcm").read_bytes() == default_file()
    assert vcm("decode", "a.vcm", "-o", "a.png") == (0, "", "")
    with Image.open("a.png") as image:
        assert (image.size, image.mode) == ((256, 256), "RGB")
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(default_file()))).all()
    shown = vcm("info", "a.vcm").out
    assert "256 x 256" in shown
    layers = [layer.kind for layer in vcmcodec.inspect(default_file()).layers]
    assert [row.split()[0] for row in shown.splitlines()[-1 - len(layers) : -1]] == layers
    assert shown.splitlines()[-1].split()[1] == str(len(default_file()))


def test_outputs_are_named_after_inputs(vcm: Runner) -> None:
    shutil.copy("face.png", "other.png")
    assert vcm("encode", "other.png").code == 0
    assert Path("other.vcm").read_bytes() == default_file()
    os.unlink("other.png")
    assert vcm("decode", "other.vcm").code == 0
    assert Path("other.png").exists()


@pytest.mark.parametrize(("colours", "most"), [("0", 0), ("16", 16), ("all", 999)])
def test_encode_takes_a_number_of_colours(vcm: Runner, colours: str, most: int) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm", "--colours", colours, "--scheme", "strokes").code == 0
    layers = vcmcodec.inspect(Path("a.vcm").read_bytes()).layers
    assert min(most, 100) <= sum(layer.count or 0 for layer in layers[1:]) <= most


@pytest.mark.parametrize(
    ("options", "most"),
    [
        (["--preset", "tiny"], 122),
        (["--preset", "fine"], 655),
        (["--bytes", 222], 222),
        (["--bpp", 0.02], 163),
        (["--bytes", 300, "--detail", 30], 300),
        (["--quality", 40], 400),
    ],
)
def test_encode_keeps_a_budget(vcm: Runner, options: list[Any], most: int) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm", *options).code == 0
    assert 100 < len(Path("a.vcm").read_bytes()) <= most


def test_the_presets_are_those_of_the_library() -> None:
    (option,) = (one for one in encode.encode.params if one.name == "preset")
    assert list(option.type.choices) == list(PRESETS)


def test_the_schemes_are_those_of_the_library() -> None:
    (option,) = (one for one in encode.encode.params if one.name == "scheme")
    assert tuple(option.type.choices) == schemes.SCHEMES


def test_one_file_that_shows_nothing_does_not_stop_the_others(vcm: Runner) -> None:
    header, layers = container.read(file())
    nothing = container.write(replace(header, model=codec.NO_MODEL), [(layers[0].kind, layers[0].payload)])
    Path("a.vcm").write_bytes(default_file())
    Path("b.vcm").write_bytes(nothing)
    Path("c.vcm").write_bytes(default_file())
    os.mkdir("out")
    done = vcm("decode", "a.vcm", "b.vcm", "c.vcm", "-o", "out")
    assert done.code == 4 and "b.vcm: no texture layer to show" in done.err
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "c.png"]


def test_a_budget_too_small_ends_in_9_and_names_the_least(vcm: Runner) -> None:
    vcm.fails(9, "encode", "face.png", "-o", "a.vcm", "--bytes", 12, says="the least is")
    assert not Path("a.vcm").exists()


@pytest.mark.parametrize(
    "options", [["--bytes", 300, "--bpp", 0.1], ["--quality", 101], ["--preset", "huge"], ["--bytes", -1]]
)
def test_sizes_that_make_no_sense_end_in_2(vcm: Runner, options: list[Any]) -> None:
    vcm.fails(2, "encode", "face.png", "-o", "a.vcm", *options)


def test_decode_from_strokes_alone(vcm: Runner) -> None:
    Path("base.vcm").write_bytes(file()[: ends()[0]])
    assert vcm("decode", "base.vcm", "-o", "a.png").code == 0
    assert vcm("decode", "face.vcm", "-o", "b.png", "--base-only").code == 0
    assert vcm("decode", "face.vcm", "-o", "c.png", "--colours", 0).code == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes() == Path("c.png").read_bytes()


def test_decode_says_what_ran(vcm: Runner) -> None:
    result = vcm("decode", "face.vcm", "-o", "a.png", "-v", "--device", "cpu")
    assert result.err == f"vcm: generator {codec.MODEL} ran on CPUExecutionProvider\n"


def test_many_files_are_decoded_to_a_folder(vcm: Runner) -> None:
    Path("base.vcm").write_bytes(file()[: ends()[0]])
    os.mkdir("out")
    assert vcm("decode", "face.vcm", "base.vcm", "-o", "out") == (0, "", "vcm: 2 done\n")
    for name, data in (("face", file()), ("base", file()[: ends()[0]])):
        with Image.open(f"out/{name}.png") as image:
            made = np.asarray(image).astype(int)
        assert np.abs(made - np.asarray(vcmcodec.decode(data))).max() <= 1  # in a batch, not alone
    shutil.copy("face.vcm", "out/face.vcm")
    for mistake in (["-o", "a.png"], ["-o", "nowhere"]):
        vcm.fails(2, "decode", "face.vcm", "base.vcm", *mistake, says="folder")
    done = vcm("decode", "face.vcm", "out/face.vcm", "-o", "new/")
    assert done.code == 2 and "out/face.vcm: would become new/face.png, as face.vcm does" in done.err
    assert os.listdir("new") == ["face.png"]
    shutil.rmtree("out")


def test_decode_as_faithful_or_as_natural_as_asked(vcm: Runner) -> None:
    for realism in ("0", "0.5", "1"):
        assert vcm("decode", "face.vcm", "-o", f"{realism}.png", "--realism", realism).code == 0
    assert vcm("decode", "face.vcm", "-o", "a.png").code == 0
    assert Path("a.png").read_bytes() == Path("1.png").read_bytes()
    with Image.open("face.png") as image:
        original = np.asarray(image.convert("RGB")).astype(float)
    pictures = [np.asarray(Image.open(f"{realism}.png")).astype(float) for realism in ("0", "0.5", "1")]
    errors = [np.square(picture - original).mean() for picture in pictures]
    assert errors[0] < errors[2]
    rough = [np.abs(np.diff(picture, axis=1)).mean() for picture in pictures]
    assert rough[0] < rough[2]


def test_a_download_that_broke_off_is_decoded_as_far_as_it_is_whole(vcm: Runner) -> None:
    Path("part.vcm").write_bytes(file()[: ends()[1] + 7])
    Path("whole.vcm").write_bytes(file()[: ends()[1]])
    result = vcm("decode", "part.vcm", "-o", "a.png")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("vcm: part.vcm: warning: truncated")
    assert result.err.count("\n") == 1
    assert vcm("decode", "whole.vcm", "-o", "b.png") == (0, "", "")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_one_bad_file_does_not_stop_the_others(vcm: Runner) -> None:
    Path("bad.vcm").write_bytes(file()[:50] + b"?" + file()[51:])
    header, layers = container.read(file())
    other = Header(header.width, header.height, header.side, 77)
    Path("other.vcm").write_bytes(container.write(other, [(layer.kind, layer.payload) for layer in layers]))
    shutil.copy("face.vcm", "last.vcm")
    os.mkdir("out")
    result = vcm("decode", "bad.vcm", "other.vcm", "face.vcm", "last.vcm", "-o", "out")
    assert result.code == 4
    bad, unknown, summary = result.err.splitlines()
    assert summary == "vcm: 2 done, 2 failed"
    assert bad.startswith("vcm: bad.vcm: damaged")
    assert unknown.startswith("vcm: other.vcm: ") and "generator 77" in unknown
    assert sorted(os.listdir("out")) == ["face.png", "last.png"]
    result = vcm("check", "other.vcm", "bad.vcm", "face.vcm")
    assert (result.code, result.out) == (7, "")
    assert result.err.splitlines() == [unknown, bad]
    shutil.rmtree("out")
