"""Whether vcmcodec.entropy.ppm and pyppmd code and decode every stream alike, and how fast ours is.

``python -m vcmcodec.bench.studies.ppm_agreement --streams 100000``

Of each source of symbols, by turns plain, repetitive, shifting or like a primer, both encode the same
bytes and decode them, shortened as layers have them, for too many symbols, damaged, and mere noise. One
source in ``LARGE`` is noise that fills the model's memory, once or twice.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import time
from collections.abc import Callable

import click
import pyppmd

from vcmcodec.entropy.ppm import primed
from vcmcodec.entropy.ppm.arena import MEMORY
from vcmcodec.entropy.ppm.coder import Coder
from vcmcodec.entropy.ppm.model import ORDER
from vcmcodec.layers.colours.head import PRIMER as COLOURS
from vcmcodec.layers.edges.head import PRIMER as EDGES

LARGE = 1000
BAR = 0.05
"""Seconds that a payload of 1 KB may take to decode."""

_PIECE = 1000
"""Symbols that pyppmd gets at a time: where one call puts out more than 32 KiB, 1.3.1 may lose a byte."""


class Reference:
    """pyppmd behind a primer, kept from running out of input: there it corrupts memory. ``ours``: this
    package's coder behind the same."""

    def __init__(self, primer: bytes) -> None:
        self.primer, self.ours = primer, Coder()
        self.ours.encode(primer)
        self._prefix = self._coded(self._coder(), primer)

    @staticmethod
    def _coder() -> pyppmd.Ppmd8Encoder:
        return pyppmd.Ppmd8Encoder(ORDER, MEMORY, pyppmd.PPMD8_RESTORE_METHOD_RESTART)

    @staticmethod
    def _coded(coder: pyppmd.Ppmd8Encoder, symbols: bytes) -> bytes:
        return b"".join(
            bytes(coder.encode(symbols[at : at + _PIECE])) for at in range(0, len(symbols), _PIECE)
        )

    def encode(self, symbols: bytes) -> bytes:
        """What the coder puts out for ``symbols`` behind the primer, not flushed."""
        coder = self._coder()
        self._coded(coder, self.primer)
        return self._coded(coder, symbols)

    def decode(self, payload: bytes, count: int) -> bytes | None:
        """The ``count`` symbols of a payload behind the primer; None where it has others, or an end."""
        wanted = len(self.primer) + count
        data = self._prefix + payload + bytes(64 + 24 * count)
        try:
            coder = pyppmd.Ppmd8Decoder(ORDER, MEMORY, pyppmd.PPMD8_RESTORE_METHOD_RESTART)
            out = bytes(coder.decode(data, wanted))
        except (pyppmd.PpmdError, ValueError, SystemError, MemoryError):
            return None
        return out[len(self.primer) :] if len(out) == wanted and out.startswith(self.primer) else None


def _plain(r: random.Random, count: int) -> bytes:
    return bytes(r.choices(r.sample(range(256), r.choice((1, 2, 4, 20, 80, 256))), k=count))


def _skewed(r: random.Random, count: int) -> bytes:
    base = r.uniform(0.5, 0.99)
    return bytes(r.choices(r.sample(range(256), 256), [base**index for index in range(256)], k=count))


def _runs(r: random.Random, count: int) -> bytes:
    out, longest = bytearray(), r.choice((3, 30, 300, 20000))
    while len(out) < count:
        out += bytes([r.randrange(256)]) * r.randint(1, longest)
    return bytes(out[:count])


def _chained(r: random.Random, count: int) -> bytes:
    """Few symbols behind each pair: long chains of binary contexts, and sudden escapes."""
    alphabet, noise = r.sample(range(256), r.choice((4, 16, 64))), r.choice((0.0, 0.01, 0.1))
    following: dict[bytes, list[int]] = {}
    out = bytearray(r.choices(alphabet, k=2))
    while len(out) < count:
        known = following.setdefault(bytes(out[-2:]), r.choices(alphabet, k=r.choice((1, 1, 2, 3))))
        out.append(r.randrange(256) if r.random() < noise else r.choice(known))
    return bytes(out[:count])


