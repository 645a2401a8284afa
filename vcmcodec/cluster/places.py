"""Files by URL: which there are, what they hold, and how new ones appear, whole or not at all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fsspec import FSTimeoutError
from fsspec.core import url_to_fs

from vcmcodec.errors import LimitError, OutputError, VcmError
from vcmcodec.io import output


class Place(NamedTuple):
    """A file: the URL that the filesystem is known by, and its path there."""

    url: str
    path: str

    def __str__(self) -> str:
        return self.path if is_local(self.url) else named(self.url, self.path)


def is_local(url: str) -> bool:
    """Whether it is a path of this machine, or of one that all workers share."""
    return "://" not in url or url.startswith("file://")


def named(url: str, path: str) -> str:
    """The URL of a ``path`` in the file system of ``url``."""
    protocol, _, rest = url.partition("://")
    if "::" in rest:  # inside an archive
        return f"{protocol}://{path}::{rest.partition('::')[2]}"
    system, _ = url_to_fs(url)
    return str(system.unstrip_protocol(path))


def whole(url: str) -> str:
    """A path made absolute, since workers have folders of their own; a URL as it is."""
    return url if "://" in url else str(Path(url).absolute())


def _system(url: str) -> tuple[Any, str]:
    """Raises VcmError where nothing can be reached that way."""
    try:
        return url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise VcmError(f"{url} cannot be reached: {_reason(error)}") from None


def below(url: str, suffixes: tuple[str, ...], recursive: bool) -> list[tuple[Place, str]]:
    """The file at ``url``, or, if ``recursive``, all files below it with one of ``suffixes``, sorted; each
    with its path relative to ``url``.

    Raises VcmError where nothing is there, and for a folder unless ``recursive``.
    """
    system, root = _system(url)
    root = root.rstrip("/")
    try:
        if root and system.isfile(root):
            return [(Place(url, root), posixpath.basename(root))]
        if not recursive:
            raise VcmError(f"{url} is no file; --recursive takes all files below a folder")
        found = sorted(path for path in system.find(root) if path.lower().endswith(suffixes))
    except OSError as error:
        raise VcmError(f"{url} cannot be listed: {_reason(error)}") from None
    return [(Place(url, path), path[len(root) :].lstrip("/")) for path in found]


def existing(url: str) -> set[str]:
    """Paths of all files below a place, which need not be there.

    Raises VcmError where it cannot be listed.
    """
    system, root = _system(url)
    try:
        system.invalidate_cache()
        return set(system.find(root))
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise VcmError(f"{url} cannot be listed: {_reason(error)}") from None


def inside(url: str, relative: str) -> Place:
    """A file below a place."""
    _, root = _system(url)
    return Place(url, posixpath.join(root, relative) if root else relative)


def read(place: Place, limit: int) -> bytes:
    """The bytes of a file.

    Raises LimitError above ``limit`` bytes, VcmError where it cannot be read.
    """
    system, _ = _system(place.url)
    try:
        with system.open(place.path, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, FSTimeoutError) as error:
        raise VcmError(f"cannot be read: {_reason(error)}") from None
    if len(data) > limit:
        raise LimitError(f"file is above the limit of {limit} bytes")
    return bytes(data)


def write(place: Place, data: bytes) -> None:
    """A file, whole or not at all: in a file system beside it and renamed, in an object store at once.

    Raises OutputError.
    """
    if is_local(place.url):
        path = Path(place.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent} cannot be made: {_reason(error)}") from None
        output.write(path, data)
        return
    system, _ = _system(place.url)
    try:
        system.pipe_file(place.path, data)
    except (OSError, NotImplementedError, FSTimeoutError) as error:
        raise OutputError(f"cannot be written: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())


def same(places: Iterable[Place]) -> Place | None:
    """A place that occurs twice, if any."""
    seen: set[Place] = set()
    for place in places:
        if place in seen:
            return place
        seen.add(place)
    return None
