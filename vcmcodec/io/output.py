"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from vcmcodec.errors import OutputError


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` to ``path``: to a sibling file first, which then takes its name. On failure,
    an interrupt included, what was at ``path`` is still there and the sibling is not.

    A symbolic link is followed. A device or pipe cannot be replaced and is written directly.

    Raises OutputError where the file cannot be written.
    """
    named = Path(path)  # a pipe of another process has no real path
    target = Path(os.path.realpath(path))
    try:
        if named.exists() and not named.is_file():
            named.write_bytes(data)  # a directory fails here
            return
        _replace(target, data)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}") from None


def check(path: str | os.PathLike[str]) -> None:
    """Raises OutputError where :func:`write` would fail whatever the data: a folder is at ``path``, or there
    is none for it, or one that nothing may be written to. Before work that takes long."""
    named = Path(path)
    try:
        with suppress(FileNotFoundError):
            mode = os.stat(named).st_mode
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(mode):
                return
        folder = os.path.dirname(os.path.realpath(path))
        os.stat(os.path.join(folder, ""))  # with a slash at its end, so that a file is none
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}") from None


def _replace(target: Path, data: bytes) -> None:
    # The name stays short, so that a target of the longest legal name still has a sibling.
    sibling = target.with_name(f".{os.urandom(6).hex()}.part")
    try:
        with sibling.open("xb") as file:
            file.write(data)
        if target.exists():
            sibling.chmod(target.stat().st_mode & 0o777)
        os.replace(sibling, target)
    except BaseException:
        with suppress(OSError):
            sibling.unlink()
        raise
