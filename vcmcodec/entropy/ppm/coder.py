"""The coder: symbols to bytes and back, by the model and D. Subbotin's carryless range coder."""

from __future__ import annotations

import bisect
import itertools

from vcmcodec.entropy.ppm.estimates import (
    BINARY_COLUMNS,
    BINARY_ROWS,
    CERTAIN,
    CHANCE_BITS,
    ESCAPE_FREQUENCIES,
    ESCAPE_ROWS,
    PERIOD_BITS,
)
from vcmcodec.entropy.ppm.model import MAX_FREQUENCY, NO_RUN, Model

_TOP = 1 << 24
_BOTTOM = 1 << 15
_MASK = (1 << 32) - 1
_ALL = b"\xff" * 256


class Coder(Model):
    """The model with the low end and the range of the coder, which encoder and decoder share.

    After ``encode`` a coder may be copied, and go on with ``encode`` or ``decode``; after ``decode`` it is
    used up, because the bytes that it has read ahead are gone.
    """

    def __init__(self) -> None:
        super().__init__()
        self._low = 0
        self._range = _MASK
        self._width = _MASK

    def copy(self) -> Coder:
        """A model that goes on from here by itself."""
        other = Coder.__new__(Coder)
        vars(other).update(
            (name, value if isinstance(value, int) else value[:]) for name, value in vars(self).items()
        )
        other._free = [blocks[:] for blocks in self._free]
        return other

    def encode(self, symbols: bytes) -> bytes:
        """Code ``symbols``, and return the bytes that this call wrote, unflushed."""
        out = bytearray()
        self._code(len(symbols), b"", symbols, out)
        return bytes(out)

    @property
    def interval(self) -> tuple[int, int]:
        """Low end and width of the interval that the next four bytes must lie in, so that a decoder reads the
        symbols so far. Low end plus width may exceed 2**32, and then carries into bytes already written."""
        return self._low, self._width

    def decode(self, stream: bytes, count: int) -> bytes | None:
        """The next ``count`` symbols of ``stream``, which starts where ``encode`` has ended.

        Zeros without end follow the stream. None where it does not decode: it does not begin within the
        interval that the symbols so far have left, or it holds an end mark or a value beyond all symbols.
        """
        return self._code(count, stream, None, bytearray())

    def _code(self, count: int, stream: bytes, known: bytes | None, out: bytearray) -> bytes | None:
        """Code ``count`` symbols: those of ``known``, or, where that is None, those that ``stream`` holds.

        One loop for both ways, so that both leave the same model. Where symbols are known, each step
        sets the code to the low end of the wanted interval, and the bytes shifted out go to ``out``.
        """
        sym, freq, succ = self._sym, self._freq, self._succ
        more, flags, sums, first, suffix = self._more, self._flags, self._sum, self._first, self._suffix
        binary, escape_sums, update = self._binary, self._escape_sums, self._update
        low, span, width = self._low, self._range, self._width
        read = itertools.chain(stream[4:], itertools.repeat(0)).__next__
        code = 0
        if known is None:
            code = int.from_bytes(stream[:4].ljust(4, b"\0"), "big") - low
            if not 0 <= code < width:
                return None
        wanted = -1
        symbols = bytearray()
        top = self._top
        for index in range(count):
            if known is not None:
                wanted = known[index]
            context = top
            masked: bytearray | None = None
            masked_more = 0
            while True:
                # One step: where the symbol's or the escape's interval starts and how wide it is. A
                # symbol that is hit is counted.
                state = first[context]
                others = more[context]
                hit = True
                rescale = False
                if masked is not None:
                    end = state + others + 1
                    shown = bytearray(_ALL)
                    for symbol in masked:
                        shown[symbol] = 0
                    bits = int.from_bytes(freq[state:end], "big")
                    bits &= int.from_bytes(sym[state:end].translate(shown), "big")
                    sizes = bits.to_bytes(others + 1, "big")
                    limits = list(itertools.accumulate(sizes))
                    total = limits[-1]
                    see = self._see_index(context, masked_more)
                    escape = 1
                    if see >= 0:
                        value = escape_sums[see]
                        escape = value >> self._escape_shifts[see]
                        escape_sums[see] = value - escape
                        escape = escape or 1
                    span //= total + escape
                    if not span:
                        return None
                    if wanted >= 0:
                        place = sym.find(wanted, state, end) - state
                        code = span * (total if place < 0 else limits[place] - sizes[place])
                    threshold = code // span
                    if threshold < total:
                        place = bisect.bisect_right(limits, threshold)
                        state += place
                        size = sizes[place]
                        start = (limits[place] - size) * span
                        span *= size
                        size += 4
                        freq[state] = size
                        sums[context] += 4
                        rescale = size > MAX_FREQUENCY
                        self._run = NO_RUN
                        if see >= 0 and self._escape_shifts[see] < PERIOD_BITS:
                            self._refine(see)
                    elif threshold < total + escape:
                        hit = False
                        start = total * span
                        span *= escape
                        if see >= 0:
                            escape_sums[see] = (escape_sums[see] + total + escape) & 0xFFFF
                    else:
                        return None
                elif others:
                    total = sums[context]
                    span //= total
                    end = state + others + 1
                    if wanted >= 0:
                        place = sym.find(wanted, state, end)
                        code = span * sum(freq[state : place if place >= 0 else end])
                    size = freq[state]
                    if code < size * span:
                        start = 0
                        span *= size
                        success = 2 * size >= total
                        self._success = success
                        self._run += success
                        sums[context] = total + 4
                        size += 4
                        freq[state] = size
                        rescale = size > MAX_FREQUENCY
                    else:
                        self._success = False
                        threshold = code // span
                        upto = sum(freq[state:end])
                        if threshold < upto:
                            upto = size
                            for size in freq[state + 1 : end]:
                                upto += size
                                state += 1
                                if upto > threshold:
                                    break
                            start = (upto - size) * span
                            span *= size
                            sums[context] = total + 4
                            size += 4
                            freq[state] = size
                            if size > freq[state - 1]:
                                self._swap(state)
                                state -= 1
                                rescale = size > MAX_FREQUENCY
                        elif threshold < total:
                            hit = False
                            start = upto * span
                            span *= total - upto
                        else:
                            return None
                else:
                    size = freq[state]
                    cell = BINARY_ROWS[size] + BINARY_COLUMNS[more[suffix[context]]] + flags[context]
                    cell += self._success
                    if self._run < 0:
                        cell += 32
                    chance = binary[cell]
                    start = (span >> CHANCE_BITS) * chance
                    if wanted >= 0:
                        code = 0 if sym[state] == wanted else start
                    if code < start:
                        span = start
                        start = 0
                        binary[cell] = chance + 128 - ((chance + 32) >> PERIOD_BITS)
                        if size < 196:
                            freq[state] = size + 1
                        self._success = True
                        self._run += 1
                    else:
                        hit = False
                        span = (span >> CHANCE_BITS) * (CERTAIN - chance)
                        chance -= (chance + 32) >> PERIOD_BITS
                        binary[cell] = chance
                        self._initial_escape = ESCAPE_FREQUENCIES[chance >> 10]
                        self._success = False

                # Renormalise: shift out the leading bytes that can no longer change. If a carry could still
                # change them and the range is below _BOTTOM, cut the range at the carry; at least 1 is left,
                # as low lies below it.
                low += start
                code -= start
                width = span
                while (low ^ (low + span)) < _TOP or span < _BOTTOM:
                    if (low ^ (low + span)) >= _TOP:
                        span = -low & (_BOTTOM - 1)
                    if known is not None:
                        out.append(low >> 24)
                        width <<= 8
                    code = (code << 8 | read()) & _MASK
                    low = low << 8 & _MASK
                    span <<= 8
                if hit:
                    break
                # Exclude all symbols of this context; those excluded before are among them.
                place = first[context]
                masked = sym[place : place + others + 1]
                masked_more = others
                while more[context] == masked_more:
                    self._order_fall += 1
                    context = suffix[context]
                    if not context:
                        return None
            symbols.append(sym[state])
            if rescale:
                state = self._rescale(context, state)
            successor = succ[state]
            # An escape makes the order fall.
            top = successor if successor > 0 and not self._order_fall else update(state, context, top)
        self._top = top
        self._low, self._range, self._width = low, span, width
        return bytes(symbols)

    def _see_index(self, context: int, masked_more: int) -> int:
        """Index of the SEE (secondary escape estimation) cell of ``context``; -1 for a context of all 256
        symbols. ``masked_more``: masked symbols less one."""
        others = self._more[context]
        if others == 255:
            return -1
        return (
            ESCAPE_ROWS[others]
            + (self._sum[context] > 11 * (others + 1))
            + 2 * (2 * others < self._more[self._suffix[context]] + masked_more)
            + self._flags[context]
        )

    def _refine(self, see: int) -> None:
        """Count a symbol coded after an escape; from time to time make that SEE cell adapt more slowly."""
        self._escape_counts[see] -= 1
        if not self._escape_counts[see]:
            shift = self._escape_shifts[see]
            self._escape_sums[see] = self._escape_sums[see] << 1 & 0xFFFF
            self._escape_counts[see] = 3 << shift
            self._escape_shifts[see] = shift + 1
