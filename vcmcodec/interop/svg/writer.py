"""A ``.vcm`` file as SVG text, one element a line; the same text for the same file."""

from __future__ import annotations

from collections.abc import Iterator

from vcmcodec import codec
from vcmcodec.format import container
from vcmcodec.format.container import Header, Layer
from vcmcodec.interop.svg import opaque
from vcmcodec.layers import kinds
from vcmcodec.limits import DEFAULT_LIMITS, Limits
from vcmcodec.scene import Scene

HEADER = tuple(f"data-vcm-{name}" for name in ("width", "height", "side", "step", "model"))
"""Attributes of the root, in this order; the third marks a drawing that was written here."""

GREY = "data-vcm-grey"
"""The root's attribute, ``1``, of a picture that decoders show without colour."""

STEP = 3
"""The step of a drawing that names none: the finest that the encoder uses."""


def dump(data: bytes, *, base_only: bool = False, limits: Limits = DEFAULT_LIMITS) -> str:
    """The bytes of a ``.vcm`` file as an SVG document. ``base_only``: of its base layer alone.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError, ModelError.
    """
    header, layers = container.read(data, limits)
    scene = codec.decode_layers(header, layers, limits)
    if base_only:
        layers = [layer for layer in layers if layer.kind == kinds.BASE.code]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_svg(header, scene, layers), ""])


def _svg(header: Header, scene: Scene, layers: list[Layer]) -> Iterator[str]:
    forms = {kind.code: form for kind in kinds.KINDS.values() if (form := kind.text())}
    step = scene.drawing.step if scene.drawing else STEP
    attributes = dict(zip(HEADER, map(str, (header.width, header.height, header.side, step, header.model))))
    if header.grey:
        attributes[GREY] = "1"
    for code, form in forms.items():
        attributes |= form.attributes(scene, [layer for layer in layers if layer.kind == code])
    data = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    width, height = scene.width, scene.height
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" {data}>'
    )
    for code, form in forms.items():
        yield from form.write(scene, [layer for layer in layers if layer.kind == code])
    yield from opaque.write(list(opaque.found(layers)))
    yield "</svg>"
