"""Writes spec/vectors: files that a decoder must take, refuse or call unsupported.

``python spec/make_vectors.py`` from a checkout. The drawings are made here, by a fixed seed; no
picture is behind them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from vcmcodec import codec, container
from vcmcodec.container import Header
from vcmcodec.layers import colours as colour_layer
from vcmcodec.layers import edges as edge_layer
from vcmcodec.ops import Curve, Grid, Line, Move, Op, digest, fault
from vcmcodec.scene import Drawing, Scene, canvas_size

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
    scene = Scene(drawn.width, drawn.height, drawn)
    layers = [(edge_layer.KIND, edge_layer.encode(drawn))]
    for cut in cuts:
        wanted = [
            (rng.randrange(256), rng.randrange(256), rng.randrange(256))
            for _ in range(cut - len(scene.known))
        ]
        payload, scene = colour_layer.encode(scene, wanted, steps)
        layers.append((colour_layer.KIND, payload))
    return layers


PLAIN = Header(256, 256, 256, codec.MODEL)
TRIANGLE = (Move((20, 20)), Line((80, 30)), Line((40, 90)), Line((20, 20)))


def good() -> Iterator[Vector]:
    rng = random.Random(1)
    grid = Grid(256, 256, 3)
    plain = drawing(PLAIN, random_ops(rng, grid, 30, 25), 3)
    layers = scene_layers(plain, (16, 48, len(plain.places)), rng)
    yield Vector(
        "good-plain",
        "Strokes and three colour layers, as an encoder writes them.",
        container.write(PLAIN, layers),
    )
    yield Vector("good-cut", "The same, cut after its second layer.", container.write(PLAIN, layers[:2]))
    yield Vector("good-base", "Strokes alone.", container.write(PLAIN, layers[:1]))
    empty = drawing(PLAIN, (), 1)
    yield Vector("good-empty", "No strokes at all.", container.write(PLAIN, [(1, edge_layer.encode(empty))]))
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
            container.write(PLAIN, scene_layers(drawn, (len(drawn.places),), rng, numbers)),
        )
    wide = Header(400, 300, 256, codec.MODEL)
    drawn = drawing(wide, random_ops(rng, Grid(256, 192, 3), 20, 25), 3)
    yield Vector(
        "good-wide", "A picture of 400 x 300.", container.write(wide, scene_layers(drawn, (9,), rng))
    )
    thin = Header(16, 8192, 256, codec.MODEL)
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
    large = Header(1024, 1024, 1024, codec.MODEL)
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
        container.write(PLAIN, scene_layers(drawn, (len(drawn.places),), rng)),
    )


def bad() -> Iterator[Vector]:
    rng = random.Random(2)
    plain = drawing(PLAIN, random_ops(rng, Grid(256, 256, 3), 8, 25), 3)
    layers = scene_layers(plain, (8,), rng)
    data = container.write(PLAIN, layers)

    def file(*parts: tuple[int, bytes], header: Header = PLAIN) -> bytes:
        return container.write(header, parts)

    def broken(ops: Sequence[Op]) -> bytes:
        drawn = drawing(PLAIN, ops, 3)
        assert fault(drawn.ops, Grid(drawn.width, drawn.height, 3)), ops
        return file((1, edge_layer.encode(drawn)))

    def patched(payload: bytes, at: int, value: int) -> bytes:
        return payload[:at] + bytes([value]) + payload[at + 1 :]

    edges, colours = layers[0][1], layers[1][1]
    yield Vector("bad-nothing", "An empty file.", b"", "invalid")
    yield Vector("bad-magic", "Another magic.", b"\x89PNG" + data[4:], "invalid")
    yield Vector("bad-version-0", "Version 0 does not exist.", data[:2] + b"\0" + data[3:], "invalid")
    yield Vector("bad-canvas-0", "A canvas of 0.", patched(data, 3, 0x80), "invalid")
    yield Vector("bad-canvas-33", "A canvas above 1024.", patched(data, 3, 0x80 | 33), "invalid")
    yield Vector("bad-flags", "Both size flags.", patched(data, 3, 0xC8), "invalid")
    yield Vector("bad-size-0", "A picture of 0 x 0.", data[:3] + b"\x48\x01\x00" + data[5:], "invalid")
    yield Vector(
        "bad-size-huge",
        "A picture of 2^28 - 1 pixels a side.",
        data[:3] + b"\x48\x01\xff\xff\xff\x7f" + data[5:],
        "invalid",
    )
    yield Vector(
        "bad-size-long-form",
        "A square of the canvas's side, written out.",
        data[:3] + b"\x48\x01\x80\x02" + data[5:],
        "invalid",
    )
    yield Vector(
        "bad-varint",
        "A model id that is not in its shortest form.",
        data[:4] + b"\x81\x00" + data[5:],
        "invalid",
    )
    yield Vector("bad-no-layer", "A header and nothing else.", data[:5], "truncated")
    yield Vector("bad-cut-header", "Cut inside the header.", data[:4], "truncated")
    yield Vector("bad-cut-payload", "Cut inside a payload.", data[:30], "truncated")
    yield Vector("bad-cut-check", "Cut inside the last check.", data[:-1], "truncated")
    yield Vector("bad-trailing", "A byte behind the last layer.", data + b"\0", "truncated")
    yield Vector("bad-check", "A flipped bit in a payload.", patched(data, 40, data[40] ^ 1), "invalid")
    yield Vector(
        "bad-header-flip",
        "A flipped bit in the model id: the checks cover the header.",
        patched(data, 4, 3),
        "invalid",
    )
    yield Vector("bad-two-edges", "Two edge layers.", file(layers[0], layers[0]), "invalid")
    yield Vector("bad-colours-first", "Colours before the strokes.", file(layers[1], layers[0]), "invalid")
    yield Vector("bad-empty-payload", "An edge layer without a byte.", file((1, b"")), "truncated")
    yield Vector(
        "bad-primer",
        "An edge primer that does not exist.",
        file((1, patched(edges, 0, edges[0] ^ 0x30))),
        "invalid",
    )
    yield Vector(
        "bad-counts",
        "More Moves announced than there are.",
        file((1, patched(edges, 1, edges[1] + 1))),
        "invalid",
    )
    yield Vector(
        "bad-escapes-0",
        "Escapes announced, but none.",
        file((1, bytes([edges[0] | 8]) + edges[1:4] + b"\0" + edges[4:])),
        "invalid",
    )
    yield Vector(
        "bad-bytes-for-nothing", "No ops, but symbols.", file((1, bytes([edges[0], 0, 0, 0, 1]))), "invalid"
    )
    yield Vector(
        "bad-steps",
        "Colour steps that do not exist.",
        file(layers[0], (2, patched(colours, 0, 6))),
        "invalid",
    )
    yield Vector(
        "bad-no-colours", "A colour layer of no colours.", file(layers[0], (2, b"\x02\x00")), "invalid"
    )
    too_many = patched(colours, 1, len(plain.places) + 1)
    yield Vector(
        "bad-too-many-colours", "More colours than places.", file(layers[0], (2, too_many)), "invalid"
    )
    yield Vector(
        "bad-colours-no-edges",
        "A colour layer in a file without strokes.",
        file((0x90, b""), layers[1]),
        "invalid",
    )
    yield Vector("bad-line-first", "The first op is a Line.", broken((Line((3, 3)),)), "invalid")
    yield Vector(
        "bad-two-moves", "Two Moves in a row.", broken((Move((1, 1)), Move((2, 2)), Line((3, 3)))), "invalid"
    )
    yield Vector("bad-move-last", "The last op is a Move.", broken((*TRIANGLE, Move((2, 2)))), "invalid")
    yield Vector("bad-line-nowhere", "A Line of no length.", broken((Move((3, 3)), Line((3, 3)))), "invalid")
    yield Vector(
        "bad-curve-nowhere",
        "A Curve of one point.",
        broken((Move((3, 3)), Curve((3, 3), (3, 3), (3, 3)))),
        "invalid",
    )
    yield Vector(
        "bad-end-outside",
        "A Line that ends outside the canvas.",
        broken((Move((160, 3)), Line((171, 3)))),
        "invalid",
    )
    yield Vector(
        "bad-end-negative", "A Move to a negative place.", broken((Move((-1, 3)), Line((10, 3)))), "invalid"
    )
    yield Vector(
        "bad-control-far",
        "A control point two canvases away.",
        broken((Move((3, 3)), Curve((400, 3), (9, 9), (8, 8)))),
        "invalid",
    )
    later = bytes([2])
    yield Vector("unsupported-version", "A newer version.", data[:2] + later + data[3:], "unsupported")
    yield Vector(
        "unsupported-layer", "An unknown critical layer.", file(layers[0], (0x05, b"new")), "unsupported"
    )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.vcm"):
        old.unlink()
    entries = []
    for vector in (*good(), *bad()):
        (FOLDER / f"{vector.name}.vcm").write_bytes(vector.data)
        entry: dict[str, object] = {"name": vector.name, "shows": vector.shows}
        if vector.cause is None:
            _, scene = codec.decode_scene(vector.data)
            mask, colour = scene.planes
            entry |= {
                "ops": digest(scene.drawing.ops if scene.drawing else ()),
                "E": sha256(scene.E.tobytes()).hexdigest(),
                "M": sha256(mask.tobytes()).hexdigest(),
                "C": sha256(colour.tobytes()).hexdigest(),
            }
        else:
            entry["cause"] = vector.cause
        entries.append(entry)
    text = json.dumps({"version": container.VERSION, "vectors": entries}, indent=1)
    (FOLDER / "vectors.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
