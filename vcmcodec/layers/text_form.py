"""How layers of a kind are drawn in the SVG twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from vcmcodec.format.container import Layer
from vcmcodec.layers.colours.ycocg import YCoCg
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Point
from vcmcodec.scene import Scene


class Drawn(Protocol):
    """What an SVG drawing shows: see :class:`vcmcodec.interop.svg.SvgDrawing`."""

    @property
    def drawing(self) -> Drawing:
        """Its strokes."""
        ...

    @property
    def colour_layers(self) -> Sequence[tuple[int, int]]:
        """For each colour layer the index of its first dot and that of its quantiser steps."""
        ...

    @property
    def filled(self) -> bool:
        """Whether fillers are among the places of colours."""
        ...

    @property
    def by_ppm(self) -> bool:
        """Whether sorted strokes are in coding 1."""
        ...

    @property
    def bare(self) -> bool:
        """Whether an edge layer is written only if a stroke has been drawn."""
        ...

    @property
    def dot_count(self) -> int:
        """How many dots of colour there are."""
        ...

    def colours_at(self, places: Sequence[Point]) -> list[YCoCg]:
        """The colour of the nearest dot, for each of the first ``dot_count`` places (x, y)."""
        ...


class TextForm(Protocol):
    """How layers of a kind are written into an SVG drawing, and coded from one."""

    def attributes(self, scene: Scene, layers: Sequence[Layer]) -> dict[str, str]:
        """The root's attributes for ``layers``, all of this kind in the file."""
        ...

    def write(self, scene: Scene, layers: Sequence[Layer]) -> Iterator[str]:
        """The lines that draw ``layers``, all of this kind in the file, of which there may be none; ``scene``
        is that of the whole file."""
        ...

    def encode(self, drawn: Drawn, scene: Scene) -> tuple[list[bytes], Scene]:
        """The payloads of the layers that a drawing shows, and the scene that a decoder will know with them.
        ``scene``: with the kinds before this one.

        Raises ModelError where models are missing.
        """
        ...
