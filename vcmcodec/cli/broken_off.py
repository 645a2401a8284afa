"""Files that break off: verbs take them as far as they are whole, and say so."""

from __future__ import annotations

import io
from pathlib import Path

import click

import vcmcodec
from vcmcodec import truncation
from vcmcodec.cli import files


def kept(path: Path, data: bytes, limits: vcmcodec.Limits, quiet: bool, done: str) -> bytes:
    """The bytes of the whole layers of the file at ``path``. Warns, unless ``quiet``, where it breaks off
    behind them; ``done``: what is done with it, such as decoded.

    Raises TruncatedError where not even the first layer is whole; FormatError and its kinds for what is no
    such file.
    """
    data, cut = truncation.whole(data, limits=limits)
    if cut is not None and not quiet:
        click.echo(files.line(path, f"warning: {truncation.remark(cut, done)}"), err=True)
    return data


def taken(path: Path, limits: vcmcodec.Limits, quiet: bool) -> bytes | io.BytesIO:
    """A ``.vcm`` file, as far as it is whole, or a picture at ``path``, a file, stdin or a pipe, as
    :func:`vcmcodec.face` takes it. Errors are about it from here on. Raises as :func:`kept` and
    :func:`vcmcodec.cli.files.read`."""
    from vcmcodec.format.container import MAGIC

    data = files.read(path, pictures=True)
    return kept(path, data, limits, quiet, "read") if data.startswith(MAGIC) else io.BytesIO(data)
