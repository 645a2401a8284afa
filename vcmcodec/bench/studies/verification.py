"""Verification by coded faces: the reference is coded, the probe is another photograph and is not.

``python -m vcmcodec.bench.studies.verification --pairs pairs.csv --data FOLDER --cache FOLDER --into FILE``

``pairs.csv`` names two pictures of each person (columns reference, probe), below FOLDER. What is coded and
embedded is kept in the cache, by coding and budget, and not done again.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec import matching
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import verification_report as report
from vcmcodec.bench.studies.recognisers import DlibRecogniser, Recogniser, Sface
from vcmcodec.bench.studies.verification_codings import BUDGETS, PEERS, Coding, codings
from vcmcodec.io import output, picture

_DIMENSIONS = 128

DRAWN = 256
"""Bytes at which curves are drawn."""


class Scored(NamedTuple):
    """A coding of all references. ``bytes``: of each, NaN where it did not fit; ``embeddings``: by
    recogniser, (n, 128), NaN where no face was found; ``features``: those that the files hold, (n, 128), NaN
    elsewhere."""

    bytes: NDArray[np.float64]
    embeddings: dict[str, NDArray[np.float64]]
    features: NDArray[np.float64]


def _nothing() -> NDArray[np.float64]:
    return np.full(_DIMENSIONS, np.nan)


class Study:
    """References and probes, embedded by ``recognisers``."""

    def __init__(
        self, rows: Sequence[tuple[Path, Path]], recognisers: Sequence[Recogniser], cache: Path
    ) -> None:
        self._rows, self.recognisers, self._cache = rows, recognisers, cache
        cache.mkdir(parents=True, exist_ok=True)
        self.probes = self._kept("probes", lambda: self._plain([probe for _, probe in rows]))
        self.originals = self._kept("originals", lambda: self._plain([one for one, _ in rows]))

    def __len__(self) -> int:
        return len(self._rows)

    def _plain(self, paths: Iterable[Path]) -> Scored:
        return self._embedded([(picture.load(path), 0.0, b"") for path in paths])

    def _embedded(self, found: Sequence[tuple[NDArray[np.uint8], float, bytes] | None]) -> Scored:
        embeddings = {}
        for recogniser in self.recognisers:
            vectors = [None if one is None else recogniser.embed(one[0]) for one in found]
            embeddings[recogniser.name] = np.stack([_nothing() if v is None else v for v in vectors])
        stored = [matching.stored(one[2]) if one and one[2] else None for one in found]
        features = np.stack([_nothing() if v is None else v.astype(np.float64) for v in stored])
        return Scored(np.array([np.nan if one is None else one[1] for one in found]), embeddings, features)

    def scored(self, coding: Coding, most: int) -> Scored:
        """All references in at most ``most`` bytes each."""

        def made() -> Scored:
            coded = [coding.code(picture.load(one), most) for one, _ in self._rows]
            return self._embedded([c and (c.picture, float(c.size), c.file) for c in coded])

        return self._kept(f"{coding.label} {coding.version} {most}", made)

    def knows(self, coding: Coding, most: int) -> bool:
        """Whether this has been scored already."""
        return self._path(f"{coding.label} {coding.version} {most}").exists()

    def _path(self, what: str) -> Path:
        judged = " ".join(one.version for one in self.recognisers)
        listed = " ".join(str(path) for row in self._rows for path in row)
        digest = hashlib.sha256(f"{what} {judged} {listed}".encode()).hexdigest()[:16]
        return self._cache / f"{digest}.npz"

    def _kept(self, what: str, make: Any) -> Scored:
        path = self._path(what)
        names = [one.name for one in self.recognisers]
        if path.exists():
            kept = np.load(path)
            return Scored(kept["bytes"], {name: kept[name] for name in names}, kept["features"])
        found: Scored = make()
        temporary = path.with_suffix(f".{os.getpid()}.npz")
        arrays: dict[str, Any] = {"bytes": found.bytes, "features": found.features, **found.embeddings}
        np.savez(temporary, **arrays)
        temporary.replace(path)
        return found


def pairs(path: Path, data: Path) -> list[tuple[Path, Path]]:
    """References and probes that ``path`` names, below ``data``."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(data / row["reference"], data / row["probe"]) for row in csv.DictReader(file)]


@click.command()
@click.option(
    "--pairs", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True
)
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), required=True)
@options.into
@click.option(
    "--roc",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Draw curves, roc-JUDGE.svg, into this folder.",
)
@click.option("--limit", type=click.IntRange(20), help="People to study.")
@click.option("--budget", "budgets", type=int, multiple=True, default=BUDGETS, help="Bytes; may be repeated.")
@click.option(
    "--peer",
    "peers",
    type=click.Choice(PEERS),
    multiple=True,
    default=PEERS,
    help="A codec beside ours; may be repeated.",
)
@click.option("--kept", is_flag=True, help="Report what has been scored already, and score nothing.")
def main(
    listed: Path,
    data: Path,
    cache: Path,
    into: Path | None,
    roc: Path | None,
    limit: int | None,
    budgets: tuple[int, ...],
    peers: tuple[str, ...],
    kept: bool,
) -> None:
    """Print how well people are verified by coded faces, and by the features in files."""
    if roc is not None and DRAWN not in budgets:
        raise click.UsageError(f"--roc draws curves of {DRAWN} bytes, which are not among the budgets")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    study = Study(pairs(listed, data)[:limit], [Sface(), DlibRecogniser()], cache)
    results: dict[int, dict[str, list[Scored]]] = {}
    gaps, left = list[str](), list[str]()
    for most in budgets:
        found, missing = codings(most, peers)
        gaps += [one for one in missing if one not in gaps]
        for coding in found:
            if kept and not study.knows(coding, most):
                left.append(f"{coding.label} at {most}")
                continue
            key = coding.label if coding.name == "vcm" or "feature" in coding.label else coding.name
            results.setdefault(most, {}).setdefault(key, []).append(study.scored(coding, most))
            click.echo(f"{most} bytes: {coding.label}", err=True)
    if left:
        gaps.append(f"scores of {', '.join(left)} bytes")
    text = report.text(study.originals, study.probes, study.recognisers, results, gaps)
    options.say(text, into, "verification")
    if roc is not None:
        for judge in study.recognisers:
            drawing = report.roc(study.probes, judge, results[DRAWN], DRAWN)
            output.write(roc / f"roc-{judge.name.lower()}.svg", drawing.encode())


if __name__ == "__main__":
    main()
