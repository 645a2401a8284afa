"""Both coders by themselves, on any bytes: PPM, and coded decisions."""

from __future__ import annotations

import random

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.binarise import NUMBER_BINS, signed, tree, unsigned
from vcmcodec.entropy.contexts import ContextCoder, ContextModel
from vcmcodec.entropy.ppm import primed
from vcmcodec.entropy.range_coder import BinaryCoder, Decoder, Encoder
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import strokes
from vcmcodec.limits import DEFAULT_LIMITS

PRIMERS = (edge_head.PRIMER, colour_head.PRIMER)


def _split_symbols(data: bytes) -> tuple[bytes, int, bytes]:
    """Primer, number of symbols (within the limit) and payload: a byte, two bytes, and the rest."""
    which, count, payload = data[:1], int.from_bytes(data[1:3], "big"), data[3:]
    return primed.primer(PRIMERS[sum(which) % 2]), count % (DEFAULT_LIMITS.symbols + 1), payload


def read_symbols(data: bytes) -> bytes | None:
    primer, count, payload = _split_symbols(data)
    return primed.decode(payload, count, primer)


def check_symbols(data: bytes, decoded: bytes | None) -> None:
    primer, count, payload = _split_symbols(data)
    if decoded is not None:
        assert len(decoded) == count
        shortest = primed.encode(decoded, primer)
        assert len(shortest) <= len(payload.rstrip(b"\0"))
        assert primed.decode(shortest, count, primer) == decoded


_CONTEXTS = 3


def _decisions(binary: BinaryCoder, rng: random.Random, values: list[int] | None) -> list[int]:
    """Codes ``values`` as elements of all sorts that ``rng`` chooses, or reads them where they are None."""
    coder = ContextCoder(binary, _edge_model())
    source, found = iter(values or ()), []
    for _ in range(rng.randrange(1, 60)):
        offsets = [64 * rng.randrange(1400) for _ in range(_CONTEXTS)]
        kind, value = rng.randrange(5), next(source, 0)
        if kind == 0:
            found.append(coder.bit(value, offsets, rng.randrange(NUMBER_BINS)))
        elif kind == 1:
            count = rng.choice((1, 2, 3, 255, 256, 1000, 65536))
            found.append(coder.uniform(value, count))
            assert 0 <= found[-1] < count
        elif kind == 2:
            found.append(tree(coder, value, 4, offsets))
            assert 0 <= found[-1] < 16
        else:
            found.append((unsigned if kind == 3 else signed)(coder, value, offsets))
            assert (0 if kind == 3 else -8191) <= found[-1] <= 8191
    return found


def _edge_model() -> ContextModel:
    return context_weights.model(edge_head.WEIGHTS, strokes.WEIGHTS)


def read_decisions(data: bytes) -> tuple[list[int], str | None]:
    """The first byte chooses the elements, the others hold them."""
    coder = Decoder(data[1:])
    return _decisions(coder, random.Random(sum(data[:1])), None), coder.fault


def check_decisions(data: bytes, found: tuple[list[int], str | None]) -> None:
    values, wrong = found
    coder = Encoder()
    _decisions(coder, random.Random(sum(data[:1])), values)
    shortest = coder.finish()
    again = Decoder(shortest)
    assert _decisions(again, random.Random(sum(data[:1])), None) == values
    assert again.fault is None
    if wrong is None:
        assert len(shortest) <= len(data[1:])
