"""Pixel chains to strokes that spend their bits where they draw most: rate-distortion optimal lines and
curves on the grid.

For every pair of knots along a chain a line and a curve are fitted, all at once; then dynamic
programming picks, for a given lambda, which knots to join by what, and what to leave undrawn.
What is measured is what the decoder will draw: ends and control points are rounded to the grid before a
piece is judged. Encoder only; nothing here is normative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.edges.ops import Curve, Grid, Line, Move, Op, thirds

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SIDE = 256
"""The canvas side that lengths below are meant for; they grow with the canvas."""

CAP = 2.5
"""A pixel whose stroke lies this many pixels away is as good as undrawn."""

SPACING = 3
"""Pixels between knots."""

HOPS = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 72, 86])
"""Lengths of the pieces that are tried, in knots."""

SAMPLES = np.linspace(0.0, 1.0, 13, dtype=np.float32)
"""Where along a piece its distance from the chain is measured."""

MOST_CONTROL = 60
"""A control point lies at most this many grid units beside its third of the chord."""

CHUNK = 1 << 14
"""Pieces that are fitted at once."""

# Bits, as the coder spends them on average on strokes of faces.
MOVE_BITS, END_BITS = 11.2, 1.3


def _line_bits(length: Floats) -> Floats:
    return (9.2 + 2.2 * np.log2(np.maximum(length, 8) / 8)).astype(np.float32)


def _curve_bits(length: Floats, near: Floats, far: Floats) -> Floats:
    bits = 16.3 + 2.0 * np.log2(np.maximum(length, 12) / 12)
    return np.asarray(bits + 1.2 * np.log2(1 + abs(near)) + 0.8 * np.log2(1 + abs(far - near)), np.float32)


class _Pieces(NamedTuple):
    """Fitted pieces, in arrays with an entry for each: the chain pixels ``first`` and ``last`` (counted over
    all chains), the distortion and the bits of a line and of a curve between them, and the curve's control
    points beside the thirds of the chord (``upright``: in x, else in y)."""

    first: Ints
    last: Ints
    line_error: Floats
    line_bits: Floats
    curve_error: Floats
    curve_bits: Floats
    near: Floats
    far: Floats
    upright: NDArray[np.bool_]


class Fitter:
    """All pieces of some chains on a grid, fitted once; :meth:`strokes` then answers at any lambda.

    ``chains``: float (n, 2), x and y in pixels, n at least 2. ``weights``: per chain float (n,), the weight
    of each point. The distortion of a drawing is the sum over pixels of weight times squared distance, in
    units in which an undrawn pixel costs its weight; on another canvas than one of SIDE pixels it is what the
    same drawing would cost there.
    """

    def __init__(self, chains: Sequence[Floats], weights: Sequence[Floats], grid: Grid) -> None:
        self.grid = grid
        self._unit = max(grid.width, grid.height) / SIDE
        points, self._knots = [], []
        first, last = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        start = 0
        for chain in chains:
            count = min(max(1, round((len(chain) - 1) / (SPACING * self._unit))), len(chain) - 1)
            knots = start + ((np.arange(count + 1) * (len(chain) - 1)) + count // 2) // count
            one, two = (
                np.repeat(np.arange(count + 1), len(HOPS)),
                (np.arange(count + 1)[:, None] + HOPS).ravel(),
            )
            there = two <= count
            first.append(knots[one[there]])
            last.append(knots[two[there]])
            self._knots.append(knots)
            points.append(chain)
            start += len(chain)
        self._points = (
            np.concatenate(points) * np.float32(2 / grid.step) if points else np.empty((0, 2), np.float32)
        )
        self._weight = np.concatenate([*weights, np.empty(0, np.float32)]).astype(np.float32)
        self._worth = np.concatenate([[0.0], np.cumsum(self._weight, dtype=np.float64)]) / self._unit
        top = np.array([grid.columns - 1, grid.rows - 1])
        self._snapped = np.clip(np.floor(self._points + 0.5), 0, top).astype(np.int64)
        begin, end = np.concatenate(first), np.concatenate(last)
        apart = (self._snapped[begin] != self._snapped[end]).any(axis=1)
        begin, end = begin[apart], end[apart]
        parts = [
            self._fit(begin[at : at + CHUNK], end[at : at + CHUNK])
            for at in range(0, max(len(begin), 1), CHUNK)
        ]
        self._pieces = _Pieces(*(np.concatenate(column) for column in zip(*parts)))
        self._incoming: dict[int, list[int]] = {}
        for number, knot in enumerate(self._pieces.last.tolist()):
            self._incoming.setdefault(knot, []).append(number)
        self._begins = self._pieces.first.tolist()

    def _fit(self, first: Ints, last: Ints) -> _Pieces:
        begin, end = self._snapped[first], self._snapped[last]
        chord = end - begin
        upright = np.abs(chord[:, 1]) > np.abs(chord[:, 0])
        where = first[:, None] + ((last - first)[:, None] * SAMPLES + np.float32(0.5)).astype(np.int64)
        # Along the axis that the chord mostly follows, and across it, from the piece's start.
        off = self._points[where] - begin[:, None].astype(np.float32)
        along = np.where(upright[:, None], off[..., 1], off[..., 0])
        across = np.where(upright[:, None], off[..., 0], off[..., 1])
        run = np.where(upright, chord[:, 1], chord[:, 0]).astype(np.float32)[:, None]
        rise = np.where(upright, chord[:, 0], chord[:, 1])
        weight = self._weight[where]
        share = (self._worth[last] - self._worth[first]) / np.maximum(weight.sum(axis=1), 1e-9)
        scale = np.float32((self.grid.step / 2 / (CAP * self._unit)) ** 2)
        slant = scale / (1 + np.square(rise[:, None] / run))

        t = np.clip(along / run, 0, 1)
        beyond = np.square(along - run * t) * scale
        chord_line = rise[:, None].astype(np.float32) * t
        side = across - chord_line

        def error(miss: Floats) -> Floats:
            square = np.minimum(np.square(miss) * slant + beyond, 1)
            return np.asarray((square * weight).sum(axis=1) * share, dtype=np.float32)

        s = 1 - t
        b1, b2 = 3 * s * s * t, 3 * s * t * t
        p, q, r = (b1 * b1).sum(axis=1) + 1e-3, (b1 * b2).sum(axis=1), (b2 * b2).sum(axis=1) + 1e-3
        pull1, pull2 = (b1 * side).sum(axis=1), (b2 * side).sum(axis=1)
        determinant = p * r - q * q
        # What is coded lies beside the thirds rounded down, no more than a canvas outside of it.
        most = min(MOST_CONTROL, self.grid.columns - 1, self.grid.rows - 1)
        low1, low2 = rise // 3 - rise / 3, 2 * rise // 3 - 2 * rise / 3
        near = np.clip(np.floor((r * pull1 - q * pull2) / determinant - low1 + 0.5), -most, most)
        far = np.clip(np.floor((p * pull2 - q * pull1) / determinant - low2 + 0.5), -most, most)
        bend = b1 * (near + low1)[:, None].astype(np.float32) + b2 * (far + low2)[:, None].astype(np.float32)
        length = np.abs(run[:, 0])
        return _Pieces(
            first,
            last,
            error(side),
            _line_bits(length),
            error(side - bend),
            _curve_bits(length, near, far),
            near.astype(np.float32),
            far.astype(np.float32),
            upright,
        )

    def strokes(self, lam: float) -> list[list[Op]]:
        """The strokes with the least sum of distortion and ``lam`` times bits. At a lambda of 0 all
        chains that leave a mark on the grid are drawn."""
        pieces = self._pieces
        line = pieces.line_error + lam * pieces.line_bits
        curve = pieces.curve_error + lam * pieces.curve_bits
        curved = (curve < line).tolist()
        cost = np.minimum(line, curve).tolist()
        move, end = lam * MOVE_BITS, lam * END_BITS
        return [
            self._ops(begin, chosen, curved)
            for knots in self._knots
            for begin, chosen in self._least_cost(knots.tolist(), cost, move, end)
        ]

    def _least_cost(
        self, knots: list[int], cost: list[float], move: float, end: float
    ) -> list[tuple[int, list[int]]]:
        """Per stroke on one chain the knot that it begins at, and its pieces."""
        worth, begins, incoming = self._worth, self._begins, self._incoming
        # Least costs with the pen up and down at each knot, and how they come about.
        up, down = {knots[0]: 0.0}, {knots[0]: move}
        lifted: dict[int, bool] = {knots[0]: False}
        arrived: dict[int, int] = {knots[0]: -1}
        for before, knot in zip(knots, knots[1:]):
            best, piece = float("inf"), -1
            for candidate in incoming.get(knot, ()):
                total = down[begins[candidate]] + cost[candidate]
                if total < best:
                    best, piece = total, candidate
            skipped = up[before] + float(worth[knot] - worth[before])
            lifted[knot] = best + end < skipped
            up[knot] = min(best + end, skipped)
            if up[knot] + move < best:
                best, piece = up[knot] + move, -1
            down[knot], arrived[knot] = best, piece
        strokes: list[tuple[int, list[int]]] = []
        place = len(knots) - 1
        index = {knot: number for number, knot in enumerate(knots)}
        while place > 0:
            knot = knots[place]
            if not lifted[knot]:
                place -= 1
                continue
            chosen: list[int] = []
            while arrived[knot] >= 0:
                chosen.append(arrived[knot])
                knot = begins[arrived[knot]]
            if chosen:
                strokes.append((knot, chosen[::-1]))
            place = index[knot] if chosen else place - 1
        return strokes[::-1]

    def _ops(self, begin: int, chosen: list[int], curved: list[bool]) -> list[Op]:
        pieces = self._pieces
        x, y = (int(value) for value in self._snapped[begin])
        ops: list[Op] = [Move((x, y))]
        for number in chosen:
            x1, y1 = (int(value) for value in self._snapped[pieces.last[number]])
            near, far = int(pieces.near[number]), int(pieces.far[number])
            if not curved[number] or near == far == 0:
                ops.append(Line((x1, y1)))
            else:
                one, two = thirds((x, y), (x1, y1))
                if pieces.upright[number]:
                    ops.append(Curve((one[0] + near, one[1]), (two[0] + far, two[1]), (x1, y1)))
                else:
                    ops.append(Curve((one[0], one[1] + near), (two[0], two[1] + far), (x1, y1)))
            x, y = x1, y1
        return ops
