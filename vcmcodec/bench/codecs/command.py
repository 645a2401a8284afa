"""A codec that is a pair of shell commands, ``NAME[@POINT]=ENCODE {in} {out};DECODE {in} {out}``.

ENCODE reads a PNG and writes a file, DECODE reads that file and writes a PNG. Several with one NAME
and different POINTs make a curve. The commands are the user's own and run in a shell.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec import VcmError
from vcmcodec.bench.codecs import CodecError, UnknownCodec
from vcmcodec.io import picture

TIMEOUT = 300
"""Seconds after which a command is taken to hang."""


def _halves(commands: str) -> tuple[str, str] | None:
    """The two commands, parted by the first semicolon that leaves both their places."""
    for semicolon in re.finditer(";", commands):
        halves = commands[: semicolon.start()].strip(), commands[semicolon.end() :].strip()
        if all("{in}" in half and "{out}" in half for half in halves):
            return halves
    return None


def _fingerprint(commands: Sequence[str]) -> str:
    """First digits of a sha256 over the programs and files that commands name: a codec that is changed is
    scored again."""
    digest = hashlib.sha256()
    for command in commands:
        try:
            words = shlex.split(command)
        except ValueError:  # the shell may understand what this does not
            words = command.split()
        for word in words:
            found = shutil.which(word) or word
            if os.path.isfile(found):
                digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:8]


class Command:
    """The codec of one such text. Raises UnknownCodec where it is not of that form."""

    def __init__(self, text: str) -> None:
        form = re.fullmatch(r"([\w.+/-]+)(?:@([\w.+:,/=-]+))?=(.*)", text, re.DOTALL)
        halves = _halves(form[3]) if form else None
        if form is None or halves is None:
            raise UnknownCodec(f"{text!r} is not NAME[@POINT]=ENCODE {{in}} {{out}};DECODE {{in}} {{out}}")
        self.name: str = form[1]
        self._encode, self._decode = halves
        self.points = (form[2] or "default",)
        self.version = f"{form[3]} {_fingerprint(halves)}"

    @staticmethod
    def _run(command: str, source: Path, target: Path) -> None:
        line = command.replace("{in}", shlex.quote(str(source))).replace("{out}", shlex.quote(str(target)))
        try:
            done = subprocess.run(
                line, shell=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            raise CodecError(f"{command!r} took over {TIMEOUT} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
            raise CodecError(f"{command!r} ended with {done.returncode}: {said[-1]}")
        if not target.is_file() or not target.stat().st_size:
            raise CodecError(f"{command!r} wrote nothing")

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """What ENCODE writes."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.png", Path(folder) / "out.bin"
            Image.fromarray(image).save(source)
            self._run(self._encode, source, target)
            return target.read_bytes()

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """What DECODE makes of it."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.bin", Path(folder) / "out.png"
            source.write_bytes(data)
            self._run(self._decode, source, target)
            try:
                return picture.load(target)
            except VcmError as error:
                raise CodecError(f"{self._decode!r} wrote no picture: {error}") from None
