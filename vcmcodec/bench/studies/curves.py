"""Curves of a figure over bytes, against each other and at given bytes."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from vcmcodec.bench.report import bd_rate

HIGHER = {"psnr"}
"""Figures that are better where they are higher; all others are better where they are lower."""

Scores = Mapping[str, float | None]
"""What is known of one face in one coding: ``bytes``, and figures by name."""


class Gain(NamedTuple):
    """Bytes at equal quality: ``ratio`` to the anchor's, None where it cannot be said, and then ``reason``;
    ``overlap``: the share of the anchor's range of quality that it is a mean over."""

    ratio: float | None
    overlap: float
    reason: str = ""


def means(scored: Iterable[Scores | None]) -> dict[str, float]:
    """Means of figures over the faces that have them, and ``faces``, how many were coded."""
    there = [scores for scores in scored if scores is not None]
    found: dict[str, float] = {"faces": len(there)}
    for key in dict.fromkeys(key for scores in there for key in scores):
        values = [value for scores in there if (value := scores.get(key)) is not None]
        if values:
            found[key] = statistics.fmean(values)
    return found


def curve(points: Iterable[Mapping[str, Any]], key: str) -> list[tuple[float, float]]:
    """(bytes, quality) of points, quality such that more is better; those without the figure ``key`` are left
    out."""
    sign = 1 if key in HIGHER else -1
    return [(point["bytes"], sign * point[key]) for point in points if point.get(key) is not None]


def gain(anchor: Sequence[tuple[float, float]], ours: Sequence[tuple[float, float]]) -> Gain:
    """Bjontegaard's delta rate of ``ours`` against an ``anchor`` as a ratio of bytes: 0.8 is a fifth fewer.

    Raises ModelError where the package bjontegaard is missing.
    """
    found = bd_rate.bd_rate(anchor, ours)
    ratio = None if found.percent is None else 1 + found.percent / 100
    return Gain(ratio, bd_rate.bd_rate(ours, anchor).overlap, found.reason)


def at_bytes(points: Iterable[Mapping[str, Any]], key: str, most: float) -> float | None:
    """A figure at ``most`` bytes: between two points by a line over log bytes, behind the last what that one
    has; None where the first already takes more."""
    quality = bd_rate.at_rate(curve(points, key), most)
    return None if quality is None else abs(quality)


def face_by_face(
    ours: Sequence[Scores | None], peers: Mapping[str, Sequence[Sequence[Scores | None]]], least: float
) -> tuple[str, float] | None:
    """The best peer where each face has no more bytes than ours, and the mean by which our PSNR exceeds it.

    ``ours``: what faces have; ``peers``: by name, of each point what the same faces have. A peer is left out
    where it has fewer than a share of ``least`` of the faces in so few bytes; the others are not compared.
    """
    found: list[tuple[str, float]] = []
    for name, points in peers.items():
        above = []
        for index, own in enumerate(ours):
            there = [scores for point in points if (scores := point[index]) is not None]
            if own is None or own["bytes"] is None or own["psnr"] is None:
                continue
            quality = bd_rate.at_rate(curve(there, "psnr"), own["bytes"])
            if quality is not None:
                above.append(own["psnr"] - quality)
        if above and len(above) >= least * len(ours):
            found.append((name, statistics.fmean(above)))
    return min(found, key=lambda one: one[1], default=None)


def margin(
    quality: float, most: float, peers: Mapping[str, Sequence[tuple[float, float]]]
) -> tuple[str, float] | None:
    """The best of ``peers``, (bytes, quality) curves by name, at no more than ``most`` bytes, and by how much
    ``quality`` exceeds it; None where no peer goes that low."""
    best = bd_rate.best(dict(peers), most)
    return None if best is None else (best.codec, quality - best.quality)
