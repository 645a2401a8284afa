"""The command line as data: transcripts of what it says (see transcripts/README.md)."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from portrait import file, portrait

from vcmcodec import cli

FOLDER = Path(__file__).parent / "transcripts"


class Step(NamedTuple):
    command: str
    out: list[str]
    err: list[str]
    code: int


def steps(text: str) -> list[Step]:
    """The commands of a transcript and what is to come of them."""
    found: list[Step] = []
    command, out, err = None, list[str](), list[str]()
    for line in text.splitlines()[1:]:
        if line.startswith("$ "):
            assert command is None, f"{command} has no exit code"
            command, out, err = line[2:], [], []
        elif command is None:
            assert not line, f"{line!r} belongs to no command"
        elif re.fullmatch(r"\[\d+\]", line):
            found.append(Step(command, out, err, int(line[1:-1])))
            command = None
        elif line.startswith("! "):
            err.append(line[2:])
        else:
            out.append(line)
    assert command is None and found
    return found


def pattern(lines: list[str]) -> str:
    """A regular expression for text of these lines."""
    parts = []
    for line in lines:
        parts.append("(.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + "\n")
    return "".join(parts)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(
    path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(portrait()).save("face.png")
    Path("face.vcm").write_bytes(file())
    for step in steps(path.read_text("utf-8")):
        if step.command.startswith("vcm "):
            code = cli.main(shlex.split(step.command)[1:])
        else:
            code = subprocess.run(step.command, shell=True, check=False).returncode
        out, err = capfd.readouterr()
        assert re.fullmatch(pattern(step.err), err), f"{step.command} says\n{err}"
        assert re.fullmatch(pattern(step.out), out), f"{step.command} writes\n{out}"
        assert code == step.code, step.command
    assert not [name for name in os.listdir() if name.endswith(".part")]


def test_transcripts_are_read_as_written() -> None:
    assert steps("Shows.\n\n$ a b\nout\n! err\n[3]\n$ c\n[0]\n") == [
        Step("a b", ["out"], ["err"], 3),
        Step("c", [], [], 0),
    ]
    assert re.fullmatch(pattern(["a ... z", "...", "end"]), "a b z\nx\ny\nend\n")
    assert not re.fullmatch(pattern(["a ... z"]), "a b\nz\n")
    for text in ("Shows.\n\n$ a\n$ b\n[0]\n", "Shows.\n\nstray\n", "Shows.\n"):
        with pytest.raises(AssertionError):
            steps(text)
