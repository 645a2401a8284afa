"""PPMd variant I with a primer (Hu et al. 2020, section 3.1; spec/FORMAT.md, section "Entropy coding").

Both sides first code the primer, a string of symbols typical of the layer that ships with
the models. The bytes that this gives are the same on both sides and are not sent.

Order and memory are constants of the format, never read from a file. No native code meets a
payload: see :mod:`vcmcodec.entropy.ppm`.
"""

from __future__ import annotations

import functools
from pathlib import Path

from vcmcodec.entropy.ppm.coder import Coder
from vcmcodec.models import store

_LATE_BYTES = 4
"""Bytes that the coder holds back, of which the first one or two fix the value."""


@functools.lru_cache(maxsize=8)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def primer(name: str) -> bytes:
    """The primer that the model file ``name`` holds.

    Raises ModelError where it is missing or altered.
    """
    return _read(store.model_path(name))


@functools.lru_cache(maxsize=8)
def _primed(primer: bytes) -> Coder:
    """A coder that has coded ``primer``; to be copied."""
    coder = Coder()
    coder.encode(primer)
    return coder


def encode(symbols: bytes, primer: bytes) -> bytes:
    """``symbols`` as a payload, in as few bytes as still decode."""
    if not symbols:
        return b""
    coder = _primed(primer).copy()
    out = coder.encode(symbols)
    low, width = coder.interval
    low |= int.from_bytes(out, "big") << 8 * _LATE_BYTES
    whole = len(out) + _LATE_BYTES
    for length in range(max(0, whole - 5), whole):
        left_out = 8 * (whole - length)
        value = -(-low >> left_out)
        if value << left_out < low + width and not value >> 8 * length:
            return value.to_bytes(length, "big")  # zeros follow
    return low.to_bytes(whole, "big")


def decode(payload: bytes, count: int, primer: bytes) -> bytes | None:
    """The ``count`` symbols of ``payload``, or None where it does not decode.

    Damage mostly decodes silently to other symbols: check sums come first, range checks after.
    The caller has checked ``count`` against its limits: a symbol takes some 25 microseconds.
    """
    if count == 0:
        return None if payload else b""
    return _primed(primer).copy().decode(payload, count)
