"""Features of many files, as verbs that search in them need them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import vcmcodec
from vcmcodec import FormatError, VcmError
from vcmcodec.cli import files, worklist

if TYPE_CHECKING:
    from vcmcodec.gallery import Gallery

_MOST = 1 << 33
"""Bytes of an index at most."""


def collected(
    sources: Sequence[Path], limits: vcmcodec.Limits, quiet: bool
) -> tuple[Gallery, list[worklist.Failed]]:
    """The features of all ``.vcm`` files below ``sources``, and what could not be read. Files that hold none
    are left out, with a warning unless ``quiet``.

    Raises FormatError where no file holds a feature.
    """
    present, failures = worklist.there(sources)
    found = [path for source in present for path in worklist.below(source, (".vcm",), recursive=True)]
    if not failures:
        worklist.some(found, sources)
    faces, without = {}, 0
    for path in found:
        try:
            face = vcmcodec.stored(files.read(path), limits=limits)
        except VcmError as error:
            failures.append(worklist.Failed(path, error.exit_code, str(error)))
            continue
        if face is None:
            without += 1
        else:
            faces[str(path)] = face
    if without and not quiet:
        click.echo(files.line(None, f"warning: {without} of {len(found)} files hold no feature"), err=True)
    if not faces and not failures:
        raise FormatError("no file holds a feature")
    return vcmcodec.Gallery.of(faces), failures


def opened(path: Path) -> Gallery:
    """The index at ``path``.

    Raises VcmError where it cannot be read, FormatError and its kinds where it is damaged.
    """
    from vcmcodec import gallery

    try:
        if path.stat().st_size > _MOST:
            raise vcmcodec.LimitError(f"index is above the limit of {_MOST} bytes")
        return gallery.read(files.about(path).read_bytes())
    except OSError as error:
        raise VcmError(f"cannot be read: {error.strerror or error}") from None
