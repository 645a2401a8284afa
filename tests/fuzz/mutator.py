"""Hostile inputs of valid ones. Files are taken apart into header and layers, changed there, and given
right checks again, so that damage gets past them and reaches the layers. The same random numbers give the
same input.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

Pool = Sequence[bytes]
Mutator = Callable[[bytes, Random, Pool], bytes]
"""Gives an input like the one given; the pool holds others to take pieces from."""

LONGEST = 1 << 14
"""Inputs grow no longer, but for those that were before."""

_NUMBERS = (0, 1, 2, 3, 15, 16, 17, 127, 128, 129, 255, 256, 300, 8191, 8192, 8193, 16383, 16384)
_LIMITS = (2047, 2048, 2049, 4095, 4096, 4097, 32767, 32768, 65535, 65536, 262144, 2097151, 268435455)
_BAD_VARINTS = (b"\x80\x00", b"\xff\xff\xff\xff\x7f", b"\xff", b"\x81\x80\x80\x00", b"")


@dataclass
class Part:
    """A layer. ``length``: as it is written, None where it tells the truth."""

    kind: int
    payload: bytes
    length: bytes | None = None


@dataclass
class Parts:
    """A file. ``header``: magic, version, canvas, and the varints of model and sizes. ``tail``: what follows
    the last layer that can be recognised."""

    header: list[bytes]
    layers: list[Part] = field(default_factory=list)
    tail: bytes = b""


def varint(value: int) -> bytes:
    """``value`` in its shortest form, also where it takes more than four bytes."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _varint_end(data: bytes, start: int) -> int:
    end = start
    while end < min(len(data), start + 4) and data[end] & 0x80:
        end += 1
    return min(end + 1, len(data))


def split(data: bytes) -> Parts:
    """Any bytes as a file: header and layers as far as they can be recognised, and what is left."""
    canvas = data[3:4]
    sizes = 2 if not sum(canvas) & 0xC0 else 1 if sum(canvas) & 0x40 else 0
    header, position = [data[:2], data[2:3], canvas], 4
    for _ in range(1 + sizes):
        end = _varint_end(data, position)
        header.append(data[position:end])
        position = end
    parts = Parts(header)
    while position < len(data):
        end = _varint_end(data, position + 1)
        length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data[position + 1 : end]))
        if end + length + 2 > len(data):
            break
        parts.layers.append(Part(data[position], data[end : end + length]))
        position = end + length + 2
    parts.tail = data[position:]
    return parts


def join(parts: Parts) -> bytes:
    """The file of ``parts``, with right checks."""
    out = bytearray(b"".join(parts.header))
    check = binascii.crc_hqx(out, 0)
    for part in parts.layers:
        length = varint(len(part.payload)) if part.length is None else part.length
        layer = bytes([part.kind]) + length + part.payload
        check = binascii.crc_hqx(layer, check)
        out += layer + check.to_bytes(2, "big")
    return bytes(out + parts.tail)


