"""The kind of feature layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.format.wire import Reader
from vcmcodec.layers.feature import head
from vcmcodec.layers.layer_kind import Head, LayerKind
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.scene import Scene


class Feature(LayerKind):
    """A face embedding. Its part of a scene, and what it encodes, is a
    :class:`vcmcodec.layers.feature.part.Feature`. It has no drawable form, and decoders may skip it."""

    code = head.CODE
    name = "feature"
    cut_name = "feature"
    models = (head.TRANSFORM, head.WEIGHTS)

    def head(self, reader: Reader) -> Head:
        return head.read(reader)

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        from vcmcodec.layers.feature import payload

        return payload.decode(scene, reader, limits)

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        from vcmcodec.layers.feature import payload

        return payload.encode(scene, part)
