"""PPMd variant I with a primer: the only importer of pyppmd (seed paper section 3.1; spec/FORMAT.md,
section "Entropy coding").

Both sides first code the primer, a string of symbols typical of the layer that ships with
the models. The bytes that this gives are the same on both sides and are not sent.

pyppmd's decoder corrupts memory when it runs out of input, so it is called once per stream,
on a fresh decoder, with more zeros behind the payload than it can ask for, for an exact
number of symbols. Order and memory are constants of the format, never read from a file.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pyppmd

from vcmcodec import settings

ORDER = 3
MEMORY = 1 << 20

_PADDING = 64
_PADDING_PER_SYMBOL = 24
"""Zeros behind the payload. A symbol takes at most ORDER + 1 coding steps, and a step reads no more
than six bytes: two that narrow the range, four where the range is cut at a carry. No more than is
needed, because pyppmd never frees input that it has not read."""


@functools.lru_cache(maxsize=8)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def primer(name: str) -> bytes:
    """The primer that the model file ``name`` holds.

    Raises ModelError where it is missing or altered.
    """
    return _read(settings.model_path(name))


_FAULTS = (pyppmd.PpmdError, ValueError, SystemError, MemoryError)


@functools.lru_cache(maxsize=8)
def _prefix(primer: bytes) -> bytes:
    """What the coder has put out by the end of ``primer``."""
    return bytes(pyppmd.Ppmd8Encoder(ORDER, MEMORY, pyppmd.PPMD8_RESTORE_METHOD_RESTART).encode(primer))


def encode(symbols: bytes, primer: bytes) -> bytes:
    """``symbols`` as a payload, in as few bytes as still decode."""
    if not symbols:
        return b""
    coder = pyppmd.Ppmd8Encoder(ORDER, MEMORY, pyppmd.PPMD8_RESTORE_METHOD_RESTART)
    coder.encode(primer)
    whole = bytes(coder.encode(symbols) + coder.flush())
    # The coder flushes four bytes, of which the first one or two fix the value: the decoder
    # reads zeros behind the payload.
    for length in range(max(0, len(whole) - 5), len(whole)):
        head = int.from_bytes(whole[:length], "big")
        for value in (head, head + 1):
            if value >> (8 * length):
                continue
            payload = value.to_bytes(length, "big")
            if decode(payload, len(symbols), primer) == symbols:
                return payload
    return whole


def decode(payload: bytes, count: int, primer: bytes) -> bytes | None:
    """The ``count`` symbols of ``payload``, or None where it does not decode.

    Damage mostly decodes silently to other symbols: check sums come first, range checks after.
    The caller has checked ``count`` against its limits: 40 bytes of memory go to each symbol.
    """
    if count == 0:
        return None if payload else b""
    coder = pyppmd.Ppmd8Decoder(ORDER, MEMORY, pyppmd.PPMD8_RESTORE_METHOD_RESTART)
    zeros = bytes(_PADDING + _PADDING_PER_SYMBOL * count)
    try:
        out = bytes(coder.decode(_prefix(primer) + payload + zeros, len(primer) + count))
    except _FAULTS:
        return None
    if len(out) != len(primer) + count or not out.startswith(primer):
        return None
    return out[len(primer) :]
