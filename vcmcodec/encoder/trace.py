"""Thin edge maps to centre lines: pixel chains that run straight through junctions.

Every pixel of the map ends up on a chain, except the stubs that thinning leaves at junctions.
Encoder only; nothing here is normative.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Pixel = tuple[int, int]
Chain = list[Pixel]

STRAIGHT = ((0, -1), (1, 0), (0, 1), (-1, 0))
DIAGONAL = ((1, -1), (1, 1), (-1, 1), (-1, -1))

SPUR = 4
"""Branches of fewer pixels than this that end at a junction are thinning's stubs."""

PROBE = 7
"""A branch leaves its junction in the direction of the pixel that lies this many further on."""

MAX_BEND = math.radians(60)
"""Two branches of a junction are one line only where the bend between them is below this."""

GAP = 4.0
"""Chains whose ends lie at most this many pixels apart, and in line, are joined."""


class _Graph:
    """The pixels of an edge map and their neighbours (diagonal ones only where no straight
    step leads the same way, so that a corner is no junction)."""

    def __init__(self, edge: NDArray[np.uint8]) -> None:
        ys, xs = np.nonzero(edge)
        pixels = set(zip(xs.tolist(), ys.tolist()))
        self.around: dict[Pixel, list[Pixel]] = {}
        for x, y in sorted(pixels, key=lambda p: (p[1], p[0])):
            near = [(x + dx, y + dy) for dx, dy in STRAIGHT if (x + dx, y + dy) in pixels]
            for dx, dy in DIAGONAL:
                if (x + dx, y + dy) in pixels and (x + dx, y) not in pixels and (x, y + dy) not in pixels:
                    near.append((x + dx, y + dy))
            self.around[x, y] = near

    def branches(self) -> tuple[list[Chain], dict[Pixel, int]]:
        """Chains between nodes (pixels without exactly two neighbours), then closed loops; and for
        each junction pixel the number of its junction (touching junction pixels are one)."""
        junction: dict[Pixel, int] = {}
        number = 0
        for pixel, near in self.around.items():
            if len(near) > 2 and pixel not in junction:
                number += 1
                stack = [pixel]
                while stack:
                    here = stack.pop()
                    junction[here] = number
                    stack += [n for n in self.around[here] if len(self.around[n]) > 2 and n not in junction]
        chains: list[Chain] = []
        walked: set[tuple[Pixel, Pixel]] = set()
        seen: set[Pixel] = set()
        for pixel, near in self.around.items():
            if len(near) == 2:
                continue
            seen.add(pixel)
            if not near:
                chains.append([pixel])
            for step in near:
                if (pixel, step) in walked:
                    continue
                chain = [pixel, step]
                while len(self.around[chain[-1]]) == 2:
                    one, two = self.around[chain[-1]]
                    chain.append(two if one == chain[-2] else one)
                walked.add((chain[-1], chain[-2]))
                seen.update(chain)
                chains.append(chain)
        for pixel in self.around:
            if pixel not in seen:
                loop = [pixel, self.around[pixel][0]]
                while loop[-1] != pixel:
                    one, two = self.around[loop[-1]]
                    loop.append(two if one == loop[-2] else one)
                seen.update(loop)
                chains.append(loop)
        return chains, junction


def _heading(chain: Chain, at_start: bool) -> float:
    """The direction, in radians, in which a chain leaves its start (or its end)."""
    tip, probe = (
        (chain[0], chain[min(PROBE, len(chain) - 1)])
        if at_start
        else (
            chain[-1],
            chain[-1 - min(PROBE, len(chain) - 1)],
        )
    )
    return math.atan2(probe[1] - tip[1], probe[0] - tip[0])


def _bend(one: float, two: float) -> float:
    """0 where two headings point opposite ways, pi where they point the same way."""
    turn = abs(one - two) % (2 * math.pi)
    return abs(math.pi - min(turn, 2 * math.pi - turn))


