"""Writes spec/vectors: files that a decoder must take, refuse or call unsupported.

``python spec/make_vectors.py [FOLDER]`` from a checkout. The drawings are made here, by a fixed seed; no
picture is behind them.
"""

from __future__ import annotations

import binascii
import json
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
from detail_files import bad_files, good_files
from feature_files import good as good_features
from feature_files import layer as feature_layer
from feature_files import size as feature_size
from texture_files import begun, counts, made
from tone_files import bad_tones, good_tones

from vcmcodec import codec
from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.ppm import primed
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.errors import VcmError
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.format.wire import varint
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.crop.record import CODE as CROP
from vcmcodec.layers.crop.record import Crop
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges import ppm_strokes, strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, digest, fault, thirds
from vcmcodec.layers.feature.head import CODE as FEATURE
from vcmcodec.layers.texture import head as texture_head
from vcmcodec.layers.texture.frame import MAX_AXIS, MAX_CENTRE, Frame
from vcmcodec.layers.texture.part import Texture
from vcmcodec.render import grain
from vcmcodec.render.grey import neutral

FOLDER = Path(__file__).parent / "vectors"


class Vector(NamedTuple):
    """A file's name, one sentence on what it shows, its bytes, and, for bad ones, the cause."""

    name: str
    shows: str
    data: bytes
    cause: str | None = None


def random_ops(rng: random.Random, grid: Grid, strokes: int, reach: int) -> tuple[Op, ...]:
    """Valid strokes with steps of up to ``reach`` grid units; control points may leave the canvas."""

    def near(point: tuple[int, int], far: int) -> tuple[int, int]:
        return (
            min(max(point[0] + rng.randint(-far, far), 0), grid.columns - 1),
            min(max(point[1] + rng.randint(-far, far), 0), grid.rows - 1),
        )

    ops: list[Op] = []
    for _ in range(strokes):
        here = (rng.randrange(grid.columns), rng.randrange(grid.rows))
        stroke: list[Op] = [Move(here)]
        for _ in range(rng.randint(1, 4)):
            end = near(here, reach)
            if rng.random() < 0.5:
                if end == here:
                    continue
                stroke.append(Line(end))
            else:
                a = (here[0] + rng.randint(-reach, reach), here[1] + rng.randint(-reach, reach))
                b = (end[0] + rng.randint(-reach, reach), end[1] + rng.randint(-reach, reach))
                if not (grid.holds_control(a) and grid.holds_control(b)) or a == b == end == here:
                    continue
                stroke.append(Curve(a, b, end))
            here = end
        if len(stroke) > 1:
            ops += stroke
    return tuple(ops)


def drawing(header: Header, ops: Sequence[Op], step: int) -> Drawing:
    return Drawing(*canvas_size(header.width, header.height, header.side), step, tuple(ops))


def scene_layers(
    drawn: Drawing, cuts: Sequence[int], rng: random.Random, steps: int = colour_layer.DEFAULT_STEPS
) -> list[tuple[int, bytes]]:
    """An edge layer, and colour layers with random colours up to each of ``cuts``."""
    scene = drawn.scene
    layers = [(edge_head.CODE, ppm_strokes.encode(drawn))]
    for cut in cuts:
        wanted = [
            (rng.randrange(256), rng.randrange(256), rng.randrange(256))
            for _ in range(cut - len(scene.known))
        ]
        payload, scene = colour_layer.encode(scene, wanted, steps, coding=colour_head.PPM)
        layers.append((colour_head.CODE, payload))
    return layers


PLAIN = Header(256, 256, 256, 1)
TRIANGLE = (Move((20, 20)), Line((80, 30)), Line((40, 90)), Line((20, 20)))
BARE = edge_head.StrokeHead(3, 0).write()


