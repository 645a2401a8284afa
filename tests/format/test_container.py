from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.errors import FormatError, LimitError, TruncatedError
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.format.wire import MAX_VARINT, Reader, varint
from vcmcodec.limits import Limits

sides = st.integers(16, 8192)
headers = st.builds(
    Header, sides, sides, st.integers(1, 32).map(lambda n: 32 * n), st.integers(0, MAX_VARINT)
) | st.builds(lambda side, canvas: Header(side, side, 32 * canvas, 1), sides, st.integers(1, 32))
layers = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), min_size=1, max_size=6)


@given(headers, layers)
def test_what_is_written_is_read(header: Header, parts: list[tuple[int, bytes]]) -> None:
    data = container.write(header, parts)
    read, found = container.read(data, Limits(pixels=1 << 40))
    assert read == header
    assert [(layer.kind, layer.payload) for layer in found] == parts
    assert found[0].offset + sum(layer.size for layer in found) == len(data)


@given(headers, layers)
def test_a_file_cut_after_a_layer_is_valid_and_cut_elsewhere_is_not(
    header: Header, parts: list[tuple[int, bytes]]
) -> None:
    data = container.write(header, parts)
    limits = Limits(pixels=1 << 40)
    _, found = container.read(data, limits)
    ends = {layer.offset + layer.size for layer in found}
    for cut in range(len(data)):
        if cut in ends:
            assert len(container.read(data[:cut], limits)[1]) == sum(end <= cut for end in ends)
        else:
            with pytest.raises(FormatError):
                container.read(data[:cut], limits)


def test_every_flipped_bit_is_found() -> None:
    data = container.write(Header(300, 200, 256, 1), [(1, b"strokes"), (2, b"colours")])
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FormatError):
            container.read(bytes(damaged))


def test_framing_of_two_layers_fits_16_bytes() -> None:
    data = container.write(Header(256, 256, 256, 1), [(1, bytes(400)), (2, bytes(300))])
    assert len(data) - 700 <= 16


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        (Limits(pixels=65535), container.write(Header(256, 256, 256, 1), [(1, b"")])),
        (Limits(canvas=255), container.write(Header(256, 256, 256, 1), [(1, b"")])),
        (Limits(file=4), container.write(Header(256, 256, 256, 1), [(1, b"")])),
        (Limits(layers=1), container.write(Header(256, 256, 256, 1), [(1, b""), (2, b"")])),
        (Limits(payload=9), container.write(Header(256, 256, 256, 1), [(1, bytes(10))])),
    ],
    ids=["pixels", "canvas", "file", "layers", "payload"],
)
def test_limits(limits: Limits, data: bytes) -> None:
    container.read(data)
    with pytest.raises(LimitError):
        container.read(data, limits)


@pytest.mark.parametrize(
    "header",
    [Header(15, 256, 256, 1), Header(256, 8193, 256, 1), Header(256, 256, 250, 1), Header(256, 256, 1056, 1)],
)
def test_writing_a_header_out_of_range_fails(header: Header) -> None:
    with pytest.raises(ValueError, match=r"side|canvas"):
        container.write(header, [])


@given(st.integers(0, MAX_VARINT))
def test_varints_round_trip_in_their_only_form(value: int) -> None:
    coded = varint(value)
    assert Reader(coded).varint("it") == value
    with pytest.raises(FormatError):
        Reader(coded[:-1] + bytes([coded[-1] | 0x80, 0])).varint("it")


def test_a_varint_needs_its_bytes() -> None:
    with pytest.raises(TruncatedError, match="layer 3, byte 11"):
        Reader(b"\x80", base=10, layer=3).varint("it")
    with pytest.raises(FormatError):
        Reader(b"\xff\xff\xff\xff\x01").varint("it")
    with pytest.raises(ValueError, match="out of range"):
        varint(MAX_VARINT + 1)
