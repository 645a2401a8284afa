"""Section 4.3: strokes in coding 2."""

from __future__ import annotations

from dataclasses import dataclass

from decoder.decisions import Decisions, Shape, bits, clip, read_elements
from decoder.failures import MOST_OPS, Invalid, check_limit
from decoder.ops import CURVE, LINE, MOVE, Grid, Op, Point, thirds
from decoder.reader import Reader

ELEMENTS = (
    Shape("START_Y", 64, (12, 16, 16)),
    Shape("START_X", 16, (16, 48)),
    Shape("KIND", 4, (12, 32, 33, 64, 24)),
    Shape("LENGTH", 64, (12, 72, 99, 64, 24)),
    Shape("SECTOR", 32, (99, 165, 128, 264, 129)),
    Shape("OFFSET_IN_SECTOR", 4, (21, 40)),
    Shape("CONTROL_A", 64, (8, 32, 15, 256, 32)),
    Shape("CONTROL_B", 64, (8, 31, 248, 32)),
    Shape("FREE_A", 64, (16,)),
    Shape("FREE_B", 64, (16, 31)),
)
STRAIGHT, BESIDE, FREE = 0, 1, 2
RIGHT, DOWN, LEFT, UP = 0, 1, 2, 3


def read_decided_strokes(reader: Reader, grid: Grid) -> list[Op]:
    """Section 4, the payload behind its profile, and section 4.3. The rules of 4.1 remain to be checked."""
    strokes = reader.varint("strokes")
    check_limit("ops at least", 2 * strokes, MOST_OPS)
    decisions = Decisions(reader.rest())
    ops = StrokeReader(decisions, grid).read(strokes)
    decisions.finish()
    return ops


def slope(vector: Point, parts: int) -> int:
    """Section 4.3: the slope of (x, y) in `parts` parts a side, clockwise from the right."""
    x, y = vector
    if abs(x) >= abs(y):
        side, length, across = (RIGHT if x > 0 else LEFT), abs(x), y
    else:
        side, length, across = (DOWN if y > 0 else UP), abs(y), x
    return side * parts + (across + length) * parts // (2 * length + 1)


def moved(point: Point, axis: int, distance: int) -> Point:
    """Section 4.3: a point moved along x (axis 0) or y (axis 1)."""
    return Point(point.x + distance, point.y) if axis == 0 else Point(point.x, point.y + distance)


