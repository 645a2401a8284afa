"""The kind of crop layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vcmcodec.format.wire import Reader
from vcmcodec.layers.crop import record
from vcmcodec.layers.layer_kind import LayerKind
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.scene import Scene


@dataclass(frozen=True)
class _Head:
    count: None = None


class CropRecord(LayerKind):
    """Where in which picture the file's picture lay. Its part of a scene, and what it encodes, is a
    :class:`vcmcodec.layers.crop.record.Crop`. It has no drawable form, and a decoder may skip it."""

    code = record.CODE
    name = "crop"
    cut_name = "crop"

    def head(self, reader: Reader) -> _Head:
        record.read(reader)
        return _Head()

    def note(self, reader: Reader, width: int, height: int) -> str:
        return record.read(reader).in_words(width, height)

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        return scene.with_part(self.code, record.read(reader))

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        return part.write(), scene.with_part(self.code, part)
