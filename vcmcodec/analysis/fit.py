"""Pixel chains to ops: least-squares lines and cubic Beziers on the grid, within a tolerance.

What is measured is what the decoder will draw: end points and control points are rounded to
the grid before a piece is judged. Encoder only; nothing here is normative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.ops import Curve, Grid, Line, Move, Op, Point

Floats = NDArray[np.float64]

SAMPLES: Floats = np.linspace(0.0, 1.0, 25).astype(np.float64)
LINE_COST, CURVE_COST = 2.0, 4.5
"""Bytes that one more line or curve takes, roughly: how much longer a curve must reach."""

RIDGE = 1e-3
RIDGE_MATRIX = RIDGE * np.eye(2)
THIRDS = np.array([[1 / 3], [2 / 3]])

SETTLE = 2
"""Rounds of nearest-point reparametrisation in a curve fit."""


def _basis(t: Floats) -> Floats:
    s = 1.0 - t
    return np.stack([s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t], axis=-1)


BASIS = _basis(SAMPLES)

FINE = 240
FINE_BASIS = _basis(np.linspace(0.0, 1.0, FINE + 1).astype(np.float64))
"""Parameters are taken in FINE steps, which the samples are among, so that their basis is looked up."""

SAMPLE_SPACING = FINE // (len(SAMPLES) - 1)


def _squares(points: Floats, track: Floats) -> Floats:
    """Squared distances (n, m) of ``points`` (n, 2) to the samples ``track`` (m, 2) of a curve."""
    dx = points[:, :1] - track[:, 0]
    dy = points[:, 1:] - track[:, 1]
    return dx * dx + dy * dy


class _Fitter:
    """Fits pieces of one chain. Works in grid units; tolerances are in grid units too."""

    def __init__(self, chain: Sequence[Point], grid: Grid, tolerance: float) -> None:
        self.points = np.asarray(chain, dtype=np.float64) * (2.0 / grid.step)
        self.grid = grid
        self.tolerance = tolerance * 2.0 / grid.step
        legs = np.hypot(*np.diff(self.points, axis=0).T)
        self.length = np.concatenate([[0.0], np.cumsum(legs)])
        top = np.array([grid.columns - 1, grid.rows - 1])
        self.snapped = np.clip(np.floor(self.points + 0.5), 0, top).astype(np.int64)

    def _piece(self, first: int, last: int) -> Floats:
        stride = max(1, (last - first) // 40)
        piece = self.points[first : last + 1 : stride]
        return piece

    def line(self, first: int, last: int) -> Line | None:
        """The line from chain point ``first`` to ``last``, or None where it misses the tolerance."""
        start, end = self.snapped[first], self.snapped[last]
        if (start == end).all():
            return None
        piece = self._piece(first, last)
        chord = (end - start).astype(np.float64)
        off = piece - start
        miss = np.abs(chord[0] * off[:, 1] - chord[1] * off[:, 0]).max() / np.hypot(*chord)
        if miss > self.tolerance:
            return None
        return Line((int(end[0]), int(end[1])))

    def curve(self, first: int, last: int) -> Curve | None:
        """The cubic from chain point ``first`` to ``last``, or None where it misses the tolerance."""
        start = self.snapped[first].astype(np.float64)
        end = self.snapped[last].astype(np.float64)
        piece = self._piece(first, last)
        reach = self.length[last] - self.length[first]
        stride = max(1, (last - first) // 40)
        along = (self.length[first : last + 1 : stride] - self.length[first]) * (FINE / max(reach, 1e-9))
        t = (along + 0.5).astype(np.intp)
        thirds = start + (end - start) * THIRDS
        corners = np.array([start, start, end, end])
        for round_ in range(SETTLE + 1):
            basis = FINE_BASIS[t]
            rest = piece - basis[:, :1] * start - basis[:, 3:] * end
            inner = basis[:, 1:3]
            # The ridge pulls a piece with too few points to the chord's thirds.
            (p, q), (_, r) = (inner.T @ inner + RIDGE_MATRIX).tolist()
            pull = inner.T @ rest + RIDGE * thirds
            corners[1:3] = np.array([[r, -q], [-q, p]]) @ pull / (p * r - q * q)
            square = _squares(piece, BASIS @ corners)
            deviation = square.min(axis=1).max() ** 0.5
            if deviation > 2.5 * self.tolerance:
                return None
            if deviation < self.tolerance or round_ == SETTLE:
                break
            t = square.argmin(axis=1) * SAMPLE_SPACING
            t[0], t[-1] = 0, FINE
        a, b = ((math.floor(x + 0.5), math.floor(y + 0.5)) for x, y in corners[1:3].tolist())
        if not (self.grid.holds_control(a) and self.grid.holds_control(b)):
            return None
        corners[1:3] = a, b
        square = _squares(piece, BASIS @ corners)
        # Half a sample's spacing is no deviation.
        allowed = self.tolerance**2 + (0.5 * reach / len(SAMPLES)) ** 2
        if max(square.min(axis=1).max(), square.min(axis=0).max()) > allowed:
            return None
        if a == b == (int(end[0]), int(end[1])) == (int(start[0]), int(start[1])):
            return None
        return Curve(a, b, (int(end[0]), int(end[1])))

    def longest(self, first: int, reach: int, fit: Callable[[int, int], Op | None]) -> tuple[int, Op | None]:
        """The farthest chain point that ``fit`` reaches from ``first``, by doubling a first guess
        of ``reach`` points and bisection."""
        top = len(self.points) - 1
        good, op = first, None
        while True:
            last = min(first + reach, top)
            candidate = fit(first, last)
            if candidate is None:
                bad = last
                break
            good, op = last, candidate
            if last == top:
                return good, op
            reach *= 2
        while bad - good > max(1, (bad - first) // 10):
            middle = (good + bad) // 2
            candidate = fit(first, middle)
            if candidate is None:
                bad = middle
            else:
                good, op = middle, candidate
        return good, op


def fit(chain: Sequence[Point], grid: Grid, tolerance: float) -> list[Op]:
    """Ops of one stroke along ``chain`` (pixels (x, y), at least 2), on ``grid``.

    Greedy: each piece is the line or the curve that covers most length per byte while no chain
    point lies farther than ``tolerance`` pixels from it. A chain that shrinks to a point on the
    grid gives no ops.
    """
    fitter = _Fitter(chain, grid, tolerance)
    here = 0
    ops: list[Op] = [Move((int(fitter.snapped[0][0]), int(fitter.snapped[0][1])))]
    top = len(chain) - 1
    while here < top:
        line_end, line = fitter.longest(here, 8, fitter.line)
        # Only a curve that reaches this much farther is worth its bytes.
        worth = fitter.length[here] + (fitter.length[line_end] - fitter.length[here]) * CURVE_COST / LINE_COST
        least = int(np.searchsorted(fitter.length, worth)) - here
        curve_end, curve = here, None
        if here + least <= top and (line is None or fitter.curve(here, here + least)):
            curve_end, curve = fitter.longest(here, max(8, least), fitter.curve)
        if curve is not None and fitter.length[curve_end] > worth:
            here = curve_end
            ops.append(curve)
        elif line is not None:
            here = line_end
            ops.append(line)
        else:  # too short for the grid: step on to the next grid point
            while here < top and (fitter.snapped[here] == ops[-1].end).all():
                here += 1
            end = (int(fitter.snapped[here][0]), int(fitter.snapped[here][1]))
            if end != ops[-1].end:
                ops.append(Line(end))
    return ops if len(ops) > 1 else []


def strokes(chains: Iterable[Sequence[Point]], grid: Grid, tolerance: float) -> list[list[Op]]:
    """One list of ops per chain that leaves a mark on the grid (see :func:`fit`)."""
    fitted = (fit(chain, grid, tolerance) for chain in chains)
    return [ops for ops in fitted if ops]
