"""What a file holds, read without decoding it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.file_bytes import Data, file_bytes
from vcmcodec.layers import kinds
from vcmcodec.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One layer. ``kind``: its name; ``offset``: where it begins; ``bytes``: its size in the file, framing
    included; ``payload``: without framing; ``count``: strokes, colours or what else its kind counts, None
    where the kind is unknown or counts nothing; ``note``: what else there is to know of it, in words."""

    kind: str
    offset: int
    bytes: int
    payload: int
    count: int | None
    note: str | None = None

    @property
    def end(self) -> int:
        """Where it ends, and the file may be cut."""
        return self.offset + self.bytes


@dataclass(frozen=True, slots=True)
class Info:
    """A file. Sizes are in pixels, ``bytes`` is the file's, ``model`` the generator's id, ``grey``
    whether decoders show the picture without colour, ``pictured`` whether a layer is of the picture: without
    one, what decoders show is invented."""

    width: int
    height: int
    canvas_width: int
    canvas_height: int
    version: int
    model: int
    bytes: int
    layers: tuple[LayerInfo, ...]
    grey: bool = False
    pictured: bool = True

    def bpp(self, count: int) -> float:
        """``count`` bytes in bits per pixel of the picture."""
        return 8 * count / (self.width * self.height)

    @property
    def header(self) -> int:
        """Bytes of the header."""
        return self.layers[0].offset

    def to_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON, with ``header``, ``bpp`` for the file and per layer, and each layer's
        ``share`` of the file's bytes, 0..1."""
        out = asdict(self)
        out["bpp"] = self.bpp(self.bytes)
        out["header"] = self.header
        for entry in out["layers"]:
            entry["bpp"] = self.bpp(entry["bytes"])
            entry["share"] = entry["bytes"] / self.bytes
        out["layers"] = list(out["layers"])
        return out


def inspect(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """What the file ``data``, its bytes or a path, holds: header, layers and their checks are read, nothing
    is decoded.

    Raises FormatError, TruncatedError, UnsupportedError (a newer version), LimitError.
    """
    data = file_bytes(data, limits)
    header, found = container.read(data, limits)
    rows = []
    for index, layer in enumerate(found):
        name, count = kinds.summary(layer, index)
        note = kinds.note(layer, index, header.width, header.height)
        rows.append(LayerInfo(name, layer.offset, layer.size, len(layer.payload), count, note))
    width, height = canvas_size(header.width, header.height, header.side)
    sizes = (header.width, header.height, width, height)
    pictured = kinds.pictured(layer.kind for layer in found)
    return Info(*sizes, container.VERSION, header.model, len(data), tuple(rows), header.grey, pictured)
