"""Files by URL: which there are, what they hold, and how new ones appear, whole or not at all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

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
    with its path relative to ``url``. Over HTTP a folder is one that the server lists, and its URL ends in
    a slash: there is a page at a folder, too.

    Raises VcmError where nothing is there, for a folder unless ``recursive``, and where a file that is said
    to be below it is not.
    """
    system, root = _system(url)
    web = url.startswith(("http://", "https://"))
    page = web and url.endswith("/")
    root = root.rstrip("/")
    try:
        single = bool(root) and not page and system.isfile(root)
        found = system.find(root + "/" * page) if recursive and not single else []
    except Exception as error:  # what file systems raise is their own
        raise VcmError(f"{url} cannot be listed: {_reason(error)}") from None
    if single:
        name = posixpath.basename(unquote(urlsplit(root).path) if web else root)
        return [(Place(url, root), name)]
    if not recursive:
        raise VcmError(f"{url} is no file; --recursive takes all files below a folder")
    named = sorted(path for path in found if path.lower().endswith(suffixes))
    return [(Place(url, path), _relative(path, root, web)) for path in named]


def _relative(path: str, root: str, web: bool) -> str:
    """Where a listed file lies below its folder. ``web``: both are URLs, and a server's page may have listed
    anything.

    Raises VcmError where it does not lie below it: its target would lie outside of its folder, too.
    """
    if not web:
        return path[len(root) :].lstrip("/")
    inside, folder = unquote(urlsplit(path).path), unquote(urlsplit(root).path)
    relative = posixpath.normpath(inside[len(folder) :].lstrip("/"))
    parts = relative.split("/")
    if not inside.startswith(f"{folder}/") or ".." in parts or any(one in relative for one in "\\:\0"):
        raise VcmError(f"{root} lists {path}, which is not below it")
    return relative


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
    except Exception as error:  # what file systems raise is their own
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
            data = bytearray()
            while more := file.read(limit + 1 - len(data)):  # a stream gives what has come so far
                data += more
    except Exception as error:  # what file systems raise is their own
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
    except Exception as error:  # what file systems raise is their own
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
