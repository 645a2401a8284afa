"""Grey pictures and textures of one colour, for vectors: name, what it shows, bytes, and cause."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from detail_files import good_files
from texture_files import begun, made

from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.layers.texture.head import CODE, PLAIN

Layer = tuple[int, bytes]


def plain(red: int, green: int, blue: int) -> Layer:
    """A layer of one colour."""
    return CODE, bytes([PLAIN << 4, red, green, blue])


def _texture() -> list[Layer]:
    rng = random.Random(12)

    def level(part: int, rank: int) -> int:
        return round(rng.gauss(0, 60 / (rank + 3)))

    first = made(begun((256, 256), 60), 2, (60, 40), level, first=True)
    return [first.layer, made(first.known, 0, (100, 60), level, first=False).layer]


def good_tones(header: Header, drawn: list[Layer]) -> Iterator[tuple[str, str, bytes]]:
    """Files with a ``header`` of 256 x 256 pixels; some with ``drawn`` strokes and colours."""
    grey = replace(header, grey=True)
    yield "good-grey", "A grey picture.", container.write(grey, _texture())
    strokes = replace(grey, width=300, height=300)
    yield "good-grey-strokes", "A grey picture of strokes and colours.", container.write(strokes, drawn)
    yield "good-plain-colour", "A texture of one colour.", container.write(header, [plain(200, 3, 77)])
    white = container.write(Header(512, 99, 64, 0, grey=True), [plain(255, 255, 255)])
    yield "good-plain-white", "A grey one, white, on a wide canvas.", white
    green = container.write(Header(32, 32, 32, 0), [plain(0, 255, 0)])
    yield "good-plain-green", "One whose Cg is the largest.", green
    behind = container.write(header, [*drawn, plain(9, 8, 7)])
    yield "good-plain-behind", "One behind strokes and colours.", behind
    data = next(
        data for name, _, data in good_files(lambda *sizes: Header(*sizes, 5)) if name == "good-detail"
    )
    detail = [(layer.kind, layer.payload) for layer in container.read(data)[1] if layer.kind != CODE]
    yield "good-plain-detail", "One with detail.", container.write(header, [plain(90, 80, 70), *detail])


def bad_tones(header: Header) -> Iterator[tuple[str, str, bytes, str]]:
    """Files that break one rule."""
    code, payload = layer = plain(9, 8, 7)
    first, later = _texture()
    for name, shows, layers in (
        ("short", "A texture of one colour without its blue.", [(code, payload[:3])]),
        ("surplus", "A byte behind the colour.", [(code, payload + b"\0")]),
        ("second", "A second one.", [layer, layer]),
        ("before", "One before another texture layer.", [layer, later]),
        ("behind", "One behind another texture layer.", [first, layer]),
    ):
        yield f"bad-plain-{name}", shows, container.write(header, layers), "invalid"
    bit = container.write(header, [(code, b"\xf1" + payload[1:])])
    yield "unsupported-plain-bit", "A bit of its profile that means nothing yet.", bit, "unsupported"
    whole = container.write(header, [first])
    for name, shows, version, cause in (
        ("bad-grey-flip", "The flag of grey pictures is flipped.", 0x81, "invalid"),
        ("bad-grey-version", "Version 0 of a grey picture.", 0x80, "invalid"),
        ("unsupported-grey-version", "Version 2 of a grey picture.", 0x82, "unsupported"),
    ):
        yield name, shows, whole[:2] + bytes([version]) + whole[3:], cause
