"""Weights of coded decisions, as the model files hold them: a signed byte each (spec/FORMAT.md, section
"Entropy coding")."""

from __future__ import annotations

import array
import functools
from pathlib import Path

from vcmcodec.entropy.contexts import ContextModel
from vcmcodec.errors import ModelError
from vcmcodec.models import store


@functools.lru_cache(maxsize=8)
def _read(path: Path, count: int) -> ContextModel:
    values = array.array("b", path.read_bytes())
    if len(values) != count:
        raise ModelError(f"the model file {path} holds {len(values)} weights, not {count}")
    return ContextModel(tuple(values))


def model(name: str, count: int) -> ContextModel:
    """The context model of the ``count`` weights that the model file ``name`` holds.

    Raises ModelError where it is missing, altered or of another size.
    """
    return _read(store.model_path(name), count)
