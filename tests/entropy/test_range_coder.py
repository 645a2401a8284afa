"""The range coder gives back what went in, in about as many bits as the probabilities say."""

from __future__ import annotations

import doctest
import math
import random
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.entropy import binarise, contexts, range_coder, rate
from vcmcodec.entropy.contexts import Coder, ContextCoder, ContextModel, Elements
from vcmcodec.entropy.range_coder import BinaryCoder, Decoder, Encoder
from vcmcodec.entropy.rate import RateEstimator

MODEL = ContextModel(tuple(random.Random(0).choice((-128, -60, -9, 0, 3, 40, 127)) for _ in range(4096)))

# What is coded: a bit with two contexts, an even choice, a signed or unsigned number, a tree.
items = st.one_of(
    st.tuples(st.just("bit"), st.integers(0, 1), st.integers(0, 2000)),
    st.tuples(st.just("uniform"), st.integers(1, 1 << 16), st.randoms(use_true_random=False)),
    st.tuples(st.just("signed"), st.integers(-8191, 8191), st.integers(0, 2000)),
    st.tuples(st.just("unsigned"), st.integers(0, 8191), st.integers(0, 2000)),
    st.tuples(st.just("tree"), st.integers(0, 31), st.integers(0, 2000)),
)


def walk(binary: BinaryCoder, plan: list[tuple[str, int, int]], blind: bool = False) -> list[int]:
    coder: Coder = ContextCoder(binary, MODEL)
    out = []
    for kind, value, place in plan:
        shown = 0 if blind else value
        if kind == "bit":
            out.append(coder.bit(shown, (place, place + 77), 5))
        elif kind == "uniform":
            out.append(coder.uniform(shown, place))
        elif kind == "tree":
            out.append(binarise.tree(coder, shown, 5, (place,)))
        else:
            out.append(getattr(binarise, kind)(coder, shown, (place, place + 300)))
    return out


def planned(found: list[tuple[str, int, object]]) -> list[tuple[str, int, int]]:
    plan = []
    for kind, value, more in found:
        if kind == "uniform":
            assert isinstance(more, random.Random)
            plan.append((kind, more.randrange(value), value))
        else:
            assert isinstance(more, int)
            plan.append((kind, value, more))
    return plan


@given(st.lists(items, max_size=60))
def test_what_is_coded_comes_back_in_as_few_bytes_as_measured(found: list[tuple[str, int, object]]) -> None:
    plan = planned(found)
    values = [value for _, value, _ in plan]
    encoder, estimator = Encoder(), RateEstimator()
    assert walk(encoder, plan) == walk(estimator, plan) == values
    data = encoder.finish()
    decoder = Decoder(data)
    assert walk(decoder, plan, blind=True) == values
    assert decoder.fault is None
    assert 8 * len(data) <= 1.01 * estimator.bits + 8
    if data:  # no shorter string says the same
        shorter = Decoder(data[:-1])
        assert walk(shorter, plan, blind=True) != values or shorter.fault


def test_nothing_takes_no_bytes() -> None:
    assert Encoder().finish() == b""
    assert Decoder(b"").fault is None


@pytest.mark.parametrize("more", [b"\0", b"\0\0\1", b"\xff" * 9])
def test_bytes_that_no_decision_needs_are_a_fault(more: bytes) -> None:
    encoder = Encoder()
    encoder.bit(1, 40000)
    decoder = Decoder(encoder.finish() + bytes(4) + more)
    decoder.bit(0, 40000)
    assert decoder.fault is not None


@given(st.binary(max_size=40))
def test_any_bytes_are_read_without_end(data: bytes) -> None:
    decoder = Decoder(data)
    coder = ContextCoder(decoder, MODEL)
    for place in range(200):
        assert decoder.bit(0, 65535 - 300 * place) in (0, 1)
        assert 0 <= decoder.uniform(0, place + 1) <= place
        assert abs(binarise.signed(coder, 0, (place,))) <= 8191


def test_probabilities_are_those_of_the_logistic_function_and_never_certain() -> None:
    table = contexts.PROBABILITIES
    assert list(table) == sorted(table)
    assert len(table) == 257
    assert table[0] > 0
    assert table[-1] < 65536
    for total, found in enumerate(table):
        exact = 65536 / (1 + math.exp(-(total - 128) / 16))
        assert abs(found - exact) < 0.15 * min(exact, 65536 - exact) + 1


def test_weights_lie_element_by_element_context_by_context() -> None:
    elements = Elements()
    one, two = elements.element(4, 3, 5), elements.element(2, 7)
    assert elements.size == 4 * 3 + 4 * 5 + 2 * 7
    assert one.at(2, 4) == [8, 12 + 16]
    assert two.at(6) == [32 + 12]


@given(st.lists(st.integers(0, 4095 - 63), min_size=1, max_size=6), st.integers(0, 63))
def test_a_context_coder_takes_probabilities_from_its_model(offsets: list[int], bin: int) -> None:
    seen: list[int] = []

    class Spy(RateEstimator):
        def bit(self, bit: int, p1: int) -> int:
            seen.append(p1)
            return super().bit(bit, p1)

    ContextCoder(Spy(), MODEL).bit(1, offsets, bin)
    assert seen == [MODEL.p1(offsets, bin)]
    assert 0 < seen[0] < 65536


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 65535)), max_size=80))
def test_any_probabilities_will_do(plan: list[tuple[int, int]]) -> None:
    encoder, estimator = Encoder(), RateEstimator()
    for bit, p1 in plan:
        encoder.bit(bit, p1)
        estimator.bit(bit, p1)
    data = encoder.finish()
    decoder = Decoder(data)
    assert [decoder.bit(0, p1) for _, p1 in plan] == [bit for bit, _ in plan]
    assert decoder.fault is None
    assert 8 * len(data) <= 1.01 * estimator.bits + 8


@pytest.mark.parametrize("module", [range_coder, rate])
def test_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
