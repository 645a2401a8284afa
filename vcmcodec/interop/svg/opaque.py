"""Layers that are not drawn, carried through an SVG drawing as they are: ancillary ones that nobody here
knows, and those of kinds without a drawable form.

Each is an empty ``g`` in the group ``vcm-layers`` of the document's metadata, which editors keep and do not
draw. It is read wherever it stands.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vcmcodec.errors import FormatError, LimitError, SvgError
from vcmcodec.format.container import SKIPPABLE, Layer
from vcmcodec.interop.svg.document import Node, limit, quoted
from vcmcodec.layers import kinds
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene

ID = "vcm-layers"
CODE, AFTER, PAYLOAD = "data-vcm-layer", "data-vcm-after", "data-vcm-payload"
"""Attributes: its kind, how many drawn layers stand before it in the file, and its payload in base64."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A layer of kind ``code`` after the first ``after`` drawn ones; ``line``: where the document has it."""

    code: int
    after: int
    payload: bytes
    line: int | None = None


def is_drawn(code: int) -> bool:
    """Whether layers of a kind are drawn."""
    return code in kinds.KINDS and kinds.KINDS[code].text() is not None


def found(layers: Sequence[Layer]) -> Iterator[Opaque]:
    """Those of a file's layers that are not drawn."""
    drawn = 0
    for layer in layers:
        if is_drawn(layer.kind):
            drawn += 1
        else:
            yield Opaque(layer.kind, drawn, layer.payload)


def write(layers: Sequence[Opaque]) -> Iterator[str]:
    """Their lines; none where there are none."""
    if not layers:
        return
    yield f'  <metadata id="{ID}">'
    for layer in layers:
        text = base64.b64encode(layer.payload).decode("ascii")
        yield f'    <g {CODE}="{layer.code}" {AFTER}="{layer.after}" {PAYLOAD}="{text}"/>'
    yield "  </metadata>"


def read(root: Node, limits: Limits) -> tuple[Opaque, ...]:
    """The layers that a document carries, in its order.

    Raises SvgError for what is no such layer, LimitError for more or larger ones than decoders take.
    """
    layers: list[Opaque] = []
    stack = [root]
    while stack:
        node = stack.pop()
        stack += reversed(node.children)
        if CODE in node.attributes:
            if len(layers) == limits.layers:
                raise limit(f"more layers than the limit of {limits.layers}", node.line)
            layers.append(_layer(node, limits))
    return tuple(layers)


def _layer(node: Node, limits: Limits) -> Opaque:
    code = _number(node, CODE, 255)
    if is_drawn(code):
        raise SvgError(f"{CODE} {code} is of a kind that is drawn", line=node.line)
    if code not in kinds.KINDS and not code & SKIPPABLE:
        raise SvgError(f"{CODE} {code} is an unknown critical kind", line=node.line)
    text = node.attributes.get(PAYLOAD)
    if text is None:
        raise SvgError(f"{CODE} {code} has no {PAYLOAD}", line=node.line)
    if len(text) > (limits.payload + 2) // 3 * 4:
        raise limit(f"{PAYLOAD} is above the limit of {limits.payload} bytes", node.line)
    try:
        payload = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # the latter where it is not ASCII
        raise SvgError(f"{PAYLOAD} {quoted(text)} is not base64", line=node.line) from None
    return Opaque(code, _number(node, AFTER, 9999), payload, node.line)


def _number(node: Node, name: str, most: int) -> int:
    text = node.attributes.get(name, "")
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > most:
        raise SvgError(f"{name} {quoted(text)} is not in 0..{most}", line=node.line)
    return int(text)


def merged(
    drawn: Sequence[tuple[int, bytes]], layers: Sequence[Opaque], scene: Scene, limits: Limits
) -> list[tuple[int, bytes]]:
    """All layers (kind, payload) of a file in their order. ``scene``: that of no layer.

    Raises SvgError where a known layer is damaged or stands before one that it needs, LimitError, ModelError.
    """
    rows: list[tuple[int, bytes, int | None]] = []
    left = sorted(layers, key=lambda layer: layer.after)
    for index in range(len(drawn) + 1):
        while left and (left[0].after <= index or index == len(drawn)):
            layer = left.pop(0)
            rows.append((layer.code, layer.payload, layer.line))
        if index < len(drawn):
            rows.append((*drawn[index], None))
    if any(layer.code in kinds.KINDS for layer in layers):
        _check(rows, scene, limits)
    return [(code, payload) for code, payload, _ in rows]


def _check(rows: Sequence[tuple[int, bytes, int | None]], scene: Scene, limits: Limits) -> None:
    """Checks that a decoder takes these layers: an editor may have changed or moved them."""
    for index, (code, payload, line) in enumerate(rows):
        try:
            scene = kinds.decode(scene, Layer(code, payload), index, limits)
        except LimitError as error:
            raise LimitError(error.reason) from None  # without its place in a file
        except FormatError as error:
            raise SvgError(f"a layer of kind {code}: {error.reason}", line=line) from None
