"""Section 2: a file's header, its layers and their checks."""

from __future__ import annotations

from typing import NamedTuple

from decoder.failures import (
    MOST_FILE_BYTES,
    MOST_LAYERS,
    MOST_PAYLOAD_BYTES,
    Invalid,
    Truncated,
    Unsupported,
    check_limit,
)
from decoder.reader import Reader

EDGES = 0x01
COLOURS = 0x02
TEXTURE = 0x03
DETAIL = 0x04
CROP = 0xC0
FEATURE = 0x84
FIRST_ANCILLARY = 0x80


class Header(NamedTuple):
    """Section 2.1: the fields that say something about the picture."""

    canvas_side: int
    model: int
    width: int
    height: int
    grey: bool


class Layer(NamedTuple):
    """Section 2.2: a layer whose check is right."""

    kind: int
    payload: bytes


def read_file(data: bytes) -> tuple[Header, list[Layer]]:
    """Section 2: the header and the layers that this version knows, their checks verified."""
    check_limit("bytes", len(data), MOST_FILE_BYTES)
    reader = Reader(data, Truncated)
    header = read_header(reader)
    register = crc16(data[: reader.position])
    layers: list[Layer] = []
    read = 0
    while read == 0 or not reader.at_end():
        read += 1
        check_limit("layers", read, MOST_LAYERS)
        layer, register = read_layer(reader, register)
        if is_known(layer.kind, layers):
            layers.append(layer)
    return header, layers


def read_header(reader: Reader) -> Header:
    """Section 2.1."""
    if reader.take(2, "magic") != b"\xfa\xce":
        raise Invalid("not a vcm file")
    field = reader.byte("version")
    version, grey = field & 0x7F, bool(field & 0x80)
    if version > 1:
        raise Unsupported(f"version {version}")
    if version == 0:
        raise Invalid("version 0")
    canvas = reader.byte("canvas")
    own_size, square, thirty_seconds = bool(canvas & 0x80), bool(canvas & 0x40), canvas & 0x3F
    if own_size and square:
        raise Invalid("both size flags")
    if thirty_seconds == 0:
        raise Invalid("a canvas of no size")
    if thirty_seconds > 32:
        raise Unsupported(f"a canvas of {32 * thirty_seconds}")
    side = 32 * thirty_seconds
    model = reader.varint("model")
    if own_size:
        return Header(side, model, side, side, grey)
    width = read_size(reader, "width")
    if square:
        if width == side:
            raise Invalid("a square of the canvas's side as any square")
        return Header(side, model, width, width, grey)
    height = read_size(reader, "height")
    if width == height:
        raise Invalid("a square as width and height")
    return Header(side, model, width, height, grey)


def read_size(reader: Reader, what: str) -> int:
    """Section 2.1: width or height."""
    size = reader.varint(what)
    if not 16 <= size <= 8192:
        raise Invalid(f"{what} {size}")
    return size


def read_layer(reader: Reader, register: int) -> tuple[Layer, int]:
    """Section 2.2: the next layer, and the register behind its payload, which its check must equal."""
    start = reader.position
    kind = reader.byte("kind")
    length = reader.varint("length")
    check_limit("bytes of a payload", length, MOST_PAYLOAD_BYTES)
    payload = reader.take(length, "payload")
    register = crc16(reader.data[start : reader.position], register)
    if reader.be16("check") != register:
        raise Invalid(f"the check of the layer at byte {start} does not match")
    return Layer(kind, payload), register


def is_known(kind: int, before: list[Layer]) -> bool:
    """Section 2.2: the table of kinds. `before` are the known layers so far; False is a layer to skip."""
    kinds = {layer.kind for layer in before}
    if kind in (EDGES, DETAIL, CROP) and kind in kinds:
        raise Invalid(f"a second layer of kind {kind}")
    if kind == COLOURS and EDGES not in kinds:
        raise Invalid("colours before edges")
    if kind == DETAIL and TEXTURE not in kinds:
        raise Invalid("detail before texture")
    if kind in (EDGES, COLOURS, TEXTURE, DETAIL, CROP, FEATURE):
        return True
    if kind < FIRST_ANCILLARY:
        raise Unsupported(f"a critical layer of kind {kind}")
    return False


def crc_of_byte(byte: int) -> int:
    """Section 2.2: what dividing a byte by the polynomial leaves."""
    register = byte << 8
    for _ in range(8):
        register <<= 1
        if register & 0x10000:
            register ^= 0x11021
    return register


CRC_OF_BYTE = [crc_of_byte(byte) for byte in range(256)]


def crc16(data: bytes, register: int = 0) -> int:
    """Section 2.2: CRC-16/XMODEM, going on from `register`."""
    for byte in data:
        register = (register & 0xFF) << 8 ^ CRC_OF_BYTE[register >> 8 ^ byte]
    return register


def canvas_sides(header: Header) -> tuple[int, int]:
    """Section 2.3: the canvas's width and height."""
    longest = max(header.width, header.height)

    def scaled(side: int) -> int:
        return max(8, (2 * side * header.canvas_side + longest) // (2 * longest))

    return scaled(header.width), scaled(header.height)
