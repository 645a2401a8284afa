"""The kind of the base layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.format.wire import Reader
from vcmcodec.layers.edges import head
from vcmcodec.layers.layer_kind import Head, LayerKind
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.layers.text_form import TextForm
    from vcmcodec.scene import Scene


class Edges(LayerKind):
    """Strokes. Its part of a scene is a :class:`vcmcodec.layers.edges.drawing.Drawing`, and so is what it
    encodes."""

    code = head.CODE
    name = "edges"
    cut_name = "edge"
    models = (head.WEIGHTS, head.PRIMER)
    unit = "strokes"

    def head(self, reader: Reader) -> Head:
        return head.read(reader)

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        from vcmcodec.layers.edges import payload

        return payload.decode(scene, reader, limits)

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        from vcmcodec.layers.edges import payload

        return payload.encode(part), scene.with_part(self.code, part)

    def text(self) -> TextForm:
        from vcmcodec.layers.edges.text import StrokesAsPaths

        return StrokesAsPaths()