End = tuple[int, bool]
"""An end of a chain: the chain's index, and whether it is the start."""


def _link(chains: list[Chain], pairs: dict[End, End]) -> list[Chain]:
    """Chains strung together at the ends that ``pairs`` names (both ways)."""
    linked: list[Chain] = []
    used: set[int] = set()

    def follow(number: int, from_start: bool) -> Chain:
        out: Chain = []
        while number not in used:
            used.add(number)
            piece = chains[number] if from_start else chains[number][::-1]
            out += piece[1:] if out and out[-1] == piece[0] else piece
            following = pairs.get((number, not from_start))
            if following is None:
                break
            number, from_start = following
        return out

    for number in range(len(chains)):
        for from_start in (True, False):
            if number not in used and (number, from_start) not in pairs:
                linked.append(follow(number, from_start))
    for number in range(len(chains)):  # rings of chains, with no free end
        if number not in used:
            linked.append(follow(number, True))
    return linked


def _greedy(candidates: list[tuple[float, End, End]]) -> dict[End, End]:
    """The pairs of least cost first; each end once, and no chain with itself."""
    pairs: dict[End, End] = {}
    for _, one, two in sorted(candidates):
        if one not in pairs and two not in pairs:
            pairs[one] = two
            pairs[two] = one
    return pairs


def _through_junctions(chains: list[Chain], junction: dict[Pixel, int]) -> list[Chain]:
    """Joins, at every junction, the two branches that make the straightest line, and so on."""
    at: dict[int, list[End]] = {}
    for number, chain in enumerate(chains):
        for start in (True, False):
            tip = chain[0] if start else chain[-1]
            if tip in junction:
                at.setdefault(junction[tip], []).append((number, start))
    candidates = []
    for ends in at.values():
        headings = [_heading(chains[number], start) for number, start in ends]
        for i in range(len(ends)):
            for j in range(i):
                bend = _bend(headings[i], headings[j])
                if bend < MAX_BEND and ends[i][0] != ends[j][0]:
                    candidates.append((bend, ends[j], ends[i]))
    return _link(chains, _greedy(candidates))


def _across_gaps(chains: list[Chain]) -> list[Chain]:
    """Joins chains whose ends nearly meet and point at each other."""
    ends: list[End] = [
        (n, start) for n, chain in enumerate(chains) if len(chain) > 2 for start in (True, False)
    ]
    tips = [chains[number][0 if start else -1] for number, start in ends]
    headings = [_heading(chains[number], start) for number, start in ends]
    cell = math.ceil(GAP)
    cells: dict[Pixel, list[int]] = {}
    candidates = []
    for i, (x, y) in enumerate(tips):
        column, row = x // cell, y // cell
        near = [(column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        for j in (j for where in near for j in cells.get(where, ())):
            gap = math.hypot(tips[j][0] - x, tips[j][1] - y)
            if ends[i][0] == ends[j][0] or gap > GAP:
                continue
            bend = _bend(headings[i], headings[j])
            if bend < MAX_BEND:
                candidates.append((gap + bend, ends[j], ends[i]))
        cells.setdefault((column, row), []).append(i)
    return _link(chains, _greedy(candidates))


def trace(edge: NDArray[np.uint8], *, min_length: int = 6) -> list[Chain]:
    """Centre lines of a thin edge map.

    ``edge``: uint8 (H, W), non-zero on edge pixels, one pixel wide. Returns chains of pixels
    (x, y), long smooth lines kept whole through junctions and over small gaps; a closed line
    ends on its first pixel. Chains of fewer than ``min_length`` pixels are left out.
    """
    chains, junction = _Graph(edge).branches()
    inner = [
        chain for chain in chains if len(chain) >= SPUR or (chain[0] in junction) == (chain[-1] in junction)
    ]
    joined = _across_gaps(_through_junctions(inner, junction))
    return [chain for chain in joined if len(chain) >= min_length]
