"""What a kind of layer says of itself and does: see :class:`LayerKind`. Light: ``vcm info`` needs no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vcmcodec.errors import FormatError
from vcmcodec.limits import Limits
from vcmcodec.wire import Reader

if TYPE_CHECKING:
    from vcmcodec.colour import YCoCg
    from vcmcodec.container import Layer
    from vcmcodec.layers.edges.drawing import Drawing
    from vcmcodec.ops import Point
    from vcmcodec.scene import Scene


class Head(Protocol):
    """What the first bytes of a payload say, without decoding it."""

    @property
    def count(self) -> int | None:
        """How many strokes, colours or the like there are; None where the kind does not count."""
        ...


class Drawn(Protocol):
    """What an SVG drawing shows: see :class:`vcmcodec.svg.Sheet`."""

    @property
    def drawing(self) -> Drawing:
        """Its strokes."""
        ...

    @property
    def layers(self) -> Sequence[tuple[int, int]]:
        """Where a colour layer begins among the dots, and the number of its quantiser steps."""
        ...

    @property
    def filled(self) -> bool:
        """Whether fillers are among the places of colours."""
        ...

    @property
    def count(self) -> int:
        """How many dots of colour there are."""
        ...

    def colours_at(self, places: Sequence[Point]) -> list[YCoCg]:
        """The colour of the nearest dot for each place (x, y), for as many as there are dots."""
        ...


class TextForm(Protocol):
    """How layers of a kind are written into an SVG drawing, and coded from one."""

    def attributes(self, scene: Scene) -> dict[str, str]:
        """What the root says of them."""
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


class LayerKind:
    """A kind of layer, of which there is one object, in :data:`vcmcodec.layers.kinds.KINDS`.

    What decodes, codes or draws is imported when it is asked for, as ``vcm info`` starts without numpy.
    """

    code: int
    """Its byte in the file (spec/FORMAT.md, section "Layers and checks")."""

    name: str
    """What ``vcm info`` and ``vcm layers`` call it, such as ``edges``."""

    cut_name: str
    """What ``vcm cut --upto`` calls it, such as ``edge``; where it ``repeats``, a number from 1 follows."""

    repeats: bool = False
    """Whether a file may hold several layers of it."""

    needs: tuple[int, ...] = ()
    """Codes of the kinds that must come before it."""

    models: tuple[str, ...] = ()
    """Names of the model files that coding it takes."""

    unit: str | None = None
    """What its head counts, such as ``strokes``; None where it counts nothing."""

    def head(self, reader: Reader) -> Head:
        """What a layer says of itself.

        Raises FormatError where its first bytes are damaged, UnsupportedError where they are of a newer
        version.
        """
        raise NotImplementedError

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        """The scene with what ``reader`` holds added to its part of this kind's ``code``. That kinds it
        ``needs`` are there, and that it is not there twice unless it ``repeats``, has been checked.

        Raises FormatError where the payload is damaged, UnsupportedError, LimitError, and ModelError where
        models are missing.
        """
        raise NotImplementedError

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        """The payload that adds ``part``, in the kind's own terms, and the scene as a decoder will know it.

        Raises ModelError where models are missing.
        """
        raise NotImplementedError

    def text(self) -> TextForm | None:
        """How it is drawn in the SVG twin; None for a kind that has no drawable form, whose payloads the twin
        carries along as they are."""
        return None

    def lacks(self, reader: Reader, other: LayerKind) -> FormatError:
        """The error of a layer before one of a kind that it needs."""
        return reader.error(f"{self.name} before {other.name}")
