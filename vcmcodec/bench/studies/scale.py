"""What millions of faces cost, from what some cost here: processor time, bytes, files.

``python -m vcmcodec.bench.studies.scale FOLDER... --into docs/scale.md``

Processor time is counted, not the clock's: other work on the machine shows in it little.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

import vcmcodec
from vcmcodec.bench.run import options

PACK = 1 << 30
"""Bytes of a pack."""

BLOCK = 4096
"""Bytes that a file system gives a file at least."""

HEADER = 512
"""Bytes of a file's header in a tar pack; its content is filled up to a multiple of this."""


class Cost(NamedTuple):
    """Of one face. Seconds of a processor to encode, to decode by the generator, and to show without a
    network. ``bytes``: of the file, and of the picture that it was made of."""

    encode: float
    decode: float
    preview: float
    bytes: float
    source: float


def seconds(work: Callable[[], object]) -> float:
    """Processor time of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(paths: list[Path]) -> Cost:
    """Means over some faces, one by one, by the defaults; what is loaded once is left out."""
    first = vcmcodec.encode(paths[0])
    vcmcodec.decode(first, device="cpu")
    encode = decode = preview = size = 0.0
    for path in paths:
        files: list[bytes] = []
        encode += seconds(lambda: files.append(vcmcodec.encode(path)))  # noqa: B023 - called at once
        decode += seconds(lambda: vcmcodec.decode(files[0], device="cpu"))  # noqa: B023
        preview += seconds(lambda: vcmcodec.preview(files[0]))  # noqa: B023
        size += len(files[0])
    count = len(paths)
    source = sum(path.stat().st_size for path in paths)
    return Cost(encode / count, decode / count, preview / count, size / count, source / count)


def rows(cost: Cost) -> list[tuple[str, ...]]:
    """The table: for a million faces and for 10^9."""
    padded = HEADER + -(-cost.bytes // HEADER) * HEADER
    figures = (
        ("processor hours to encode", cost.encode / 3600, "{:,.0f}"),
        ("processor hours to decode by the generator", cost.decode / 3600, "{:,.0f}"),
        ("processor hours to show without a network", cost.preview / 3600, "{:,.0f}"),
        ("GB of files", cost.bytes / 1e9, "{:,.2f}"),
        ("GB of files, each on its own in blocks of 4 kB", BLOCK / 1e9, "{:,.1f}"),
        ("GB of files in tar packs", padded / 1e9, "{:,.1f}"),
        ("packs of 1 GiB", padded / PACK, "{:,.0f}"),
        ("GB of the pictures that they were made of", cost.source / 1e9, "{:,.0f}"),
    )
    return [(what, form.format(1e6 * one), form.format(1e9 * one)) for what, one, form in figures]


@click.command()
@options.folders
@click.option("--count", default=40, show_default=True, help="Faces to measure.")
@options.into
def main(folders: tuple[Path, ...], count: int, into: Path | None) -> None:
    """Measure COUNT faces below FOLDERS, and print what a million and 10^9 cost."""
    paths = options.listed(folders)
    some = paths[:: max(1, len(paths) // count)][:count]
    cost = measured(some)
    lines = [
        f"Of {len(some)} faces, on a machine of {os.cpu_count()} cores, in milliseconds of a processor:"
        f" {1e3 * cost.encode:.0f} to encode, {1e3 * cost.decode:.0f} to decode by the generator,"
        f" {1e3 * cost.preview:.0f} to show without a network; {cost.bytes:.0f} bytes a file.",
        "",
        "| | a million faces | 10^9 faces |",
        "|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in rows(cost)),
    ]
    options.say("\n".join(lines), into, "scale")


if __name__ == "__main__":
    main()
