"""Section 3.1, coding 1: PPMd variant I behind a primer.

The algorithm is a public one and not spelt out in FORMAT.md, so a library does it here, ``pyppmd``. Its
decoder must not run out of input: it is given more zeros than its symbols can use.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from decoder.failures import MOST_SYMBOLS, Invalid, check_limit
from decoder.models import check_sha256, read_model

ORDER = 3
MEMORY = 1_048_576
PRIMED_SHA256 = {
    "edges-1.primer": "ebe3c95b231cc213321e16ed400afe58816efd05300191e8a5be9ec0a788f7af",
    "colours-1.primer": "889a6069da73e20c8c5d3f8ac40c7de6535ccec59c00869e982624a852ffb1e0",
}


def ppmd() -> Any:
    """Section 3.1: the library, which only files of coding 1 need."""
    try:
        import pyppmd
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("coding 1 needs the package pyppmd, which is not installed") from error
    return pyppmd


@cache
def primed(primer: str) -> bytes:
    """Section 3.1, `P`: what the encoder has put out when it has coded the primer, before any flush."""
    library = ppmd()
    encoder = library.Ppmd8Encoder(ORDER, MEMORY, library.PPMD8_RESTORE_METHOD_RESTART)
    symbols = read_model(primer)
    coded = b"".join(encoder.encode(symbols[start : start + 1000]) for start in range(0, len(symbols), 1000))
    check_sha256(f"P of {primer}", coded, PRIMED_SHA256[primer])
    return coded


def decode_symbols(coded: bytes, count: int, primer: str) -> bytes:
    """Section 3.1: the `count` symbols of a payload whose coded part `Q` is `coded`."""
    check_limit("symbols", count, MOST_SYMBOLS)
    if count == 0:
        if coded:
            raise Invalid("a coded part for no symbols")
        return b""
    library = ppmd()
    start = read_model(primer)
    decoder = library.Ppmd8Decoder(ORDER, MEMORY, library.PPMD8_RESTORE_METHOD_RESTART)
    data = primed(primer) + coded + bytes(64 + 24 * count)
    try:
        symbols: bytes = decoder.decode(data, len(start) + count)
    except ValueError as error:
        raise Invalid("symbols that do not decode") from error
    if len(symbols) != len(start) + count:
        raise Invalid("symbols that do not decode")
    if symbols[: len(start)] != start:
        raise Invalid("a primer that does not decode")
    return symbols[len(start) :]
