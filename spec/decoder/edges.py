"""Section 4: the edge layer, of either coding."""

from __future__ import annotations

from decoder.decided_strokes import read_decided_strokes
from decoder.failures import Invalid, Unsupported
from decoder.ops import Grid, Op, check_ops, grid_of
from decoder.primed_strokes import read_primed_strokes
from decoder.reader import Reader


def read_edges(payload: bytes, width: int, height: int) -> tuple[list[Op], Grid]:
    """Section 4: the ops of an edge layer, and their grid on a canvas of `width` x `height`."""
    reader = Reader(payload, Invalid)
    profile = reader.byte("profile")
    coding, flag, step = profile >> 4, bool(profile & 0x08), (profile & 0x07) + 1
    grid = grid_of(step, width, height)
    if coding == 1:
        ops = read_primed_strokes(reader, escaped=flag)
    elif coding == 2:
        if flag:
            raise Unsupported("bit 3 of the profile")
        ops = read_decided_strokes(reader, grid)
    else:
        raise Unsupported(f"edge coding {coding}")
    check_ops(ops, grid)
    return ops, grid
