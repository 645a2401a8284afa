"""Runs ``vcm`` in this process."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from portrait import file, portrait

from vcmcodec import cli


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