def ceil_div(a: int, b: int) -> int:
    """Section 4.3: ceil(a / b)."""
    return -(-a // b)


@dataclass
class State:
    """Section 4.3, "State": what the segments of a stroke so far tell about the next one."""

    at: Point
    sector: int = 32
    heading: int = 128
    turn: int = 2
    tangent: Point = Point(0, 0)
    size: int = 0
    kind: int = 0
    count: int = 0

    def here(self, grid: Grid) -> int:
        """Section 4.3: which 64th of the canvas `at` lies in."""
        row = min(max(self.at.y * 8 // grid.rows, 0), 7)
        column = min(max(self.at.x * 8 // grid.columns, 0), 7)
        return 8 * row + column

    def hint(self, side: int, length: int) -> int | None:
        """Section 4.3: where across a segment ends that goes on along the tangent, if one can."""
        along, across = (self.tangent.x, self.tangent.y) if side in (RIGHT, LEFT) else reversed(self.tangent)
        towards = along if side in (RIGHT, DOWN) else -along
        if towards <= 0:
            return None
        return (2 * length * across + towards) // (2 * towards)

    def advance(self, op: Op, length: int) -> None:
        """Section 4.3: what each segment changes."""
        before = op.points[-2] if op.kind == CURVE and op.points[-2] != op.end else self.at
        self.tangent = Point(op.end.x - before.x, op.end.y - before.y)
        if self.tangent != (0, 0):
            sector = slope(self.tangent, 8)
            t = 0 if self.sector == 32 else (sector - self.sector + 16) % 32 - 16
            self.turn = 2 + min(max(t, -2), 2)
            self.sector = sector
            self.heading = slope(self.tangent, 32)
        self.at = op.end
        self.size = min(bits(length), 7)
        self.kind = 1 if op.kind == LINE else 2
        self.count = min(self.count + 1, 3)


class StrokeReader:
    """Section 4.3: reads all strokes of a payload."""

    def __init__(self, decisions: Decisions, grid: Grid) -> None:
        self.decisions = decisions
        self.grid = grid
        self.by = read_elements("strokes-2.weights", ELEMENTS)
        self.ops: list[Op] = []

    def read(self, strokes: int) -> list[Op]:
        """Section 4.3: the ops of all strokes, in their order."""
        last = Point(0, 0)
        for left in range(strokes, 0, -1):
            start = self.read_start(last, left)
            if (start.y, start.x) < (last.y, last.x):
                raise Invalid("strokes out of order")
            self.add(Op(MOVE, (start,)))
            self.read_stroke(State(start))
            last = start
        return self.ops

    def add(self, op: Op) -> None:
        """Section 4.3: a decoder must stop where there are more ops than its limit."""
        self.ops.append(op)
        check_limit("ops", len(self.ops), MOST_OPS)

    def read_start(self, last: Point, left: int) -> Point:
        """Section 4.3, "Start"; `left` strokes are to come, this one included."""
        columns, rows = self.grid.columns, self.grid.rows
        down = self.decisions.unsigned(
            self.by["START_Y"].under(
                min(bits(max(4 * (rows - last.y) // left, 0)), 11),
                min(bits(left), 15),
                min(last.y * 16 // rows, 15),
            )
        )
        y = last.y + down
        q = 0 if down > 3 else 2 if down == 0 else 1
        cell = self.decisions.tree(
            self.by["START_X"].under(min(y * 16 // rows, 15), 16 * q + min(last.x * 16 // columns, 15)), 4
        )
        first = ceil_div(cell * columns, 16)
        count = ceil_div((cell + 1) * columns, 16) - first
        if count == 0:
            raise Invalid("a start in a cell without columns")
        return Point(first + self.decisions.even_choice(count), y)

    def read_stroke(self, state: State) -> None:
        """Section 4.3, "Segment": the segments of one stroke."""
        while True:
            k = self.read_kind(state)
            if k is None:
                return
            length = self.read_length(state, k)
            direction, end = self.read_end(state, k, length)
            if k == STRAIGHT:
                op = Op(LINE, (end,))
            elif k == BESIDE:
                op = Op(CURVE, (*self.read_beside(state, length, direction, end), end))
            else:
                op = Op(CURVE, (*self.read_free(state, length, end), end))
            self.add(op)
            state.advance(op, length)

    def read_kind(self, state: State) -> int | None:
        """Section 4.3, "Segment": k, or None where the stroke ends."""
        kind = self.by["KIND"].under(
            3 * state.count + state.kind,
            8 * state.count + state.size,
            state.sector,
            state.here(self.grid),
            8 * state.kind + state.size,
        )
        if state.count > 0 and self.decisions.decision(kind, 0):
            return None
        if not self.decisions.decision(kind, 1):
            return STRAIGHT
        return FREE if self.decisions.decision(kind, 2) else BESIDE

    def read_length(self, state: State, k: int) -> int:
        """Section 4.3, "Segment", step 1."""
        return self.decisions.unsigned(
            self.by["LENGTH"].under(
                3 * state.count + k,
                24 * k + 8 * state.kind + state.size,
                33 * k + state.sector,
                state.here(self.grid),
                8 * k + self.grid.step - 1,
            )
        )

    def read_end(self, state: State, k: int, length: int) -> tuple[int, Point]:
        """Section 4.3, "Segment", steps 2 and 4: a direction and the end that lies there."""
        if length == 0:
            return 0, state.at
        direction = self.decisions.tree(
            self.by["SECTOR"].under(
                33 * k + state.sector,
                33 * state.turn + state.sector,
                64 * (1 if state.count == 0 else 0) + state.here(self.grid),
                33 * min(bits(length), 7) + state.sector,
                state.heading,
            ),
            5,
        )
        side, part = divmod(direction, 8)
        across = self.read_across(state, length, side, part)
        if side in (DOWN, UP) and abs(across) == length:
            raise Invalid("a diagonal that goes up or down")
        towards = length if side in (RIGHT, DOWN) else -length
        axis = 0 if side in (RIGHT, LEFT) else 1
        return direction, moved(moved(state.at, axis, towards), 1 - axis, across)

    def read_across(self, state: State, length: int, side: int, part: int) -> int:
        """Section 4.3, "Segment", step 3: the end's coordinate across."""
        n = 2 * length + 1
        low = ceil_div(part * n, 8) - length
        high = ceil_div((part + 1) * n, 8) - length
        if low == high:
            raise Invalid("an empty direction sector")
        if high - low == 1:
            return low
        hint = state.hint(side, length)
        if hint is None:
            place = 0
        elif hint < low:
            place = 1
        elif hint >= high:
            place = 6
        else:
            place = 2 + (hint - low) * 4 // (high - low)
        rest = self.by["OFFSET_IN_SECTOR"].under(
            7 * min(bits(high - low) - 2, 2) + place, 8 * state.turn + min(bits(length), 7)
        )
        node = 1
        while high - low > 1 and node < 4:
            middle = (low + high + 1) >> 1
            decision = self.decisions.decision(rest, node)
            if decision:
                low = middle
            else:
                high = middle
            node = 2 * node + decision
        return low if high - low == 1 else low + self.decisions.even_choice(high - low)

    def read_beside(self, state: State, length: int, direction: int, end: Point) -> tuple[Point, Point]:
        """Section 4.3, "Control points beside the chord"."""
        first, second = thirds(state.at, end)
        axis = axis_across(state.at, end)
        hint = state.hint(direction // 8, length)
        if hint is None:
            g = 31
        else:
            g = clip((hint + 1) // 3 - (first[axis] - state.at[axis]))
        z = min(bits(length), 7)
        near = self.decisions.signed(
            self.by["CONTROL_A"].under(z, g, 5 * state.kind + state.turn, 32 * z + g, direction)
        )
        far = self.decisions.signed(self.by["CONTROL_B"].under(z, clip(near), 31 * z + clip(near), direction))
        return moved(first, axis, near), moved(second, axis, far)

    def read_free(self, state: State, length: int, end: Point) -> tuple[Point, Point]:
        """Section 4.3, "Free control points"."""
        first, second = thirds(state.at, end)
        z = min(bits(length), 7)
        along = 1 - axis_across(state.at, end)
        beside = False
        for axis in (0, 1):
            near = self.decisions.signed(self.by["FREE_A"].under(8 * axis + z))
            far = self.decisions.signed(self.by["FREE_B"].under(8 * axis + z, clip(near)))
            first, second = moved(first, axis, near), moved(second, axis, far)
            if axis == along:
                beside = near == far == 0
        if beside:
            raise Invalid("a free Curve that lies beside its chord")
        return first, second


def axis_across(start: Point, end: Point) -> int:
    """Section 4.3: 0 where *across* is x, 1 where it is y."""
    return 0 if abs(end.y - start.y) > abs(end.x - start.x) else 1
