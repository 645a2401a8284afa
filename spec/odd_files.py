"""Valid files that no encoder would write, and damaged ones whose checks are right.

An encoder draws faces; what it never draws is where two decoders may part without anyone noticing.
Everything here follows from a seed.
"""

from __future__ import annotations

import random
from itertools import chain

from detail_files import odd_detail
from feature_files import odd_feature
from make_vectors import framed
from texture_files import odd_texture
from tone_files import plain

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.ppm import primed
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.errors import LimitError
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import reference_pixels
from vcmcodec.layers.colours import syntax as colour_syntax
from vcmcodec.layers.crop import record as crop
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import ppm_strokes, raster, strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, Point, fault, thirds
from vcmcodec.layers.feature import head as feature_head
from vcmcodec.limits import DEFAULT_LIMITS

Layer = tuple[int, bytes]
Stroke = list[Op]

MODELS = (0, 1, 3, 127, 128, 16_383, 16_384, 2_097_152, 2**28 - 1)
STARTS = ("anywhere", "shared", "row", "rim")
ENDS = ("anywhere", "corner", "near", "next", "diagonal", "here")
CONTROLS = ("anywhere", "extreme", "beside", "far beside", "thirds", "points", "near")
LEVELS = ("zero", "small", "any", "powers", "far")


