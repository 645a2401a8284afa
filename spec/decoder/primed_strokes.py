"""Section 4.2: strokes in coding 1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from decoder.failures import MOST_OPS, Invalid, check_limit
from decoder.ops import CURVE, LINE, MOVE, Op, Point, thirds
from decoder.reader import Reader
from decoder.symbols import decode_symbols

KINDS = (MOVE, LINE, CURVE)
COORDINATES = {MOVE: 2, LINE: 2, CURVE: 6}
ESCAPE = 255


def read_primed_strokes(reader: Reader, escaped: bool) -> list[Op]:
    """Section 4, the payload behind its profile, and section 4.2; `escaped` is the profile's bit 3."""
    counts = {kind: reader.varint("number of ops") for kind in KINDS}
    ops = sum(counts.values())
    check_limit("ops", ops, MOST_OPS)
    coordinates = sum(COORDINATES[kind] * counts[kind] for kind in KINDS)
    escapes = reader.varint("escapes") if escaped else 0
    if escaped and not 1 <= escapes <= coordinates:
        raise Invalid(f"{escapes} escapes for {coordinates} coordinates")
    symbols = decode_symbols(reader.rest(), ops + coordinates + 2 * escapes, "edges-1.primer")
    return Streams(symbols, counts).read_ops()


class Streams:
    """Section 4.2: the table of streams."""

    def __init__(self, symbols: bytes, counts: dict[str, int]) -> None:
        left = iter(symbols)

        def stream(length: int) -> bytes:
            return bytes(islice(left, length))

        self.kinds = stream(sum(counts.values()))
        if any(self.kinds.count(symbol) != counts[kind] for symbol, kind in enumerate(KINDS)):
            raise Invalid("kinds that are not as many as stated")
        # The end's x and y, and for a Curve the first control point's x and y and the second's.
        self.coordinates = {
            kind: [iter(stream(counts[kind])) for _ in range(COORDINATES[kind])] for kind in KINDS
        }
        self.escaped = iter([256 * high + low for high, low in zip(left, left)])

    def read_ops(self) -> list[Op]:
        """Section 4.2: the ops in order, each point relative to what the table says."""
        ops = []
        at = Point(0, 0)
        for symbol in self.kinds:
            kind = KINDS[symbol]
            dx, dy, *moved = [self.value(stream) for stream in self.coordinates[kind]]
            end = Point(at.x + dx, at.y + dy)
            points = [end]
            if kind == CURVE:
                first, second = thirds(at, end)
                points = [
                    Point(first.x + moved[0], first.y + moved[1]),
                    Point(second.x + moved[2], second.y + moved[3]),
                    end,
                ]
            ops.append(Op(kind, tuple(points)))
            at = end
        if next(self.escaped, None) is not None:
            raise Invalid("an escaped value that is not used")
        return ops

    def value(self, stream: Iterator[int]) -> int:
        """Section 4.2: the next value of a stream, which may be escaped."""
        symbol = next(stream)
        if symbol != ESCAPE:
            return symbol - 127
        escaped = next(self.escaped, None)
        if escaped is None:
            raise Invalid("fewer escaped values than are used")
        value = escaped - 127 - 32768
        if 0 <= value + 127 < ESCAPE:
            raise Invalid("a value escaped that a symbol could have held")
        return value
