"""Header, layers and checks of a ``.vcm`` file (spec/FORMAT.md, sections "Header" and "Layers").

::

    file   = header layer*
    header = magic(2) version(1) canvas(1) model(varint) [width(varint) [height(varint)]]
    layer  = kind(1) length(varint) payload(length) check(2)

Nothing here looks into a payload.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from vcmcodec.errors import FormatError, LimitError, TruncatedError, UnsupportedError
from vcmcodec.format.canvas import CANVAS_UNIT
from vcmcodec.format.wire import Reader, varint
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, MAX_SIDE, MIN_SIDE, Limits

MAGIC = b"\xfa\xce"
VERSION = 1

SKIPPABLE = 0x80
"""A decoder that does not know a layer's kind may skip the layer where this bit is set."""

_GREY = 0x80  # in the version: the picture is grey
_OWN_SIZE = 0x80  # the picture is as large as its canvas: a square of the canvas's side
_SQUARE = 0x40  # the picture is a square: only its width follows
_UNITS = 0x3F


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says before its layers. ``width``, ``height``: the picture, MIN_SIDE..MAX_SIDE
    pixels. ``side``: the canvas's longest side, a multiple of CANVAS_UNIT up to MAX_CANVAS.
    ``model``: the generator's id. ``grey``: whether decoders show the picture without colour."""

    width: int
    height: int
    side: int
    model: int
    grey: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its ``kind`` (0..255), its ``payload``, and where in the file the layer
    (``offset``) and its payload (``start``) begin."""

    kind: int
    payload: bytes
    offset: int = 0
    start: int = 0

    @property
    def size(self) -> int:
        """Bytes in the file: kind, length, payload and check."""
        return self.start - self.offset + len(self.payload) + 2


def _write_header(header: Header) -> bytes:
    units, odd = divmod(header.side, CANVAS_UNIT)
    if odd or not 1 <= units <= MAX_CANVAS // CANVAS_UNIT:
        raise ValueError(f"canvas side {header.side} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}")
    for side in (header.width, header.height):
        if not MIN_SIDE <= side <= MAX_SIDE:
            raise ValueError(f"picture side {side} is not in {MIN_SIDE}..{MAX_SIDE}")
    if header.width != header.height:
        flags, sizes = 0, varint(header.width) + varint(header.height)
    elif header.width != header.side:
        flags, sizes = _SQUARE, varint(header.width)
    else:
        flags, sizes = _OWN_SIZE, b""
    version = VERSION | (_GREY if header.grey else 0)
    return MAGIC + bytes([version, flags | units]) + varint(header.model) + sizes


def _read_header(reader: Reader, limits: Limits) -> Header:
    if reader.data[:2] != MAGIC[: len(reader.data)]:
        raise FormatError("not a vcm file: wrong magic", offset=0)
    reader.take(2, "magic")
    said = reader.byte("version")
    version, grey = said & ~_GREY, bool(said & _GREY)
    if version > VERSION:
        raise UnsupportedError(
            f"format version {version} is newer than {VERSION}, which this decoder knows", offset=2
        )
    if version < VERSION:
        raise FormatError(f"format version {version} does not exist", offset=2)
    canvas = reader.byte("canvas")
    flags, units = canvas & ~_UNITS, canvas & _UNITS
    side = units * CANVAS_UNIT
    if units == 0:
        raise FormatError("canvas of no size", offset=3)
    if side > MAX_CANVAS:
        raise UnsupportedError(f"canvas side {side} is above {MAX_CANVAS}", offset=3)
    if flags == _OWN_SIZE | _SQUARE:
        raise FormatError("both size flags are set", offset=3)
    model = reader.varint("model id")
    if flags == _OWN_SIZE:
        width = height = side
    else:
        width, height = _read_sizes(reader, square=flags == _SQUARE, side=side)
    header = Header(width, height, side, model, grey)
    allow(header, limits)
    return header


def allow(header: Header, limits: Limits) -> None:
    """Raises LimitError where a picture or its canvas is above a limit."""
    if header.side > limits.canvas:
        raise LimitError(f"canvas side {header.side} is above the limit of {limits.canvas}", offset=3)
    if header.width * header.height > limits.pixels:
        raise LimitError(
            f"picture of {header.width} x {header.height} pixels is above the limit of {limits.pixels}",
            offset=4,
        )


def _read_sizes(reader: Reader, *, square: bool, side: int) -> tuple[int, int]:
    """Width and height as written out; only what no shorter form says is legal."""
    start = reader.offset
    width = reader.varint("width")
    height = width if square else reader.varint("height")
    for name, length in (("width", width), ("height", height)):
        if not MIN_SIDE <= length <= MAX_SIDE:
            raise FormatError(f"picture {name} {length} is not in {MIN_SIDE}..{MAX_SIDE}", offset=start)
    if width == height and (not square or width == side):
        raise FormatError("picture size is not in its shortest form", offset=start)
    return width, height


def write(header: Header, layers: Iterable[tuple[int, bytes]]) -> bytes:
    """A file of ``header`` and ``layers`` (kind, payload).

    Raises ValueError where a field is outside the format's range.
    """
    out = bytearray(_write_header(header))
    check = binascii.crc_hqx(out, 0)
    for kind, payload in layers:
        layer = bytes([kind]) + varint(len(payload)) + payload
        # Checks are not checked: a CRC over data and its own CRC forgets the data.
        check = binascii.crc_hqx(layer, check)
        out += layer + check.to_bytes(2, "big")
    return bytes(out)


def framed(layers: Iterable[tuple[int, bytes]]) -> int:
    """Bytes that ``layers`` (kind, payload) take in a file: kind, length, payload and check of each."""
    return sum(1 + len(varint(len(payload))) + len(payload) + 2 for _, payload in layers)


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Header, list[Layer]]:
    """The header and the layers of a whole file, every check verified and every byte accounted for.

    Raises FormatError (not a vcm file, or damaged), TruncatedError (ends inside the header or
    a layer, or before the first layer), UnsupportedError (newer version), LimitError.
    """
    header, layers, cut = read_until_cut(data, limits)
    if cut is not None:
        raise cut
    return header, layers


def read_until_cut(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[Header, list[Layer], TruncatedError | None]:
    """As :func:`read`, but where the file ends inside a later layer than its first, the layers before that
    and what :func:`read` would have raised.

    Raises as :func:`read` does.
    """
    if len(data) > limits.file:
        raise LimitError(f"file of {len(data)} bytes is above the limit of {limits.file}")
    reader = Reader(data)
    header = _read_header(reader, limits)
    check = binascii.crc_hqx(data[: reader.position], 0)
    layers: list[Layer] = []
    while reader.left or not layers:
        if len(layers) == limits.layers:
            raise LimitError(f"more layers than the limit of {limits.layers}", offset=reader.offset)
        try:
            layer, check = _read_layer(data, reader.position, len(layers), check, limits)
        except TruncatedError as cut:
            if not layers:
                raise
            return header, layers, cut
        layers.append(layer)
        reader.position += layer.size
    return header, layers, None


def _read_layer(data: bytes, offset: int, index: int, check: int, limits: Limits) -> tuple[Layer, int]:
    """The layer at ``offset``, and its check; ``check`` is the one before it."""
    reader = Reader(data[offset:], base=offset, layer=index)
    if not reader.left:
        raise TruncatedError("truncated: the file ends before its first layer", offset=offset)
    kind = reader.byte("layer kind")
    length = reader.varint("layer length")
    if length > limits.payload:
        raise LimitError(
            f"payload of {length} bytes is above the limit of {limits.payload}",
            layer=index,
            offset=offset + 1,
        )
    start = reader.offset
    payload = reader.take(length, "payload")
    end = reader.offset
    check = binascii.crc_hqx(data[offset:end], check)
    if int.from_bytes(reader.take(2, "check"), "big") != check:
        raise FormatError("damaged: the check does not match", layer=index, offset=end)
    return Layer(kind, payload, offset, start), check
