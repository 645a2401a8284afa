"""Layers of the largest files that are read, and of files just above a limit."""

from __future__ import annotations

from vcmcodec.format.container import Header
from vcmcodec.format.wire import varint
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colours
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edges
from vcmcodec.layers.edges import ppm_strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Line, Move, Op

LARGE = Header(1024, 1024, 1024, 1)


def drawn(*ops: Op) -> tuple[int, bytes]:
    """An edge layer of coding 2 at step 1."""
    return edge_head.CODE, edges.encode(Drawing(1024, 1024, 1, ops))


def filled(size: int) -> list[tuple[int, bytes]]:
    """Ancillary layers that make a file of so many bytes."""
    return [(0x80, bytes(65536))] * 15 + [(0x80, bytes(size - 5 - 15 * 65542 - 6))]


def by_symbols(*ops: Op) -> tuple[int, bytes]:
    """The same of coding 1."""
    return edge_head.CODE, ppm_strokes.encode(Drawing(1024, 1024, 1, ops))


def coloured(count: int) -> list[tuple[int, bytes]]:
    """Lines to and fro over the canvas, and so many colours beside them."""
    rows = [[(x, y) for x in range(0, 2000, 30)] for y in range(0, 1200, 30)]
    way = [point for number, row in enumerate(rows) for point in row[:: -1 if number % 2 else 1]]
    drawing = Drawing(1024, 1024, 1, (Move(way[0]), *map(Line, way[1:])))
    payload, _ = colours.encode(drawing.scene, [(0, 0, 0)] * count)
    return [drawn(*drawing.ops), (colour_head.CODE, payload)]


def counted(*numbers: int) -> tuple[int, bytes]:
    """The head of an edge layer of coding 1."""
    return edge_head.CODE, bytes([0x18 if len(numbers) == 4 else 0x10]) + b"".join(map(varint, numbers))


SWEEP = Curve((3000, 1000), (-1000, 1000), (0, 0))  # is drawn in 8192 steps
TO_AND_FRO = [Line((1, 0)), Line((0, 0))]
SWING = [Curve((1, 1), (1, 1), (1, 0)), Curve((1, 1), (1, 1), (0, 0))]
MOST = {
    "layers": [(0x80, b"")] * 64,
    "payload": [(0x80, bytes(65536))],
    "file": filled(1 << 20),
    "ops, coding 1": [by_symbols(Move((0, 0)), *TO_AND_FRO * 2047, Line((1, 0)))],
    "ops, coding 2": [drawn(Move((0, 0)), *TO_AND_FRO * 2047, Line((1, 0)))],
    "symbols": [by_symbols(Move((0, 0)), *SWING * 1169, *TO_AND_FRO * 2, Line((1, 0)))],  # 3, 7 and 3 an op
    "steps": [drawn(Move((0, 0)), *[SWEEP] * 32)],
    "colours": coloured(2048),
}
ABOVE = {
    "layers": [(0x80, b"")] * 65,
    "payload": [(0x80, bytes(65537))],
    "file": filled((1 << 20) + 1),
    "ops, coding 1": [counted(1, 4096, 0)],
    "ops, coding 2": [drawn(Move((0, 0)), *TO_AND_FRO * 2048)],
    "strokes": [(edge_head.CODE, b"\x20" + varint(2049))],
    "symbols": [counted(1, 0, 2340, 1)],  # 3 + 7 * 2340 + 2
    "steps": [drawn(Move((0, 0)), *[SWEEP] * 33)],
    "colours": [drawn(), (colour_head.CODE, b"\x20" + varint(2049))],
}
