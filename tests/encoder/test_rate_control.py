"""Rate control shares a file's bytes among proposers of any kind, and exceeds no budget."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.encoder.goal import Goal
from vcmcodec.encoder.proposer import BaseProposer, Layers, Proposal, Proposer
from vcmcodec.encoder.rate_control import RateControl
from vcmcodec.errors import BudgetError
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.scene import Scene

HEADER = Header(256, 256, 256, 1)
BASE = 0x81


class Base:
    """A byte per point of quality and ten more."""

    def share(self, bpp: float) -> float:
        return 0.5

    def quality(self, limit: float, header: int) -> float:
        return float(min(max(int(limit) - header - 4 - 10, 0), 100))

    def propose(self, quality: float) -> Proposal:
        return Proposal(Scene(256, 256).with_part(BASE, quality), [(BASE, bytes(10 + int(quality)))])


class Filler:
    """As many bytes as fit, up to ``most``."""

    def __init__(self, code: int, share: float, most: int) -> None:
        self.code, self._share, self.most = code, share, most
        self.seen: list[tuple[set[int], int]] = []

    def share(self, bpp: float) -> float:
        return self._share

    def propose(self, scene: Scene, limit: int, quality: float) -> Proposal:
        self.seen.append((set(scene.parts), limit))
        count = min(self.most, limit - (4 if limit < 132 else 5))
        if count <= 0:
            return Proposal(scene, [])
        return Proposal(scene.with_part(self.code, count), [(self.code, bytes(count))], count)


def run(goal: Goal, *others: Proposer) -> tuple[Scene, Layers]:
    base: BaseProposer = Base()
    return RateControl(base, others, HEADER, goal).run()


def size(layers: Layers) -> int:
    return len(container.write(HEADER, layers))


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_framing_is_what_a_file_takes(payloads: Sequence[bytes]) -> None:
    layers = [(BASE, payload) for payload in payloads]
    assert size(layers) == size([]) + container.framed(layers)


@given(st.integers(25, 1500), st.floats(0, 1), st.integers(0, 900), st.integers(0, 900))
def test_no_budget_is_exceeded(limit: int, share: float, one: int, two: int) -> None:
    _, layers = run(Goal(limit), Filler(0x82, share, one), Filler(0x83, 0, two))
    assert size(layers) <= limit
    assert [code for code, _ in layers] == sorted(code for code, _ in layers)


def test_each_takes_its_share_and_the_last_one_what_is_left() -> None:
    one, two = Filler(0x82, 0.3, 10_000), Filler(0x83, 0.1, 10_000)
    scene, layers = run(Goal(200), one, two)
    assert one.seen[0] == ({BASE}, 60)
    assert {BASE, 0x82} == two.seen[0][0]
    assert container.framed(layers[1:2]) == 60
    assert size(layers) == 200
    assert set(scene.parts) == {BASE, 0x82, 0x83}


def test_the_base_layer_gets_what_nobody_else_takes() -> None:
    scene, layers = run(Goal(80), Filler(0x82, 0, 5))
    assert scene.part(0x82) == 5
    assert size(layers) > 0.96 * 80


def test_the_base_layer_alone_gets_all() -> None:
    scene, layers = run(Goal(80))
    assert size(layers) == 80 and len(layers) == 1


def test_a_quality_asks_for_as_much_as_goes_with_it() -> None:
    scene, layers = run(Goal(None, quality=50), Filler(0x82, 0, 10_000))
    base = size(layers[:1])
    assert scene.part(BASE) == 50
    assert size(layers) == 2 * base
    scene, detailed = run(Goal(None, quality=50, detail=20), Filler(0x82, 0, 10_000))
    assert scene.part(BASE) == 20
    assert size(detailed) == 2 * base


def test_what_does_not_fit_is_an_error_or_the_least() -> None:
    with pytest.raises(BudgetError, match="a budget of 15 bytes is too small for this face: the least is 19"):
        run(Goal(15), Filler(0x82, 0, 9))
    with pytest.raises(BudgetError, match="too small for this detail of 30: the least is 49"):
        run(Goal(40, detail=30), Filler(0x82, 0, 9))
    scene, layers = run(Goal(15, strict=False), Filler(0x82, 0, 9))
    assert scene.part(BASE) == 0 and len(layers) == 1
