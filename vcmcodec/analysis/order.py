"""The order and direction of strokes that make the jumps between them short.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vcmcodec.ops import Curve, Line, Move, Op, Point


def reverse(stroke: Sequence[Op]) -> list[Op]:
    """The same stroke drawn from its other end."""
    turned: list[Op] = [Move(stroke[-1].end)]
    for before, op in zip(reversed(stroke[:-1]), reversed(stroke[1:])):
        turned.append(Curve(op.b, op.a, before.end) if isinstance(op, Curve) else Line(before.end))
    return turned


def tour(strokes: Sequence[Sequence[Op]]) -> list[Op]:
    """All ops of ``strokes``, each begun at the free end nearest to where the last one ended
    (city-block distance; the first nearest to the origin)."""
    if not strokes:
        return []
    tips = np.array([(stroke[0].end, stroke[-1].end) for stroke in strokes], dtype=np.int64)
    free = np.ones(len(strokes), dtype=bool)
    here: Point = (0, 0)
    ops: list[Op] = []
    for _ in strokes:
        far = np.abs(tips - here).sum(axis=2)
        far[~free] = np.iinfo(np.int64).max
        number, tip = divmod(int(far.argmin()), 2)
        free[number] = False
        chosen = reverse(strokes[number]) if tip else list(strokes[number])
        ops += chosen
        here = chosen[-1].end
    return ops
