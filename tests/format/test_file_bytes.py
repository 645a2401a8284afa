"""Files are taken by their bytes, in any buffer, and by their paths."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from portrait import default_file

import vcmcodec
from vcmcodec import truncation
from vcmcodec.errors import LimitError
from vcmcodec.format.file_bytes import file_bytes


def mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


WAYS: dict[str, Callable[[Path], Any]] = {
    "str": str,
    "path": lambda path: path,
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "strided": lambda path: memoryview(np.repeat(np.frombuffer(path.read_bytes(), np.uint8), 2))[::2],
    "mmap": mapped,
    "array": lambda path: np.frombuffer(path.read_bytes(), np.uint8),
    "words": lambda path: np.frombuffer(path.read_bytes()[: len(path.read_bytes()) // 4 * 4], ">u4"),
}
READERS: dict[str, Callable[[Any], Any]] = {
    "decode_scene": lambda data: vcmcodec.decode_scene(data)[0],
    "decode": lambda data: np.asarray(vcmcodec.decode(data)).tobytes(),
    "preview": lambda data: np.asarray(vcmcodec.preview(data)).tobytes(),
    "inspect": vcmcodec.inspect,
    "stored": vcmcodec.stored,
    "upto": lambda data: truncation.upto(data, "texture:1"),
    "within": lambda data: truncation.within(data, 200),
    "whole": lambda data: truncation.whole(data)[0],
}


@pytest.mark.parametrize("way", [name for name in WAYS if name != "words"])
def test_bytes_are_taken_from_anywhere(tmp_path: Path, way: str) -> None:
    path = tmp_path / "face.vcm"
    path.write_bytes(default_file())
    for name, read in READERS.items():
        if name != "decode" or way in ("str", "mmap"):
            assert read(WAYS[way](path)) == read(default_file()), name


def test_words_are_taken_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_bytes(bytes(range(64)))
    assert file_bytes(WAYS["words"](path), vcmcodec.DEFAULT_LIMITS) == bytes(range(64))


def test_limits_hold_before_more_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.vcm"
    path.write_bytes(default_file() + bytes(4000))
    limits = vcmcodec.Limits(file=100)
    for data in (path, str(path), memoryview(path.read_bytes())):
        assert len(file_bytes(data, limits)) == 101
        with pytest.raises(LimitError, match="above the limit of 100"):
            vcmcodec.inspect(data, limits=limits)


@pytest.mark.parametrize("data", [None, 5, 1.5, object(), ["face.vcm"]])
def test_what_is_no_file_is_a_type_error(data: Any) -> None:
    with pytest.raises(TypeError, match=r"^a \.vcm file is bytes or a path, not "):
        vcmcodec.decode(data)


def test_a_path_that_is_not_there_is_the_system_s_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        vcmcodec.decode(tmp_path / "none.vcm")
