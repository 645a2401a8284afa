"""What a kind of layer says of itself and does: see :class:`LayerKind`. Light: ``vcm info`` needs no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from vcmcodec.errors import FormatError
from vcmcodec.format.wire import Reader
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.layers.text_form import TextForm
    from vcmcodec.scene import Scene


class Head(Protocol):
    """What the first bytes of a payload say, without decoding it."""

    @property
    def count(self) -> int | None:
        """How many strokes, colours or the like there are; None where the kind does not count."""
        ...


class LayerKind:
    """A kind of layer, of which there is one object, in :data:`vcmcodec.layers.kinds.KINDS`.

    What decodes, codes or draws is imported when it is used, as ``vcm info`` starts without numpy.
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

    def note(self, reader: Reader, width: int, height: int) -> str | None:
        """What a reader of ``vcm info`` wants to know of a layer, in a few words, of a file whose picture has
        ``width`` x ``height`` pixels; None for nothing.

        Raises as :meth:`head`.
        """
        return None

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
