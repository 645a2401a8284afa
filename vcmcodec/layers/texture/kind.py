"""The kind of texture layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.format.wire import Reader
from vcmcodec.layers.layer_kind import Head, LayerKind
from vcmcodec.layers.texture import head
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.scene import Scene


class Texture(LayerKind):
    """Coefficients of the canvas and of the face. Its part of a scene is a
    :class:`vcmcodec.layers.texture.part.Texture`; what it encodes is a
    :class:`vcmcodec.layers.texture.payload.Wanted`. It has no drawable form."""

    code = head.CODE
    name = "texture"
    cut_name = "texture"
    repeats = True
    models = (head.TRANSFORM, head.WEIGHTS)

    def head(self, reader: Reader) -> Head:
        return head.read(reader)

    def note(self, reader: Reader, width: int, height: int) -> str | None:
        plain = head.read(reader).plain
        return plain and f"one colour, #{bytes(plain).hex()}"

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        from vcmcodec.layers.texture import payload

        return payload.decode(scene, reader, limits)

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        from vcmcodec.layers.texture import payload

        return payload.encode(scene, part)
