"""The syntax of strokes: how ops become decisions (spec/FORMAT.md, section "Edge layer, coding 2").

Normative, integers only. :func:`walk` is written once for both directions: with ops it codes
them, without it reads them.

What it exploits. Strokes are sorted by where they start, so that their order costs nothing. A segment's end
is coded as its length along the dominant axis, one of 32 direction sectors, and the position within the
sector; a stroke seldom turns far from the direction in which its last segment arrived. Most curves have
control points on the thirds of the chord along that axis, so only their offsets across it are coded, which a
smooth tangent predicts; for free curves both coordinates are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vcmcodec.entropy.binarise import NUMBER_BINS, signed, tree, unsigned
from vcmcodec.entropy.contexts import Coder, Elements
from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, Point, thirds

_elements = Elements()

_LAST_CLASS = 7  # of a length; the classes are 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63, and more
_NOWHERE = 32  # the sector of a stroke that has not begun
_CELLS = 64

START_Y = _elements.element(NUMBER_BINS, 12, 16, 16)
START_X = _elements.element(16, 16, 3 * 16)
KIND = _elements.element(4, 4 * 3, 4 * 8, 33, _CELLS, 3 * 8)
LENGTH = _elements.element(NUMBER_BINS, 3 * 4, 3 * 3 * 8, 3 * 33, _CELLS, 3 * 8)
SECTOR = _elements.element(32, 3 * 33, 5 * 33, 2 * _CELLS, 8 * 33, 129)
OFFSET_IN_SECTOR = _elements.element(4, 3 * 7, 5 * 8)
CONTROL_A = _elements.element(NUMBER_BINS, 8, 32, 3 * 5, 8 * 32, 32)
CONTROL_B = _elements.element(NUMBER_BINS, 8, 31, 8 * 31, 32)
FREE_A = _elements.element(NUMBER_BINS, 2 * 8)
FREE_B = _elements.element(NUMBER_BINS, 2 * 8, 31)

WEIGHTS = _elements.size
"""How many weights the syntax is coded with."""

_END, _LINE, _CURVE, _FREE = range(4)


def _class(length: int) -> int:
    return min(length.bit_length(), _LAST_CLASS)


def _clamped(value: int) -> int:
    """The value of a context for a signed number: one of 31."""
    return min(max(value, -15), 15) + 15


def _sector(vector: Point, parts: int) -> int:
    """The direction of a vector, not (0, 0), as the index of one of 4 * ``parts`` sectors: ``parts`` for each
    side, in the order right, down, left, up. A diagonal belongs to right or left."""
    x, y = vector
    if abs(x) >= abs(y):
        side, along, across = (0 if x > 0 else 2), abs(x), y
    else:
        side, along, across = (1 if y > 0 else 3), abs(y), x
    return side * parts + (across + along) * parts // (2 * along + 1)


class _State:
    """What is known when an op is coded: where the last one ended and how it arrived there."""

    __slots__ = ("at", "sector", "fine", "tangent", "turn", "length", "kind", "count")

    def __init__(self, at: Point) -> None:
        self.at = at
        self.sector, self.fine, self.turn = _NOWHERE, 128, 2
        self.tangent = (0, 0)
        self.length, self.kind, self.count = 0, 0, 0

    def arrive(self, op: Line | Curve, along: int) -> None:
        tangent = (op.end[0] - self.at[0], op.end[1] - self.at[1])
        kind = 1
        if isinstance(op, Curve):
            kind = 2
            if op.b != op.end:
                tangent = (op.end[0] - op.b[0], op.end[1] - op.b[1])
        before, self.tangent = self.sector, tangent
        if tangent != (0, 0):
            self.sector, self.fine = _sector(tangent, 8), _sector(tangent, 32)
            turn = (self.sector - before + 16) % 32 - 16 if before != _NOWHERE else 0
            self.turn = min(max(turn, -2), 2) + 2
        self.at, self.length, self.kind = op.end, _class(along), kind
        self.count = min(self.count + 1, 3)


def in_order(ops: Sequence[Op]) -> bool:
    """Whether strokes are in the order that this coding requires: by the y of their starts, then by x."""
    starts = [op.end[::-1] for op in ops if isinstance(op, Move)]
    return all(one <= two for one, two in zip(starts, starts[1:]))


def walk(coder: Coder, grid: Grid, strokes: int, ops: Sequence[Op] | None) -> Iterator[Op]:
    """Codes ``ops`` (valid, :func:`in_order`, ``strokes`` strokes), or reads them if None.

    Yields the ops one by one; the caller may stop at any. What is read need not be valid. Raises
    ValueError where what is read is not in canonical form or gives no point.
    """
    source = iter(ops or ())
    op = next(source, None)
    last = (0, 0)
    for left in range(strokes, 0, -1):
        last = _start(coder, grid, left, last, op)
        yield Move(last)
        state = _State(last)
        while True:
            op = next(source, None)
            cell = _cell(state.at, grid)
            kind = _kind(coder, cell, state, op)
            if kind == _END:
                break
            yield _segment(coder, cell, grid.step, state, kind, op)


def _cell(at: Point, grid: Grid) -> int:
    """Where on the canvas a point lies, in 8 x 8 cells."""
    column, row = at[0] * 8 // grid.columns, at[1] * 8 // grid.rows
    return 8 * min(max(row, 0), 7) + min(max(column, 0), 7)


def _start(coder: Coder, grid: Grid, left: int, last: Point, op: Op | None) -> Point:
    """Where the next stroke begins: y from the last one's, then the 16th of the row, then the place in it."""
    x, y = op.end if op is not None else (0, 0)
    spacing = max(4 * (grid.rows - last[1]) // left, 0)
    row = min(last[1] * 16 // grid.rows, 15)
    offsets = START_Y.at(min(spacing.bit_length(), 11), min(left.bit_length(), 15), row)
    down = unsigned(coder, y - last[1], offsets)
    y = last[1] + down
    side = 0 if down > 3 else 1 if down else 2
    offsets = START_X.at(min(y * 16 // grid.rows, 15), 16 * side + min(last[0] * 16 // grid.columns, 15))
    cell = tree(coder, x * 16 // grid.columns, 4, offsets)
    first = -(-cell * grid.columns // 16)
    count = -(-(cell + 1) * grid.columns // 16) - first
    if count == 0:
        raise ValueError("a start cell without grid points")
    return first + coder.uniform(x - first, count), y


def _kind(coder: Coder, cell: int, state: _State, op: Op | None) -> int:
    """Whether the stroke ends, or else what its next segment is."""
    kind, count = state.kind, state.count
    offsets = KIND.at(3 * count + kind, 8 * count + state.length, state.sector, cell, 8 * kind + state.length)
    if count and coder.bit(int(op is None or isinstance(op, Move)), offsets, 0):
        return _END
    if not coder.bit(int(isinstance(op, Curve)), offsets, 1):
        return _LINE
    return _FREE if coder.bit(int(isinstance(op, Curve) and _is_free(state.at, op)), offsets, 2) else _CURVE


def _upright(chord: Point) -> bool:
    """Whether a chord mostly goes up or down."""
    return abs(chord[1]) > abs(chord[0])


def _is_free(start: Point, op: Curve) -> bool:
    """Whether a control point does not lie on its third along the axis that the chord mostly follows."""
    along = int(_upright((op.end[0] - start[0], op.end[1] - start[1])))
    one, two = thirds(start, op.end)
    return op.a[along] != one[along] or op.b[along] != two[along]


def _segment(coder: Coder, cell: int, step: int, state: _State, kind: int, op: Op | None) -> Line | Curve:
    end, length = _end(coder, cell, step, state, kind, op)
    made: Line | Curve
    if kind == _LINE:
        made = Line(end)
    else:
        curve = op if isinstance(op, Curve) else Curve(end, end, end)
        made = (_free if kind == _FREE else _beside)(coder, state, end, length, curve)
    state.arrive(made, length)
    return made


def _end(coder: Coder, cell: int, step: int, state: _State, kind: int, op: Op | None) -> tuple[Point, int]:
    """Where a segment ends, and the length of its chord along the axis that it mostly follows."""
    x0, y0 = state.at
    chord = (op.end[0] - x0, op.end[1] - y0) if op is not None else (0, 0)
    kind -= _LINE
    sector, before = state.sector, 8 * state.kind + state.length
    offsets = LENGTH.at(
        3 * state.count + kind, 24 * kind + before, 33 * kind + sector, cell, 8 * kind + min(step - 1, 7)
    )
    length = unsigned(coder, max(abs(chord[0]), abs(chord[1])), offsets)
    if length == 0:
        return state.at, 0
    size = _class(length)
    first = _CELLS if state.count == 0 else 0
    offsets = SECTOR.at(
        33 * kind + sector, 33 * state.turn + sector, first + cell, 33 * size + sector, state.fine
    )
    direction = tree(coder, _sector(chord, 8) if chord != (0, 0) else 0, 5, offsets)
    side, part = divmod(direction, 8)
    span = 2 * length + 1
    low, high = -(-part * span // 8) - length, -(-(part + 1) * span // 8) - length
    if low == high:
        raise ValueError("an empty direction sector")
    across = chord[1] if side % 2 == 0 else chord[0]
    across = _offset_in_sector(coder, state, (low, high), side, length, across)
    if side % 2 and abs(across) == length:
        raise ValueError("a diagonal that goes up or down")
    along = length if side < 2 else -length
    # Sides are right, down, left, up.
    return ((x0 + along, y0 + across) if side % 2 == 0 else (x0 + across, y0 + along)), length


def _offset_in_sector(
    coder: Coder, state: _State, bounds: tuple[int, int], side: int, length: int, across: int
) -> int:
    """An end's coordinate across, one of ``bounds[0]`` to ``bounds[1] - 1``: two context-coded halvings, then
    the rest uniformly."""
    low, high = bounds
    count = high - low
    if count == 1:
        return low
    hint = _ahead(state, side, length)
    place = 0 if hint is None else 1 if hint < low else 6 if hint >= high else 2 + (hint - low) * 4 // count
    offsets = OFFSET_IN_SECTOR.at(7 * min(count.bit_length() - 2, 2) + place, 8 * state.turn + _class(length))
    bin = 1
    while high - low > 1 and bin < 4:
        middle = low + high + 1 >> 1
        upper = coder.bit(int(across >= middle), offsets, bin)
        low, high = (middle, high) if upper else (low, middle)
        bin = 2 * bin + upper
    return low + coder.uniform(across - low, high - low) if high - low > 1 else low


def _ahead(state: _State, side: int, length: int) -> int | None:
    """The offset across the dominant axis that the last tangent predicts after ``length`` along it; None if
    it does not point that way."""
    x, y = state.tangent
    along, across = (x, y) if side % 2 == 0 else (y, x)
    along = along if side < 2 else -along
    if along <= 0:
        return None
    return (2 * length * across + along) // (2 * along)


def _beside(coder: Coder, state: _State, end: Point, length: int, curve: Curve) -> Curve:
    """A curve whose control points lie on the thirds along the chord's axis: codes only their offsets, across
    the axis, from the thirds."""
    chord = (end[0] - state.at[0], end[1] - state.at[1])
    across = 1 - int(_upright(chord))
    one, two = thirds(state.at, end)
    direction = _sector(chord, 8) if length else 0
    size = _class(length)
    hint = _ahead(state, direction // 8, length)
    guess = 31 if hint is None else _clamped((hint + 1) // 3 - (one[across] - state.at[across]))
    offsets = CONTROL_A.at(size, guess, 5 * state.kind + state.turn, 32 * size + guess, direction)
    shift_a = signed(coder, curve.a[across] - one[across], offsets)
    offsets = CONTROL_B.at(size, _clamped(shift_a), 31 * size + _clamped(shift_a), direction)
    shift_b = signed(coder, curve.b[across] - two[across], offsets)
    if across:
        return Curve((one[0], one[1] + shift_a), (two[0], two[1] + shift_b), end)
    return Curve((one[0] + shift_a, one[1]), (two[0] + shift_b, two[1]), end)


def _free(coder: Coder, state: _State, end: Point, length: int, curve: Curve) -> Curve:
    """A curve whose control points lie anywhere: codes both coordinates of their offsets from the thirds."""
    one, two = thirds(state.at, end)
    size = _class(length)
    points = []
    for axis in (0, 1):
        shift_a = signed(coder, curve.a[axis] - one[axis], FREE_A.at(8 * axis + size))
        shift_b = signed(coder, curve.b[axis] - two[axis], FREE_B.at(8 * axis + size, _clamped(shift_a)))
        points.append((one[axis] + shift_a, two[axis] + shift_b))
    (ax, bx), (ay, by) = points
    made = Curve((ax, ay), (bx, by), end)
    if not _is_free(state.at, made):
        raise ValueError("a curve is not in its shortest form")
    return made
