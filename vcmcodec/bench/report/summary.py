"""From verdicts to figures: means over faces, sets against sets, curves against curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench import codecs
from vcmcodec.bench.report import bd_rate, groups
from vcmcodec.bench.report.figures import BY_KEY, FIGURES, FOUND_BY, LEAST_FOUND, SATURATED, SET, Figure, mean
from vcmcodec.bench.report.verification import verify
from vcmcodec.bench.run.runner import Component, Face, Plan
from vcmcodec.bench.run.score_store import Store
from vcmcodec.errors import ModelError
from vcmcodec.metrics import realism

if TYPE_CHECKING:
    from vcmcodec.bench.report.differences import Difference


class Scored(NamedTuple):
    """One face in one coding: its bytes and its figures."""

    face: Face
    codec: str
    point: str
    bytes: int
    scores: dict[str, float | None]

    @property
    def bpp(self) -> float:
        return 8 * self.bytes / self.face.pixels


@dataclass
class Point:
    """One codec at one operating point: ``bpp``, mean over ``faces`` faces, and its figures."""

    codec: str
    label: str
    faces: int
    bpp: float
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class Summary:
    """All that a report holds. ``bd[figure][peer]``; ``best[point][figure]`` and
    ``differences[point][figure]``, of this codec's points; ``spreads[codec, point][figure]``."""

    scored: list[Scored]
    points: list[Point]
    bd: dict[str, dict[str, bd_rate.BdRate]] = field(default_factory=dict)
    best: dict[str, dict[str, bd_rate.Best | None]] = field(default_factory=dict)
    differences: dict[str, dict[str, Difference]] = field(default_factory=dict)
    spreads: dict[tuple[str, str], dict[str, groups.Spread]] = field(default_factory=dict)


def summarise(
    plan: Plan, store: Store, people: dict[str, str] | None = None, by_group: dict[str, str] | None = None
) -> Summary:
    """The figures of what a plan's store holds. ``people`` and ``by_group`` name the person and the group
    of faces, by the faces' names."""
    originals = _Features(plan, store, plan.codecs[0], plan.codecs[0].points[0])
    scored: list[Scored] = []
    points: list[Point] = []
    for codec, label in plan.codings():
        rows = list(_rows(plan, store, codec, label))
        if not rows:
            continue
        scored += rows
        point = Point(codec.name, label, len(rows), float(np.mean([row.bpp for row in rows])))
        point.figures = _means(rows) | _sets(_Features(plan, store, codec, label), originals, people)
        points.append(point)
    summary = Summary(scored, points)
    for figure in FIGURES:
        by_codec = curves(points, figure.key)
        own = by_codec.pop(codecs.OWN, None)
        if own is None or not by_codec:
            continue
        _best(summary, figure, by_codec)
        if figure.key in SATURATED:
            continue
        try:
            summary.bd[figure.key] = {peer: bd_rate.bd_rate(curve, own) for peer, curve in by_codec.items()}
        except ModelError as error:
            plan.gaps = list(dict.fromkeys([*plan.gaps, f"BD-rate: {error}"]))
    if by_group:
        _by_group(summary, by_group)
    return summary


def _rows(plan: Plan, store: Store, codec: Component, label: str) -> Iterable[Scored]:
    for face in plan.faces:
        key = plan.key(face, codec, label)
        size = store.coded(key)
        if size is None:
            continue
        scores: dict[str, float | None] = {}
        for judge in plan.judges:
            verdict = store.verdict(key, judge.version)
            if verdict is not None:
                scores |= verdict.scores
        yield Scored(face, codec.name, label, size, scores)


def _means(rows: Sequence[Scored]) -> dict[str, float]:
    """Means over faces that have a value."""
    found = {}
    for key in dict.fromkeys(key for row in rows for key in row.scores):
        values = [value for row in rows if (value := row.scores.get(key)) is not None]
        if values:
            found[key] = mean(values)
    return found


class _Features:
    """Feature vectors of every face at one operating point, by judge and by the face's name, for judges of
    whole sets."""

    def __init__(self, plan: Plan, store: Store, codec: Component, label: str) -> None:
        self._seen: dict[str, dict[str, NDArray[np.float32]]] = {}
        for judge in plan.judges:
            for face in plan.faces:
                verdict = store.verdict(plan.key(face, codec, label), judge.version)
                if verdict is not None and verdict.features is not None:
                    self._seen.setdefault(judge.name, {})[face.name] = verdict.features

    def of(self, judge: str) -> dict[str, NDArray[np.float32]]:
        return self._seen.get(judge, {})


def _sets(coded: _Features, originals: _Features, people: dict[str, str] | None) -> dict[str, float]:
    found: dict[str, float] = {}
    seen, known = coded.of("inception"), originals.of("inception")
    names = [name for name in seen if name in known]
    if len(names) >= 2:
        a, b = (np.stack([features[name] for name in names]) for features in (seen, known))
        found |= {"fid": realism.fid(a, b), "kid": realism.kid(a, b)}
    embeddings = coded.of("dlib")
    if people and embeddings:
        names = [name for name in embeddings if name in people]
        verified = verify(np.stack([embeddings[name] for name in names]), [people[name] for name in names])
        if verified is not None:
            found |= {"verification": verified.accuracy, "auc": verified.auc, "eer": verified.eer}
    return found


def curves(points: Iterable[Point], key: str) -> dict[str, bd_rate.Curve]:
    """Rate-quality curves by codec, of one figure, its sign such that more is better. Points that were
    not scored on all faces are left out, and so are landmark errors of points that lose too many faces:
    means over different faces cannot be compared."""
    points = list(points)
    most = max((point.faces for point in points), default=0)
    share = FOUND_BY.get(key)
    points = [
        point
        for point in points
        if point.faces == most and (share is None or point.figures.get(share, 1) >= LEAST_FOUND)
    ]
    sign = 1 if BY_KEY[key].higher else -1
    found: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        if key in point.figures and point.codec not in (codecs.ORIGINAL, *codecs.OTHERWISE):
            found.setdefault(point.codec, []).append((point.bpp, sign * point.figures[key]))
    return {codec: sorted(curve) for codec, curve in found.items()}


def _best(summary: Summary, figure: Figure, peers: dict[str, bd_rate.Curve]) -> None:
    sign = 1 if figure.higher else -1
    for point in summary.points:
        if point.codec == codecs.OWN:
            found = bd_rate.best(peers, point.bpp)
            best = None if found is None else found._replace(quality=sign * found.quality)
            summary.best.setdefault(point.label, {})[figure.key] = best


def _by_group(summary: Summary, by_group: dict[str, str]) -> None:
    for point in summary.points:
        rows = [row for row in summary.scored if (row.codec, row.point) == (point.codec, point.label)]
        values = {
            key: [(row.face.name, row.scores.get(key)) for row in rows] for key in BY_KEY if key not in SET
        }
        found = {key: groups.spread(pairs, by_group) for key, pairs in values.items()}
        kept = {key: spread for key, spread in found.items() if spread is not None}
        if kept:
            summary.spreads[point.codec, point.label] = kept


def cumulative(summary: Summary, codec: str, label: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The cumulative error curve of landmarks (Hu et al. 2020, Fig. 5): sorted NMEs, and the
    share of faces at or below each; a face that is not found again counts among all faces alone."""
    rows = [row for row in summary.scored if (row.codec, row.point) == (codec, label)]
    judged = [row.scores.get("nme") for row in rows if row.scores.get("found") is not None]
    errors = np.sort(np.array([error for error in judged if error is not None], dtype=np.float64))
    return errors, np.arange(1, len(errors) + 1) / max(1, len(judged))
