"""The command ``vcm``: what it writes, and one line and an exit code for whatever goes wrong."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import pytest
from PIL import Image
from portrait import ends, file, portrait, texture_file

import vcmcodec
from vcmcodec import cli, codec
from vcmcodec.cli import app, encode, man
from vcmcodec.encoder import schemes
from vcmcodec.encoder.goal import PRESETS
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.models import store

VECTORS = Path(__file__).parent.parent / "spec" / "vectors"


class Result(NamedTuple):
    code: int
    out: str
    err: str


class Runner:
    """Runs ``vcm`` in this process, in a folder of its own that holds a face and its file."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        Image.fromarray(portrait()).save(folder / "face.png")
        (folder / "face.vcm").write_bytes(file())

    def __call__(self, *arguments: object) -> Result:
        code = cli.main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        return Result(code, out, err)

    def fails(self, code: int, *arguments: object, says: str = "") -> str:
        """Checks that a command ends in ``code`` with one line on stderr and changes no file."""
        before = self.files()
        result = self(*arguments)
        assert result.code == code, result.err
        assert result.out == ""
        assert result.err.count("\n") == 1
        assert result.err.startswith("vcm: ")
        assert says in result.err
        assert self.files() == before
        return result.err

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def vcm(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.chdir(tmp_path)
    return Runner(tmp_path, capsys)


def test_encode_decode_and_info(vcm: Runner) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm") == (0, "", "")
    assert Path("a.vcm").read_bytes() == texture_file()
    assert vcm("decode", "a.vcm", "-o", "a.png") == (0, "", "")
    with Image.open("a.png") as image:
        assert (image.size, image.mode) == ((256, 256), "RGB")
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(texture_file()))).all()
    shown = vcm("info", "a.vcm").out
    assert "256 x 256" in shown
    for row in shown.splitlines()[-4:-1]:
        assert row.split()[0] == "texture"
    assert shown.splitlines()[-1].split()[1] == str(len(texture_file()))


def test_outputs_are_named_after_inputs(vcm: Runner) -> None:
    shutil.copy("face.png", "other.png")
    assert vcm("encode", "other.png").code == 0
    assert Path("other.vcm").read_bytes() == texture_file()
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
    Path("a.vcm").write_bytes(texture_file())
    Path("b.vcm").write_bytes(nothing)
    Path("c.vcm").write_bytes(texture_file())
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
    for row, layer in zip(shown[1:], found):
        assert row.split()[:5] == [
            layer["kind"], str(layer["count"]), str(layer["bytes"]), layer["upto"], str(layer["file"])
        ]  # fmt: skip
        assert vcm("cut", "face.vcm", "--upto", layer["upto"], "-o", "a.vcm", "--force") == (0, "", "")
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


def test_files_come_from_stdin_and_go_to_stdout(vcm: Runner) -> None:
    def run(data: bytes, *arguments: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, "-m", "vcmcodec", *arguments]
        done = subprocess.run(command, input=data, capture_output=True)
        return done.returncode, done.stdout, done.stderr

    assert run(Path("face.png").read_bytes(), "encode", "-") == (0, texture_file(), b"")
    assert run(file(), "cut", "-", "--upto", "edge", "-o", "-") == (0, file()[: ends()[0]], b"")
    assert json.loads(run(file(), "info", "-", "--json")[1])["bytes"] == len(file())
    code, out, _ = run(file(), "decode", "-", "-o", "-")
    assert code == 0
    with Image.open(io.BytesIO(out)) as image:
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(file()))).all()
    assert run(file(), "decode", "-", "-o", "a.png") == (0, b"", b"")
    assert Path("a.png").exists()
    code, out, err = run(b"no picture", "encode", "-", "-o", "b.vcm")
    assert (code, out, err) == (3, b"", b"vcm: -: not a picture that can be read\n")
    assert run(b"", "decode", "-", "face.vcm")[0] == 2
    assert run(b"", "decode", "face.vcm", "cut.vcm", "-o", "-")[0] == 2


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
def test_no_binary_goes_to_a_terminal(vcm: Runner) -> None:
    master, slave = os.openpty()
    command = [sys.executable, "-m", "vcmcodec", "decode", "face.vcm", "-o", "-"]
    done = subprocess.run(command, stdout=slave, stderr=subprocess.PIPE, text=True)
    os.close(slave)
    os.close(master)
    assert done.returncode == 2
    assert done.stderr == "vcm: this is no text for a terminal: -o names a file\n"


def test_version_and_help(vcm: Runner) -> None:
    said = vcm("--version").out.splitlines()
    assert said[:2] == [f"vcm {vcmcodec.__version__}", f"format {container.VERSION}"]
    assert said[2].startswith("generators ") and str(codec.MODEL) in said[2].split()
    assert re.fullmatch(r"onnxruntime [\w.+]+ on (CPU|CUDA)ExecutionProvider", said[3])
    for verb in ("encode", "decode", "info"):
        assert verb in vcm("--help").out
        assert vcm(verb, "-h").out.startswith(f"Usage: vcm {verb}")


def test_the_manual_is_that_of_the_help_texts() -> None:
    page = man.page()
    committed = Path(__file__).parent.parent / "docs" / "vcm.1"
    assert committed.read_text("utf-8") == page, "make man"
    for verb in app.VERBS:
        command = getattr(importlib.import_module(f"vcmcodec.cli.{verb}"), verb)
        assert f".SS vcm {verb} " in page
        for option in command.params:
            assert option.opts[-1].replace("-", "\\-") in page or isinstance(option, click.Argument)
    if shutil.which("man"):
        shown = subprocess.run(
            ["man", "-l", "--warnings", "-E", "ascii", str(committed)], capture_output=True, text=True
        )
        assert shown.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(vcm: Runner, shell: str) -> None:
    assert "_VCM_COMPLETE" in vcm("completion", shell).out
    environment = os.environ | {"_VCM_COMPLETE": "bash_complete", "COMP_WORDS": "vcm dec", "COMP_CWORD": "1"}
    command = [sys.executable, "-m", "vcmcodec"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout == "plain,decode\n"


def test_the_module_is_the_command(vcm: Runner) -> None:
    command = [sys.executable, "-m", "vcmcodec"]
    done = subprocess.run([*command, "info", "face.vcm"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([*command, "decode", "face.vcm", "-o", "a.png"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run([*command, "decode", "face.png", "-o", "b.png"], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
