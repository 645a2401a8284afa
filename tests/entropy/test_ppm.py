"""PPM in Python tells what pyppmd tells, and is not led astray."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.entropy.ppm import primed

PRIMER = bytes(range(60)) * 3


@pytest.fixture(scope="module")
def agreement():
    pytest.importorskip("pyppmd")
    from vcmcodec.bench.studies import ppm_agreement

    return ppm_agreement


@pytest.mark.parametrize("count", [1, 2, 40, 700])
@pytest.mark.parametrize("kind", range(8))
def test_pyppmd_agrees(agreement, kind: int, count: int) -> None:
    r = random.Random(1000 * kind + count)
    reference = agreement.Reference(r.choice((b"", PRIMER)))
    assert agreement.streams(r, reference, count, kind) == 4


def test_pyppmd_agrees_where_memory_runs_out(agreement) -> None:
    symbols = random.Random(1).randbytes(60_000)
    assert agreement.restarts(symbols) == 1
    assert agreement.compare(random.Random(1), agreement.Reference(b""), symbols, "noise") == 4


@given(st.binary(min_size=1, max_size=80), st.sampled_from((b"", PRIMER)))
def test_no_shorter_payload_tells_the_same(symbols: bytes, primer: bytes) -> None:
    payload = primed.encode(symbols, primer)
    assert primed.decode(payload, len(symbols), primer) == symbols
    assert primed.decode(payload + bytes(9), len(symbols), primer) == symbols
    if payload:
        head = int.from_bytes(payload[:-1], "big")
        for value in (head, head + 1):
            if not value >> 8 * (len(payload) - 1):
                shorter = value.to_bytes(len(payload) - 1, "big")
                assert primed.decode(shorter, len(symbols), primer) != symbols


@given(st.binary(max_size=60), st.integers(0, 300))
def test_any_bytes_tell_as_many_symbols_or_nothing(data: bytes, count: int) -> None:
    decoded = primed.decode(data, count, PRIMER)
    assert decoded is None or len(decoded) == count
