"""How well faces of one set are verified against those of another: TAR at FAR, EER and accuracy as on LFW.

Reference i and probe i show one person; all other pairs show two. A face that is not found is like nobody:
its pairs are rejected at every threshold, and those of one person count as missed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.report.verification import FOLDS

RATES = (0.01, 0.001)
"""False accept rates at which the true accept rate is given."""


class Verified(NamedTuple):
    """``tars``: true accept rates at :data:`RATES`; ``eer``: the equal error rate; ``accuracy``: with a
    threshold chosen on nine tenths of as many pairs of two people as of one, tried on the last; ``found``:
    the share of references whose face is found. All 0..1."""

    tars: tuple[float, ...]
    eer: float
    accuracy: float
    found: float


def verified(likeness: NDArray[np.float64]) -> Verified:
    """Of likenesses, (n, n), of references (rows) and probes; NaN where a face is not found."""
    count = len(likeness)
    scores = np.where(np.isnan(likeness), -np.inf, likeness)
    one = np.diag(scores)
    two = scores[~np.eye(count, dtype=bool)]
    missing = float(np.isnan(likeness).all(axis=1).mean())
    return Verified(
        tuple(tar(one, two, rate) for rate in RATES), eer(one, two), accuracy(scores), 1 - missing
    )


def threshold(two: NDArray[np.float64], far: float) -> float:
    """The least score above which at most a share ``far`` of ``two`` lies."""
    return float(np.sort(two)[::-1][min(int(far * len(two)), len(two) - 1)])


def tar(one: NDArray[np.float64], two: NDArray[np.float64], far: float) -> float:
    """The share of ``one``, scores of pairs of one person, that is accepted where at most a share ``far`` of
    ``two``, those of two people, is."""
    return float((one > threshold(two, far)).mean())


def roc(likeness: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """The receiver operating characteristic of likenesses as :func:`verified` has them: false accept rates,
    rising from one pair's share to 1, and the true accept rates there."""
    count = len(likeness)
    scores = np.where(np.isnan(likeness), -np.inf, likeness)
    one, two = np.diag(scores), scores[~np.eye(count, dtype=bool)]
    fars = np.geomspace(1 / len(two), 1, 200)
    return fars.tolist(), [tar(one, two, far) for far in fars]


def eer(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The rate at which both errors are alike."""
    thresholds = np.unique(np.concatenate([one, two]))
    missed = np.searchsorted(np.sort(one), thresholds, "left") / len(one)
    taken = 1 - np.searchsorted(np.sort(two), thresholds, "left") / len(two)
    nearest = int(np.argmin(abs(missed - taken)))
    return float((missed[nearest] + taken[nearest]) / 2)


def accuracy(scores: NDArray[np.float64]) -> float:
    """Ten-fold accuracy, as on LFW: pairs (i, i) against pairs (i, i + 1), in folds of people."""
    count = len(scores)
    people = np.arange(count)
    one, two = scores[people, people], scores[people, (people + 1) % count]
    fold = people % FOLDS
    shares = []
    for number in range(FOLDS):
        known, tried = fold != number, fold == number
        values = np.unique(np.concatenate([one[known], two[known]]))
        right = [(one[known] >= value).sum() + (two[known] < value).sum() for value in values]
        best = values[int(np.argmax(right))]
        below = values[values < best]
        limit = (best + below[-1]) / 2 if len(below) and np.isfinite(below[-1]) else best
        shares.append(((one[tried] >= limit).mean() + (two[tried] < limit).mean()) / 2)
    return float(np.mean(shares))
