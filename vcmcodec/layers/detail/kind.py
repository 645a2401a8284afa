"""The kind of detail layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.format.wire import Reader
from vcmcodec.layers.detail import head
from vcmcodec.layers.layer_kind import Head, LayerKind
from vcmcodec.layers.texture.head import CODE as TEXTURE
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.scene import Scene


class Detail(LayerKind):
    """Coefficients of a few regions of the face. Its part of a scene, and what it encodes, is a
    :class:`vcmcodec.layers.detail.part.Detail`. It has no drawable form."""

    code = head.CODE
    name = "detail"
    cut_name = "detail"
    needs = (TEXTURE,)
    models = (head.TRANSFORM, head.WEIGHTS)

    def head(self, reader: Reader) -> Head:
        return head.read(reader)

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        from vcmcodec.layers.detail import payload

        return payload.decode(scene, reader, limits)

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        from vcmcodec.layers.detail import payload

        return payload.encode(scene, part)
