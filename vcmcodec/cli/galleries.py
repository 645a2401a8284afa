"""Features of many files, as verbs that search in them need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import vcmcodec
from vcmcodec import FormatError, VcmError
from vcmcodec.cli import broken_off, files, worklist

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vcmcodec.gallery import Gallery

    Feature = NDArray[np.float32] | None

_MOST = 1 << 33
"""Bytes of an index at most."""


def collected(
    sources: Sequence[Path], limits: vcmcodec.Limits, quiet: bool
) -> tuple[Gallery, list[worklist.Failed]]:
    """The features of all ``.vcm`` files below ``sources``, and what could not be read. Files that hold none
    are left out, with a warning unless ``quiet``; those that break off are read as far as they are whole,
    with one, too.

    Raises FormatError where no file holds a feature and none failed.
    """
    present, failures = worklist.there(sources)
    found = [path for source in present for path in worklist.below(source, (".vcm",), recursive=True)]
    if not failures:
        worklist.some(found, sources)
    features: dict[str, Feature] = {}
    for path in found:
        try:
            data = broken_off.kept(path, files.read(path), limits, quiet, "read")
            features[str(path)] = vcmcodec.stored(data, limits=limits)
        except VcmError as error:
            failures.append(worklist.Failed(path, error.exit_code, str(error)))
    return gathered(features, failures, quiet), failures


def gathered(features: Mapping[str, Feature], failures: Sequence[worklist.Failed], quiet: bool) -> Gallery:
    """A gallery of the features that files of these names hold. Those without are left out, with a warning
    unless ``quiet``.

    Raises FormatError where no file holds one and none failed.
    """
    faces = {name: feature for name, feature in features.items() if feature is not None}
    without = len(features) - len(faces)
    if without and not quiet:
        read = len(features) + len(failures)
        click.echo(files.line(None, f"warning: {without} of {read} files hold no feature"), err=True)
    if not faces and not failures:
        raise FormatError("no file holds a feature")
    return vcmcodec.Gallery.of(faces)


def opened(path: Path) -> Gallery:
    """The index at ``path``.

    Raises VcmError where it cannot be read, FormatError and its kinds where it is damaged or holds no face.
    """
    from vcmcodec import gallery

    try:
        if path.stat().st_size > _MOST:
            raise vcmcodec.LimitError(f"index is above the limit of {_MOST} bytes")
        data = files.about(path).read_bytes()
    except OSError as error:
        raise VcmError(f"cannot be read: {error.strerror or error}") from None
    if not data.startswith(gallery.MAGIC):
        raise FormatError("not an index of faces, as vcm index writes: vcm match compares two files")
    found = gallery.read(data)
    if not len(found):
        raise FormatError("the index holds no face")
    return found
