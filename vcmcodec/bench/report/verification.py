"""Face verification, as in Chen et al. (LFIC), section 4: are two decoded pictures of one person?

Pairs are told apart by the distance of their embeddings, with a threshold chosen on nine tenths of the
pairs and tried on the last.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_PAIRS = 3000
"""Pairs of one person, and as many of two (the paper's 6000)."""

FOLDS = 10


class Verification(NamedTuple):
    """Accuracy at ten-fold thresholds, area under the ROC curve, and equal error rate, all 0..1."""

    accuracy: float
    auc: float
    eer: float


@functools.lru_cache(maxsize=4)
def pairs(people: tuple[str, ...]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Index pairs of pictures of one person, and as many of two, drawn with a fixed seed. ``people``
    names the person of each picture."""
    rng = np.random.default_rng(0)
    of_one = _of_one(people)
    different = len(people) * (len(people) - 1) // 2 - len(of_one)
    count = min(len(of_one), different, MOST_PAIRS)
    one = [of_one[index] for index in rng.permutation(len(of_one))[:count]]
    if different <= 4 * count:
        of_two = [pair for pair in combinations(range(len(people)), 2) if people[pair[0]] != people[pair[1]]]
        return one, [of_two[index] for index in rng.permutation(len(of_two))[:count]]
    drawn: dict[tuple[int, int], None] = {}
    while len(drawn) < count:
        a, b = sorted(int(index) for index in rng.integers(0, len(people), 2))
        if people[a] != people[b]:
            drawn[a, b] = None
    return one, list(drawn)


def _of_one(people: Sequence[str]) -> list[tuple[int, int]]:
    members: dict[str, list[int]] = {}
    for index, person in enumerate(people):
        members.setdefault(person, []).append(index)
    return [pair for group in members.values() for pair in combinations(group, 2)]


def enough(people: Sequence[str]) -> bool:
    """Whether there are pairs of one person, and of two, for every fold."""
    return len(pairs(tuple(people))[0]) >= FOLDS


def verify(embeddings: NDArray[np.float32], people: Sequence[str]) -> Verification | None:
    """How well people are verified by embeddings, float32 (n, d); None where there are not enough pairs for
    ten folds."""
    if not enough(people):
        return None
    one, two = pairs(tuple(people))
    distance = np.array([float(np.linalg.norm(embeddings[a] - embeddings[b])) for a, b in one + two])
    same = np.arange(len(distance)) < len(one)
    return Verification(_accuracy(distance, same), *_roc(distance, same))


def _accuracy(distance: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    fold = np.concatenate([np.arange(int(same.sum())), np.arange(int((~same).sum()))]) % FOLDS
    shares = []
    for number in range(FOLDS):
        known, tried = fold != number, fold == number
        # Thresholds between neighbours, and one beyond each end.
        values = np.unique(distance[known])
        thresholds = np.concatenate([[values[0] - 1], (values[1:] + values[:-1]) / 2, [values[-1] + 1]])
        ones, others = np.sort(distance[known & same]), np.sort(distance[known & ~same])
        right = np.searchsorted(ones, thresholds) + len(others) - np.searchsorted(others, thresholds)
        threshold = thresholds[int(np.argmax(right))]
        shares.append(float(((distance[tried] < threshold) == same[tried]).mean()))
    return float(np.mean(shares))


def _roc(distance: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[float, float]:
    """Area under the curve, ties counted half, and the rate at which both errors are alike."""
    ones, others = np.sort(distance[same]), np.sort(distance[~same])
    below = np.searchsorted(others, ones, "left")
    ties = np.searchsorted(others, ones, "right") - below
    auc = 1 - float((below + ties / 2).sum() / (len(ones) * len(others)))
    thresholds = np.unique(distance)
    missed = 1 - np.searchsorted(ones, thresholds, "right") / len(ones)
    taken = np.searchsorted(others, thresholds, "right") / len(others)
    nearest = int(np.argmin(np.abs(missed - taken)))
    return auc, float((missed[nearest] + taken[nearest]) / 2)
