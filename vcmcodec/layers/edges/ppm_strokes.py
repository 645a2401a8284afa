"""Edge layer, coding 1: strokes in any order as symbols for PPM (spec/FORMAT.md, section "Edge layer,
coding 1").

::

    payload = profile(1) moves(varint) lines(varint) curves(varint) [escapes(varint)] ppm

The symbols are eleven streams in a row: the kinds of the ops, then x and y of the Moves' and
Lines' ends, of the Curves' ends, and of their two control points. An end is relative to the
last end, a control point to its third of the chord.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vcmcodec.entropy.ppm import primed
from vcmcodec.errors import LimitError
from vcmcodec.format.wire import Reader
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.head import PRIMER, SymbolHead
from vcmcodec.layers.edges.ops import Curve, Line, Move, Op, Point, thirds
from vcmcodec.limits import DEFAULT_LIMITS, Limits

_MOVE, _LINE, _CURVE = range(3)
_CENTRE = 127
_ESCAPE = 255
_ESCAPED_BYTES = 2
_ESCAPE_BIAS = 0x8000

# Stream 0 holds a symbol per op; these are the x streams of the points, each followed by its y.
_MOVES, _LINES, _ENDS, _A, _B = range(1, 11, 2)


def symbols(ops: Sequence[Op]) -> tuple[list[bytearray], bytearray]:
    """The eleven symbol streams of valid ``ops``, and the bytes of escaped values."""
    streams = [bytearray() for _ in range(11)]
    escapes = bytearray()

    def put(stream: int, point: Point, origin: Point) -> None:
        for axis in (0, 1):
            value = point[axis] - origin[axis] + _CENTRE
            if 0 <= value < _ESCAPE:
                streams[stream + axis].append(value)
            else:
                streams[stream + axis].append(_ESCAPE)
                escapes.extend((value + _ESCAPE_BIAS).to_bytes(_ESCAPED_BYTES, "big"))

    last = (0, 0)
    for op in ops:
        if isinstance(op, Move):
            streams[0].append(_MOVE)
            put(_MOVES, op.end, last)
        elif isinstance(op, Line):
            streams[0].append(_LINE)
            put(_LINES, op.end, last)
        else:
            streams[0].append(_CURVE)
            put(_ENDS, op.end, last)
            third, two_thirds = thirds(last, op.end)
            put(_A, op.a, third)
            put(_B, op.b, two_thirds)
        last = op.end
    return streams, escapes


def encode(drawing: Drawing) -> bytes:
    """The payload of a drawing's strokes.

    Raises LimitError where there are too many for decoders, ModelError where the primer is missing.
    """
    streams, escapes = symbols(drawing.ops)
    body = b"".join(streams) + escapes
    if len(body) > DEFAULT_LIMITS.symbols:
        raise LimitError(f"{len(body)} symbols are above the limit of {DEFAULT_LIMITS.symbols}")
    moves, lines, curves = (streams[0].count(kind) for kind in (_MOVE, _LINE, _CURVE))
    head = SymbolHead(drawing.step, moves, lines, curves, len(escapes) // _ESCAPED_BYTES)
    return head.write() + primed.encode(body, primed.primer(PRIMER))


def decode(head: SymbolHead, reader: Reader, limits: Limits) -> tuple[Op, ...]:
    """The ops of the payload whose ``head`` has been read; they need not be valid.

    Raises FormatError where the payload is damaged, LimitError for too many ops, ModelError where the
    primer is missing.
    """
    moves, lines, curves, escapes = head.moves, head.lines, head.curves, head.escapes
    total = moves + lines + curves
    if total > limits.ops:
        raise LimitError(
            f"{total} ops are above the limit of {limits.ops}", layer=reader.layer, offset=reader.offset
        )
    coordinates = 2 * (moves + lines + 3 * curves)
    if escapes > coordinates:
        raise reader.error(f"{escapes} escapes for {coordinates} coordinates")
    symbol_count = total + coordinates + _ESCAPED_BYTES * escapes
    if symbol_count > limits.symbols:
        raise LimitError(
            f"{symbol_count} symbols are above the limit of {limits.symbols}",
            layer=reader.layer,
            offset=reader.offset,
        )
    start = reader.offset
    body = primed.decode(reader.rest(), symbol_count, primed.primer(PRIMER))
    if body is None:
        raise reader.error("damaged: the symbols do not decode", start)
    kinds = body[:total]
    if [kinds.count(kind) for kind in (_MOVE, _LINE, _CURVE)] != [moves, lines, curves]:
        raise reader.error("damaged: the kinds of ops do not match their numbers", start)
    streams = _Streams(body, [total, *[moves] * 2, *[lines] * 2, *[curves] * 6])
    try:
        return tuple(streams.ops(kinds))
    except ValueError as error:
        raise reader.error(f"damaged: {error}", start) from None


class _Streams:
    """Reads points off the symbol streams, in the order of the ops. Raises ValueError where
    escapes do not come out even."""

    def __init__(self, body: bytes, lengths: Sequence[int]) -> None:
        self.streams = []
        for length in lengths:
            self.streams.append(iter(body[:length]))
            body = body[length:]
        self.escapes = body

    def _value(self, stream: int) -> int:
        symbol = next(self.streams[stream])
        if symbol < _ESCAPE:
            return symbol - _CENTRE
        value, self.escapes = self.escapes[:_ESCAPED_BYTES], self.escapes[_ESCAPED_BYTES:]
        if len(value) < _ESCAPED_BYTES:
            raise ValueError("more values are escaped than announced")
        number = int.from_bytes(value, "big") - _ESCAPE_BIAS
        if 0 <= number < _ESCAPE:
            raise ValueError("a value is escaped that fits a symbol")
        return number - _CENTRE

    def point(self, stream: int, origin: Point) -> Point:
        x = self._value(stream)
        return origin[0] + x, origin[1] + self._value(stream + 1)

    def ops(self, kinds: bytes) -> Iterator[Op]:
        last = (0, 0)
        for kind in kinds:
            if kind == _MOVE:
                last = self.point(_MOVES, last)
                yield Move(last)
            elif kind == _LINE:
                last = self.point(_LINES, last)
                yield Line(last)
            else:
                end = self.point(_ENDS, last)
                third, two_thirds = thirds(last, end)
                a = self.point(_A, third)
                yield Curve(a, self.point(_B, two_thirds), end)
                last = end
        if self.escapes:
            raise ValueError("fewer values are escaped than announced")
