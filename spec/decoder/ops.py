"""Section 4.1: ops, and the grid that their points lie on."""

from __future__ import annotations

from typing import NamedTuple

from decoder.failures import Invalid

MOVE, LINE, CURVE = "M", "L", "C"


class Point(NamedTuple):
    """A point, in grid units or in half-pixels."""

    x: int
    y: int


class Op(NamedTuple):
    """Section 4.1: a Move, a Line or a Curve; a Curve's points are its two control points and its end."""

    kind: str
    points: tuple[Point, ...]

    @property
    def end(self) -> Point:
        """Section 4.1: where the next op starts."""
        return self.points[-1]

    def __str__(self) -> str:
        """Section 10: an op as text."""
        return " ".join([self.kind, *(f"{point.x} {point.y}" for point in self.points)])


class Grid(NamedTuple):
    """Section 4.1: a quantiser step, and how many grid points a canvas holds."""

    step: int
    columns: int
    rows: int


def grid_of(step: int, width: int, height: int) -> Grid:
    """Section 4.1: the grid of a canvas of `width` x `height`."""
    return Grid(step, 2 * (width - 1) // step + 1, 2 * (height - 1) // step + 1)


def thirds(start: Point, end: Point) -> tuple[Point, Point]:
    """Section 4.1: what control points are told relative to."""
    dx, dy = end.x - start.x, end.y - start.y
    return (
        Point(start.x + dx // 3, start.y + dy // 3),
        Point(start.x + (2 * dx) // 3, start.y + (2 * dy) // 3),
    )


def check_ops(ops: list[Op], grid: Grid) -> None:
    """Section 4.1: the rules that ops of either coding obey."""
    if not ops:
        return
    if ops[0].kind != MOVE:
        raise Invalid("the first op is not a Move")
    if ops[-1].kind == MOVE:
        raise Invalid("the last op is a Move")
    for before, op in zip(ops, ops[1:]):
        if before.kind == op.kind == MOVE:
            raise Invalid("a Move behind a Move")
        if op.kind != MOVE and all(point == before.end for point in op.points):
            raise Invalid("a segment of no length")
    for op in ops:
        check_points(op, grid)


def check_points(op: Op, grid: Grid) -> None:
    """Section 4.1: where an end and where control points may lie."""
    *controls, end = op.points
    if not (0 <= end.x < grid.columns and 0 <= end.y < grid.rows):
        raise Invalid("an end outside the canvas")
    for control in controls:
        if not (-grid.columns < control.x < 2 * grid.columns and -grid.rows < control.y < 2 * grid.rows):
            raise Invalid("a control point too far away")
