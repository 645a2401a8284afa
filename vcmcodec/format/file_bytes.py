"""Where the bytes of a ``.vcm`` file are: in memory, or at a path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from vcmcodec.limits import Limits

Data: TypeAlias = "bytes | bytearray | memoryview | str | os.PathLike[str]"
"""A file: its bytes, in any object with a buffer (``mmap`` and arrays of bytes, too), or a path to it."""


def file_bytes(data: Data, limits: Limits) -> bytes:
    """The bytes of a file; of one above the limit one byte more than that, which tells it.

    Raises OSError where a path cannot be read, TypeError for what is neither a path nor bytes.
    """
    if isinstance(data, bytes):
        return data
    if isinstance(data, (str, os.PathLike)):
        with Path(data).open("rb") as file:
            return file.read(limits.file + 1)
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a .vcm file is bytes or a path, not {type(data).__name__}") from None
    return view.cast("B")[: limits.file + 1].tobytes() if view.c_contiguous else view.tobytes()
