"""How much faster ``vcm encode`` is with several processes, and whether its memory stays flat.

``python -m vcmcodec.bench.studies.batch_speed FOLDER... --count 10000``
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from vcmcodec.bench.report import table
from vcmcodec.bench.run import options

SHARE = 0.85
"""What N processes must reach of N times the rate of one."""

GROWTH = 1.1
"""What the memory of the second half may be at most, as a ratio to that of the first."""

_ALONE = 200
"""Pictures that one process is timed on."""


class Run(NamedTuple):
    """``rate``: pictures a second, start-up included. ``memory``: bytes that all processes held at a time,
    at most, in the first and in the second half of the run."""

    rate: float
    memory: tuple[int, int]


def resident(group: int) -> int:
    """Bytes of memory of all processes of a process group; what they share counts for each."""
    pages = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    pages += int(Path(entry.path, "statm").read_text().split()[1])
            except (OSError, IndexError):
                continue  # it has ended
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def encoded(paths: Sequence[Path], count: int) -> Iterator[tuple[Path, Path]]:
    """A folder of ``count`` pictures, those at ``paths`` over and over, and one for their files.

    Raises click.ClickException where in the end there are not all files.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "faces"), Path(folder, "files")
        source.mkdir()
        for number in range(count):
            path = paths[number % len(paths)]
            (source / f"{number:06d}{path.suffix}").symlink_to(path.resolve())
        yield source, target
        made = sum(1 for _ in target.rglob("*.vcm"))
    if made != count:
        raise click.ClickException(f"{made} of {count} pictures encoded")


def encode(paths: Sequence[Path], count: int, jobs: int) -> Run:
    """Encodes ``count`` pictures, those at ``paths`` over and over, by one command of ``jobs`` processes.

    Raises click.ClickException where the command fails.
    """
    with encoded(paths, count) as (source, target):
        command = [sys.executable, "-m", "vcmcodec", "encode", "-r", "-q", "-j", str(jobs), str(source)]
        start = time.perf_counter()
        process = subprocess.Popen([*command, "-o", str(target)], start_new_session=True)
        samples: list[tuple[float, int]] = []
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.5):
                samples.append((time.perf_counter() - start, resident(process.pid)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        ended.set()
        watcher.join()
        if code:
            raise click.ClickException(f"vcm encode ended with {code}")
        seconds = time.perf_counter() - start
    halves = [[size for at, size in samples if (at < seconds / 2) is first] for first in (True, False)]
    return Run(count / seconds, (max(halves[0], default=0), max(halves[1], default=0)))


@click.command()
@options.folders
@click.option("--count", default=1000, show_default=True, help="Pictures to encode.")
@click.option("--jobs", default=2, show_default=True)
def main(folders: tuple[Path, ...], count: int, jobs: int) -> None:
    """Encode COUNT pictures below FOLDERS with JOBS processes and some with one; print rates and memory."""
    paths = options.listed(folders)
    one = encode(paths, min(count, _ALONE), 1)
    many = encode(paths, count, jobs)
    first, second = many.memory
    figures = (
        table.Row("one process", one.rate, "{:.2f} pictures a second"),
        table.Row(f"{jobs} processes", many.rate, "{:.2f} pictures a second"),
        table.Row(f"of {jobs} times one", many.rate / (jobs * one.rate), "{:.1f} %", 100, SHARE, True),
        table.Row("memory at most, first half", first / (1 << 20), "{:.0f} MiB"),
        table.Row("second half, of the first", second / first if first else None, "{:.2f}", bar=GROWTH),
    )
    click.echo(f"{count} pictures, {os.cpu_count()} cores")
    click.echo(table.plain(row.cells() for row in figures))


if __name__ == "__main__":
    main()
