"""The kind of colour layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.errors import FormatError
from vcmcodec.format.wire import Reader
from vcmcodec.layers.colours import head
from vcmcodec.layers.edges.head import CODE as EDGES
from vcmcodec.layers.layer_kind import Head, LayerKind
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.layers.text_form import TextForm
    from vcmcodec.scene import Scene


class Colours(LayerKind):
    """Colours of the next reference pixels. Its part of a scene is a
    :class:`vcmcodec.layers.colours.known.KnownColours`; what it encodes are RGB colours."""

    code = head.CODE
    name = "colours"
    cut_name = "colour"
    repeats = True
    needs = (EDGES,)
    models = (head.WEIGHTS, head.PRIMER)
    unit = "colours"

    def head(self, reader: Reader) -> Head:
        return head.read(reader)

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        from vcmcodec.layers.colours import payload

        return payload.decode(scene, reader, limits)

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        from vcmcodec.layers.colours import payload

        return payload.encode(scene, part)

    def text(self) -> TextForm:
        from vcmcodec.layers.colours.text import ColoursAsDots

        return ColoursAsDots()

    def lacks(self, reader: Reader, other: LayerKind) -> FormatError:
        return reader.error("colours before the strokes that place them")
