"""The command itself: standard input and output, help, the manual, completion."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import scenes
from command import Runner
from PIL import Image
from portrait import default_file, ends, file, portrait
from repository import ROOT

import vcmcodec
from vcmcodec import codec
from vcmcodec.cli import app, man
from vcmcodec.format import container


def test_files_come_from_stdin_and_go_to_stdout(vcm: Runner) -> None:
    def run(data: bytes, *arguments: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, "-m", "vcmcodec", *arguments]
        done = subprocess.run(command, input=data, capture_output=True)
        return done.returncode, done.stdout, done.stderr

    assert run(Path("face.png").read_bytes(), "encode", "-") == (0, default_file(), b"")
    said = f"vcm: -: {ends()[0]} of {len(file())} bytes; the next layer ends at {ends()[1]}\n".encode()
    assert run(file(), "cut", "-", "--upto", "edge", "-o", "-") == (0, file()[: ends()[0]], said)
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
    committed = ROOT / "docs" / "vcm.1"
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


def test_what_is_no_number_is_said_to_be_none() -> None:
    kinds = (click.types.IntParamType, click.types.FloatParamType)
    numbers = 0
    for verb in app.VERBS:
        command = getattr(importlib.import_module(f"vcmcodec.cli.{verb}"), verb)
        for option in command.params:
            if isinstance(option.type, kinds):
                numbers += 1
                with pytest.raises(click.BadParameter, match="^'abc' is not a valid (whole )?number.$"):
                    option.type.convert("abc", option, None)
    assert numbers > 20


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


def test_the_manual_page_says_what_people_look_for() -> None:
    text = man.page()
    for section in ("DESCRIPTION", "VERBS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"):
        assert f"\n.SH {section}\n" in text
    assert {code for code, _ in man.exit_codes()} >= {"0", "1", "2", "11", "130"} | {
        str(kind.exit_code) for kind in vars(vcmcodec.errors).values() if hasattr(kind, "exit_code")
    }
    assert "bpp is bits of the whole file per pixel" in text and "\\-\\-size" in text


def test_the_manual_page_s_examples_work(vcm: Runner) -> None:
    photo = scenes.backdrop(700, 500, seed=3)
    for x, side in ((200, 260), (500, 180)):
        scenes.paste(photo, portrait(), scenes.Pasted(x, 250, side, 0))
    Path("photos").mkdir()
    Path("face.png").unlink()
    for name in ("photo.jpg", "photos/a.jpg"):
        photo.save(name, quality=95)
    for command, _ in man.EXAMPLES:
        command, _, redirected = command.partition(" > ")
        program, *arguments = shlex.split(command)
        if redirected:  # what goes to stdout is bytes
            arguments[arguments.index("-")] = redirected
        assert program == "vcm"
        done = vcm(*arguments)
        assert done.code == 0, (command, done.err)
    for made in (
        "photo.vcm",
        "photo-2.vcm",
        "back.png",
        "drawing.vcm",
        "small.vcm",
        "soft.png",
        "files/a.vcm",
    ):
        assert Path(made).stat().st_size > 0
