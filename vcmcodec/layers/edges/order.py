"""The order and direction of strokes in which they cost least: the only one that the coder knows
(spec/FORMAT.md, section "Edge layer, coding 2").

Encoder only; nothing here is normative.
"""

from __future__ import annotations

from collections.abc import Sequence

from vcmcodec.layers.edges.ops import Curve, Line, Move, Op, Point


def reverse(stroke: Sequence[Op]) -> list[Op]:
    """The same stroke drawn from its other end."""
    turned: list[Op] = [Move(stroke[-1].end)]
    for before, op in zip(reversed(stroke[:-1]), reversed(stroke[1:])):
        turned.append(Curve(op.b, op.a, before.end) if isinstance(op, Curve) else Line(before.end))
    return turned


def _rank(point: Point) -> Point:
    return point[1], point[0]


def scan(strokes: Sequence[Sequence[Op]]) -> list[Op]:
    """All ops of ``strokes`` by their upper ends, row by row, each begun there."""
    turned = [
        reverse(stroke) if _rank(stroke[-1].end) < _rank(stroke[0].end) else stroke for stroke in strokes
    ]
    return [op for stroke in sorted(turned, key=lambda stroke: _rank(stroke[0].end)) for op in stroke]
