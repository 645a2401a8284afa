"""Files that verbs read and write, and the name of the one that an error is about."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from vcmcodec import DEFAULT_LIMITS, LimitError, VcmError

_SUBJECT = "vcmcodec.subject"


def subject(ctx: click.Context) -> Path | None:
    """The file that the verb works on now; an error's line names it."""
    path = ctx.meta.get(_SUBJECT)
    return path if isinstance(path, Path) else None


def about(path: Path) -> Path:
    """Make ``path`` the file that errors are about from here on, and return it."""
    click.get_current_context().meta[_SUBJECT] = path
    return path


def read(path: Path) -> bytes:
    """The bytes of a ``.vcm`` file.

    Raises LimitError above the limit for files, before reading further; VcmError where the file
    cannot be read.
    """
    limit = DEFAULT_LIMITS.file
    try:
        with about(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise VcmError(f"cannot be read: {error.strerror or error}") from None
    if len(data) > limit:
        raise LimitError(f"file is above the limit of {limit} bytes")
    return data


def output_path(source: Path, chosen: Path | None, suffix: str) -> Path:
    """Where a verb writes: ``chosen``, else ``source`` with another ``suffix``.

    Raises click.UsageError where that is the input itself.
    """
    path = source.with_suffix(suffix) if chosen is None else chosen
    with suppress(OSError):  # what is wrong with the path shows when it is written
        if path.samefile(source):
            raise click.UsageError(f"the output {path} is the input")
    return path
