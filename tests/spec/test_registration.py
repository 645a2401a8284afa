"""What tells other programs of the format: file(1) and the shared MIME-info database."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from portrait import file, portrait
from repository import SPEC

import vcmcodec.interop.pillow
from vcmcodec.format import container
from vcmcodec.format.container import Header

FOLDER = SPEC / "registration"


def said(path: Path, *options: str) -> str:
    command = ["file", "-b", *options, "-m", str(FOLDER / "vcm.magic"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(shutil.which("file") is None, reason="needs file(1)")
def test_file_knows_the_format_and_nothing_else_as_it(tmp_path: Path) -> None:
    (tmp_path / "face").write_bytes(file())
    assert said(tmp_path / "face") == (
        "vcmcodec face image, version 1, as large as its canvas, canvas side 8 x 32 pixels"
    )
    assert said(tmp_path / "face", "--mime-type") == vcmcodec.interop.pillow.MIME
    assert said(tmp_path / "face", "--extension") == "vcm"
    header = Header(640, 480, 1024, 7)
    (tmp_path / "large").write_bytes(container.write(header, [(0x80, b"")]))
    assert said(tmp_path / "large") == "vcmcodec face image, version 1, canvas side 32 x 32 pixels"
    Image.fromarray(portrait()).save(tmp_path / "a.jpg")
    for name, data in (
        ("jpeg", (tmp_path / "a.jpg").read_bytes()),
        ("version", b"\xfa\xce\2\x88" + file()[4:]),
        ("canvas", b"\xfa\xce\1\x80" + file()[4:]),
    ):
        (tmp_path / name).write_bytes(data)
        assert "vcm" not in said(tmp_path / name)


def test_the_mime_database_has_the_same_magic() -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    (kind,) = ElementTree.parse(FOLDER / "vcm.xml").getroot()
    assert kind.get("type") == vcmcodec.interop.pillow.MIME
    assert [glob.get("pattern") for glob in kind.iter(f"{space}glob")] == ["*.vcm"]
    (match,) = kind.iter(f"{space}match")
    value, mask = (int(match.get(name, ""), 16) for name in ("value", "mask"))
    assert int.from_bytes(file()[:4], "big") & mask == value
    assert value >> 16 == int.from_bytes(container.MAGIC, "big")
