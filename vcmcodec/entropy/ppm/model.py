"""The model: contexts, what they count, and how they come to be."""

from __future__ import annotations

from array import array

from vcmcodec.entropy.ppm.arena import FIRST_UNIT, LIST_OF, ROOT, TOTAL_UNITS, UNIT, Arena
from vcmcodec.entropy.ppm.estimates import BINARY_AT_FIRST, ESCAPE_SHIFT, ESCAPE_SUMS

ORDER = 3

MAX_FREQUENCY = 124
_RARE = MAX_FREQUENCY // 4
_STEADY = MAX_FREQUENCY - 9
HIGH_SYMBOL = 0x40
NO_RUN = -ORDER - 1


class Model(Arena):
    """Everything that is learned. It is in flat arrays of fixed sizes and a few numbers, so that a copy takes
    well below a millisecond."""

    def __init__(self) -> None:
        super().__init__()
        units = TOTAL_UNITS + 1
        # Contexts: their number of states less one, flags, sum of frequencies with the escape's, first state.
        self._more = bytearray(units)
        self._flags = bytearray(units)
        self._sum = array("H", bytes(2 * units))
        self._first = array("i", bytes(4 * units))
        self._suffix = array("i", bytes(4 * units))
        # Coding estimates.
        self._binary = BINARY_AT_FIRST[:]
        self._escape_sums = ESCAPE_SUMS[:]
        self._escape_shifts = bytearray(len(ESCAPE_SUMS))
        self._escape_counts = bytearray(len(ESCAPE_SUMS))
        self._initial_escape = 0
        self._run = NO_RUN
        self._top = ROOT
        self._restart()

    def _restart(self) -> None:
        """Forget everything: the root alone, with all symbols alike.

        Arrays are refilled in place: ``_code`` holds them by their names.
        """
        self._empty()
        self._order_fall = ORDER
        self._run = NO_RUN
        self._success = False
        self._top = ROOT
        state = 2 * FIRST_UNIT
        self._more[ROOT] = 255
        self._flags[ROOT] = 0
        self._sum[ROOT] = 257
        self._first[ROOT] = state
        self._suffix[ROOT] = 0
        self._sym[state : state + 256] = bytes(range(256))
        self._freq[state : state + 256] = b"\1" * 256
        self._succ[state : state + 256] = array("i", bytes(4 * 256))
        self._binary[:] = BINARY_AT_FIRST
        self._escape_sums[:] = ESCAPE_SUMS
        self._escape_shifts[:] = bytes([ESCAPE_SHIFT]) * len(ESCAPE_SUMS)
        self._escape_counts[:] = b"\7" * len(ESCAPE_SUMS)

    def _rescale(self, context: int, state: int) -> int:
        """Halve the context's frequencies and sort by them, ``state`` first; where ``state`` is then."""
        sym, freq, succ = self._sym, self._freq, self._succ
        first = self._first[context]
        count = self._more[context] + 1
        end = first + count
        order = [state, *range(first, state), *range(state + 1, end)]
        escape = self._sum[context] - sum(freq[first:end])
        freq[state] += 4
        # Contexts of the highest order forget what is rare.
        adder = 1 if self._order_fall else 0
        halved = [(freq[i] + adder) >> 1 for i in order]
        ranks = sorted(range(count), key=halved.__getitem__, reverse=True)
        order = [order[rank] for rank in ranks]
        halved = [halved[rank] for rank in ranks]
        sym[first:end] = bytes([sym[i] for i in order])
        succ[first:end] = array("i", [succ[i] for i in order])
        freq[first:end] = bytes(halved)

        kept = count - halved.count(0)
        if kept < count:
            escape += count - kept
            self._more[context] = kept - 1
            units = (count + 1) >> 1
            if kept == 1:
                size = min((2 * halved[0] + escape - 1) // escape, MAX_FREQUENCY // 3)
                self._free[LIST_OF[units]].append(first >> 1)
                self._flags[context] &= 0x10
                if sym[first] >= HIGH_SYMBOL:
                    self._flags[context] |= 0x08
                self._set_only_state(context, sym[first], size, succ[first])
                return 2 * context
            first = 2 * self._shrink(first >> 1, units, (kept + 1) >> 1)
            self._first[context] = first
            self._flags[context] &= ~0x08
            if max(sym[first : first + kept]) >= HIGH_SYMBOL:
                self._flags[context] |= 0x08
        self._sum[context] = sum(halved) + escape - (escape >> 1)
        self._flags[context] |= 0x04
        return first

    def _set_only_state(self, context: int, symbol: int, frequency: int, successor: int) -> None:
        """Make ``context`` a binary one."""
        state = 2 * context
        self._more[context] = 0
        self._first[context] = state
        self._sym[state] = symbol
        self._freq[state] = frequency
        self._succ[state] = successor

    def _update(self, state: int, context: int, top: int) -> int:
        """Learn a symbol that ``context`` has coded with ``state``; the context that comes next.

        Coding began at ``top`` and escaped to ``context``, so that the contexts from one to the other
        do not hold the symbol yet.
        """
        sym, freq, succ = self._sym, self._freq, self._succ
        more, sums, first, suffix = self._more, self._sum, self._first, self._suffix
        symbol, frequency, successor = sym[state], freq[state], succ[state]
        below = 0
        if frequency < _RARE and suffix[context]:
            # The symbol in the suffix: where there was no escape, nothing else would count it there.
            other = suffix[context]
            below = first[other]
            if not more[other]:
                if freq[below] < 32:
                    freq[below] += 1
            else:
                if sym[below] != symbol:
                    below = sym.find(symbol, below + 1, below + more[other] + 1)
                    if freq[below] >= freq[below - 1]:
                        self._swap(below)
                        below -= 1
                if freq[below] < _STEADY:
                    freq[below] += 2
                    sums[other] += 2

        if not self._order_fall and successor:
            entered = self._make_contexts(True, state, below, context)
            if not entered:
                self._restart()
                return ROOT
            succ[state] = entered
            return entered

        self._text[self._place] = symbol
        self._place += 1
        here = -self._place
        if self._place >= UNIT * self._units_start - 8:
            self._restart()
            return ROOT
        if not successor:
            # Only the root has states without one.
            succ[state] = here
            self._order_fall += 1
            successor = context
        elif successor < 0:
            successor = self._make_contexts(False, state, below, context)
            if not successor:
                self._restart()
                return ROOT
        self._order_fall -= 1
        if not self._order_fall:
            here = successor
            if top != context:
                self._place -= 1

        # The new state in all contexts that lack it.
        others = more[context]
        rest = sums[context] - others - frequency
        flag = 0x08 if symbol >= HIGH_SYMBOL else 0
        while top != context:
            had = more[top]
            if not self._make_room(top, others):
                self._restart()
                return ROOT
            total = sums[top]
            weight = 2 * frequency * (total + 6)
            scale = rest + total
            if weight < 6 * scale:
                size = 1 + (weight > scale) + (weight >= 4 * scale)
                sums[top] = total + 4
            else:
                size = 4 + (weight > 9 * scale) + (weight > 12 * scale) + (weight > 15 * scale)
                sums[top] = total + size
            new = first[top] + had + 1
            sym[new] = symbol
            freq[new] = size
            succ[new] = here
            more[top] = had + 1
            self._flags[top] |= flag
            top = suffix[top]
        return successor

    def _make_room(self, context: int, others: int) -> bool:
        """See to memory for one more state. ``others`` is of the context learnt from. False: none left."""
        sym, freq, succ = self._sym, self._freq, self._succ
        had = self._more[context]
        old = self._first[context]
        if not had:
            unit = self._allocate(0)
            if not unit:
                return False
            new = 2 * unit
            size = freq[old]
            size = 2 * size if size < _RARE - 1 else MAX_FREQUENCY - 4
            sym[new] = sym[old]
            freq[new] = size
            succ[new] = succ[old]
            self._first[context] = new
            self._sum[context] = size + self._initial_escape + (others > 2)
            return True
        units = (had + 1) >> 1
        if had & 1 and LIST_OF[units] != LIST_OF[units + 1]:
            unit = self._allocate(LIST_OF[units] + 1)
            if not unit:
                return False
            new = 2 * unit
            end = old + had + 1
            sym[new : new + had + 1] = sym[old:end]
            freq[new : new + had + 1] = freq[old:end]
            succ[new : new + had + 1] = succ[old:end]
            self._free[LIST_OF[units]].append(old >> 1)
            self._first[context] = new
        if 3 * had + 1 < others:
            self._sum[context] += 1
        return True

    def _swap(self, state: int) -> None:
        """Swap ``state`` with the one before."""
        sym, freq, succ = self._sym, self._freq, self._succ
        before = state - 1
        sym[state], sym[before] = sym[before], sym[state]
        freq[state], freq[before] = freq[before], freq[state]
        succ[state], succ[before] = succ[before], succ[state]

    def _make_contexts(self, skip: bool, state: int, below: int, context: int) -> int:
        """The context that ``state`` of ``context`` leads to, made with those that it needs; 0: no memory.

        ``state`` has a place in the text. So have the states of the same symbol in the suffixes, down to one
        that has a context already or to the root: each gets one, binary, with the symbol at that place.
        ``skip`` leaves out ``state`` itself. ``below`` is the suffix's state where that has been counted.
        """
        sym, freq, succ = self._sym, self._freq, self._succ
        more, sums, first, suffix = self._more, self._sum, self._first, self._suffix
        symbol, branch = sym[state], succ[state]
        pending = [] if skip else [state]
        while suffix[context]:
            context = suffix[context]
            others = more[context]
            if below:
                state = below
                below = 0
            elif others:
                state = first[context]
                state = sym.find(symbol, state, state + others + 1)
                if freq[state] < _STEADY:
                    freq[state] += 1
                    sums[context] += 1
            else:
                state = first[context]
                if freq[state] < 24 and not more[suffix[context]]:
                    freq[state] += 1
            if succ[state] != branch:
                context = succ[state]
                break
            pending.append(state)
        if not pending:
            return context

        following = self._text[-branch]
        flags = (0x10 if symbol >= HIGH_SYMBOL else 0) + (0x08 if following >= HIGH_SYMBOL else 0)
        state = first[context]
        others = more[context]
        if others:
            state = sym.find(following, state, state + others + 1)
            size = freq[state] - 1
            rest = sums[context] - others - size
            size = 1 + ((5 * size > rest) if 2 * size <= rest else (size + 2 * rest - 3) // rest)
        else:
            size = freq[state]
        for state in reversed(pending):
            unit = self._allocate_unit()
            if not unit:
                return 0
            self._flags[unit] = flags
            self._set_only_state(unit, following, size, branch - 1)
            suffix[unit] = context
            succ[state] = unit
            context = unit
        return context
