"""The kinds of layers, one module each (spec/FORMAT.md, section "Kinds of layers").

A kind's module has:

- ``KIND``, ``NAME``: its byte in the file and its name;
- ``decode(scene, reader, limits) -> Scene``: what is known with this layer added; raises
  FormatError, LimitError, ModelError;
- ``count(reader) -> int``: how many strokes or colours it holds, read without decoding.
"""

from __future__ import annotations

from types import ModuleType

from vcmcodec.container import SKIPPABLE, Layer
from vcmcodec.errors import UnsupportedError
from vcmcodec.layers import colours, edges
from vcmcodec.wire import Reader

_KINDS: dict[int, ModuleType] = {module.KIND: module for module in (edges, colours)}


def module_for(layer: Layer, index: int) -> ModuleType | None:
    """The module of a layer's kind, or None where the layer is unknown and may be skipped. The
    one place that decides what happens to an unknown layer.

    Raises UnsupportedError where it is unknown and critical.
    """
    module = _KINDS.get(layer.kind)
    if module is None and not layer.kind & SKIPPABLE:
        raise UnsupportedError(
            f"unknown critical layer of kind {layer.kind}", layer=index, offset=layer.offset
        )
    return module


def summary(layer: Layer, index: int) -> tuple[str, int | None]:
    """A layer's name and how many strokes or colours it holds, without decoding it;
    ``unknown-N`` and None for an unknown kind.

    Raises FormatError where its first bytes are damaged, UnsupportedError where they are of a newer
    version.
    """
    module = _KINDS.get(layer.kind)
    if module is None:
        return f"unknown-{layer.kind}", None
    return module.NAME, module.count(Reader(layer.payload, base=layer.start, layer=index, whole=True))
