"""The arena of the model: units of memory, and the free lists that they come from."""

from __future__ import annotations

from array import array

MEMORY = 1 << 20

UNIT = 12
TOTAL_UNITS = MEMORY // UNIT
FIRST_UNIT = TOTAL_UNITS + 1 - MEMORY // 8 // UNIT * 7
"""Where the units start at first: seven eighths of the arena are theirs, the rest is the text's. They may
grow down into it. Unit ``u`` begins at byte ``12 * u - 8`` of the text."""

ROOT = TOTAL_UNITS

SIZES = [*range(1, 5), *range(6, 13, 2), *range(15, 25, 3), *range(28, 129, 4)]
"""Block sizes in units: one free list each."""

LIST_OF = [0, *(min(i for i, size in enumerate(SIZES) if size >= units) for units in range(1, 129))]
"""By a number of units: the free list of the smallest blocks that hold them."""


class Arena:
    """States, and the allocator of units for them and for contexts: how memory breaks into pieces decides
    when the model starts anew, so that Ppmd8's allocator is followed to the unit."""

    def __init__(self) -> None:
        states = 2 * (TOTAL_UNITS + 1)
        self._sym = bytearray(states)
        self._freq = bytearray(states)
        self._succ = array("i", bytes(4 * states))
        self._text = bytearray(UNIT * FIRST_UNIT)
        self._empty()

    def _empty(self) -> None:
        """Forget all blocks but the root's."""
        self._free: list[list[int]] = [[] for _ in SIZES]
        self._until_glue = 0
        self._place = 0
        self._units_start = FIRST_UNIT
        self._low_unit = FIRST_UNIT + 128
        self._high_unit = ROOT

    def _allocate_unit(self) -> int:
        """A unit for a context; 0: no memory."""
        if self._high_unit != self._low_unit:
            self._high_unit -= 1
            return self._high_unit
        return self._free[0].pop() if self._free[0] else self._allocate_otherwise(0)

    def _allocate(self, index: int) -> int:
        """A block of size ``index``; 0: no memory."""
        if self._free[index]:
            return self._free[index].pop()
        unit = self._low_unit
        if unit + SIZES[index] <= self._high_unit:
            self._low_unit = unit + SIZES[index]
            return unit
        return self._allocate_otherwise(index)

    def _allocate_otherwise(self, index: int) -> int:
        """A block of size ``index`` from a bigger one or from the text's part of the arena; 0: no memory."""
        free = self._free
        if not self._until_glue:
            self._glue()
            if free[index]:
                return free[index].pop()
        for bigger in range(index + 1, len(SIZES)):
            if free[bigger]:
                unit = free[bigger].pop()
                self._split(unit, bigger, index)
                return unit
        self._until_glue -= 1
        units = SIZES[index]
        if UNIT * self._units_start - 8 - self._place <= UNIT * units:
            return 0
        self._units_start -= units
        return self._units_start

    def _release(self, unit: int, units: int) -> None:
        """Free a block of at most 128 units: two blocks where there is no list for its size."""
        index = LIST_OF[units]
        if SIZES[index] != units:
            index -= 1
            kept = SIZES[index]
            self._free[LIST_OF[units - kept]].append(unit + kept)
        self._free[index].append(unit)

    def _split(self, unit: int, index: int, kept: int) -> None:
        """Free what a block of size ``index`` has beyond size ``kept``."""
        self._release(unit + SIZES[kept], SIZES[index] - SIZES[kept])

    def _shrink(self, unit: int, units: int, needed: int) -> int:
        """Cut a block of states down, or move them to a free block of the size they need; where they are."""
        index, smaller = LIST_OF[units], LIST_OF[needed]
        if index == smaller:
            return unit
        if not self._free[smaller]:
            self._split(unit, index, smaller)
            return unit
        other = self._free[smaller].pop()
        new, old, states = 2 * other, 2 * unit, 2 * needed
        self._sym[new : new + states] = self._sym[old : old + states]
        self._freq[new : new + states] = self._freq[old : old + states]
        self._succ[new : new + states] = self._succ[old : old + states]
        self._free[index].append(unit)
        return other

    def _glue(self) -> None:
        """Join free blocks that lie side by side, and sort them anew."""
        self._until_glue = 1 << 13
        sizes = {unit: SIZES[i] for i, blocks in enumerate(self._free) for unit in reversed(blocks)}
        joined = []
        for unit, units in sizes.items():
            units = sizes[unit]
            if units:
                joined.append(unit)
                while follower := sizes.get(unit + units, 0):
                    sizes[unit + units] = 0
                    units += follower
                sizes[unit] = units
        for blocks in self._free:
            blocks.clear()
        for unit in joined:
            units = sizes[unit]
            while units > 128:
                self._free[-1].append(unit)
                unit += 128
                units -= 128
            if units:
                self._release(unit, units)
