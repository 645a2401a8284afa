"""People are verified by pairs."""

from __future__ import annotations

import numpy as np
import pytest

from vcmcodec.bench.report import verification


def test_people_apart_are_verified_and_people_alike_are_not() -> None:
    people = [str(number // 4) for number in range(80)]
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 16))
    apart = np.repeat(centres, 4, axis=0) + rng.normal(0, 0.01, size=(80, 16))
    assert verification.verify(apart.astype(np.float32), people) == (1, 1, 0)
    guess = verification.verify(rng.normal(size=(80, 16)).astype(np.float32), people)
    assert guess is not None
    assert guess.accuracy == pytest.approx(0.5, abs=0.12)
    assert guess.auc == pytest.approx(0.5, abs=0.12)
    assert guess.eer == pytest.approx(0.5, abs=0.12)
    assert verification.verify(apart[:4].astype(np.float32), people[:4]) is None
    assert not verification.enough(people[:4])


@pytest.mark.parametrize(("faces", "count"), [(30, 30), (4, 3), (9000, verification.MOST_PAIRS)])
def test_pairs_are_half_of_one_person_and_half_of_two(faces: int, count: int) -> None:
    people = tuple(str(number // 3) for number in range(faces))
    one, two = verification.pairs(people)
    assert len(one) == len(two) == len(set(one)) == len(set(two)) == count
    assert all(people[a] == people[b] for a, b in one)
    assert all(people[a] != people[b] for a, b in two)
