"""The slowest files that are known, each at the limits that a decoder has by default: what no random search
would find soon, and what must stay below the bar all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

from fuzz.hostile import SLOW
from fuzz.targets import TARGETS
from vcmcodec.entropy.ppm import primed
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.interop.svg.paths import MAX_SEGMENTS
from vcmcodec.interop.svg.reader import MAX_DATA
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colours
from vcmcodec.layers.detail import head as detail_head
from vcmcodec.layers.detail import payload as detail
from vcmcodec.layers.detail import tables as detail_tables
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import REGIONS
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edges
from vcmcodec.layers.edges import ppm_strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, Point
from vcmcodec.layers.edges.raster import track
from vcmcodec.layers.texture import head as texture_head
from vcmcodec.layers.texture import payload as texture
from vcmcodec.layers.texture import tables
from vcmcodec.layers.texture.frame import MAX_AXIS, Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS
from vcmcodec.scene import Scene

LARGEST = Header(MAX_CANVAS, MAX_CANVAS, MAX_CANVAS, 3)
GRID = Grid(MAX_CANVAS, MAX_CANVAS, 1)

_LEG = 42
"""A control leg of so many half-pixels gives a curve 64 positions: with the most ops, the most positions."""

_FAR = 127
"""The same of a line, with hardly a pixel twice. In coding 1 no value that is not larger is escaped."""


def every_pair(count: int, symbols: int, rng: Random) -> bytes:
    """Symbols of which each follows each other one once: contexts grow wide, and nearly all escape."""
    ahead = [rng.sample(range(symbols), symbols) for _ in range(symbols)]
    stack, circuit = [0], bytearray()
    while stack:
        if ahead[stack[-1]]:
            stack.append(ahead[stack[-1]].pop())
        else:
            circuit.append(stack.pop())
    return bytes((circuit * (count // len(circuit) + 1))[:count])


def _wander(rng: Random, op: Callable[[Random, Point], Line | Curve], count: int) -> Drawing:
    """One stroke from the middle of the largest canvas, of as many ops as the limit on positions holds."""
    ops: list[Op] = [Move((GRID.columns // 2, GRID.rows // 2))]
    while len(ops) < count:
        new = op(rng, ops[-1].end)
        if GRID.holds(new.end):
            ops.append(new)
    while track(ops, GRID.step) > DEFAULT_LIMITS.track:
        del ops[-len(ops) // 50 :]
    return Drawing(GRID.width, GRID.height, GRID.step, tuple(ops))


def _curve(rng: Random, here: Point) -> Curve:
    points = []
    for _ in range(3):
        here = here[0] + rng.randint(-_LEG, _LEG), here[1] + rng.choice((-_LEG, _LEG))
        points.append(here)
    return Curve(*points)


def _line(rng: Random, here: Point) -> Line:
    return Line((here[0] + rng.choice((-_FAR, _FAR)), here[1] + rng.randint(-_FAR, _FAR)))


def _farthest(rng: Random) -> Drawing:
    """As many ops as the limit holds, each from one end of the canvas to the other, its control points as far
    away as they may be: the longest numbers. To draw them is beyond the limit, but they are read before."""
    columns, rows = GRID.columns, GRID.rows
    ops: list[Op] = [Move((0, 0))]
    for index in range(DEFAULT_LIMITS.ops - 1):
        x, y = ((columns - 1, rows - 2), (0, 0))[index % 2]
        a = 1 - columns + rng.randrange(99), 1 - rows + rng.randrange(99)
        b = 2 * columns - 1 - rng.randrange(99), 2 * rows - 1 - rng.randrange(99)
        ops.append(Curve(a, b, (x, y)))
    return Drawing(GRID.width, GRID.height, GRID.step, tuple(ops))


Layers = list[tuple[int, bytes]]


def _colours(drawn: Drawing, rng: Random, coding: int, layers: int = 1) -> Layers:
    """As many random colours as there are places, in so many layers."""
    scene, out = colours.begun(drawn.scene, filled=coding == colour_head.DECISIONS), []
    each = len(scene.places) // layers
    for _ in range(layers):
        wanted = [(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(each)]
        payload, scene = colours.encode(scene, wanted, 0, coding)
        out.append((colour_head.CODE, payload))
    return out


def _texture(rng: Random, layers: int) -> Layers:
    """All coefficients there are, of the largest levels, one bit more by each layer; then layers that say
    nothing new; and a window so large that it covers the canvas, turned by an eighth."""
    most = tables.transform()
    counts = most.canvas.count, most.face.count
    frame = Frame(0, 0, MAX_AXIS, MAX_AXIS)
    scene, out = Scene(MAX_CANVAS, MAX_CANVAS), []
    begin: Texture | None = Texture(MAX_CANVAS, MAX_CANVAS, 0, 0, frame, Known(), Known())
    for index in range(layers):
        wanted = Wanted(
            max(texture_head.SHIFTS - 1 - index, 0), counts, lambda *_: rng.choice((-8191, 8191)), begin
        )
        payload, scene = texture.encode(scene, wanted)
        out.append((texture_head.CODE, payload))
        begin = None
    return out


def _detail(rng: Random) -> tuple[int, bytes]:
    """All coefficients there are, of the largest levels."""
    counts = [detail_tables.transform()[region.basis].count for region in REGIONS]
    levels = tuple(tuple(rng.choice((-8191, 8191)) for _ in range(count)) for count in counts)
    scene = Scene(MAX_CANVAS, MAX_CANVAS)
    return detail_head.CODE, detail.encode(scene, Detail(127, levels))[0]


def files() -> Iterator[tuple[str, bytes]]:
    """Names and bytes of ``.vcm`` files."""
    rng = Random(1)
    most = DEFAULT_LIMITS.symbols
    # Three symbols for a Move, seven for a curve behind it, and two for an escaped value.
    curves = min((most - 3) // 7, DEFAULT_LIMITS.ops - 1)
    head = edge_head.SymbolHead(1, 1, 0, curves, (most - 3 - 7 * curves) // 2)
    symbols = every_pair(3 + 7 * curves + 2 * head.escapes, 182, rng)
    noise = head.write() + primed.encode(symbols, primed.primer(edge_head.PRIMER))
    yield "symbols of any sort", container.write(LARGEST, [(edge_head.CODE, noise)])
    far = edges.encode(_farthest(rng))[: DEFAULT_LIMITS.payload]
    yield "decisions of any sort", container.write(LARGEST, [(edge_head.CODE, far)])
    for name, op, per in (("curves", _curve, 7), ("lines", _line, 3)):  # symbols of an op
        drawn = _wander(rng, op, min(DEFAULT_LIMITS.ops, most // per))
        layers = [(edge_head.CODE, ppm_strokes.encode(drawn)), *_colours(drawn, rng, 1)]
        yield f"{name} and colours, coding 1", container.write(LARGEST, layers)
        drawn = _wander(rng, op, DEFAULT_LIMITS.ops)
        base = edge_head.CODE, edges.encode(drawn)
        yield f"{name} and colours, coding 2", container.write(LARGEST, [base, *_colours(drawn, rng, 2)])
    layers = [base, *_colours(drawn, rng, 2, DEFAULT_LIMITS.layers - 1)]
    yield "lines and many layers of colours", container.write(LARGEST, layers)
    yield "texture, one layer", container.write(LARGEST, _texture(rng, 1))
    textures = _texture(rng, DEFAULT_LIMITS.layers)
    yield "texture, many layers", container.write(LARGEST, textures)
    both = [base, *_colours(drawn, rng, 2), *textures][: DEFAULT_LIMITS.layers - 1]
    yield "lines, colours, texture and detail", container.write(LARGEST, [*both, _detail(rng)])


def documents() -> Iterator[tuple[str, bytes]]:
    """Names and bytes of SVG documents."""

    def document(body: str) -> bytes:
        return f'<svg viewBox="0 0 64 64">{body}</svg>'.encode()

    def path(start: str, piece: str, count: int = MAX_SEGMENTS - 2) -> str:
        return f'<path d="{start}{piece * count}"/>'

    yield "curves beside the page's corner", document(path("M-1.5 .5t", "2-2-2 2 ", MAX_SEGMENTS // 2 - 1))
    yield "lines beside the page's corner", document(path("M-1.5 .5l", "2-2-2 2 ", MAX_SEGMENTS // 2 - 1))
    yield "arcs of no length", document(path("M5 5a", "1 1 0 01 0 0 "))
    yield "lines of no length", document(path("M5 5h", "0 "))
    yield "strokes of no length", document(path("", "M5 5h0", MAX_SEGMENTS // 2 - 1))
    closed = path("M5 5", "z", MAX_SEGMENTS // 60).replace("<path", '<path id="a"')
    yield "closed paths, used", document(closed + '<use href="#a"/>' * 58)
    yield "too many commands", document(path("M5 5h", "0 ", MAX_DATA // 2 - 10))
    used = '<use href="#a"/>' * 100
    yield (
        "a long transform, used",
        document(f'<g id="a" transform="{"scale(1)" * (MAX_DATA // 900)}"/>{used}'),
    )
    yield "a long style, used", document(f'<g id="a" style="{"a:b;" * (MAX_DATA // 500)}"/>{used}')
    yield "a long transform", document(f'<g transform="{"scale(1)" * (MAX_DATA // 8 - 20)}"/>')
    many = '<circle r="1"/>' * 1000
    yield "circles used many times", document(f'<g id="a">{many}</g>' + '<use href="#a"/>' * 14)
    yield "many lists of points", document('<polygon points="1 1 2 2 3 1"/>' * 16_000)


def report() -> bool:
    """Prints what each takes of CPU time; whether all are below the bar."""
    kept = True
    for target, cases in (("decode", files()), ("svg", documents())):
        for name, data in cases:
            times: list[float] = []
            while len(times) < 3 and max(times, default=0.0) <= 2 * SLOW:  # what is near the bar, thrice
                start = time.process_time()
                try:
                    TARGETS[target].read(data)
                    says = "taken"
                except TARGETS[target].errors as error:
                    says = str(error)
                times.append(time.process_time() - start)
            kept &= min(times) <= SLOW
            verdict = "pass" if min(times) <= SLOW else "FAIL"
            print(f"{name:34} {len(data):8} bytes {min(times):7.3f} s  {verdict}  {says[:60]}", flush=True)
    return kept
