"""Which module decodes which kind of layer."""

from __future__ import annotations

from types import ModuleType

from vcmcodec.container import SKIPPABLE, Layer
from vcmcodec.errors import UnsupportedError
from vcmcodec.layers import colours, edges

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
