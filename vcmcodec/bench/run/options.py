"""The pictures that a measurement runs on, and the options all measurements share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from vcmcodec.io import folders as folders_

folders = click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)

device = click.option(
    "--device", type=click.Choice(["auto", "cuda", "cpu"]), default="auto", show_default=True
)


def listed(where: Iterable[Path], limit: int | None = None) -> list[Path]:
    """All pictures below the folders ``where``, as :func:`vcmcodec.io.folders.pictures`.

    Raises click.UsageError where there is none.
    """
    found = folders_.pictures(where, limit)
    if not found:
        raise click.UsageError(f"no pictures below {', '.join(str(folder) for folder in where)}")
    return found
