"""Hypothesis strategies for valid strokes, shared by the tests of the normative modules."""

from __future__ import annotations

from hypothesis import strategies as st

from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    return Grid(draw(st.integers(8, 400)), draw(st.integers(8, 400)), draw(st.integers(1, 8)))


@st.composite
def strokes(draw: st.DrawFn, grid: Grid) -> list[Op]:
    ends = st.tuples(st.integers(0, grid.columns - 1), st.integers(0, grid.rows - 1))
    controls = st.tuples(
        st.integers(1 - grid.columns, 2 * grid.columns - 1), st.integers(1 - grid.rows, 2 * grid.rows - 1)
    )
    here = draw(ends)
    ops: list[Op] = [Move(here)]
    for _ in range(draw(st.integers(1, 5))):
        end = draw(ends)
        if draw(st.booleans()):
            op: Op = Line(end)
            if end == here:
                continue
        else:
            op = Curve(draw(controls), draw(controls), end)
            if op.a == op.b == end == here:
                continue
        ops.append(op)
        here = end
    return ops if len(ops) > 1 else []


@st.composite
def drawings(draw: st.DrawFn) -> tuple[Grid, tuple[Op, ...]]:
    """A grid and valid ops on it."""
    grid = draw(grids())
    found = draw(st.lists(strokes(grid), max_size=6))
    return grid, tuple(op for stroke in found for op in stroke)
