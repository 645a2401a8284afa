"""Times ``vcm match`` of two files as a process, and searches in galleries of random vectors."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.report import table
from vcmcodec.bench.report.table import Row
from vcmcodec.bench.run import options
from vcmcodec.encoder import feature as features
from vcmcodec.errors import ModelError
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.gallery import DIMENSIONS, Gallery, Searchable, read
from vcmcodec.layers.feature import payload
from vcmcodec.layers.feature.head import CODE
from vcmcodec.scene import Scene

MATCH, PROBE, MILLION = 0.3, 0.05, 0.05
"""Seconds that a process, a probe among 10,000, and one among 1,000,000 may take."""

FEW, MANY = 10_000, 1_000_000
REPEATS = 15
_RUNS = 7


def median(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds that ``work`` takes, the median of ``repeats`` times."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def people(count: int) -> NDArray[np.float32]:
    """``count`` random unit vectors in place of features, float32 (count, 128)."""
    vectors = np.random.default_rng(count).standard_normal((count, DIMENSIONS), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def process() -> tuple[float, float]:
    """Seconds, and seconds of processor time, that ``vcm match`` takes for two files that hold features. The
    latter depend little on how busy the machine is."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.vcm" for number in range(2)]
        for path, one in zip(paths, people(2)):
            data = payload.encode(Scene(64, 64), features.quantised(one, 32))[0]
            path.write_bytes(container.write(Header(64, 64, 64, 0), [(CODE, data)]))
        command = [sys.executable, "-m", "vcmcodec", "match", *map(str, paths)]
        before = os.times()
        took = median(lambda: subprocess.run(command, capture_output=True), _RUNS)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return took, spent / _RUNS


def searches(searched: Searchable, probes: NDArray[np.float32]) -> float:
    """Seconds that a probe takes, the median."""
    left = list(probes)
    return median(lambda: searched.search(left.pop(), 5), len(left))


@click.command()
@options.into
def main(into: Path | None) -> None:
    """Print the times beside their bars."""
    probes = people(REPEATS)
    few = people(FEW)
    loaded = read(Gallery([str(number) for number in range(FEW)], few).write())
    took, spent = process()
    rows = [
        Row("`vcm match` of two files as a process", took, "{:.0f} ms", 1e3, MATCH),
        Row("of it, processor time", spent, "{:.0f} ms", 1e3),
        Row("a probe among 10,000, once loaded", searches(loaded, probes), "{:.1f} ms", 1e3, PROBE),
    ]
    many = Gallery([str(number) for number in range(MANY)], people(MANY))
    rows.append(Row("a probe among 1,000,000, exact", searches(many, probes), "{:.1f} ms", 1e3, MILLION))
    gaps = []
    try:
        begun = time.perf_counter()
        indexed = many.indexed()
        rows.append(Row("making an index of them", time.perf_counter() - begun, "{:.1f} s"))
        took = searches(indexed, probes)
        rows.append(Row("a probe there", took, "{:.1f} ms", 1e3, MILLION))
        near = many.vectors[:200] + 0.05 * people(200)
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        hits = sum(indexed.search(one, 1)[0].name == str(index) for index, one in enumerate(near))
        rows.append(Row("of 200 probes near a face, it finds", hits / len(near), "{:.1f} %", 100))
    except ModelError as error:
        gaps.append(str(error))
    options.say(table.lines({"faces": "any", "gaps": gaps}, rows), into, "search-speed")


if __name__ == "__main__":
    main()
