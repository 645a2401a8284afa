"""The registry of layer kinds: to read and to carry a new one takes a folder beside this module, a line here,
and its code in :mod:`vcmcodec.scene`.

Light: ``vcm info`` and ``vcm cut`` need no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vcmcodec.errors import UnsupportedError
from vcmcodec.format.container import SKIPPABLE, Layer
from vcmcodec.format.wire import Reader
from vcmcodec.layers.colours.kind import Colours
from vcmcodec.layers.crop.kind import CropRecord
from vcmcodec.layers.detail.kind import Detail
from vcmcodec.layers.edges.kind import Edges
from vcmcodec.layers.feature.kind import Feature
from vcmcodec.layers.layer_kind import LayerKind
from vcmcodec.layers.texture.kind import Texture
from vcmcodec.limits import Limits

if TYPE_CHECKING:
    from vcmcodec.scene import Scene

BASE: LayerKind = Edges()
"""The base layer's."""

KINDS: dict[int, LayerKind] = {
    kind.code: kind
    for kind in (
        BASE,
        Colours(),
        Texture(),
        Detail(),
        CropRecord(),
        Feature(),
    )
}
"""All kinds by their codes, each after those that it needs."""


NOT_PICTURED = "no layer of the picture"
"""What there is to say of a file of which :func:`pictured` says no."""

INVENTED = f"{NOT_PICTURED}: what is shown is invented"
"""The same where it is decoded."""


def kind_of(layer: Layer, index: int) -> LayerKind | None:
    """The kind of a layer, or None where the layer is unknown and may be skipped. The one place that decides
    what happens to an unknown layer.

    Raises UnsupportedError where it is unknown and critical.
    """
    kind = KINDS.get(layer.kind)
    if kind is None and not layer.kind & SKIPPABLE:
        raise UnsupportedError(
            f"unknown critical layer of kind {layer.kind}", layer=index, offset=layer.offset
        )
    return kind


def decode(scene: Scene, layer: Layer, index: int, limits: Limits) -> Scene:
    """The scene with a layer, the file's ``index``-th from 0, added; the same where the layer is unknown and
    may be skipped.

    Raises FormatError where it is damaged, there twice, or before one that it needs; UnsupportedError,
    LimitError, ModelError.
    """
    kind = kind_of(layer, index)
    if kind is None:
        return scene
    reader = _reader(layer, index)
    for needed in kind.needs:
        if needed not in scene.parts:
            raise kind.lacks(reader, KINDS[needed])
    if kind.code in scene.parts and not kind.repeats:
        raise reader.error(f"a second {kind.cut_name} layer")
    return kind.decode(scene, reader, limits)


def summary(layer: Layer, index: int) -> tuple[str, int | None]:
    """A layer's name and how much of what its kind counts it holds; ``unknown-N`` and None for an unknown
    kind.

    Raises FormatError where its first bytes are damaged, UnsupportedError where they are of a newer
    version.
    """
    kind = KINDS.get(layer.kind)
    if kind is None:
        return f"unknown-{layer.kind}", None
    return kind.name, kind.head(_reader(layer, index)).count


def pictured(codes: Iterable[int]) -> bool:
    """Whether one of these kinds, by their codes, is of the picture, as all are that decoders may not skip.
    Without one, what a generator shows is invented."""
    return any(code in KINDS and not code & SKIPPABLE for code in codes)


def note(layer: Layer, index: int, width: int, height: int) -> str | None:
    """What there is to know of a layer, see :meth:`LayerKind.note`; None for an unknown kind, too.

    Raises FormatError where it is damaged, UnsupportedError where it is of a newer version.
    """
    kind = KINDS.get(layer.kind)
    return None if kind is None else kind.note(_reader(layer, index), width, height)


def cut_names(names: Sequence[str]) -> list[str | None]:
    """What ``vcm cut --upto`` calls each layer of a file, by the layers' names; None for unknown kinds."""
    kinds = {kind.name: kind for kind in KINDS.values()}
    found: list[str | None] = []
    for index, name in enumerate(names):
        kind = kinds.get(name)
        if kind is None or not kind.repeats:
            found.append(kind.cut_name if kind else None)
        else:
            found.append(f"{kind.cut_name}:{names[: index + 1].count(name)}")
    return found


def cut_forms() -> list[str]:
    """All that ``vcm cut --upto`` takes: ``edge``, ``colour:N`` and so on."""
    return [f"{kind.cut_name}:N" if kind.repeats else kind.cut_name for kind in KINDS.values()]


def cut_kind(name: str) -> tuple[LayerKind, int]:
    """The kind, and which layer of it, from 1, that a name of :func:`cut_names` means.

    Raises ValueError for what is no such name.
    """
    for kind in KINDS.values():
        number = "(:[1-9][0-9]{0,3})" if kind.repeats else "()"
        if found := re.fullmatch(re.escape(kind.cut_name) + number, name):
            return kind, int(found[1][1:] or 1)
    raise ValueError(f"{name!r} is none of {', '.join(cut_forms())} with N from 1")


def droppable() -> list[str]:
    """The kinds that ``vcm cut --drop`` takes, by their names there: decoders may skip them."""
    return [kind.cut_name for kind in KINDS.values() if kind.code & SKIPPABLE]


def droppable_kind(name: str) -> LayerKind:
    """The kind that a name of :func:`droppable` means.

    Raises ValueError for what is no such name.
    """
    for kind in KINDS.values():
        if kind.cut_name == name and kind.code & SKIPPABLE:
            return kind
    raise ValueError(f"{name!r} is none of {', '.join(droppable())}")


def _reader(layer: Layer, index: int) -> Reader:
    return Reader(layer.payload, base=layer.start, layer=index, whole=True)
