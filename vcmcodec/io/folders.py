"""Folders of pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

SUFFIXES = {".webp", ".png", ".jpg", ".jpeg"}
"""What pictures to measure on and to train on end in."""


def pictures(where: Iterable[Path], limit: int | None = None) -> list[Path]:
    """All pictures below the folders ``where``, sorted by path; with ``limit``, that many spread evenly."""
    found = sorted(path for folder in where for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if limit is None or limit >= len(found):
        return found
    return [found[index * len(found) // limit] for index in range(limit)]