class LooseEncoder(Encoder):
    """Ends on any of the bytes that decode to the same, not on the fewest."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng

    def finish(self) -> bytes:
        code = self._low + self._rng.randrange(self._range)
        return code.to_bytes(self._bytes, "big").rstrip(b"\0")


def odd_file(seed: int) -> bytes:
    """A valid file."""
    rng = random.Random(seed)
    header = odd_header(rng)
    layers: list[Layer] = []
    if rng.random() < 0.97:
        canvas = canvas_size(header.width, header.height, header.side)
        drawing, edges = odd_edges(rng, canvas)
        layers = [edges, *odd_colours(rng, drawing)]
    layers = with_ancillary(rng, layers)
    layers = with_texture(random.Random(f"texture {seed}"), header, layers)
    return container.write(header, with_feature(random.Random(f"feature {seed}"), layers))


def odd_header(rng: random.Random) -> Header:
    """Pictures of any shape, on canvases that are mostly small, for they are drawn faster."""
    side = 32 * rng.choice((1, 1, 2, 3, 5, 8, 8, rng.randint(1, 16), rng.randint(1, 32), 32))
    form = rng.choice(("own", "square", "any", "any", "thin"))

    def size() -> int:
        return rng.choice((16, 8192, round(2 ** rng.uniform(4, 13)), rng.randint(16, 8192)))

    width, height = size(), size()
    if form == "own":
        width = height = max(side, 16)
    elif form == "square":
        height = width
    elif form == "thin":
        width, height = rng.choice(((16, width), (width, 16)))
    return Header(width, height, side, rng.choice(MODELS), grey=width % 3 == 1)


def with_ancillary(rng: random.Random, layers: list[Layer]) -> list[Layer]:
    """The same with unknown layers in any place; at least one where there is none."""
    room = DEFAULT_LIMITS.layers - len(layers)
    count = min(rng.choice((0, 0, 0, 1, 1, 3, 3, room)), room)
    for _ in range(count if layers else max(count, 1)):
        length = rng.choice((0, 1, 127, 128, rng.randint(0, 300)))
        if rng.random() < 0.003:
            length = DEFAULT_LIMITS.payload
        kind = rng.randint(0x80, 0xFF)
        kind = kind if kind != feature_head.CODE else 0xFF
        layers.insert(rng.randint(0, len(layers)), (kind, rng.randbytes(length)))
    layers = [(kind, payload) for kind, payload in layers if kind != crop.CODE] or [(0x80, b"")]
    if len(layers) < DEFAULT_LIMITS.layers and rng.random() < 0.3:
        layers.insert(rng.randint(0, len(layers)), (crop.CODE, odd_crop(rng).write()))
    return layers


def with_feature(rng: random.Random, layers: list[Layer]) -> list[Layer]:
    """The same, a third of the time with a feature in any place."""
    if len(layers) < DEFAULT_LIMITS.layers and rng.random() < 0.33:
        layers.insert(rng.randint(0, len(layers)), odd_feature(rng, lambda: odd_encoder(rng)))
    return layers


def odd_crop(rng: random.Random) -> crop.Crop:
    """A crop of any numbers that are legal."""
    source = (rng.choice((16, crop.MAX_SOURCE, rng.randint(16, 9999))) for _ in range(2))
    corner = (rng.choice((0, -1, crop.MAX_CORNER, rng.randint(-9999, 9999))) for _ in range(2))
    return crop.Crop(*source, *corner, rng.choice((0, 1, crop.MAX_SOURCE)), rng.choice((0, 1, 255)))


def with_texture(rng: random.Random, header: Header, layers: list[Layer]) -> list[Layer]:
    """The same, half of the time with texture layers in any places, or before or behind all others, and
    detail behind the first."""
    room = DEFAULT_LIMITS.layers - len(layers)
    if not room or rng.random() < 0.5:
        return layers
    if rng.random() < 0.1:
        colour = plain(*(rng.randrange(256) for _ in range(3)))
        layers.insert(rng.randint(0, len(layers)), colour)
        return layers
    canvas = canvas_size(header.width, header.height, header.side)
    texture = odd_texture(rng, canvas, room, lambda: odd_encoder(rng))
    count = len(layers)
    low, high = rng.choice(((0, count), (0, count), (0, 0), (count, count)))
    places = sorted(rng.randint(low, high) for _ in texture)
    for behind, (place, layer) in enumerate(zip(places, texture)):
        layers.insert(place + behind, layer)
    if len(layers) < DEFAULT_LIMITS.layers and rng.random() < 0.5:
        layers.insert(rng.randint(places[0] + 1, len(layers)), odd_detail(rng, odd_encoder(rng)))
    return layers


def odd_edges(rng: random.Random, canvas: tuple[int, int]) -> tuple[Drawing, Layer]:
    """Strokes and their layer, in either coding."""
    grid = Grid(*canvas, rng.randint(1, 8))
    drawn = odd_strokes(rng, grid)
    if rng.random() < 0.4:
        drawing = Drawing(*canvas, grid.step, tuple(chain.from_iterable(drawn)))
        try:
            payload = ppm_strokes.encode(drawing)
            return drawing, (edge_head.CODE, payload + odd_rest(rng) if drawn else payload)
        except LimitError:  # too many symbols for coding 1, and few enough ops for coding 2
            pass
    drawn.sort(key=lambda stroke: stroke[0].end[::-1])
    ops = tuple(chain.from_iterable(drawn))
    coder = odd_encoder(rng)
    model = context_weights.model(edge_head.WEIGHTS, strokes.WEIGHTS)
    for _ in strokes.walk(ContextCoder(coder, model), grid, len(drawn), ops):
        pass
    payload = edge_head.StrokeHead(grid.step, len(drawn)).write() + coder.finish()
    return Drawing(*canvas, grid.step, ops), (edge_head.CODE, payload)


def odd_encoder(rng: random.Random) -> Encoder:
    """One that ends on the fewest bytes, or one that does not."""
    return LooseEncoder(rng) if rng.random() < 0.2 else Encoder()


def odd_rest(rng: random.Random) -> bytes:
    """What may follow the symbols of coding 1: zeros that a decoder would read anyway, then anything."""
    return bytes(8) + rng.randbytes(rng.randint(1, 50)) if rng.random() < 0.1 else b""


def odd_strokes(rng: random.Random, grid: Grid) -> list[Stroke]:
    """Strokes of one habit or two, as many as wanted and as the limits leave room for."""
    most_ops, most_track = DEFAULT_LIMITS.ops, DEFAULT_LIMITS.track
    wanted = rng.choice((0, 1, 1, 2, 5, 15, 40)) if rng.random() < 0.97 else most_ops
    longest = rng.choice((1, 1, 2, 5, 12, 60)) if rng.random() < 0.99 else most_ops
    habits = [Habit(rng, grid) for _ in range(rng.randint(1, 2))]
    found: list[Stroke] = []
    for _ in range(wanted):
        stroke = rng.choice(habits).stroke(rng.randint(1, longest))[:most_ops]
        track = raster.track(stroke, grid.step)
        if len(stroke) < 2 or track > most_track:
            continue
        assert fault(stroke, grid) is None
        found.append(stroke)
        most_ops -= len(stroke)
        most_track -= track
        if most_ops < 2:
            break
    return found


class Habit:
    """A way to choose where strokes start and end and how their curves bend."""

    def __init__(self, rng: random.Random, grid: Grid) -> None:
        self.rng, self.grid = rng, grid
        self.starts = rng.choice(STARTS)
        self.ends = rng.sample(ENDS, rng.randint(1, 3))
        self.controls = rng.sample(CONTROLS, rng.randint(1, 3))
        self.lines = rng.choice((0.0, 0.4, 1.0))
        self.reach = rng.choice((1, 2, 5, 20, 90))
        self.shared = [self.anywhere() for _ in range(3)]

    def stroke(self, segments: int) -> Stroke:
        """A stroke of at most so many segments; those that would have no length are left out."""
        ops: Stroke = [Move(self.start())]
        for _ in range(segments):
            here = ops[-1].end
            end = self.end(here)
            op: Op = Line(end)
            if self.rng.random() >= self.lines:
                a, b = self.control_points(here, end)
                op = Curve(self.within(a), self.within(b), end)
            if fault([Move(here), op], self.grid) is None:
                ops.append(op)
        return ops

    def anywhere(self) -> Point:
        return self.rng.randrange(self.grid.columns), self.rng.randrange(self.grid.rows)

    def corner(self) -> Point:
        return self.rng.choice((0, self.grid.columns - 1)), self.rng.choice((0, self.grid.rows - 1))

    def near(self, point: Point, reach: int) -> Point:
        return point[0] + self.rng.randint(-reach, reach), point[1] + self.rng.randint(-reach, reach)

    def within(self, control: Point) -> Point:
        """The nearest point that may be a control point."""
        columns, rows = self.grid.columns, self.grid.rows
        x, y = control
        return min(max(x, 1 - columns), 2 * columns - 1), min(max(y, 1 - rows), 2 * rows - 1)

    def start(self) -> Point:
        if self.starts == "shared":
            return self.rng.choice(self.shared)
        x, y = self.anywhere()
        if self.starts == "row":
            return x, self.shared[0][1]
        if self.starts == "rim":
            return self.rng.choice(((x, self.corner()[1]), (self.corner()[0], y), self.corner()))
        return x, y

    def end(self, here: Point) -> Point:
        rule, far = self.rng.choice(self.ends), self.rng.randint(1, self.reach)
        if rule == "anywhere":
            x, y = self.anywhere()
        elif rule == "corner":
            x, y = self.corner()
        elif rule == "diagonal":
            x, y = here[0] + self.rng.choice((-far, far)), here[1] + self.rng.choice((-far, far))
        elif rule == "here":
            x, y = here
        else:
            x, y = self.near(here, 1 if rule == "next" else self.reach)
        return min(max(x, 0), self.grid.columns - 1), min(max(y, 0), self.grid.rows - 1)

    def control_points(self, here: Point, end: Point) -> tuple[Point, Point]:
        rule, choice = self.rng.choice(self.controls), self.rng.choice
        columns, rows = self.grid.columns, self.grid.rows
        one, two = thirds(here, end)
        if rule == "anywhere":
            return self.near(self.anywhere(), columns), self.near(self.anywhere(), rows)
        if rule == "extreme":
            xs, ys = (1 - columns, 0, 2 * columns - 1), (1 - rows, 0, 2 * rows - 1)
            return (choice(xs), choice(ys)), (choice(xs), choice(ys))
        if rule == "thirds":
            return one, two
        if rule == "points":
            first = choice((here, end, self.near(here, self.reach)))
            return first, choice((here, end, first))
        if rule == "near":
            return self.near(here, self.reach), self.near(end, self.reach)
        reach = self.reach if rule == "beside" else max(columns, rows)
        a, b = self.rng.randint(-reach, reach), self.rng.randint(-reach, reach)
        if abs(end[1] - here[1]) > abs(end[0] - here[0]):
            return (one[0] + a, one[1]), (two[0] + b, two[1])
        return (one[0], one[1] + a), (two[0], two[1] + b)


def odd_colours(rng: random.Random, drawing: Drawing) -> list[Layer]:
    """Colour layers of one coding up to any place, often of one colour each."""
    coding = rng.choice((1, 2, 2))
    places = reference_pixels.of(drawing, filled=coding == 2)
    total = min(rng.choice((0, 1, 2, 9, 70, rng.randint(0, 300), len(places))), len(places))
    habit = rng.choice(LEVELS)
    known: list[tuple[int, int, int]] = []
    layers: list[Layer] = []
    most = rng.choice((1, 1, 5, total or 1))
    while total and len(layers) < 50:
        count = rng.randint(1, min(most, total))
        total -= count
        steps = rng.randrange(len(colour_head.STEPS))
        head = colour_head.ColourHead(coding, steps, count).write()
        if coding == 1:
            symbols = bytes(rng.randrange(1, 256) >> rng.choice((0, 4, 8)) for _ in range(3 * count))
            body = primed.encode(symbols, primed.primer(colour_head.PRIMER)) + odd_rest(rng)
        else:
            coder = odd_encoder(rng)
            syntax = ContextCoder(coder, context_weights.model(colour_head.WEIGHTS, colour_syntax.WEIGHTS))
            step = colour_head.STEPS[steps]
            colour_syntax.walk(syntax, places, known, count, steps, step, lambda *_: odd_level(rng, habit))
            body = coder.finish()
        layers.append((colour_head.CODE, head + body))
    return layers


def odd_level(rng: random.Random, habit: str) -> int:
    if habit == "small":
        return round(rng.gauss(0, 2))
    if habit == "any":
        return rng.randint(-8191, 8191) >> rng.randint(0, 12)
    if habit == "powers":
        return rng.choice((-1, 1)) * ((1 << rng.randint(0, 13)) - 1)
    return 0 if habit == "zero" else rng.choice((-8191, -40, 0, 40, 8191))


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A file with something wrong that its checks do not tell. It may still be a valid one."""
    _, layers = container.read(data)
    head = bytearray(data[: layers[0].offset])
    parts = [(layer.kind, layer.payload) for layer in layers]
    known = [i for i, (kind, _) in enumerate(parts) if kind < 0x80 or kind in (crop.CODE, feature_head.CODE)]
    index = rng.choice(known or [0])
    kind, payload = parts[index]
    spot = rng.randrange(len(payload)) if payload else 0
    way = rng.choice(("flip", "flip", "flip", "set", "head", "cut", "grow", "noise", "parts", "header"))
    if way == "flip" and payload:
        payload = patched(payload, spot, payload[spot] ^ 1 << rng.randrange(8))
    elif way == "set" and payload:
        payload = patched(payload, spot, rng.choice((0, 255, rng.randrange(256))))
    elif way == "head" and payload:
        payload = patched(payload, spot % 5, rng.randrange(256))
    elif way == "cut":
        payload = payload[:spot]
    elif way == "grow":
        payload += rng.randbytes(rng.choice((1, 1, 2, 9)))
    elif way == "noise":
        payload = payload[: min(spot, 3)] + rng.randbytes(rng.randint(1, 200))
    elif way == "header":
        head[rng.randrange(2, len(head))] ^= 1 << rng.randrange(8)
    else:
        kind = rng.choice((0x01, 0x02, 0x03, 0x7F, 0x80, crop.CODE, feature_head.CODE))
    parts[index] = (kind, payload)
    if way == "parts":
        parts = rng.choice((parts, parts[::-1], parts + parts[-1:], parts[1:], parts[:index]))
    whole = framed(bytes(head), parts)
    return whole if rng.random() < 0.95 else whole[: rng.randrange(len(whole))]


def patched(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]
