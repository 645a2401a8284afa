"""The tables of the study of verification."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.report import plots
from vcmcodec.bench.studies import verification_rates
from vcmcodec.bench.studies.recognisers import Recogniser
from vcmcodec.bench.studies.verification_rates import Verified, verified
from vcmcodec.encoder import feature as features
from vcmcodec.matching import unit

if TYPE_CHECKING:
    from vcmcodec.bench.studies.verification import Scored

OWN = "vcm"
ANCHORS = (("webp", 1024), ("av1", 512))
"""At whose accuracy bytes of whole files are compared, as the bars have it."""


def text(
    originals: Scored,
    probes: Scored,
    recognisers: Sequence[Recogniser],
    results: Mapping[int, Mapping[str, Sequence[Scored]]],
    gaps: Sequence[str],
) -> str:
    """All tables, as Markdown."""
    count = len(originals.bytes)
    parts = [
        f"{count} people, two photographs each; {count} pairs of one person, {count * (count - 1)} of two."
        f" One miss is {100 / count:.2f} points.",
        "### Features",
        _table(_features(originals, probes)),
        "### Coded faces",
        _table(_coded(originals, probes, recognisers, results)),
        "### Bytes at equal accuracy",
        _table(_equal(probes, recognisers, results)),
        *(f"Missing: {gap}." for gap in gaps),
    ]
    return "\n\n".join(parts)


def _table(rows: Iterator[Sequence[str]]) -> str:
    head, *rest = rows
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rest)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def _cells(found: Verified) -> list[str]:
    rates = [f"{100 * one:.1f}" for one in (*found.tars, found.eer, found.accuracy)]
    return [*rates, f"{100 * found.found:.1f}"]


_COLUMNS = ("TAR at FAR 1 %", "at 0.1 %", "EER", "10-fold accuracy", "faces found")


def quantised(embeddings: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Features of ``embeddings`` as files of ``most`` bytes hold them; NaN stays."""
    out = np.full_like(embeddings, np.nan)
    for index, one in enumerate(embeddings):
        if not np.isnan(one).any():
            out[index] = unit(features.quantised(one.astype(np.float32), most).vector)
    return out


def _features(originals: Scored, probes: Scored) -> Iterator[Sequence[str]]:
    """Unquantised features against quantised ones of one picture, and of both."""
    yield "feature", "coded", "bytes of the layer", *_COLUMNS, "mean cosine with the unquantised"
    ours, theirs = originals.embeddings["SFace"], probes.embeddings["SFace"]
    yield "SFace, unquantised", "neither", "", *_cells(verified(ours @ theirs.T)), "1"
    for most in features.SIZES:
        one, other = quantised(ours, most), quantised(theirs, most)
        kept = f"{np.nanmean((one * ours).sum(axis=1)):.3f}"
        size = str(most + 4)
        yield f"{most} bytes", "reference", size, *_cells(verified(one @ theirs.T)), kept
        yield f"{most} bytes", "both", size, *_cells(verified(one @ other.T)), kept


class _Best(NamedTuple):
    """``size``: mean bytes; ``likeness``: (n, n), of references (rows) and probes."""

    rates: Verified
    size: float
    likeness: NDArray[np.float64]


def _best(found: Sequence[Scored], probes: Scored, judge: Recogniser) -> _Best | None:
    """Of several sizes of pictures the one that is verified best; None where nothing fits."""
    rows = []
    for scored in found:
        if not np.isnan(scored.bytes).all():
            likeness = judge.likeness(scored.embeddings[judge.name], probes.embeddings[judge.name])
            rows.append(_Best(verified(likeness), float(np.nanmean(scored.bytes)), likeness))
    return max(rows, key=lambda row: (row.rates.tars[1], row.rates.tars[0], row.rates.accuracy), default=None)


def roc(probes: Scored, judge: Recogniser, codecs: Mapping[str, Sequence[Scored]], most: int) -> str:
    """The receiver operating characteristics of all codecs at ``most`` bytes by a judge, as SVG.

    Raises ModelError where matplotlib is missing.
    """
    found = {name: best for name, sizes in codecs.items() if (best := _best(sizes, probes, judge))}
    curves = {name: verification_rates.roc(best.likeness) for name, best in found.items()}
    return plots.roc(curves, f"{judge.name}, at most {most} bytes")


def _coded(
    originals: Scored,
    probes: Scored,
    recognisers: Sequence[Recogniser],
    results: Mapping[int, Mapping[str, Sequence[Scored]]],
) -> Iterator[Sequence[str]]:
    yield "at most", "codec", "judge", "mean bytes", *_COLUMNS
    for judge in recognisers:
        found = verified(judge.likeness(originals.embeddings[judge.name], probes.embeddings[judge.name]))
        yield "", "originals", judge.name, "", *_cells(found)
    for most, codecs in results.items():
        for name, sizes in codecs.items():
            for judge in recognisers:
                best = _best(sizes, probes, judge)
                if best is None:
                    yield str(most), name, judge.name, "does not fit", *[""] * len(_COLUMNS)
                else:
                    yield str(most), name, judge.name, f"{best.size:.0f}", *_cells(best.rates)
            held = sizes[0].features
            if not np.isnan(held).all():
                likeness = held @ probes.embeddings["SFace"].T
                size = f"{np.nanmean(sizes[0].bytes):.0f}"
                yield str(most), name, "the feature in the file", size, *_cells(verified(likeness))


def bytes_at(points: Sequence[tuple[float, float]], accuracy: float) -> float | None:
    """The bytes at which points (bytes, accuracy), by rising bytes, first reach an accuracy: between two
    points by a line over log bytes; None where they never do; those of the first where it does already."""
    before: tuple[float, float] | None = None
    for size, value in points:
        if value >= accuracy:
            if before is None or value == before[1]:
                return size
            share = (accuracy - before[1]) / (value - before[1])
            return math.exp(math.log(before[0]) + share * (math.log(size) - math.log(before[0])))
        before = size, value
    return None


def _equal(
    probes: Scored,
    recognisers: Sequence[Recogniser],
    results: Mapping[int, Mapping[str, Sequence[Scored]]],
) -> Iterator[Sequence[str]]:
    """What this codec's files need for the TAR at FAR 0.1 % of each peer at each budget."""
    yield "anchor", "judge", "its TAR at FAR 0.1 %", "vcm, by pixels", "share", "vcm, by its feature", "share"
    for judge in recognisers:
        ours = [
            (best.size, best.rates.tars[1])
            for codecs in results.values()
            if OWN in codecs and (best := _best(codecs[OWN], probes, judge)) is not None
        ]
        held = [
            (
                float(np.nanmean(sizes[0].bytes)),
                verified(sizes[0].features @ probes.embeddings["SFace"].T).tars[1],
            )
            for codecs in results.values()
            for name, sizes in codecs.items()
            if name != OWN and name.startswith(OWN) and not np.isnan(sizes[0].features).all()
        ]
        for most, codecs in results.items():
            for name, sizes in codecs.items():
                best = None if name.startswith(OWN) else _best(sizes, probes, judge)
                if best is None:
                    continue
                goal = best.rates.tars[1]
                cells: list[str] = []
                for points in (ours, held):
                    size = bytes_at(sorted(points), goal)
                    cells += (
                        ["not reached", ""]
                        if size is None
                        else [f"{size:.0f}", f"{100 * size / best.size:.0f} %"]
                    )
                mark = " (bar: 40 %)" if (name, most) in ANCHORS else ""
                yield f"{name}, {best.size:.0f} bytes{mark}", judge.name, f"{100 * goal:.1f}", *cells
