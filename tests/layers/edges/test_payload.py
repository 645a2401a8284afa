"""Edge layers: what is encoded is decoded, damage is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_vectors import in_order
from strokes import drawings

from vcmcodec.errors import FormatError, LimitError
from vcmcodec.format.wire import Reader
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges import ppm_strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Grid, Line, Move, Op
from vcmcodec.limits import DEFAULT_LIMITS, Limits
from vcmcodec.scene import Scene


def decode(payload: bytes, scene: Scene, limits: Limits = DEFAULT_LIMITS) -> Scene:
    return edge_layer.decode(scene, Reader(payload, base=9, layer=0), limits)


@given(drawings())
def test_sorted_strokes_round_trip(drawn: tuple[Grid, tuple[Op, ...]]) -> None:
    grid, ops = drawn
    drawing = Drawing(grid.width, grid.height, grid.step, in_order(ops))
    payload = edge_layer.encode(drawing)
    assert payload[0] >> 4 == edge_head.DECISIONS
    assert abs(len(payload) - edge_layer.size(drawing)) <= 2
    assert decode(payload, Scene(grid.width, grid.height)).drawing == drawing
    with pytest.raises(FormatError, match="left over|last byte"):
        decode(payload + bytes(8) + b"\1", Scene(grid.width, grid.height))


@given(drawings())
def test_strokes_round_trip(drawn: tuple[Grid, tuple[Op, ...]]) -> None:
    grid, ops = drawn
    drawing = Drawing(grid.width, grid.height, grid.step, ops)
    payload = edge_layer.encode(drawing)
    scene = decode(payload, Scene(grid.width, grid.height))
    assert scene.drawing == drawing
    assert edge_head.read(Reader(payload)).count == sum(isinstance(op, Move) for op in ops)


def test_long_strokes_are_escaped_and_back() -> None:
    ops = (Move((2000, 3)), Line((0, 1999)), Line((2000, 0)))
    drawing = Drawing(1024, 1024, 1, ops)
    assert ppm_strokes.symbols(ops)[1]
    assert decode(ppm_strokes.encode(drawing), Scene(1024, 1024)).drawing == drawing


def test_too_many_ops_are_refused_before_they_are_decoded() -> None:
    ops = tuple(op for n in range(30) for op in (Move((n, n)), Line((n, n + 9))))
    for encode in (edge_layer.encode, ppm_strokes.encode):
        payload = encode(Drawing(256, 256, 2, ops))
        with pytest.raises(LimitError, match=r"60 ops .*layer 0"):
            decode(payload, Scene(256, 256), Limits(ops=59))


def test_ops_are_counted_as_they_are_decoded() -> None:
    ops = (Move((0, 0)), *(Line((n % 2, n)) for n in range(1, 60)))
    payload = edge_layer.encode(Drawing(256, 256, 2, ops))
    assert decode(payload, Scene(256, 256), Limits(ops=60)).drawing is not None
    with pytest.raises(LimitError, match=r"60 ops or more .*layer 0"):
        decode(payload, Scene(256, 256), Limits(ops=59))


@given(st.binary(max_size=40), st.integers(0, 7), st.sampled_from((1, 2, 3)))
def test_any_edge_payload_decodes_or_is_refused(junk: bytes, step: int, coding: int) -> None:
    payload = bytes([coding << 4 | step]) + junk
    try:
        decode(payload, Scene(256, 256))
    except FormatError as error:
        assert error.layer == 0
        assert error.offset is not None
        assert error.offset >= 9
