"""Trains the generator; goes on where its checkpoint stopped. On CUDA or the CPU, by the same command.

``python -m vcmcodec.train.generator.training --recipe models/face-6.toml --data build/pack --val
build/pack-val --loss-networks build/loss-networks.safetensors --out build/train --start build/start.pt``

The schedule is a share of ``--pictures``, counted over resumed runs. Shards that are added to the pack
meanwhile are taken in.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch

from vcmcodec.train.data.dataset import Batch, Pack, Shares
from vcmcodec.train.generator.network import Generator
from vcmcodec.train.generator.recipe import read
from vcmcodec.train.generator.trainer import Trainer
from vcmcodec.train.generator.validation import Watch
from vcmcodec.train.loss_networks.networks import LossNetworks


def ahead(pack: Pack, size: int, shares: Shares) -> Iterator[Batch]:
    """Batches without end, each made while the one before is used; raises what making one raises."""
    ready: queue.Queue[Batch | Exception] = queue.Queue(maxsize=2)

    def fill() -> None:
        rng = np.random.default_rng()
        try:
            while True:
                ready.put(pack.random(size, shares, rng))
        except Exception as error:
            ready.put(error)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        batch = ready.get()
        if isinstance(batch, Exception):
            raise batch
        yield batch


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--recipe", type=_FILE, required=True, help="A TOML file, as models/face-6.toml.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Replace a setting of it.")
@click.option("--data", type=_FOLDER, required=True)
@click.option("--val", type=_FOLDER, required=True)
@click.option("--loss-networks", type=_FILE, required=True, help="What train.loss_networks.convert wrote.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--pictures", default=400_000, show_default=True, help="Of the whole schedule, over all runs.")
@click.option("--start", type=_FILE, help="A checkpoint whose weights a new schedule starts from.")
@click.option("--stop-after", type=float, help="Stop after so many minutes of this run, to resume later.")
@click.option(
    "--workers", type=int, help="Threads that share each batch; by default 1, on the CPU one per core."
)
@click.option("--threads", default=1, show_default=True, help="PyTorch's threads within each operation.")
@click.option("--device", default="cuda" if torch.cuda.is_available() else "cpu", show_default=True)
@click.option("--every", default=3.0, show_default=True, help="Minutes between checkpoints.")
@click.option("--watch", default=4000, show_default=True, help="Pictures between validations and sheets.")
@click.option("--watched", default=24, show_default=True, help="Faces of a validation.")
def main(
    recipe: Path,
    changes: tuple[str, ...],
    data: Path,
    val: Path,
    loss_networks: Path,
    out: Path,
    pictures: int,
    start: Path | None,
    stop_after: float | None,
    workers: int | None,
    threads: int,
    device: str,
    every: float,
    watch: int,
    watched: int,
) -> None:
    """Train the generator on a pack."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    numbers = read(recipe, changes)
    workers = workers or (1 if device == "cuda" else os.cpu_count() or 1)
    networks = LossNetworks(loss_networks)
    generator = None
    if start is not None:
        generator = Generator.of(torch.load(start, map_location="cpu", weights_only=True)["ema"])
    trainer = Trainer(numbers, networks, out, torch.device(device), pictures, generator, workers)
    pack, val_pack = Pack(data, device), Pack(val, device)
    for folder, found in ((data, pack), (val, val_pack)):
        if not len(found):
            raise click.UsageError(f"no faces in {folder}")
    click.echo(f"{len(pack)} faces, {pack.marked} of them with marks")
    if not pack.marked:
        click.echo("warning: without marks nothing is learned of identity and landmarks", err=True)
    click.echo(f"{sum(p.numel() for p in trainer.generator.parameters())} parameters")
    if trainer.resume():
        click.echo(f"resumed after {trainer.seen} pictures, {trainer.seconds / 60:.1f} minutes")
    elif start is not None:
        trainer.warm_start(start)
        click.echo(f"begins with {start}")
    watcher = Watch(val_pack, trainer.loss_networks, out, watched)
    shares = Shares(numbers.texture, numbers.texture_strokes, numbers.colours, numbers.cut)
    _run(trainer, pack, watcher, shares, every, watch, stop_after)


_SOON = 500
"""Pictures until the first validation."""


def _run(
    trainer: Trainer,
    pack: Pack,
    watcher: Watch,
    shares: Shares,
    every: float,
    watch: int,
    stop_after: float | None,
) -> None:
    """Trains until all pictures are seen, or for ``stop_after`` minutes; saves each ``every`` minutes, and
    validates after each ``watch`` pictures, oftener at the beginning."""
    batches = ahead(pack, trainer.batch_size, shares)
    began = saved = time.monotonic()
    judged = trainer.seen
    clock, counted = began, trainer.seen
    means: dict[str, float] = {}
    stop = trainer.progress >= 1
    while not stop:
        now = time.monotonic()
        stop = trainer.progress >= 1 or (stop_after is not None and now - began > 60 * stop_after)
        if now - saved > 60 * every or stop:
            saved = now
            trainer.save()
            if pack.refresh():
                click.echo(f"{len(pack)} faces")
        if trainer.seen - judged >= min(watch, max(_SOON, judged)) or stop:
            judged = trainer.seen
            figures = watcher.figures(trainer.ema)
            watcher.write(trainer.seen, trainer.seconds, figures)
            watcher.sheet(trainer.ema, trainer.seen)
            click.echo(json.dumps({name: round(value, 4) for name, value in figures.items()}))
            clock, counted = time.monotonic(), trainer.seen
        if stop:
            break
        for name, value in trainer.train(next(batches)).items():
            means[name] = value if name not in means else 0.98 * means[name] + 0.02 * value
        if trainer.step % 25 == 0:
            now = time.monotonic()
            speed = (trainer.seen - counted) / (now - clock)
            clock, counted = now, trainer.seen
            shown = " ".join(f"{name} {value:.4f}" for name, value in means.items())
            click.echo(f"{trainer.seen} pictures {trainer.seconds / 60:.1f}min {speed:.2f}/s {shown}")


if __name__ == "__main__":
    main()
