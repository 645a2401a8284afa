"""How long the codec takes.

``python -m vcmcodec.bench.studies.speed FOLDER...``
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.bench.report import table
from vcmcodec.bench.run import options
from vcmcodec.io import picture

WARM_UP = 3
PROCESSES = 9


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def codec(
    images: Sequence[NDArray[np.uint8]], device: str = "auto", scheme: str | None = None
) -> tuple[list[float], list[float]]:
    """Seconds to encode and to decode each picture, uint8 (H, W, 3), in this process: array to
    bytes and bytes to picture, all layers of the ``scheme``. The first pictures are done once before, to warm
    up."""
    encode, decode = [], []
    for image in images[:WARM_UP]:
        vcmcodec.decode(vcmcodec.encode(image, scheme=scheme), device=device)
    for image in images:
        start = time.perf_counter()
        data = vcmcodec.encode(image, scheme=scheme)
        encoded = time.perf_counter()
        vcmcodec.decode(data, device=device)
        encode.append(encoded - start)
        decode.append(time.perf_counter() - encoded)
    return encode, decode


def processes(*arguments: str) -> list[float]:
    """Seconds that ``vcm`` with these arguments takes as a process, several times over."""
    command = [sys.executable, "-m", "vcmcodec", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [
        _seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        for _ in range(PROCESSES)
    ]


def info(data: bytes) -> list[float]:
    """Seconds that ``vcm info`` of a file takes as a process, several times over."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "face.vcm"
        path.write_bytes(data)
        return processes("info", str(path))


@click.command()
@options.folders
@click.option("--limit", type=int, default=60, show_default=True, help="Pictures to time.")
@options.device
def main(folders: tuple[Path, ...], limit: int, device: str) -> None:
    """Time encode and decode on the faces below FOLDERS, and ``vcm info`` as a process."""
    images = [picture.load(path) for path in options.listed(folders, limit)]
    encode, decode = codec(images, device)
    timed: tuple[tuple[str, list[float], float], ...] = (
        (f"encode, {len(images)} pictures in one process", encode, table.ENCODE),
        (f"decode, {len(images)} pictures in one process", decode, table.DECODE),
        ("vcm info, a process", info(vcmcodec.encode(images[0])), table.START_UP),
        ("vcm --help, a process", processes("--help"), table.START_UP),
    )
    rows = []
    for what, seconds, bar in timed:
        row = table.Row(what, statistics.median(seconds), "{:.0f} ms", 1e3, bar)
        _, median, *judged = row.cells()
        rows.append((what, f"median {median}", f"worst {1e3 * max(seconds):.0f} ms", *judged))
    click.echo(table.plain(rows))


if __name__ == "__main__":
    main()
