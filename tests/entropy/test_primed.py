"""PPM that begins with a primer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.entropy.ppm import primed

PRIMER = bytes(range(64)) * 20


@given(st.binary(max_size=400))
def test_ppm_round_trips(symbols: bytes) -> None:
    assert primed.decode(primed.encode(symbols, PRIMER), len(symbols), PRIMER) == symbols


def test_ppm_of_what_the_primer_foretells_is_short() -> None:
    symbols = PRIMER[:256]
    assert len(primed.encode(symbols, PRIMER)) < 20 < len(primed.encode(symbols, b""))


@given(st.binary(max_size=60), st.integers(0, 3000))
def test_ppm_survives_any_payload(payload: bytes, count: int) -> None:
    symbols = primed.decode(payload, count, PRIMER)
    assert symbols is None or len(symbols) == count
