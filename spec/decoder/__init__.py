"""A second decoder of the vcm format, written from ``spec/FORMAT.md`` alone.

It is there to be read beside that document, and to find out where the document and the package
``vcmcodec`` do not say the same: nothing is shared between the two. It goes from a file's bytes up
to the ops, the planes E, M, C and T, and the embedding F. It has no generator, so it makes no pictures; it
is not fast, and nothing else depends on it. Files of coding 1 need the package ``pyppmd``.

    python -m decoder FILE.vcm      from the folder ``spec``
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from decoder.colours import planes_of, read_colour_head, read_colours
from decoder.container import COLOURS, CROP, DETAIL, EDGES, FEATURE, TEXTURE, canvas_sides, read_file
from decoder.crop import Crop, read_crop
from decoder.detail import Detail
from decoder.drawing import Plane, draw, strokes_of
from decoder.edges import read_edges
from decoder.failures import AboveLimit, Failure, Invalid, Truncated, Unsupported
from decoder.feature import read_feature
from decoder.ops import Op
from decoder.places import places_of
from decoder.texture import Texture
from decoder.texture_synthesis import TexturePlanes, texture_planes

__all__ = ["AboveLimit", "Decoded", "Failure", "Invalid", "Op", "Truncated", "Unsupported", "decode"]


class Decoded(NamedTuple):
    """What a file holds: all that section 9's generator is given, and the strokes themselves."""

    width: int
    height: int
    canvas_width: int
    canvas_height: int
    model: int
    ops: list[Op]
    E: Plane
    M: Plane
    C: Plane
    T: TexturePlanes | None
    crop: Crop | None
    F: NDArray[np.int64] | None
    grey: bool

    def digests(self) -> dict[str, str]:
        """Section 10: the sha256 of the ops as text and of each plane."""
        text = "".join(f"{op}\n" for op in self.ops).encode()
        contents = {"ops": text, "E": self.E.tobytes(), "M": self.M.tobytes(), "C": self.C.tobytes()}
        if self.T is not None:
            contents["T"] = self.T.astype(">i2").tobytes()
        if self.F is not None:
            contents["F"] = self.F.astype(">i4").tobytes()
        return {name: sha256(content).hexdigest() for name, content in contents.items()}


def decode(data: bytes) -> Decoded:
    """Section 2: a whole file, of which E, M, C, T and F come out; sections 4 to 7, 11 and 12 in turn."""
    header, layers = read_file(data)
    width, height = canvas_sides(header)
    ops: list[Op] = []
    edges = np.zeros((height, width), np.uint8)
    places, colours = [], []
    for layer in layers:
        if layer.kind == EDGES:
            ops, grid = read_edges(layer.payload, width, height)
            strokes = strokes_of(ops, grid)
            edges = draw(strokes, width, height)
    heads = [read_colour_head(layer.payload) for layer in layers if layer.kind == COLOURS]
    if heads:
        places = places_of(strokes, edges, with_fillers=heads[0].coding == 2)
        colours = read_colours(heads, places)
    mask, rgbs = planes_of(places, colours, width, height)
    texture = Texture()
    for layer in layers:
        if layer.kind == TEXTURE:
            texture.add_layer(layer.payload)
    planes = texture_planes(texture, width, height) if texture.begun else None
    for layer in layers:
        if layer.kind == DETAIL:
            assert planes is not None
            planes = Detail(layer.payload).add_to(planes, texture.frame, width, height)
    crops = [read_crop(layer.payload) for layer in layers if layer.kind == CROP]
    crop = crops[0] if crops else None
    sizes = (header.width, header.height, width, height)
    feature = None
    for layer in layers:
        if layer.kind == FEATURE:
            if feature is not None:
                raise Invalid("a second feature layer")
            feature = read_feature(layer.payload)
    return Decoded(*sizes, header.model, ops, edges, mask, rgbs, planes, crop, feature, header.grey)
