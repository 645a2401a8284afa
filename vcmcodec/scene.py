"""What a decoder knows of the picture so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

EDGES, COLOURS, TEXTURE, DETAIL, CROP, FEATURE = 0x01, 0x02, 0x03, 0x04, 0xC0, 0x84
"""Codes of the kinds that the views below are of, as in spec/FORMAT.md, section "Layers and checks"."""


@dataclass(frozen=True)
class Scene:
    """A picture as the layers decoded so far describe it; each layer gives a new scene.

    ``width``, ``height``: the canvas, in pixels. ``parts``: what is known by each kind of layer, by the
    kind's code, in the kind's own terms, of which nothing is imported here. Beside them are views of what the
    generator sees: E, M, C and T.
    """

    width: int
    height: int
    parts: Mapping[int, Any] = field(default_factory=dict)

    def part(self, code: int) -> Any:
        """What the layers of a kind say; None where there was none."""
        return self.parts.get(code)

    def with_part(self, code: int, part: Any) -> Scene:
        """This scene with another part of the kind of that ``code``."""
        return replace(self, parts={**self.parts, code: part})

    def without(self, code: int) -> Scene:
        """This scene without the kind of that ``code``."""
        return replace(self, parts={other: part for other, part in self.parts.items() if other != code})

    @property
    def drawing(self) -> Any:
        """The strokes, a :class:`vcmcodec.layers.edges.drawing.Drawing`; None before them."""
        return self.part(EDGES)

    @property
    def known(self) -> tuple[tuple[int, int, int], ...]:
        """Colours of the first places, in YCoCg."""
        colours = self.part(COLOURS)
        return colours.known if colours else ()

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """All reference pixels (x, y), in the order in which colours are sent; none before the first
        colours."""
        colours = self.part(COLOURS)
        return colours.places if colours else ()

    @property
    def E(self) -> NDArray[np.uint8]:
        """uint8 (height, width): 1 on a stroke."""
        if self.drawing is None:
            return np.zeros((self.height, self.width), dtype=np.uint8)
        edge: NDArray[np.uint8] = self.drawing.E
        return edge

    @cached_property
    def planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """M and C: uint8 (height, width), 1 where a colour is known, and uint8 (height, width, 3),
        the RGB there and 0 elsewhere."""
        colours = self.part(COLOURS)
        if not colours:
            size = self.height, self.width
            return np.zeros(size, dtype=np.uint8), np.zeros((*size, 3), dtype=np.uint8)
        mask, colour = colours.planes(self.width, self.height)
        return mask, colour

    @cached_property
    def T(self) -> NDArray[np.int16] | None:
        """int16 (height, width, 3): Y, Co and Cg of the texture, and the detail, in 1/16 level; None where
        there is none.

        Raises ModelError where a transform is missing or altered.
        """
        texture, detail = self.part(TEXTURE), self.part(DETAIL)
        if texture is None:
            return None
        planes: NDArray[np.int16] = texture.T if detail is None else detail.over(texture)
        return planes

    @cached_property
    def shown(self) -> NDArray[np.uint8] | None:
        """T as a picture, uint8 (height, width, 3) RGB; None where there is none.

        Raises ModelError where a transform is missing or altered.
        """
        if self.T is None:
            return None
        picture: NDArray[np.uint8] = self.part(TEXTURE).shown(self.T)
        return picture

    @property
    def plain(self) -> bool:
        """Whether the texture is one colour."""
        texture = self.part(TEXTURE)
        return texture is not None and texture.plain is not None

    @property
    def crop(self) -> Any:
        """Where in which larger picture this one lay, a :class:`vcmcodec.layers.crop.record.Crop`; None where
        the file does not say."""
        return self.part(CROP)

    @property
    def F(self) -> NDArray[np.int64] | None:
        """int64 (128,): the embedding that the feature says, in about 1/2**14 of its length; None where there
        is none.

        Raises ModelError where its transform is missing or altered.
        """
        feature = self.part(FEATURE)
        vector: NDArray[np.int64] | None = None if feature is None else feature.vector
        return vector

    def first(self, count: int) -> Scene:
        """This scene with no more than its first ``count`` colours."""
        colours = self.part(COLOURS)
        if not colours:
            return self
        if count == 0:
            return self.without(COLOURS)
        return self.with_part(COLOURS, replace(colours, known=colours.known[:count]))
