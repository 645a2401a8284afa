"""Weights of coded decisions, as the model files hold them: a signed byte each (spec/FORMAT.md, section
"Entropy coding")."""

from __future__ import annotations

import array
import functools
from pathlib import Path

from vcmcodec import settings
from vcmcodec.errors import ModelError


@functools.lru_cache(maxsize=8)
def _read(path: Path, count: int) -> tuple[int, ...]:
    values = array.array("b", path.read_bytes())
    if len(values) != count:
        raise ModelError(f"the model file {path} holds {len(values)} weights, not {count}")
    return tuple(values)


def read(name: str, count: int) -> tuple[int, ...]:
    """The ``count`` weights that the model file ``name`` holds, each -128..127.

    Raises ModelError where it is missing, altered or of another size.
    """
    return _read(settings.model_path(name), count)