def good() -> Iterator[Vector]:
    rng = random.Random(1)
    grid = Grid(256, 256, 3)
    plain = drawing(PLAIN, random_ops(rng, grid, 30, 25), 3)
    layers = scene_layers(plain, (16, 48, len(reference_pixels.of(plain, False))), rng)
    yield Vector(
        "good-plain",
        "Strokes and three colour layers, as an encoder writes them.",
        container.write(PLAIN, layers),
    )
    yield Vector("good-cut", "The same, cut after its second layer.", container.write(PLAIN, layers[:2]))
    yield Vector("good-base", "Strokes alone.", container.write(PLAIN, layers[:1]))
    empty = drawing(PLAIN, (), 1)
    yield Vector("good-empty", "No strokes at all.", container.write(PLAIN, [(1, ppm_strokes.encode(empty))]))
    yield Vector(
        "good-skip",
        "An unknown ancillary layer between known ones is skipped.",
        container.write(PLAIN, [layers[0], (0x85, b"later"), layers[1]]),
    )
    yield Vector(
        "good-no-edges", "Only an ancillary layer: E is empty.", container.write(PLAIN, [(0xFF, b"")])
    )
    for step in (1, 2, 4, 8):
        drawn = drawing(PLAIN, random_ops(rng, Grid(256, 256, step), 20, 40 // step), step)
        numbers = min(step, 5)
        yield Vector(
            f"good-step-{step}",
            f"Quantiser step {step}, colour steps {numbers}.",
            container.write(
                PLAIN, scene_layers(drawn, (len(reference_pixels.of(drawn, False)),), rng, numbers)
            ),
        )
    wide = Header(400, 300, 256, 1)
    drawn = drawing(wide, random_ops(rng, Grid(256, 192, 3), 20, 25), 3)
    yield Vector(
        "good-wide", "A picture of 400 x 300.", container.write(wide, scene_layers(drawn, (9,), rng))
    )
    thin = Header(16, 8192, 256, 1)
    drawn = drawing(thin, random_ops(rng, Grid(8, 256, 3), 10, 9), 3)
    yield Vector(
        "good-thin",
        "A picture of 16 x 8192: the canvas is 8 x 256.",
        container.write(thin, scene_layers(drawn, (5,), rng)),
    )
    square = Header(300, 300, 512, 77)
    drawn = drawing(square, random_ops(rng, Grid(512, 512, 3), 20, 60), 3)
    yield Vector(
        "good-square",
        "300 x 300 on a canvas of 512, and a generator that no release has.",
        container.write(square, scene_layers(drawn, (20,), rng)),
    )
    large = Header(1024, 1024, 1024, 1)
    drawn = drawing(large, random_ops(rng, Grid(1024, 1024, 1), 12, 900), 1)
    yield Vector(
        "good-escapes",
        "Long strokes on a canvas of 1024 at step 1: most values are escaped.",
        container.write(large, scene_layers(drawn, (), rng)),
    )
    shapes = (
        Move((60, 60)),
        Curve((90, 20), (20, 20), (60, 60)),
        Move((100, 100)),
        Curve((100, 100), (110, 110), (120, 120)),
        Move((0, 0)),
        Curve((-20, 60), (60, -20), (0, 0)),
        Move((30, 120)),
        Line((50, 140)),
        Line((70, 120)),
        Line((50, 140)),
        Move((140, 30)),
        Curve((160, 10), (120, 50), (150, 30)),
    )
    drawn = drawing(PLAIN, shapes, 3)
    yield Vector(
        "good-shapes",
        "Closed, straight and S-shaped curves, slopes of 45 degrees, strokes that leave the canvas.",
        container.write(PLAIN, scene_layers(drawn, (len(reference_pixels.of(drawn, False)),), rng)),
    )

    shape = Header(512, 301, 256, 1)
    drawn = drawing(shape, random_ops(rng, Grid(256, 151, 3), 12, 25), 3)
    yield Vector(
        "good-round",
        "A picture of 512 x 301: the canvas is 256 x 151, rounded half up.",
        container.write(shape, scene_layers(drawn, (7,), rng, 0)),
    )
    small = Header(160, 160, 160, 1)
    drawn = drawing(small, random_ops(rng, Grid(160, 160, 3), 12, 25), 3)
    yield Vector(
        "good-small",
        "A canvas of 160: reference pixels lie 2 pixels from their strokes.",
        container.write(small, scene_layers(drawn, (7,), rng, 3)),
    )
    middle = drawing(PLAIN, (Move((76, 85)), Line((95, 85))), 3)
    yield Vector(
        "good-tie",
        "Two places at one distance from the middle, and a colour for the first.",
        container.write(PLAIN, scene_layers(middle, (1,), rng)),
    )
    ends = (
        Move((0, 0)),
        Curve((-grid.columns + 1, -grid.rows + 1), (2 * grid.columns - 1, 2 * grid.rows - 1), (9, 9)),
        Move((0, 0)),
        Line((grid.columns - 1, grid.rows - 1)),
    )
    yield Vector(
        "good-far",
        "Control points and ends as far away as they may be.",
        container.write(PLAIN, scene_layers(drawing(PLAIN, ends, 3), (), rng)),
    )
    triangle = drawing(PLAIN, TRIANGLE, 3)
    edge = (edge_head.CODE, ppm_strokes.encode(triangle))
    count = len(reference_pixels.of(triangle, False))
    wild = bytes(255 - n % 2 for n in range(3 * count))
    yield Vector(
        "good-clamp",
        "Colour levels far out of range: sums are clamped, then known, then clamped again as RGB.",
        container.write(PLAIN, [edge, colour_payload(wild, 5)]),
    )
    yield Vector(
        "good-skip-first",
        "Unknown ancillary layers of the lowest and the highest kind, before the strokes.",
        container.write(PLAIN, [(0x80, b"first"), (0xFF, b""), edge]),
    )
    yield Vector(
        "good-surplus",
        "Bytes behind those that fix the symbols are ignored.",
        container.write(PLAIN, [(edge[0], edge[1] + b"\x5a" * 99)]),
    )


def colour_payload(symbols: bytes, steps: int) -> tuple[int, bytes]:
    """A colour layer of any symbols."""
    coded = primed.encode(symbols, primed.primer(colour_head.PRIMER))
    return colour_head.CODE, bytes([0x10 | steps]) + varint(len(symbols) // 3) + coded


def edge_payload(counts: Sequence[int], symbols: bytes, escapes: int | None = None) -> tuple[int, bytes]:
    """An edge layer at step 3 of any counts and symbols."""
    numbers = [*counts, *([] if escapes is None else [escapes])]
    head = bytes([0x12 | (0 if escapes is None else 8)]) + b"".join(map(varint, numbers))
    return edge_head.CODE, head + primed.encode(symbols, primed.primer(edge_head.PRIMER))


def framed(header: bytes, parts: Sequence[tuple[int, bytes]]) -> bytes:
    """A file of any header with right checks."""
    out, checked = header, header
    for kind, payload in parts:
        layer = bytes([kind]) + varint(len(payload)) + payload
        checked += layer
        out += layer + binascii.crc_hqx(checked, 0).to_bytes(2, "big")
    return out


def unprimed() -> bytes:
    """A coded part that spoils the last symbols of the edge primer."""
    primer = primed.primer(edge_head.PRIMER)
    rng = random.Random(3)
    while True:
        coded = rng.randbytes(6)
        if primed.decode(coded, 1, primer) is None:
            return coded


def bad_headers(parts: Sequence[tuple[int, bytes]], data: bytes) -> Iterator[Vector]:
    """Headers that break one rule, before layers whose checks are right."""
    magic = container.MAGIC + b"\1"
    headers = (
        ("bad-canvas-0", "A canvas of 0.", b"\x80\1"),
        ("bad-flags", "Both size flags.", b"\xc8\1"),
        ("bad-size-0", "A picture of 0 x 0.", b"\x48\1\0"),
        ("bad-size-15", "A picture of 15 x 15.", b"\x48\1\x0f"),
        ("bad-size-8193", "A picture of 8193 x 100.", b"\x08\1\x81\x40\x64"),
        ("bad-size-huge", "A picture of 2^28 - 1 pixels a side.", b"\x48\1\xff\xff\xff\x7f"),
        ("bad-size-long-own", "A square of the canvas's side, as a square.", b"\x48\1\x80\2"),
        ("bad-size-long-square", "A square of 300, as width and height.", b"\x08\1\xac\2\xac\2"),
        ("bad-varint", "A model id that is not in its shortest form.", b"\x88\x81\0"),
        ("bad-varint-long", "A model id of five bytes.", b"\x88\x81\x81\x81\x81\1"),
    )
    for name, shows, rest in headers:
        yield Vector(name, shows, framed(magic + rest, parts), "invalid")
    yield Vector("bad-magic", "Another magic.", framed(b"\xfa\xcd\1\x88\1", parts), "invalid")
    yield Vector("bad-version-0", "Version 0 does not exist.", framed(b"\xfa\xce\0\x88\1", parts), "invalid")
    yield Vector("unsupported-version", "A newer version.", framed(b"\xfa\xce\2\x88\1", parts), "unsupported")
    yield Vector(
        "unsupported-canvas", "A canvas above 1024.", framed(magic + b"\xa1\1", parts), "unsupported"
    )
    yield Vector("bad-nothing", "An empty file.", b"", "truncated")
    yield Vector("bad-cut-header", "Cut inside the header.", data[:4], "truncated")
    yield Vector("bad-no-layer", "A header and nothing else.", data[:5], "truncated")
    yield Vector("bad-cut-payload", "Cut inside a payload.", data[:30], "truncated")
    yield Vector("bad-cut-check", "Cut inside the last check.", data[:-1], "truncated")
    yield Vector("bad-trailing", "A byte behind the last layer.", data + b"\1", "truncated")


def bad_checks() -> Iterator[Vector]:
    """Files whose layers are right, but not where they are."""
    rng = random.Random(4)
    drawn = drawing(PLAIN, random_ops(rng, Grid(256, 256, 3), 8, 25), 3)
    parts = scene_layers(drawn, (2, 4, 6), rng)
    data = container.write(PLAIN, parts)
    _, found = container.read(data)
    cut = [layer.offset for layer in found] + [len(data)]
    pieces = [data[a:b] for a, b in zip(cut, cut[1:])]
    head = data[: cut[0]]
    other = container.write(PLAIN, [parts[0], scene_layers(drawn, (2,), rng)[1]])[cut[1] :]

    def patched(at: int, flip: int) -> bytes:
        return data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]

    yield Vector("bad-flip-payload", "A flipped bit in a payload.", patched(40, 1), "invalid")
    yield Vector("bad-flip-check", "A flipped bit in a check.", patched(cut[1] - 1, 1), "invalid")
    yield Vector("bad-flip-model", "A flipped bit in the model id.", patched(4, 2), "invalid")
    yield Vector(
        "bad-dropped-layer",
        "The first colour layer is missing; all else is as it was.",
        head + pieces[0] + pieces[2] + pieces[3],
        "invalid",
    )
    yield Vector(
        "bad-swapped-layers",
        "Two colour layers have changed places.",
        head + pieces[0] + pieces[2] + pieces[1] + pieces[3],
        "invalid",
    )
    yield Vector(
        "bad-spliced-layer",
        "The second colour layer, behind another file's first one.",
        head + pieces[0] + other + pieces[2],
        "invalid",
    )


def bad_payloads() -> Iterator[Vector]:
    """Layers with right checks that break one rule."""
    rng = random.Random(2)
    plain = drawing(PLAIN, random_ops(rng, Grid(256, 256, 3), 8, 25), 3)
    strokes, dots = scene_layers(plain, (8,), rng)
    edges, colours = strokes[1], dots[1]

    def file(*parts: tuple[int, bytes]) -> bytes:
        return framed(container.write(PLAIN, []), parts)

    def patched(payload: bytes, at: int, value: int) -> bytes:
        return payload[:at] + bytes([value]) + payload[at + 1 :]

    line = bytes([0, 1, 130, 130, 140, 140])  # a Move to (3, 3), a Line by (13, 13)
    escape = (127 + 200 + 0x8000).to_bytes(2, "big")
    fits = (127 + 50 + 0x8000).to_bytes(2, "big")
    cases = (
        ("bad-two-edges", "Two edge layers.", (strokes, strokes)),
        ("bad-colours-first", "Colours before the strokes.", (dots, strokes)),
        ("bad-colours-no-edges", "A colour layer in a file without strokes.", ((0x90, b""), dots)),
        ("bad-edges-empty", "An edge layer without a byte.", ((1, b""),)),
        ("bad-edges-head", "An edge layer that ends in its head.", ((1, edges[:2]),)),
        ("bad-colours-head", "A colour layer that ends in its head.", (strokes, (2, colours[:1]))),
        ("bad-count", "A Line where a Curve was announced.", (edge_payload((1, 0, 1), line + bytes(6)),)),
        ("bad-kind", "An op of kind 3.", (edge_payload((1, 1, 0), bytes([0, 3]) + line[2:]),)),
        ("bad-escapes-0", "Escapes announced, but none.", (edge_payload((1, 1, 0), line, 0),)),
        ("bad-escapes-5", "More escapes than coordinates.", (edge_payload((1, 1, 0), line + 5 * escape, 5),)),
        (
            "bad-escapes-left",
            "An escaped value that is not used.",
            (edge_payload((1, 1, 0), line + escape, 1),),
        ),
        (
            "bad-escapes-short",
            "Two values are escaped, one is there.",
            (edge_payload((1, 1, 0), bytes([0, 1, 130, 130, 255, 255]) + escape, 1),),
        ),
        (
            "bad-escapes-needless",
            "A value is escaped that fits a symbol.",
            (edge_payload((1, 1, 0), bytes([0, 1, 130, 130, 255, 140]) + fits, 1),),
        ),
        ("bad-coded-for-nothing", "No ops, but a coded part.", ((1, b"\x12\0\0\0\1"),)),
        ("bad-primer-spoilt", "The primer does not decode.", ((1, b"\x12\1\1\0" + unprimed()),)),
        ("bad-no-colours", "A colour layer of no colours.", (strokes, (2, b"\x12\0"))),
        (
            "bad-too-many-colours",
            "More colours than places.",
            (strokes, (2, patched(colours, 1, len(reference_pixels.of(plain, False)) + 1))),
        ),
    )
    for name, shows, parts in cases:
        yield Vector(name, shows, file(*parts), "invalid")
    unsupported = (
        ("unsupported-layer", "An unknown critical layer.", (strokes, (0x05, b"new"))),
        ("unsupported-layer-0", "An unknown critical layer of kind 0.", (strokes, (0, b""))),
        ("unsupported-layer-127", "An unknown critical layer of kind 127.", (strokes, (0x7F, b""))),
        ("unsupported-edge-coding-0", "Edge coding 0.", ((1, patched(edges, 0, 0x02)),)),
        ("unsupported-edge-coding", "Edge coding 3.", ((1, patched(edges, 0, 0x32)),)),
        ("unsupported-colour-coding", "Colour coding 3.", (strokes, (2, patched(colours, 0, 0x32)))),
        ("unsupported-steps", "Colour steps 6.", (strokes, (2, patched(colours, 0, 0x16)))),
    )
    for name, shows, parts in unsupported:
        yield Vector(name, shows, file(*parts), "unsupported")


def bad_ops() -> Iterator[Vector]:
    """Strokes that break one rule."""
    grid = Grid(256, 256, 3)
    far, low = 2 * grid.columns, -grid.columns
    start = Move((3, 3))
    cases: tuple[tuple[str, str, tuple[Op, ...]], ...] = (
        ("bad-line-first", "The first op is a Line.", (Line((3, 3)),)),
        ("bad-two-moves", "Two Moves in a row.", (Move((1, 1)), Move((2, 2)), Line((3, 3)))),
        ("bad-move-last", "The last op is a Move.", (*TRIANGLE, Move((2, 2)))),
        ("bad-line-nowhere", "A Line of no length.", (start, Line((3, 3)))),
        ("bad-curve-nowhere", "A Curve of one point.", (start, Curve((3, 3), (3, 3), (3, 3)))),
        ("bad-end-right", "A Line that ends right of the canvas.", (start, Line((grid.columns, 3)))),
        ("bad-end-below", "A Line that ends below the canvas.", (start, Line((3, grid.rows)))),
        ("bad-end-left", "A Move left of the canvas.", (Move((-1, 3)), Line((10, 3)))),
        ("bad-end-above", "A Move above the canvas.", (Move((3, -1)), Line((10, 3)))),
        (
            "bad-control-right",
            "A control point too far to the right.",
            (start, Curve((far, 3), (9, 9), (8, 8))),
        ),
        ("bad-control-below", "A control point too far below.", (start, Curve((9, 9), (3, far), (8, 8)))),
        (
            "bad-control-left",
            "A control point too far to the left.",
            (start, Curve((9, 9), (low, 3), (8, 8))),
        ),
        ("bad-control-above", "A control point too far above.", (start, Curve((3, low), (9, 9), (8, 8)))),
    )
    for name, shows, ops in cases:
        assert fault(ops, grid), ops
        layer = (edge_head.CODE, ppm_strokes.encode(drawing(PLAIN, ops, 3)))
        yield Vector(name, shows, container.write(PLAIN, [layer]), "invalid")


def bad() -> Iterator[Vector]:
    rng = random.Random(2)
    parts = scene_layers(drawing(PLAIN, random_ops(rng, Grid(256, 256, 3), 8, 25), 3), (8,), rng)
    yield from bad_headers(parts, container.write(PLAIN, parts))
    yield from bad_checks()
    yield from bad_payloads()
    yield from bad_ops()
    yield from bad_decisions()


def in_order(ops: Sequence[Op]) -> tuple[Op, ...]:
    """The strokes of ``ops`` sorted by where they begin."""
    found: list[list[Op]] = []
    for op in ops:
        if isinstance(op, Move):
            found.append([])
        found[-1].append(op)
    return tuple(op for stroke in sorted(found, key=lambda stroke: stroke[0].end[::-1]) for op in stroke)


def decided(drawn: Drawing, cuts: Sequence[int], rng: random.Random, steps: int) -> list[tuple[int, bytes]]:
    """Layers as :func:`scene_layers`, in coding 2."""
    scene, base = drawn.scene, edge_layer.encode(drawn)
    assert base[0] >> 4 == edge_head.DECISIONS
    layers = [(edge_head.CODE, base)]
    for cut in cuts:
        wanted = [
            (rng.randrange(256), rng.randrange(256), rng.randrange(256))
            for _ in range(cut - len(scene.known))
        ]
        payload, scene = colour_layer.encode(scene, wanted, steps)
        layers.append((colour_head.CODE, payload))
    return layers


def smooth(rng: random.Random, grid: Grid) -> tuple[Op, ...]:
    """Strokes as the encoder draws them, of long lines and curves that bend a little; and closed ones."""
    ops: list[Op] = []
    for number in range(30):
        here = (rng.randrange(grid.columns), rng.randrange(grid.rows)) if number % 7 else (40, 40)
        heading, start = rng.uniform(0, 2 * math.pi), len(ops)
        ops.append(Move(here))
        for _ in range(rng.randint(1, 6)):
            heading += rng.gauss(0, 0.6)
            length = rng.choice((1, 2, 5, 9, 20, 45)) if rng.random() < 0.9 else 0
            end = (round(here[0] + length * math.cos(heading)), round(here[1] + length * math.sin(heading)))
            if not grid.holds(end):
                break
            one, two = thirds(here, end)
            bend = round(rng.gauss(0, 0.2 * length + 1)), round(rng.gauss(0, 0.2 * length + 1))
            if rng.random() < 0.4 and end != here:
                ops.append(Line(end))
            elif abs(end[1] - here[1]) > abs(end[0] - here[0]):
                ops.append(Curve((one[0] + bend[0], one[1]), (two[0] + bend[1], two[1]), end))
            else:
                ops.append(Curve((one[0], one[1] + bend[0]), (two[0], two[1] + bend[1]), end))
            here = end
        if len(ops) == start + 1 or fault(ops[start:], grid):
            del ops[start:]
    return in_order(ops)


def good_decisions() -> Iterator[Vector]:
    """Coding 2."""
    rng = random.Random(4)
    for step in range(1, 9):
        ops = in_order(random_ops(rng, Grid(256, 256, step), 20, 40 // step))
        drawn = drawing(PLAIN, ops, step)
        layers = decided(drawn, (16, len(reference_pixels.of(drawn))), rng, step % 6)
        yield Vector(
            f"good-decisions-{step}",
            f"Coding 2: quantiser step {step}, colour steps {step % 6}.",
            container.write(PLAIN, layers),
        )
    yield Vector(
        "good-decisions-empty",
        "Coding 2: no strokes, and so no decisions.",
        container.write(PLAIN, [(edge_head.CODE, edge_layer.encode(drawing(PLAIN, (), 4)))]),
    )
    wide = Header(400, 300, 512, 1)
    drawn = drawing(wide, in_order(random_ops(rng, Grid(512, 384, 4), 40, 90)), 4)
    layers = decided(drawn, (30,), rng, 3)
    yield Vector("good-decisions-wide", "Coding 2 on a canvas of 512 x 384.", container.write(wide, layers))
    large = Header(1024, 1024, 1024, 1)
    grid = Grid(1024, 1024, 1)
    far = (
        Move((0, 0)),
        Curve((-grid.columns + 1, -grid.rows + 1), (2 * grid.columns - 1, 2 * grid.rows - 1), (9, 9)),
        Line((grid.columns - 1, grid.rows - 1)),
        Line((0, grid.rows - 1)),
        Move((grid.columns - 1, 0)),
        Curve((grid.columns - 1, 5), (grid.columns - 3, 5), (grid.columns - 1, 0)),
    )
    yield Vector(
        "good-decisions-far",
        "Coding 2: the longest segments, control points as far away as they may be, a closed curve.",
        container.write(large, decided(drawing(large, far, 1), (), rng, 2)),
    )
    grid = Grid(256, 256, 2)
    turned: list[Op] = [Move((128, 128))]
    for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1), (7, 7), (-9, 9)):
        start = turned[-1].end
        end = (start[0] + x, start[1] + y)
        one, two = thirds(start, end)
        turned.append(Line(end))
        turned.append(Curve((2 * end[0] - one[0] + x, one[1]), (two[0] + x, two[1]), (end[0] + 3, end[1])))
    yield Vector(
        "good-decisions-turns",
        "Coding 2: short segments in every direction, free control points.",
        container.write(PLAIN, decided(drawing(PLAIN, turned, 2), (5, 9), rng, 0)),
    )
    for step in (2, 3):
        drawn = drawing(PLAIN, smooth(rng, Grid(256, 256, step)), step)
        yield Vector(
            f"good-decisions-smooth-{step}",
            "Coding 2: curves beside their chords that go on smoothly or not, closed ones, equal starts.",
            container.write(PLAIN, decided(drawn, (16, 48, len(reference_pixels.of(drawn))), rng, step)),
        )
    bare = drawing(PLAIN, (), 3)
    payload, _ = colour_layer.encode(bare.scene, [(9, 99, 199), (200, 100, 0)] * 10, 2)
    yield Vector(
        "good-decisions-fillers",
        "No strokes, so that all places are fillers.",
        container.write(PLAIN, [(edge_head.CODE, edge_layer.encode(bare)), (colour_head.CODE, payload)]),
    )
    both = drawing(PLAIN, TRIANGLE, 3)
    scene = both.scene
    symbols = (edge_head.CODE, ppm_strokes.encode(both))
    payload, _ = colour_layer.encode(scene, [(9, 99, 199)] * 4, 1)
    yield Vector(
        "good-mixed-codings",
        "Strokes in coding 1, colours in coding 2.",
        container.write(PLAIN, [symbols, (colour_head.CODE, payload)]),
    )


def bad_decisions() -> Iterator[Vector]:
    """Edge and colour layers of coding 2 that break one rule."""
    triangle = drawing(PLAIN, TRIANGLE, 3)
    good = edge_layer.encode(triangle)
    model = context_weights.model(edge_head.WEIGHTS, strokes.WEIGHTS)

    def edges(ops: Sequence[Op]) -> tuple[int, bytes]:
        coder, count = Encoder(), sum(isinstance(op, Move) for op in ops)
        for _ in strokes.walk(ContextCoder(coder, model), Grid(256, 256, 3), count, ops):
            pass
        return edge_head.CODE, edge_head.StrokeHead(3, count).write() + coder.finish()

    def free_beside() -> tuple[int, bytes]:
        with mock.patch.object(strokes, "_is_free", lambda start, op: True):
            return edges((Move((5, 5)), Curve((15, 9), (25, 9), (35, 5))))

    colours, _ = colour_layer.encode(triangle.scene, [(1, 2, 3)] * 2)
    symbols, _ = colour_layer.encode(triangle.scene, [(1, 2, 3)], coding=colour_head.PPM)
    places = reference_pixels.of(drawing(PLAIN, TRIANGLE[:3], 3))
    too_many = colour_head.ColourHead(2, 2, len(places) + 1)
    cases = (
        ("surplus", "A byte that no decision needs.", [(1, good + bytes(8) + b"\1")], "invalid"),
        ("zero", "A last byte of 0, which an encoder leaves out.", [(1, good + b"\0")], "invalid"),
        ("nothing", "Bytes for no strokes.", [(1, b"\x22\0" + b"\1\2\3\4\5")], "invalid"),
        ("code", "A code that no encoder writes.", [(1, good), (2, colours[:2] + b"\xff" * 4)], "invalid"),
        ("curve-nowhere", "A Curve of no length.", [edges((Move((5, 5)), Curve(*[(5, 5)] * 3)))], "invalid"),
        (
            "control-right",
            "A control point too far to the right.",
            [edges((Move((5, 5)), Curve((342, 5), (9, 9), (8, 8))))],
            "invalid",
        ),
        ("free", "A Curve as a free one that lies beside its chord.", [free_beside()], "invalid"),
        (
            "too-many-colours",
            "One colour more than there are places, fillers among them.",
            [edges(TRIANGLE[:3]), (2, too_many.write())],
            "invalid",
        ),
        (
            "two-codings",
            "Colours of coding 1 after coding 2.",
            [(1, good), (2, colours), (2, symbols)],
            "invalid",
        ),
        ("line-nowhere", "A Line of no length.", [edges((Move((5, 5)), Line((5, 5))))], "invalid"),
        (
            "end-below",
            "An end below the canvas.",
            [edges((Move((5, 5)), Line((5, 171))))],
            "invalid",
        ),
        (
            "order",
            "Two strokes of one row, the right one first.",
            [edges((Move((90, 5)), Line((95, 9)), Move((20, 5)), Line((25, 9))))],
            "invalid",
        ),
        ("diagonal", "A diagonal said to go down.", [(1, bytes.fromhex("2201057db77c95"))], "invalid"),
        ("sector", "A direction that no end of its length has.", [(1, bytes.fromhex("270105b8"))], "invalid"),
        ("even", "A choice above the last one.", [(1, bytes.fromhex("2201f17ad271"))], "invalid"),
        ("flag", "A bit of the profile that means nothing yet.", [(1, b"\x2a" + good[1:])], "unsupported"),
        ("colour-surplus", "A byte too many.", [(1, good), (2, colours + bytes(8) + b"\1")], "invalid"),
        ("strokes", "More strokes than ops are allowed.", [(1, b"\x22" + varint(4097) + good[2:])], "limit"),
    )
    for name, shows, layers, cause in cases:
        prefix = "unsupported" if cause == "unsupported" else "bad"
        yield Vector(f"{prefix}-decisions-{name}", shows, container.write(PLAIN, layers), cause)
    tall = container.write(Header(16, 8192, 256, 1), [(1, bytes.fromhex("2701d47e"))])
    yield Vector("bad-decisions-cell", "A start in a cell of no columns.", tall, "invalid")


def falling(rng: random.Random, part: int, rank: int) -> int:
    """Levels as pictures have them: some large ones first, then ever fewer that are not 0."""
    return round(rng.gauss(0, 40 / (rank + 3)))


def texture_layers(
    known: Texture, layers: Sequence[tuple[int, int, int]], level: Callable[[int, int], int]
) -> list[tuple[int, bytes]]:
    """Texture layers, each of a shift and so many coefficients of the canvas and of the face."""
    out: list[tuple[int, bytes]] = []
    for shift, *wanted in layers:
        found = made(known, shift, (wanted[0], wanted[1]), level, first=not out)
        assert found.fault is None, found.fault
        out.append(found.layer)
        known = found.known
    return out


def good_texture() -> Iterator[Vector]:
    """Texture layers."""
    rng = random.Random(5)
    canvas, face = counts()
    usual, usual_level = Frame(3, 21, 142, -6), partial(falling, rng)

    def file(
        header: Header,
        layers: Sequence[tuple[int, int, int]],
        step: int = 60,
        face_step: int = 1,
        frame: Frame = usual,
        level: Callable[[int, int], int] = usual_level,
    ) -> bytes:
        size = canvas_size(header.width, header.height, header.side)
        return container.write(header, texture_layers(begun(size, step, face_step, frame), layers, level))

    small = Header(160, 160, 160, 5)
    yield Vector("good-texture", "One texture layer.", file(PLAIN, [(0, 200, 160)]))
    yield Vector(
        "good-texture-three",
        "Three texture layers: each leaves fewer bits of levels open, and has more coefficients.",
        file(PLAIN, [(2, 60, 40), (1, 120, 100), (0, 240, 200)], 40),
    )
    yield Vector(
        "good-texture-orders",
        "Seven texture layers, whose shifts and numbers of coefficients grow and shrink.",
        file(
            PLAIN,
            [(3, 40, 0), (3, 100, 80), (1, 20, 120), (2, 160, 50), (0, 0, 60), (0, 50, 0), (3, 190, 140)],
            30,
            level=lambda part, rank: rng.randint(-40, 40) >> rng.randint(0, 6),
        ),
    )
    yield Vector(
        "good-texture-open",
        "Levels are known up to three bits, up to two, and up to one.",
        file(PLAIN, [(3, 60, 60), (2, 40, 40), (1, 20, 20)], 16, level=lambda *_: rng.randint(-9, 9)),
    )
    yield Vector(
        "good-texture-all",
        "All coefficients of the transform.",
        file(PLAIN, [(0, canvas, face)], 84, level=lambda *_: round(rng.gauss(0, 0.4))),
    )
    yield Vector(
        "good-texture-mean",
        "A texture layer without any coefficient: T is the mean.",
        file(PLAIN, [(0, 0, 0)]),
    )
    yield Vector(
        "good-texture-zero",
        "All levels of the face are 0, so that its mean is not added either.",
        file(small, [(0, 20, 20)], level=lambda part, rank: (1 - part) * (9 - rank)),
    )
    for step, offset in ((0, 0), (7, 3), (16, 0), (127, 3)):
        yield Vector(
            f"good-texture-step-{step}",
            f"Quantiser step {step}, and {offset} for the face's.",
            file(small, [(1, 80, 80), (0, 80, 80)], step, offset),
        )
    for name, header in (
        ("wide", Header(400, 300, 512, 5)),
        ("tall", Header(301, 512, 256, 5)),
        ("thin", Header(8192, 16, 64, 5)),
        ("smallest", Header(32, 32, 32, 5)),
    ):
        width, height = canvas_size(header.width, header.height, header.side)
        yield Vector(
            f"good-texture-{name}",
            f"Texture on a canvas of {width} x {height}.",
            file(header, [(0, 120, 120)]),
        )
    yield Vector(
        "good-texture-large",
        "Texture on a canvas of 1024 x 1024, more than the window has pixels.",
        file(Header(1024, 1024, 1024, 5), [(0, 60, 60)]),
    )
    for name, shows, frame in (
        ("turned", "The window is turned, and lies partly outside the canvas.", Frame(-70, 95, 90, 110)),
        ("mirrored", "The window stands on its head.", Frame(5, -9, -150, -3)),
        ("outside", "The window lies outside the canvas.", Frame(-MAX_CENTRE, MAX_CENTRE, 130, 20)),
        ("widest", "The largest window, turned by 135 degrees.", Frame(30, 0, -MAX_AXIS, MAX_AXIS)),
        ("tiny", "The smallest window: 8 units of a 256th.", Frame(10, 7, 0, -8)),
    ):
        yield Vector(f"good-texture-{name}", shows, file(PLAIN, [(0, 60, 120)], frame=frame))
    for name, sign in (("white", 1), ("black", -1)):
        yield Vector(
            f"good-texture-{name}",
            "The largest levels at the largest step: values and samples are clamped.",
            file(
                PLAIN,
                [(3, 100, 100)],
                127,
                3,
                level=lambda part, rank, sign=sign: sign * (8191 if rank % 3 else -8191),  # type: ignore[misc]
            ),
        )
    drawn = drawing(PLAIN, in_order(random_ops(rng, Grid(256, 256, 3), 15, 25)), 3)
    edges, *colours = decided(drawn, (10, 30), rng, 2)
    texture = texture_layers(
        begun((256, 256), 50, 1, usual), [(2, 80, 60), (1, 100, 100), (0, 140, 120)], partial(falling, rng)
    )
    orders = (
        ("before", "before", [*texture, edges, *colours]),
        ("behind", "behind", [edges, *colours, *texture]),
        (
            "between",
            "between",
            [texture[0], edges, texture[1], colours[0], (0x90, b"later"), texture[2], colours[1]],
        ),
    )
    for name, where, layers in orders:
        yield Vector(
            f"good-texture-{name}",
            f"Texture layers {where} those of strokes and colours.",
            container.write(PLAIN, layers),
        )


def bad_texture() -> Iterator[Vector]:
    """Texture layers that break one rule."""
    rng = random.Random(6)
    plain = begun((256, 256), 60)
    code = texture_head.CODE
    first = made(plain, 2, (40, 40), partial(falling, rng), first=True)
    good = first.layer[1]
    later = made(first.known, 0, (60, 40), partial(falling, rng), first=False).layer
    zeros = made(plain, 2, (40, 40), lambda *_: 0, first=True)
    canvas, face = counts()

    def frame(*numbers: int) -> list[tuple[int, bytes]]:
        known = begun((256, 256), 60, frame=Frame(*numbers))
        found = made(known, 0, (8, 8), lambda *_: 1, first=True)
        assert found.fault
        return [found.layer]

    def surplus(*wanted: int) -> list[tuple[int, bytes]]:
        found = made(plain, 0, (wanted[0], wanted[1]), lambda *_: 0, first=True)
        assert found.fault
        return [found.layer]

    def held(level: int, part: int) -> list[tuple[int, bytes]]:
        """The first level of a part, of which two bits are open behind 0."""
        wanted = ((4, 0), (0, 4))[part]
        found = made(zeros.known, 0, wanted, lambda *_: level, first=False, legal=False)
        assert found.fault
        return [zeros.layer, found.layer]

    far, most = MAX_CENTRE + 1, MAX_AXIS + 1
    begin = good[:2]
    cases = (
        ("empty", "A payload of no bytes.", [(code, b"")]),
        ("no-step", "A payload that ends before its step.", [(code, good[:1])]),
        ("later", "The first texture layer has no step.", [later]),
        ("second", "The second texture layer has a step.", [first.layer, first.layer]),
        ("right", "The window's centre is too far to the right.", frame(far, 0, 160, 0)),
        ("left", "The window's centre is too far to the left.", frame(-far, 0, 160, 0)),
        ("below", "The window's centre is too far below.", frame(0, far, 160, 0)),
        ("above", "The window's centre is too far above.", frame(0, -far, 160, 0)),
        ("across", "The window is too wide.", frame(0, 0, most, 0)),
        ("across-back", "The window is too wide, and turned by half a turn.", frame(0, 0, -most, 0)),
        ("down", "The window is too wide, and turned to the right.", frame(0, 0, 0, most)),
        ("up", "The window is too wide, and turned to the left.", frame(0, 0, 5, -most)),
        ("small", "The square of the window's side is 63.", frame(0, 0, 6, -5)),
        ("nowhere", "The window has no side.", frame(0, 0, 0, 0)),
        ("canvas-count", "More coefficients of the canvas than there are.", surplus(canvas + 4, 0)),
        ("face-count", "More coefficients of the face than there are.", surplus(0, face + 4)),
        ("canvas-held", "A level of the canvas that the layer before would have held.", held(4, 0)),
        ("face-held", "A level of the face that the layer before would have held.", held(-5, 1)),
        ("surplus", "A byte that no decision needs.", [(code, good + bytes(8) + b"\1")]),
        ("last-zero", "A last byte of 0, which an encoder leaves out.", [(code, good + b"\0")]),
        ("code", "A code that no encoder writes.", [(code, begin + b"\xff" * 4)]),
        (
            "later-surplus",
            "A byte too many in the second layer.",
            [first.layer, (code, later[1] + bytes(8) + b"\1")],
        ),
        (
            "edges-twice",
            "A second edge layer behind texture.",
            [(1, BARE), first.layer, (1, BARE)],
        ),
        (
            "no-edges",
            "Colours behind texture, but not behind edges.",
            [first.layer, (2, colour_head.ColourHead(2, 2, 1).write())],
        ),
    )
    for name, shows, layers in cases:
        yield Vector(f"bad-texture-{name}", shows, container.write(PLAIN, layers), "invalid")
    unsupported = (
        ("coding-0", "Texture coding 0.", bytes([good[0] & 0x0F]) + good[1:]),
        ("coding", "Texture coding 2.", bytes([good[0] & 0x0F | 0x20]) + good[1:]),
        ("bit", "A bit of the profile that means nothing yet.", bytes([good[0] | 0x08]) + good[1:]),
        ("step", "Quantiser step 128.", good[:1] + b"\x80" + good[2:]),
    )
    for name, shows, payload in unsupported:
        yield Vector(
            f"unsupported-texture-{name}", shows, container.write(PLAIN, [(code, payload)]), "unsupported"
        )


def good_detail() -> Iterator[Vector]:
    """Detail layers."""
    for name, shows, data in good_files(lambda width, height, side: Header(width, height, side, 5)):
        yield Vector(name, shows, data)


def bad_detail() -> Iterator[Vector]:
    """Detail layers that break one rule."""
    for name, shows, data, cause in bad_files(PLAIN):
        yield Vector(name, shows, data, cause)


def good_crop() -> Iterator[Vector]:
    edges = (edge_head.CODE, edge_layer.encode(drawing(PLAIN, TRIANGLE, 3)))
    crops = (
        ("plain", "A crop as large as the file's picture, behind all layers.", Crop(4000, 3000, 310, 95)),
        ("turned", "One that is scaled, turned and reaches beyond.", Crop(640, 480, -9, 470, 77, 245)),
        ("most", "Numbers as large as they may be.", Crop(*[65535] * 5, 255)),
        ("least", "Numbers as small as they may be.", Crop(16, 16, -65535, -65535, 1, 1)),
    )
    for name, shows, crop in crops:
        yield Vector(f"good-crop-{name}", shows, container.write(PLAIN, [edges, (CROP, crop.write())]))
    first = [(CROP, Crop(4000, 3000, 0, 0).write()), edges]
    yield Vector("good-crop-first", "A crop before all other layers.", container.write(PLAIN, first))


def bad_crop() -> Iterator[Vector]:
    edges = (edge_head.CODE, edge_layer.encode(drawing(PLAIN, TRIANGLE, 3)))

    def numbers(*values: int) -> bytes:
        return b"".join(map(varint, values))

    payloads = (
        ("empty", "A crop of no bytes.", b""),
        ("short", "A crop without its y.", b"\0" + numbers(4000, 3000, 0)),
        ("narrow", "A larger picture 15 pixels wide.", b"\0" + numbers(15, 3000, 0, 0)),
        ("high", "A larger picture 65536 pixels high.", b"\0" + numbers(4000, 65536, 0, 0)),
        ("right", "A corner too far to the right.", b"\0" + numbers(4000, 3000, 131072, 0)),
        ("above", "A corner too far above.", b"\0" + numbers(4000, 3000, 0, 131073)),
        ("no-width", "A width of 0.", b"\1" + numbers(4000, 3000, 0, 0, 0)),
        ("wide", "A width of 65536.", b"\1" + numbers(4000, 3000, 0, 0, 65536)),
        ("no-turn", "A turn of 0.", b"\2" + numbers(4000, 3000, 0, 0) + b"\0"),
        ("behind", "A byte behind the crop.", b"\0" + numbers(4000, 3000, 0, 0, 0)),
    )
    for name, shows, payload in payloads:
        yield Vector(f"bad-crop-{name}", shows, container.write(PLAIN, [edges, (CROP, payload)]), "invalid")
    twice = [edges, *[(CROP, Crop(4000, 3000, 0, 0).write())] * 2]
    yield Vector("bad-crop-twice", "A second crop.", container.write(PLAIN, twice), "invalid")
    bit = [edges, (CROP, b"\4" + numbers(4000, 3000, 0, 0))]
    yield Vector("unsupported-crop-bit", "Bit 2 of the profile.", container.write(PLAIN, bit), "unsupported")


def good_feature() -> Iterator[Vector]:
    """Feature layers."""
    rng = random.Random(7)

    def level(rank: int) -> int:
        return round(rng.gauss(0, 12 / (rank + 6)))

    for name, shows, layer in good_features(rng, level):
        yield Vector(f"good-{name}", shows, container.write(PLAIN, [layer]))
    feature = feature_layer(12, [level(rank) for rank in range(50)])
    texture = texture_layers(begun((256, 256), 60), [(2, 60, 40), (0, 100, 60)], partial(falling, rng))
    drawn = drawing(PLAIN, in_order(random_ops(rng, Grid(256, 256, 3), 9, 25)), 3)
    edges, *colours = decided(drawn, (9,), rng, 2)
    other = (FEATURE, b"\x2fof another coding")
    orders = (
        ("before", "A feature before texture.", [feature, *texture]),
        ("behind", "A feature behind strokes and colours.", [edges, *colours, feature]),
        ("between", "A feature between two texture layers.", [texture[0], feature, texture[1]]),
        ("other", "A feature of another coding is skipped.", [other, *texture]),
        ("both", "Features of other codings, then of this one: this one is read.", [other, other, feature]),
    )
    for name, shows, layers in orders:
        yield Vector(f"good-feature-{name}", shows, container.write(PLAIN, layers))


def bad_feature() -> Iterator[Vector]:
    """Feature layers that break one rule."""
    rng = random.Random(8)
    _, good = layer = feature_layer(12, [round(rng.gauss(0, 2)) for _ in range(40)])
    cases = (
        ("empty", "A payload of no bytes.", [(FEATURE, b"")]),
        ("second", "A second feature layer.", [layer, (0x90, b""), layer]),
        ("behind", "A feature layer of another coding behind one of this.", [layer, (FEATURE, b"\x2fother")]),
        ("count", "More coefficients than there are.", [feature_layer(12, [0] * (feature_size() + 4))]),
        ("surplus", "A byte that no decision needs.", [(FEATURE, good + bytes(8) + b"\1")]),
        ("last-zero", "A last byte of 0, which an encoder leaves out.", [(FEATURE, good + b"\0")]),
        ("code", "A code that no encoder writes.", [(FEATURE, good[:1] + b"\xff" * 4)]),
    )
    for name, shows, layers in cases:
        yield Vector(f"bad-feature-{name}", shows, container.write(PLAIN, layers), "invalid")


def tones() -> Iterator[Vector]:
    """Grey pictures, and textures of one colour."""
    rng = random.Random(10)
    drawn = drawing(PLAIN, in_order(random_ops(rng, Grid(256, 256, 3), 9, 25)), 3)
    for name, shows, data in good_tones(PLAIN, decided(drawn, (9,), rng, 2)):
        yield Vector(name, shows, data)
    for name, shows, data, cause in bad_tones(PLAIN):
        yield Vector(name, shows, data, cause)


def said(data: bytes) -> str:
    """What the reference decoder says of a file that it refuses."""
    try:
        codec.decode_scene(data)
    except VcmError as error:
        return str(error)
    raise AssertionError("decodes")


def stated_grain() -> dict[str, str]:
    """By its strength: the sha256 of what grain makes of the picture that FORMAT.md names."""
    y, x = np.mgrid[:270, :300]
    picture = np.stack([x % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8)
    return {str(s): sha256(grain.add(picture, s).tobytes()).hexdigest() for s in (128, 256)}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    vectors = [
        *[*good(), *good_decisions(), *bad(), *good_texture(), *bad_texture()],
        *[*good_detail(), *bad_detail()],
        *[*good_crop(), *bad_crop()],
        *[*good_feature(), *bad_feature()],
        *tones(),
    ]
    for old in folder.glob("*.vcm"):
        old.unlink()
    entries = []
    for vector in vectors:
        (folder / f"{vector.name}.vcm").write_bytes(vector.data)
        entry: dict[str, object] = {"name": vector.name, "shows": vector.shows}
        if vector.cause is None:
            header, scene = codec.decode_scene(vector.data)
            mask, colour = scene.planes
            entry |= {
                "ops": digest(scene.drawing.ops if scene.drawing else ()),
                "E": sha256(scene.E.tobytes()).hexdigest(),
                "M": sha256(mask.tobytes()).hexdigest(),
                "C": sha256(colour.tobytes()).hexdigest(),
            }
            if scene.T is not None:
                entry["T"] = sha256(scene.T.astype(">i2").tobytes()).hexdigest()
            if header.grey:
                entry["grey"] = True
                if scene.shown is not None:
                    entry["shown"] = sha256(neutral(scene.shown).tobytes()).hexdigest()
            if scene.crop is not None:
                entry["crop"] = list(scene.crop)
            if scene.F is not None:
                entry["F"] = sha256(scene.F.astype(">i4").tobytes()).hexdigest()
        else:
            entry |= {"cause": vector.cause, "says": said(vector.data)}
        entries.append(entry)
    stated = {"version": container.VERSION, "vectors": entries, "grain": stated_grain()}
    text = json.dumps(stated, indent=1)
    (folder / "vectors.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
