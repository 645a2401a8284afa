"""Which differences between this codec and its peers are real: means of paired differences over faces, with
confidence intervals by the bootstrap (Efron 1987, BCa)."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np

from vcmcodec.bench import codecs
from vcmcodec.bench.report.figures import BY_KEY, SET, Figure
from vcmcodec.bench.report.summary import Point, Summary
from vcmcodec.errors import ModelError

CONFIDENCE = 0.95

RESAMPLES = 2000

LEAST_FACES = 5
"""Of fewer faces nothing is said."""


class Difference(NamedTuple):
    """``mean`` of this codec's figure less that of a peer's point, over ``faces`` faces that both coded, and
    the interval ``low`` to ``high`` that it lies in with CONFIDENCE."""

    codec: str
    label: str
    faces: int
    mean: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether 0 lies outside the interval."""
        return self.low > 0 or self.high < 0


def interval(values: list[float]) -> tuple[float, float]:
    """The confidence interval of the mean of ``values``, at least two; the same for the same values.

    Raises ModelError where scipy is not installed.
    """
    try:
        stats: Any = importlib.import_module("scipy.stats")
    except ImportError:
        raise ModelError("the package scipy is not installed: it says which differences are real") from None
    sample = np.array(values)
    if np.ptp(sample) == 0:
        return float(sample[0]), float(sample[0])
    found = stats.bootstrap(
        (sample,),
        np.mean,
        confidence_level=CONFIDENCE,
        n_resamples=RESAMPLES,
        method="BCa",
        random_state=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def differences(summary: Summary) -> dict[str, dict[str, Difference]]:
    """By this codec's points and by figures: the difference to the best point of any peer with no more bytes
    a pixel. Figures of sets of faces have none.

    Raises ModelError where scipy is not installed.
    """
    own = [point for point in summary.points if point.codec == codecs.OWN]
    peers = [p for p in summary.points if p.codec not in (codecs.OWN, codecs.ORIGINAL, *codecs.OTHERWISE)]
    found: dict[str, dict[str, Difference]] = {}
    for point in own:
        cheaper = [peer for peer in peers if peer.bpp <= point.bpp]
        for key, figure in BY_KEY.items():
            if key in SET or not cheaper:
                continue
            made = _difference(summary, point, cheaper, figure)
            if made is not None:
                found.setdefault(point.label, {})[key] = made
    return found


def _difference(summary: Summary, own: Point, peers: list[Point], figure: Figure) -> Difference | None:
    """The difference to the best of some points; None where there are too few faces."""
    sign = 1 if figure.higher else -1
    scored = [peer for peer in peers if np.isfinite(peer.figures.get(figure.key, np.nan))]
    if not scored:
        return None
    best = max(scored, key=lambda peer: sign * peer.figures[figure.key])
    ours, theirs = _by_face(summary, own, figure.key), _by_face(summary, best, figure.key)
    values = [ours[name] - theirs[name] for name in ours if name in theirs]
    if len(values) < LEAST_FACES:
        return None
    return Difference(best.codec, best.label, len(values), float(np.mean(values)), *interval(values))


def _by_face(summary: Summary, point: Point, key: str) -> dict[str, float]:
    """The finite values of a figure by the faces' names."""
    rows = (row for row in summary.scored if (row.codec, row.point) == (point.codec, point.label))
    values = ((row.face.name, row.scores.get(key)) for row in rows)
    return {name: value for name, value in values if value is not None and np.isfinite(value)}
