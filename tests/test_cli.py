"""The command ``vcm``: what it writes, and one line and an exit code for whatever goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image
from portrait import ends, file, portrait

import vcmcodec
from vcmcodec import budget, cli, container, settings
from vcmcodec.container import Header

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
    assert Path("a.vcm").read_bytes() == file()
    assert vcm("decode", "a.vcm", "-o", "a.png") == (0, "", "")
    with Image.open("a.png") as image:
        assert (image.size, image.mode) == ((256, 256), "RGB")
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(file()))).all()
    shown = vcm("info", "a.vcm").out
    assert "256 x 256" in shown
    for row in shown.splitlines()[-len(ends()) - 1 : -1]:
        assert row.split()[0] in ("edges", "colours")
    assert shown.splitlines()[-1].split()[1] == str(len(file()))


def test_outputs_are_named_after_inputs(vcm: Runner) -> None:
    shutil.copy("face.png", "other.png")
    assert vcm("encode", "other.png").code == 0
    assert Path("other.vcm").read_bytes() == file()
    os.unlink("other.png")
    assert vcm("decode", "other.vcm").code == 0
    assert Path("other.png").exists()


@pytest.mark.parametrize(("colours", "most"), [("0", 0), ("16", 16), ("all", 999)])
def test_encode_takes_a_number_of_colours(vcm: Runner, colours: str, most: int) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm", "--colours", colours).code == 0
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
        (["--quality", 40], 300),
    ],
)
def test_encode_keeps_a_budget(vcm: Runner, options: list[Any], most: int) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm", *options).code == 0
    assert 100 < len(Path("a.vcm").read_bytes()) <= most


def test_the_presets_are_those_of_the_library() -> None:
    (option,) = (one for one in cli.app.encode.encode.params if one.name == "preset")
    assert list(option.type.choices) == list(budget.PRESETS)


def test_a_budget_too_small_ends_in_9_and_names_the_least(vcm: Runner) -> None:
    vcm.fails(9, "encode", "face.png", "-o", "a.vcm", "--bytes", 30, says="the least is")
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
    assert result.err == "vcm: generator 2 ran on CPUExecutionProvider\n"


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
        "file.png": file(),
    }
    for name, data in bad.items():
        Path(name).write_bytes(data)
        vcm.fails(3, "encode", name, "-o", "a.vcm", says=name)
    Image.new("RGB", (15, 40)).save("small.png")
    vcm.fails(3, "encode", "small.png", says="15 x 40")


@pytest.mark.parametrize("verb", ["decode", "info"])
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
        line = vcm.fails(4, verb, name, says=name)
        assert "byte" in line


def test_the_line_names_layer_and_offset(vcm: Runner) -> None:
    Path("cut.vcm").write_bytes(file()[: ends()[1] + 7])
    line = vcm.fails(4, "decode", "cut.vcm", says="truncated")
    assert f"(layer 2, byte {ends()[1] + 2})" in line  # its payload, behind kind and length


def test_the_bad_vectors_end_in_their_codes(vcm: Runner) -> None:
    codes = {"limit": 6, "unsupported": 5}
    for vector in json.loads((VECTORS / "vectors.json").read_text("utf-8"))["vectors"]:
        if "cause" in vector:
            code = codes.get(vector["cause"], 4)
            vcm.fails(code, "decode", VECTORS / f"{vector['name']}.vcm", "-o", "a.png")


def test_what_is_above_a_limit_ends_in_6(vcm: Runner) -> None:
    Path("large.vcm").write_bytes(file() + bytes(vcmcodec.DEFAULT_LIMITS.file))
    vcm.fails(6, "decode", "large.vcm", says="limit")
    Path("layers.vcm").write_bytes(container.write(Header(256, 256, 256, 1), [(0x90, b"")] * 65))
    vcm.fails(6, "info", "layers.vcm", says="limit")


def test_missing_and_altered_models_end_in_7(vcm: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    models = vcm.folder / "models"
    shutil.copytree(settings.models_dir(), models)
    monkeypatch.setenv("VCM_MODELS", str(models))
    altered = models / "strokes-2.weights"
    altered.write_bytes(altered.read_bytes()[:-1] + b"\x7f")
    vcm.fails(7, "encode", "face.png", "-o", "a.vcm", says="strokes-2.weights is altered")
    monkeypatch.setenv("VCM_MODELS", str(vcm.folder / "nowhere"))
    vcm.fails(7, "encode", "face.png", "-o", "a.vcm", says="models.json")
    vcm.fails(7, "decode", "face.vcm", "-o", "a.png", says="models.json")


def test_an_output_that_cannot_be_written_ends_in_8(vcm: Runner) -> None:
    os.mkdir("folder.png")
    vcm.fails(8, "encode", "face.png", "-o", "a" * 300 + ".vcm")
    for verb, source, target in (
        ("encode", "face.png", "nowhere/a.vcm"),
        ("decode", "face.vcm", "nowhere/a.png"),
        ("decode", "face.vcm", "folder.png"),
    ):
        vcm.fails(8, verb, source, "-o", target, says=target)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["info", "face.vcm"], ["info", "face.vcm", "--json"]])
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
    vcm.fails(4, "decode", "cut.vcm", "-o", "a.png")
    assert Path("a.png").read_bytes() == b"old"
    assert vcm("decode", "face.vcm", "-o", "a.png").code == 0
    assert Path("a.png").read_bytes()[1:4] == b"PNG"


def test_version_and_help(vcm: Runner) -> None:
    assert vcm("--version").out == f"vcm {vcmcodec.__version__}\n"
    for verb in ("encode", "decode", "info"):
        assert verb in vcm("--help").out
        assert vcm(verb, "-h").out.startswith(f"Usage: vcm {verb}")


def test_the_module_is_the_command(vcm: Runner) -> None:
    command = [sys.executable, "-m", "vcmcodec"]
    done = subprocess.run([*command, "info", "face.vcm"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([*command, "decode", "face.vcm", "-o", "a.png"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run([*command, "decode", "face.png", "-o", "b.png"], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
