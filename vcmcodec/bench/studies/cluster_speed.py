"""How much of ``vcm encode --jobs N`` a cluster of N workers on the same machine reaches.

``python -m vcmcodec.bench.studies.cluster_speed FOLDER... --count 2000``

A scheduler and its workers are processes of their own; all goes over the loopback.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from vcmcodec.bench.report import table
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import batch_speed
from vcmcodec.workers import ENVIRONMENT

SHARE = 0.85
"""What the cluster must reach of the batch's rate."""

SECONDS = 120
"""For the scheduler and its workers to start."""


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """The address of a scheduler with ``workers`` workers of one thread each, once all are there."""
    from distributed import Client

    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, "scheduler.json")
        common = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(said)]
        kinds = [["distributed.cli.dask_scheduler", "--port", "0", *common]]
        kinds += [["distributed.cli.dask_worker", "--nthreads", "1", *common]] * workers
        environment = {**ENVIRONMENT, **os.environ}
        started = [
            subprocess.Popen([sys.executable, "-m", *kind], stderr=subprocess.DEVNULL, env=environment)
            for kind in kinds
        ]
        try:
            with Client(scheduler_file=str(said), timeout=SECONDS) as client:
                client.wait_for_workers(workers, timeout=SECONDS)
                address = client.scheduler.address
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(60)


def encode(paths: Sequence[Path], count: int, address: str) -> float:
    """Pictures a second, start-up of the command included.

    Raises click.ClickException where the command fails.
    """
    with batch_speed.encoded(paths, count) as (source, target):
        command = [sys.executable, "-m", "vcmcodec", "encode", str(source), "-r", "-q", "-o", str(target)]
        start = time.perf_counter()
        code = subprocess.run([*command, "--dask", address]).returncode
        seconds = time.perf_counter() - start
        if code:
            raise click.ClickException(f"vcm encode ended with {code}")
    return count / seconds


@click.command()
@options.folders
@click.option("--count", default=2000, show_default=True, help="Pictures to encode.")
@click.option("--workers", default=2, show_default=True)
@options.into
def main(folders: tuple[Path, ...], count: int, workers: int, into: Path | None) -> None:
    """Encode COUNT pictures below FOLDERS by a cluster and by one command; print both rates."""
    paths = options.listed(folders)
    with cluster(workers) as address:
        rate = encode(paths, count, address)
    batch = batch_speed.encode(paths, count, workers)
    figures = (
        table.Row(f"{workers} workers of a cluster", rate, "{:.2f} pictures a second"),
        table.Row(f"--jobs {workers}", batch.rate, "{:.2f} pictures a second"),
        table.Row("of that", rate / batch.rate, "{:.1f} %", 100, SHARE, True),
    )
    said = f"{count} pictures, {options.machine()}."
    text = table.lines({"faces": len(paths), "gaps": []}, figures)
    options.say(f"{said}\n\n{text}", into, "cluster")


if __name__ == "__main__":
    main()