def _number(rng: Random, near: int = 0) -> bytes:
    """A varint: near another one, or one at which something changes, or none."""
    how = rng.random()
    if how < 0.5:
        return varint(max(0, near + rng.choice((-2, -1, 1, 2, near, -near // 2, rng.randrange(-20, 40)))))
    if how < 0.85:
        return varint(rng.choice(_NUMBERS))
    return varint(rng.choice(_LIMITS)) if how < 0.97 else rng.choice(_BAD_VARINTS)


def spoil(data: bytes, rng: Random, pool: Pool) -> bytes:
    """Bytes with a few of them changed, taken out, put in or taken from others."""
    out = bytearray(data)
    at = rng.randrange(len(out) + 1)
    size = min(rng.choice((1, 1, 1, 2, 3, 4, 8, 30)), len(out) - at)
    how = rng.randrange(9)
    if how <= 2 and size:
        out[at] ^= 1 << rng.randrange(8)
    elif how == 3 and size:
        out[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, rng.randrange(256)))
    elif how == 4:
        out[at : at + size] = rng.randbytes(rng.choice((size, size, 0, 2 * size)))
    elif how == 5:
        del out[at : at + size if rng.random() < 0.8 else len(out)]
    elif how == 6:
        out[at:at] = rng.randbytes(rng.choice((1, 1, 2, 4, 20)))
    elif how == 7:
        out[at:at] = out[at : at + size] * rng.choice((1, 1, 2, 50))
    elif pool:
        other = rng.choice(pool)
        start = rng.randrange(len(other) + 1)
        out[at : at + rng.choice((0, size, len(out)))] = other[start : start + rng.choice((size, 40, 400))]
    return bytes(out[: max(LONGEST, len(data))])


def _spoil_head(payload: bytes, kind: int, rng: Random) -> bytes:
    """A payload with another profile, or another number in its head."""
    if not payload:
        return rng.randbytes(2)
    if rng.random() < 0.25:
        return bytes([payload[0] ^ 1 << rng.randrange(8)]) + payload[1:]
    symbols = kind == 1 and payload[0] >> 4 == 1
    count = (3 + (payload[0] >> 3 & 1)) if symbols else 1
    ends = [1]
    for _ in range(count):
        ends.append(_varint_end(payload, ends[-1]))
    which = rng.randrange(count)
    old = payload[ends[which] : ends[which + 1]]
    near = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(old))
    return payload[: ends[which]] + _number(rng, near) + payload[ends[which + 1] :]


def _spoil_header(parts: Parts, rng: Random) -> None:
    header = parts.header
    which = rng.choice((0, 1, 2, 2, 2, 3, *range(3, len(header))))
    if which < 2:
        header[which] = spoil(header[which], rng, ())
    elif which > 2:
        header[which] = _number(rng, 256)
    else:
        flags = rng.choice((0, 0x40, 0x80, 0x80, 0xC0))
        header[2] = bytes([flags | rng.choice((1, 1, 1, 2, 8, 16, 32, 33, 0, 63))])
        if rng.random() < 0.8:  # with the sizes that the flags ask for
            sizes = {0: 2, 0x40: 1}.get(flags, 0)
            header[4:] = [varint(rng.choice((16, 17, 99, 256, 400, 1024, 8192))) for _ in range(sizes)]


def _spoil_layers(parts: Parts, rng: Random, pool: Pool) -> None:
    layers = parts.layers
    at = rng.randrange(len(layers) + 1)
    how = rng.randrange(7)
    if how == 0:
        rng.shuffle(layers)
    elif how == 1:
        del layers[at : at + 1]
    elif how == 2 and layers:
        layers.insert(at, rng.choice(layers))
    elif how == 3 and pool:
        layers[at:at] = split(rng.choice(pool)).layers[: rng.choice((1, 1, 9))]
    elif how == 4:
        payload = rng.randbytes(rng.choice((0, 1, 2, 5, 30)))
        layers.insert(at, Part(rng.choice((0, 1, 2, 2, 3, 127, 128, 255)), payload))
    elif how == 5 and layers:
        part = rng.choice(layers)
        part.kind = rng.choice((0, 1, 2, 3, part.kind ^ 1 << rng.randrange(8)))
    elif layers:
        part = rng.choice(layers)
        part.length = _number(rng, len(part.payload))


def mutate_file(data: bytes, rng: Random, pool: Pool) -> bytes:
    """A ``.vcm`` file like ``data``, mostly with right checks."""
    parts = split(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        how = rng.random()
        if how < 0.12:
            _spoil_header(parts, rng)
        elif how < 0.27 or not parts.layers:
            _spoil_layers(parts, rng, pool)
        elif how < 0.45:
            part = rng.choice(parts.layers)
            part.payload = _spoil_head(part.payload, part.kind, rng)
        else:
            part = rng.choice(parts.layers)
            others = split(rng.choice(pool)).layers if pool else []
            part.payload = spoil(part.payload, rng, [other.payload for other in others])
    out = join(parts)
    return spoil(out, rng, pool) if rng.random() < 0.03 else out


def mutate_edges(data: bytes, rng: Random, pool: Pool) -> bytes:
    """A byte that stays mostly, and an edge layer's payload."""
    if rng.random() < 0.3:
        return data[:1] + _spoil_head(data[1:], 1, rng)
    return spoil(data, rng, pool)


def mutate_colours(data: bytes, rng: Random, pool: Pool) -> bytes:
    """A byte that stays mostly, and a colour layer's payload."""
    if rng.random() < 0.3:
        return data[:1] + _spoil_head(data[1:], 2, rng)
    return spoil(data, rng, pool)


def mutate_texture(data: bytes, rng: Random, pool: Pool) -> bytes:
    """A byte that stays mostly, and a texture layer's payload."""
    if rng.random() < 0.2:
        return data[:1] + _spoil_head(data[1:], 3, rng)
    return spoil(data, rng, pool)


def mutate_detail(data: bytes, rng: Random, pool: Pool) -> bytes:
    """A detail layer's payload."""
    if rng.random() < 0.2:
        return _spoil_head(data, 4, rng)
    return spoil(data, rng, pool)


_PIECE = re.compile(rb"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?|[A-Za-z:_-]+|\s+|.", re.DOTALL)
_WORDS = (
    *b"0 -0 1e999 -1e-999 1e12 1e6 1e-12 . , # nan inf 100% M m z A c S q T h V <g> </g> <g/> <svg>".split(),
    *b"&amp; &#0; &a; <!-- --> <![CDATA[ ]]> <style>@import</style> id='a' <?a?> \0 \xff".split(),
    *(
        b" 0 1 ",
        b"9" * 400,
        b"<use href='#a'/>",
        b"<symbol id='a'>",
        b"<!DOCTYPE a>",
        b"<path d='M0 0L9 9'/>",
    ),
    *(b" transform='scale(1e9)'", b" transform='rotate(1e300)'", b" viewBox='0 0 1e-9 1e9'"),
    *(b" data-vcm-side='1024'", b" data-vcm-step='1'", b" data-vcm-order='kept'", b" data-vcm-steps='5'"),
    *(b" style='display:none'", b" preserveAspectRatio='none'", b" xmlns:a='http://www.w3.org/2000/svg'"),
    *(b"<?xml version='1.0' encoding='%s'?>" % name for name in (b"utf-16", b"koi8-r", b"utf-7")),
)


def mutate_text(data: bytes, rng: Random, pool: Pool) -> bytes:
    """An SVG document like ``data``: words and numbers changed, repeated, moved."""
    if rng.random() < 0.15:
        return spoil(data, rng, pool)
    pieces = _PIECE.findall(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(pieces) + 1)
        size = rng.choice((1, 1, 2, 5, 20))
        how = rng.randrange(6)
        if how == 0:
            pieces[at : at + size] = [rng.choice(_WORDS)]
        elif how == 1:
            pieces.insert(at, rng.choice(_WORDS))
        elif how == 2:
            del pieces[at : at + size]
        elif how == 3:
            pieces[at:at] = pieces[at : at + size] * rng.choice((1, 1, 3, 60))
        elif how == 4:
            other = _PIECE.findall(rng.choice(pool)) if pool else pieces
            start = rng.randrange(len(other) + 1)
            pieces[at:at] = other[start : start + 3 * size]
        else:
            numbers = [place for place, piece in enumerate(pieces) if piece[-1:].isdigit()]
            if numbers:
                value = rng.choice((rng.uniform(-300, 600), rng.gauss(0, 10 ** rng.randrange(14))))
                pieces[rng.choice(numbers)] = b"%.9g" % value
    return b"".join(pieces)[: max(LONGEST, len(data))]


_NAMES = (
    b'"a"',
    b"1",
    b"[]",
    b"{}",
    b"null",
    b'"\\ud800"',
    b'"\\u001b"',
    b"NaN",
    b"[" * 3000,
    b"9" * 5000,
    b"\xff\xfe",
)


def mutate_gallery(data: bytes, rng: Random, pool: Pool) -> bytes:
    """An index of faces like ``data``, mostly of a right length and check."""
    length = int.from_bytes(data[13:17], "big")
    head, names, vectors = data[:13], data[17 : 17 + length], data[17 + length : -4]
    how = rng.randrange(8)
    if how == 0:
        head = spoil(head, rng, ())
    elif how <= 3:
        names = spoil(names, rng, ())
    elif how == 4:
        at = rng.randrange(len(names) + 1)
        names = names[:at] + rng.choice(_NAMES) + names[at + rng.choice((0, 1, len(names))) :]
    elif how == 5:
        kept = rng.choice((len(vectors), len(vectors), 0))  # what is left is of no length
        vectors = (spoil(vectors, rng, ())[:kept] + bytes(len(vectors)))[: len(vectors)]
    else:  # another number of faces, with as many vectors or names
        count = max(0, int.from_bytes(head[9:], "big") + rng.choice((-1, 1, 3)))
        head = head[:9] + count.to_bytes(5, "big")[-4:]
        if how == 6:
            vectors = (vectors + rng.randbytes(1024))[: 256 * count]
        names = b"[" + b",".join([rng.choice(_NAMES)] * count) + b"]" if count < 99 else names
    out = checked_gallery(head + len(names).to_bytes(4, "big") + names + vectors + bytes(4))
    return spoil(out, rng, pool) if rng.random() < 0.1 else out


def checked_gallery(data: bytes) -> bytes:
    """An index of faces with a right check."""
    return data[:-4] + zlib.crc32(data[:-4]).to_bytes(4, "big")


MUTATORS: dict[str, Mutator] = {
    "decode": mutate_file,
    "container": mutate_file,
    "cut": mutate_file,
    "twin": mutate_file,
    "edges": mutate_edges,
    "colours": mutate_colours,
    "texture": mutate_texture,
    "detail": mutate_detail,
    "feature": spoil,
    "entropy": spoil,
    "ppm": spoil,
    "svg": mutate_text,
    "svg-text": mutate_text,
    "gallery": mutate_gallery,
}
"""By target."""

CHECKED: dict[Mutator, Callable[[bytes], bytes]] = {
    mutate_file: lambda data: join(split(data)),
    mutate_gallery: checked_gallery,
}
"""What makes checks right, for those whose inputs have some."""
