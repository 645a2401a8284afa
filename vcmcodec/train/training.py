"""Trains the generator; goes on where its checkpoint stopped.

``python -m vcmcodec.train.training --data build/pack --val build/pack-val --out build/train --minutes 90``

The schedule is a share of ``--minutes`` of training time, summed over resumed runs: the
adversarial loss joins half-way, the learning rate falls along a cosine.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from vcmcodec.train import losses
from vcmcodec.train.dataset import Pack, Sample
from vcmcodec.train.discriminator import Discriminator
from vcmcodec.train.network import Generator
from vcmcodec.train.sheet import write_sheet


@dataclass(frozen=True)
class Config:
    """Numbers of a recipe. Loss weights after the seed paper, rescaled to pictures in -1..1."""

    batch: int = 4
    rate: float = 1e-3
    rate_end: float = 5e-5
    warm_up: int = 100
    l1: float = 12.0
    ssim: float = 1.0
    perceptual: float = 2.0
    adversarial: float = 0.05
    adversarial_from: float = 0.5
    discriminator_rate: float = 4e-4
    crop: int = 96
    ema: float = 0.998


def _crop(size: int, made: Tensor, real: Tensor, x: Tensor, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """The same random window of all, mostly from the middle, where the face is; now and then of all
    of it at half size, for what only shows at a distance."""
    strokes = x[:, :2]
    if rng.random() < 0.3:
        made, real = (functional.avg_pool2d(t, 2) for t in (made, real))
        strokes = functional.max_pool2d(strokes, 2)
    spare = made.shape[-1] - size
    top, left = (int(np.clip(rng.normal(spare / 2, spare / 3.5), 0, spare)) for _ in range(2))
    window = (..., slice(top, top + size), slice(left, left + size))
    return made[window], real[window], strokes[window]


class Trainer:
    """Networks, optimisers and their checkpoint."""

    def __init__(self, config: Config, out: Path, device: torch.device, minutes: float) -> None:
        self.config, self.out, self.device, self.minutes = config, out, device, minutes
        # Channels last is what GPUs like; on the CPU it takes twice the time.
        self.layout = torch.channels_last if device.type == "cuda" else torch.contiguous_format
        self.generator = Generator().to(device, memory_format=self.layout)
        self.discriminator = Discriminator().to(device, memory_format=self.layout)
        self.ema = deepcopy(self.generator).requires_grad_(False).eval()
        self.perceptual = losses.Perceptual().to(device, memory_format=self.layout)
        self.adam_g = torch.optim.AdamW(
            self.generator.parameters(), config.rate, betas=(0.9, 0.99), fused=True
        )
        self.adam_d = torch.optim.AdamW(
            self.discriminator.parameters(), config.discriminator_rate, betas=(0.5, 0.99), fused=True
        )
        self.rng = np.random.default_rng()
        self.step = 0
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    _PARTS = ("generator", "discriminator", "ema", "adam_g", "adam_d")

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        state: dict[str, Any] = {name: getattr(self, name).state_dict() for name in self._PARTS}
        state |= {"step": self.step, "seconds": self.seconds, "config": asdict(self.config)}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.checkpoint)

    def resume(self) -> bool:
        """Loads the checkpoint where there is one."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = state["step"], state["seconds"]
        self.config = Config(**state["config"])
        return True

    def start(self, checkpoint: Path) -> None:
        """Takes the averaged weights and the discriminator of another run, to begin a schedule of its
        own with them."""
        state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        for network in (self.generator, self.ema):
            network.load_state_dict(state["ema"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.step = self.config.warm_up  # the averages are those of a network that knows something

    @property
    def progress(self) -> float:
        """Share of the planned training time that is over, 0..1."""
        return min(1.0, self.seconds / (60 * self.minutes))

    def train(self, sample: Sample) -> dict[str, float]:
        """One step on a batch; its losses by name."""
        config, start = self.config, time.perf_counter()
        x, real = (torch.from_numpy(t).to(self.device, memory_format=self.layout) for t in sample)
        slope = min(1.0, (self.step + 1) / config.warm_up)
        fall = 0.5 * (1 + math.cos(math.pi * self.progress))
        for group in self.adam_g.param_groups:
            group["lr"] = slope * (config.rate_end + (config.rate - config.rate_end) * fall)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            made = self.generator(x)
            near_made, near_real, strokes = _crop(config.crop, made, real, x, self.rng)
            parts = {
                "l1": (made - real).abs().mean(),
                "ssim": 1 - losses.ssim(near_made.float(), near_real),
                "perceptual": self.perceptual(near_made, near_real),
            }
            total = (
                config.l1 * parts["l1"]
                + config.ssim * parts["ssim"]
                + config.perceptual * parts["perceptual"]
            )
            adversarial = self.progress >= config.adversarial_from
            if adversarial:
                parts["adversarial"] = -self.discriminator(torch.cat([near_made, strokes], 1)).mean()
                total = total + config.adversarial * parts["adversarial"]
        self.adam_g.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 1.0)
        self.adam_g.step()
        if adversarial:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                on_real = self.discriminator(torch.cat([near_real, strokes], 1))
                on_made = self.discriminator(torch.cat([near_made.detach(), strokes], 1))
                parts["discriminator"] = losses.hinge_real(on_real) + losses.hinge_made(on_made)
            self.adam_d.zero_grad(set_to_none=True)
            parts["discriminator"].backward()
            self.adam_d.step()
        keep = min(config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.ema.parameters(), self.generator.parameters()):
                mean.lerp_(now, 1 - keep)
        found = {name: float(value.detach()) for name, value in parts.items()}  # waits for the device
        if not all(math.isfinite(value) for value in found.values()):
            raise click.ClickException(f"step {self.step} diverged: {found}; the last checkpoint is whole")
        self.step += 1
        self.seconds += time.perf_counter() - start
        return found

    @torch.no_grad()
    def validate(self, pack: Pack, count: int = 24) -> dict[str, float]:
        """L1, SSIM and perceptual distance of the averaged weights on the first faces of a pack, with
        all reference pixels."""
        sums: dict[str, float] = {"l1": 0.0, "ssim": 0.0, "perceptual": 0.0}
        count = min(count, len(pack))
        for index in range(count):
            x, real = (torch.from_numpy(t)[None].to(self.device) for t in pack.sample(index))
            made = self.ema(x)
            sums["l1"] += float((made - real).abs().mean())
            sums["ssim"] += float(losses.ssim(made, real))
            sums["perceptual"] += float(self.perceptual(made, real))
        return {f"val_{name}": value / count for name, value in sums.items()}


def _batches(pack: Pack, size: int, threads: int) -> Iterator[Sample]:
    """Batches without end, made ahead by ``threads`` threads; raises what a thread raises."""
    queue: Queue[Sample | Exception] = Queue(maxsize=2 * threads)

    def fill() -> None:
        rng = np.random.default_rng()
        while True:
            try:
                queue.put(pack.batch(size, rng))
            except Exception as error:
                queue.put(error)
                return

    for _ in range(threads):
        threading.Thread(target=fill, daemon=True).start()
    while True:
        batch = queue.get()
        if isinstance(batch, Exception):
            raise batch
        yield batch


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--val", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--minutes", default=90.0, show_default=True, help="Training time of the whole schedule.")
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Begin with the weights of this checkpoint, at half the rate, adversarial from the first step; "
    "of no effect where --out has a checkpoint.",
)
@click.option("--stop-after", type=float, help="Stop this run after so many minutes.")
@click.option("--threads", default=2, show_default=True, help="CPU threads.")
@click.option("--device", default="cuda" if torch.cuda.is_available() else "cpu", show_default=True)
@click.option("--every", default=5.0, show_default=True, help="Minutes between checkpoints.")
def main(
    data: Path,
    val: Path,
    out: Path,
    minutes: float,
    start: Path | None,
    stop_after: float | None,
    threads: int,
    device: str,
    every: float,
) -> None:
    """Train the generator on a pack."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    config = Config() if start is None else Config(rate=Config.rate / 2, adversarial_from=0)
    trainer = Trainer(config, out, torch.device(device), minutes)
    pack, val_pack = Pack(data), Pack(val)
    for folder, found in ((data, pack), (val, val_pack)):
        if not len(found):
            raise click.UsageError(f"no faces in {folder}")
    click.echo(f"{len(pack)} faces, {sum(p.numel() for p in trainer.generator.parameters())} parameters")
    if trainer.resume():
        click.echo(f"resumed at step {trainer.step}, {trainer.seconds / 60:.1f} minutes")
    elif start is not None:
        trainer.start(start)
        click.echo(f"begins with {start}")
    batches = _batches(pack, config.batch, max(1, threads // 2))
    began = saved = time.monotonic()
    means: dict[str, float] = {}
    while trainer.progress < 1:
        for name, value in trainer.train(next(batches)).items():
            means[name] = value if name not in means else 0.98 * means[name] + 0.02 * value
        now = time.monotonic()
        stop = stop_after is not None and now - began > 60 * stop_after
        if trainer.step % 50 == 0:
            speed = trainer.step * config.batch / trainer.seconds
            shown = " ".join(f"{name} {value:.4f}" for name, value in means.items())
            click.echo(f"{trainer.step} {trainer.seconds / 60:.1f}min {speed:.2f}/s {shown}")
        if now - saved > 60 * every or stop or trainer.progress >= 1:
            saved = now
            trainer.save()
            row = {
                "step": trainer.step,
                "minutes": trainer.seconds / 60,
                **means,
                **trainer.validate(val_pack),
            }
            with open(out / "log.jsonl", "a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
            click.echo(json.dumps(row))
            write_sheet(out / f"sheet-{trainer.step:06d}.png", trainer.ema, val_pack, range(0, 96, 12))
        if stop:
            break


if __name__ == "__main__":
    main()
