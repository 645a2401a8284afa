"""The op alphabet of the base layer: Move, Line, cubic Curve on an integer grid (Hu et al.
2020, section 3.1; spec/FORMAT.md, section "Ops").

A grid point ``(x, y)`` with quantiser step ``s`` lies at ``(x * s, y * s)`` half-pixels of the
canvas; the centre of pixel ``(i, j)`` lies at ``(2 * i, 2 * j)`` half-pixels. Pure integers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

MAX_STEP = 8
"""Largest quantiser step, in half-pixels."""

Point = tuple[int, int]


class Move(NamedTuple):
    """Go to ``end`` without drawing; begins a stroke."""

    end: Point


class Line(NamedTuple):
    """Draw a straight line from the last point to ``end``."""

    end: Point


class Curve(NamedTuple):
    """Draw a cubic Bezier curve from the last point to ``end`` with control points ``a`` and ``b``."""

    a: Point
    b: Point
    end: Point


Op: TypeAlias = Move | Line | Curve


class Segment(NamedTuple):
    """A drawn op with its start, in half-pixels: ``points`` holds 2 (line) or 4 (curve) points."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The integer grid of a canvas of ``width`` x ``height`` pixels at quantiser step ``step``
    (half-pixels, 1..MAX_STEP)."""

    width: int
    height: int
    step: int

    @property
    def columns(self) -> int:
        """Grid points per row: x runs from 0 to ``columns - 1``."""
        return 2 * (self.width - 1) // self.step + 1

    @property
    def rows(self) -> int:
        """Grid points per column: y runs from 0 to ``rows - 1``."""
        return 2 * (self.height - 1) // self.step + 1

    def holds(self, point: Point) -> bool:
        """Whether ``point`` may be the end of an op."""
        return 0 <= point[0] < self.columns and 0 <= point[1] < self.rows

    def holds_control(self, point: Point) -> bool:
        """Whether ``point`` may be a control point: at most one canvas outside the canvas."""
        return -self.columns < point[0] < 2 * self.columns and -self.rows < point[1] < 2 * self.rows


def fault(ops: Sequence[Op], grid: Grid) -> str | None:
    """What is wrong with ``ops`` on ``grid``, or None where they are valid.

    Valid: empty, or begins with a Move; every Move is followed by a Line or a Curve; every
    point is within its range; no Line of no length; no Curve whose four points are one.
    """
    last: Point | None = None
    moved = False
    for index, op in enumerate(ops):
        if not grid.holds(op.end):
            return f"op {index} ends outside the canvas"
        if isinstance(op, Move):
            if moved:
                return f"op {index} is a second Move in a row"
            moved = True
        else:
            if last is None:
                return "the first op is not a Move"
            moved = False
            if isinstance(op, Line):
                if op.end == last:
                    return f"op {index} is a Line of no length"
            elif not (grid.holds_control(op.a) and grid.holds_control(op.b)):
                return f"op {index} has a control point out of range"
            elif op.a == op.b == op.end == last:
                return f"op {index} is a Curve of no length"
        last = op.end
    return "the last op is a Move" if moved else None


def thirds(start: Point, end: Point) -> tuple[Point, Point]:
    """The points a third and two thirds along a chord, rounded down: what predicts the control
    points of a Curve."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (start[0] + dx // 3, start[1] + dy // 3), (start[0] + 2 * dx // 3, start[1] + 2 * dy // 3)


def segments(ops: Iterable[Op], step: int) -> list[list[Segment]]:
    """The strokes that valid ``ops`` draw: per stroke its segments in order, in half-pixels."""
    strokes: list[list[Segment]] = []
    last = (0, 0)
    for op in ops:
        end = (op.end[0] * step, op.end[1] * step)
        if isinstance(op, Move):
            strokes.append([])
        elif isinstance(op, Line):
            strokes[-1].append(Segment((last, end)))
        else:
            a = (op.a[0] * step, op.a[1] * step)
            b = (op.b[0] * step, op.b[1] * step)
            strokes[-1].append(Segment((last, a, b, end)))
        last = end
    return strokes


def text(ops: Iterable[Op]) -> str:
    """``ops`` as text, one op a line in SVG's letters and grid units: ``M x y``, ``L x y``,
    ``C ax ay bx by x y``."""
    lines = []
    for op in ops:
        numbers = [number for point in op for number in point]
        lines.append(f"{type(op).__name__[0]} {' '.join(map(str, numbers))}\n")
    return "".join(lines)


def digest(ops: Iterable[Op]) -> str:
    """sha256, in hex, of :func:`text`: what a conformance vector states."""
    return hashlib.sha256(text(ops).encode("ascii")).hexdigest()
