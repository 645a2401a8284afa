"""The pictures that a measurement runs on, and the options all measurements share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

folders = click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)

device = click.option(
    "--device", type=click.Choice(["auto", "cuda", "cpu"]), default="auto", show_default=True
)

SUFFIXES = {".webp", ".png", ".jpg", ".jpeg"}


def listed(where: Iterable[Path], limit: int | None = None) -> list[Path]:
    """All pictures below the folders ``where``, sorted by path; with ``limit``, that many spread evenly.

    Raises click.UsageError where there is none.
    """
    found = sorted(path for folder in where for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise click.UsageError(f"no pictures below {', '.join(str(folder) for folder in where)}")
    if limit is None or limit >= len(found):
        return found
    return [found[index * len(found) // limit] for index in range(limit)]