def _counting(r: random.Random, count: int) -> bytes:
    """Steps through all symbols: contexts of very many, all alike."""
    step, every = r.choice((1, 3, 7, 31, 127)), r.choice((5, 64, 257, 1000))
    return bytes((index * step + index // every) & 255 for index in range(count))


def _repeated(r: random.Random, count: int) -> bytes:
    """The same again, with few changes."""
    once = bytes(r.choices(range(256), k=max(1, round(count * r.uniform(0.05, 0.6)))))
    out = bytearray((once * (count // len(once) + 1))[:count])
    for _ in range(r.choice((0, 3, count // 50, count // 5)) if count else 0):
        out[r.randrange(count)] = r.randrange(256)
    return bytes(out)


def _layer(r: random.Random, count: int) -> bytes:
    """Pieces of a primer, with errors: what payloads are like."""
    source, rate = primed.primer(r.choice((EDGES, COLOURS))), r.choice((0.0, 0.02, 0.2))
    out = bytearray()
    while len(out) < count:
        at = r.randrange(len(source))
        out += source[at : at + r.choice((20, 200, 5000))]
    return bytes(r.choice(source) if r.random() < rate else symbol for symbol in out[:count])


def _shifting(r: random.Random, count: int) -> bytes:
    """One kind after the other: frequencies are halved, rare symbols forgotten, memory set free."""
    out = b""
    while len(out) < count:
        out += r.choice(KINDS[:-1])(r, r.randint(1, max(1, count // 3)))
    return out[:count]


KINDS: tuple[Callable[[random.Random, int], bytes], ...] = (
    _plain,
    _skewed,
    _runs,
    _chained,
    _counting,
    _repeated,
    _layer,
    _shifting,
)


def _damaged(r: random.Random, payload: bytes) -> bytes:
    data = bytearray(payload or b"\0")
    at = r.randrange(len(data))
    how = r.randrange(4)
    if how == 0:
        data[at] ^= 1 << r.randrange(8)
    elif how == 1:
        data.insert(at, r.randrange(256))
    else:
        del data[at : at + 1 if how == 2 else len(data)]
    return bytes(data)


class Disagreement(Exception):
    """A stream that the two code or decode otherwise."""


def restarts(symbols: bytes) -> int:
    """How often the model is reset over ``symbols``, because its memory is full."""

    class Counting(Coder):
        begun = -1

        def _restart(self) -> None:
            self.begun += 1
            super()._restart()

    coder = Counting()
    coder.encode(symbols)
    return coder.begun


def streams(r: random.Random, reference: Reference, count: int, kind: int) -> int:
    """Compares the streams of one source of ``count`` symbols, as :func:`compare` does."""
    return compare(r, reference, KINDS[kind](r, count), KINDS[kind].__name__)


def compare(r: random.Random, reference: Reference, symbols: bytes, name: str) -> int:
    """Compares the streams of one source, called ``name``; how many they were.

    Raises Disagreement at the first on which the two differ.
    """
    primer, count = reference.primer, len(symbols)
    if reference.ours.copy().encode(symbols) != reference.encode(symbols):
        raise Disagreement(f"{name}, {count} symbols: encoded otherwise")
    payload = primed.encode(symbols, primer)
    coded = [
        (payload, count),
        (payload, count + r.choice((1, 5, 500))),
        (_damaged(r, payload), count),
        (r.randbytes(r.choice((0, 1, 4, 20, 300))), r.choice((1, 2, 30, 500))),
    ]
    for data, wanted in coded:
        ours = primed.decode(data, wanted, primer)
        if ours != reference.decode(data, wanted) or ((data, wanted) == coded[0] and ours != symbols):
            raise Disagreement(f"{data.hex()}: {wanted} symbols behind a primer of {len(primer)}")
    return len(coded)


def kilobyte(r: random.Random) -> tuple[bytes, int]:
    """A payload of 1 KB as a layer of strokes might have it, and its number of symbols."""
    symbols = _layer(random.Random(r.random()), 1000)
    while len(payload := primed.encode(symbols, primed.primer(EDGES))) < 1024:
        symbols += _layer(r, 50)
    return payload, len(symbols)


@click.command()
@click.option("--streams", "wanted", default=100_000, show_default=True, help="How many to compare.")
@click.option("--seed", default=1, show_default=True)
def main(wanted: int, seed: int) -> None:
    """Compare vcmcodec.entropy.ppm with pyppmd; print what was found, and what 1 KB takes. Exit 1 where they
    differ."""
    r = random.Random(seed)
    references = [Reference(x) for x in (primed.primer(EDGES), primed.primer(COLOURS), b"", b"abcabc")]
    compared = symbols = filled = 0
    for source in itertools.count(1):
        count = round(2 ** r.uniform(0, 8))
        reference = r.choice(references)
        try:
            if source % LARGE:
                compared += streams(r, reference, count, r.randrange(len(KINDS)))
            else:
                noise = r.randbytes(count := r.choice((65_536, 100_000)))
                filled += restarts(noise)
                compared += compare(r, reference, noise, "noise")
        except Disagreement as found:
            click.echo(f"{compared} streams agree, one does not: {found}")
            sys.exit(1)
        symbols += count
        if compared >= wanted:
            break
    click.echo(
        f"{compared} streams of {source} sources, {symbols} symbols, which fill the memory {filled} times:"
        " all agree with pyppmd"
    )
    seconds = []
    for _ in range(20):
        payload, count = kilobyte(r)
        start = time.perf_counter()
        primed.decode(payload, count, primed.primer(EDGES))
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    verdict = "pass" if median <= BAR else "FAIL"
    click.echo(f"a payload of 1 KB: {1e3 * median:.1f} ms, the median of 20 (bar {1e3 * BAR:.0f}: {verdict})")


if __name__ == "__main__":
    main()
