"""PNG files that say more than Pillow reads: editors keep a history of many megabytes in text chunks, and
Pillow refuses the whole file. Here such chunks are left out."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

MAGIC = b"\x89PNG\r\n\x1a\n"

MAX_FILE = 1 << 28
"""Larger files are not copied."""

_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_KEPT = b"Raw profile type exif\0"  # which way up the picture is


def is_too_much(error: ValueError) -> bool:
    """Whether Pillow gave up on a file for the size of its texts."""
    return "text" in str(error).lower() and ("too large" in str(error) or "Too much" in str(error))


def without(source: Any) -> io.BytesIO | None:
    """A PNG file, by its path or open, without its text chunks; None for what is no PNG, or too large."""
    if isinstance(source, (str, os.PathLike)):
        with Path(source).open("rb") as file:
            data = file.read(MAX_FILE + 1)
    else:
        source.seek(0)
        data = source.read(MAX_FILE + 1)
    if len(data) > MAX_FILE or not data.startswith(MAGIC):
        return None
    kept, at = [MAGIC], len(MAGIC)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        chunk = data[at:end]
        if chunk[4:8] not in _TEXT or chunk[8:].startswith(_KEPT):
            kept.append(chunk)
        at = end
    return io.BytesIO(b"".join(kept))
