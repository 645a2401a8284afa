"""Trains the generator; goes on where its checkpoint stopped. On CUDA or the CPU, by the same command.

``python -m vcmcodec.train.training --recipe models/face-5.toml --data build/pack --val build/pack-val
--critics build/critics.pt --out build/train --minutes 90``

The schedule is a share of ``--minutes`` of training time, summed over resumed runs.
"""

from __future__ import annotations

import json
import math
import os
import queue
import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from vcmcodec.train import losses
from vcmcodec.train.critics import Critics
from vcmcodec.train.dataset import Batch, Pack
from vcmcodec.train.discriminator import Discriminators
from vcmcodec.train.network import Generator
from vcmcodec.train.recipe import Recipe, read
from vcmcodec.train.sheet import write_sheet


class Views:
    """What critics see of pictures (B, 3, H, W): the same random window of all, mostly from the middle,
    where the face is, at full size; and all at half size."""

    def __init__(self, x: Tensor, crop: int, rng: np.random.Generator) -> None:
        spare = x.shape[-1] - crop
        top, left = (int(np.clip(rng.normal(spare / 2, spare / 3.5), 0, spare)) for _ in range(2))
        self._window = (..., slice(top, top + crop), slice(left, left + crop))
        self._strokes = [x[:, :2][self._window], functional.max_pool2d(x[:, :2], 2)]

    def near(self, pictures: Tensor) -> Tensor:
        """The window."""
        window: Tensor = pictures[self._window]
        return window

    def judged(self, pictures: Tensor) -> list[Tensor]:
        """What the discriminators are shown: window and whole, each with its E and M."""
        seen = (self.near(pictures), functional.avg_pool2d(pictures, 2))
        return [torch.cat([view, strokes], dim=1) for view, strokes in zip(seen, self._strokes)]


class Trainer:
    """Networks, optimisers and their checkpoint."""

    def __init__(
        self, recipe: Recipe, critics: Path, out: Path, device: torch.device, minutes: float
    ) -> None:
        self.recipe, self.out, self.device, self.minutes = recipe, out, device, minutes
        self.cuda = device.type == "cuda"
        # Channels last is what GPUs like; on the CPU it takes twice the time.
        layout = torch.channels_last if self.cuda else torch.contiguous_format
        self.generator = Generator().to(device, memory_format=layout)
        self.discriminators = Discriminators().to(device, memory_format=layout)
        self.ema = deepcopy(self.generator).requires_grad_(False).eval()
        self.critics = Critics(critics).to(device, memory_format=layout)
        self.adam_g = torch.optim.AdamW(
            self.generator.parameters(), recipe.rate, betas=(0.9, 0.99), fused=True
        )
        self.adam_d = torch.optim.AdamW(
            self.discriminators.parameters(), recipe.rate_discriminator, betas=(0.5, 0.99), fused=True
        )
        self.rng = np.random.default_rng()
        self.step = 0
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    @property
    def batch(self) -> int:
        """Faces a step."""
        return self.recipe.batch_cuda if self.cuda else self.recipe.batch

    _PARTS = ("generator", "discriminators", "ema", "adam_g", "adam_d")

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        state: dict[str, Any] = {name: getattr(self, name).state_dict() for name in self._PARTS}
        state |= {"step": self.step, "seconds": self.seconds, "recipe": asdict(self.recipe)}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.checkpoint)

    def resume(self) -> bool:
        """Loads the checkpoint where there is one. The recipe is the present one's."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])
        for group in self.adam_d.param_groups:
            group["lr"] = self.recipe.rate_discriminator
        self.step, self.seconds = state["step"], state["seconds"]
        return True

    def start(self, checkpoint: Path) -> None:
        """Takes the averaged weights and the discriminators of another run, to begin a schedule of its
        own with them."""
        state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        for network in (self.generator, self.ema):
            network.load_state_dict(state["ema"])
        self.discriminators.load_state_dict(state["discriminators"])

    @property
    def progress(self) -> float:
        """Share of the planned training time that is over, 0..1."""
        return min(1.0, self.seconds / (60 * self.minutes))

    def _realism(self, size: int) -> Tensor:
        recipe, draw = self.recipe, self.rng.random(size)
        values = np.where(draw < recipe.natural + recipe.faithful, 0.0, self.rng.random(size))
        values = np.where(draw < recipe.natural, 1.0, values)
        return torch.from_numpy(values.astype(np.float32)).to(self.device)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.cuda)

    def _asked(
        self, made: Tensor, batch: Batch, realism: Tensor, views: Views
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum of all losses but the adversarial one, and their parts, unweighted."""
        recipe, real = self.recipe, batch.target
        near_made, near_real = views.near(made), views.near(real)
        parts = {
            "l1": (made - real).abs().mean(dim=(1, 2, 3)),
            "squared": (made - real).square().mean(dim=(1, 2, 3)),
            "ssim": 1 - losses.ssim(near_made, near_real),
            "perceptual": self.critics.perceptual(near_made, near_real),
        }
        least = recipe.perceptual_least
        total = (
            recipe.l1 * parts["l1"]
            + recipe.squared * (1 - realism) * parts["squared"]
            + recipe.ssim * parts["ssim"]
            + recipe.perceptual * (least + (1 - least) * realism) * parts["perceptual"]
        ).mean()
        found = batch.marks.isfinite().all(dim=2).all(dim=1)
        if found.any() and (recipe.identity or recipe.landmarks):
            marks = batch.marks[found]
            with torch.no_grad():
                who = self.critics.identity(real[found], marks)
                where = self.critics.landmarks(real[found], marks)
            parts["identity"] = 1 - (self.critics.identity(made[found], marks) * who).sum(dim=1)
            parts["landmarks"] = (self.critics.landmarks(made[found], marks) - where).abs().mean(dim=(1, 2))
            machine = recipe.identity * parts["identity"] + recipe.landmarks * parts["landmarks"]
            total = total + machine.sum() / len(found)
        return total, parts

    def _adversarial(self, made: Tensor, real: Tensor, views: Views, parts: dict[str, Tensor]) -> Tensor:
        """The discriminators' gradient at the pictures ``made``, and in ``parts`` what they say."""
        on_made = self.discriminators(views.judged(made))
        with torch.no_grad():
            on_real = self.discriminators(views.judged(real))
        scores = torch.stack([-found[-1].float().mean(dim=(1, 2, 3)) for found in on_made]).mean(dim=0)
        distances = [
            (a.float() - b.float()).abs().mean(dim=(1, 2, 3))
            for one, other in zip(on_made, on_real)
            for a, b in zip(one[:-1], other[:-1])
        ]
        parts["adversarial"], parts["features"] = scores, torch.stack(distances).mean(dim=0)
        return scores

    def train(self, batch: Batch) -> dict[str, float]:
        """One step on a batch; its losses by name."""
        recipe, start = self.recipe, time.perf_counter()
        slope = min(1.0, (self.step + 1) / recipe.warm_up)
        fall = 0.5 * (1 + math.cos(math.pi * self.progress))
        for group in self.adam_g.param_groups:
            group["lr"] = slope * (recipe.rate_end + (recipe.rate - recipe.rate_end) * fall)
        realism = self._realism(len(batch.x))
        views = Views(batch.x, recipe.crop_cuda if self.cuda else recipe.crop, self.rng)
        with self._autocast():
            made = self.generator(batch.x, realism[:, None]).float()
            # The losses' gradients at the pictures are made one by one, so that they can be weighed.
            seen = made.detach().requires_grad_()
            total, parts = self._asked(seen, batch, realism, views)
        adversarial = self.progress >= recipe.adversarial_from and recipe.adversarial > 0
        self.discriminators.requires_grad_(False)
        if adversarial:
            with self._autocast():
                score = self._adversarial(seen, batch.target, views, parts)
            total = total + recipe.features * (realism * parts["features"]).mean()
        (slopes,) = torch.autograd.grad(total, seen, retain_graph=adversarial)
        if adversarial:
            (wish,) = torch.autograd.grad(score.sum(), seen)
            sizes = [part.square().sum(dim=(1, 2, 3), keepdim=True).sqrt() for part in (slopes, wish)]
            slopes = slopes + recipe.adversarial * realism[:, None, None, None] * wish * (
                sizes[0].mean() / (sizes[1].mean() + 1e-12)
            )
        self.adam_g.zero_grad(set_to_none=True)
        made.backward(slopes)
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 1.0)
        self.adam_g.step()
        if adversarial:
            self.discriminators.requires_grad_(True)
            with self._autocast():
                on_real = self.discriminators(views.judged(batch.target))
                on_made = self.discriminators(views.judged(made.detach()))
                parts["discriminator"] = torch.stack(
                    [
                        losses.hinge_real(a[-1].float()) + losses.hinge_made(b[-1].float())
                        for a, b in zip(on_real, on_made)
                    ]
                ).mean()
            self.adam_d.zero_grad(set_to_none=True)
            parts["discriminator"].backward()
            self.adam_d.step()
        keep = min(recipe.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.ema.parameters(), self.generator.parameters()):
                mean.lerp_(now, 1 - keep)
        found = {name: float(value.detach().mean()) for name, value in parts.items()}  # waits for the device
        if not all(math.isfinite(value) for value in found.values()):
            raise click.ClickException(f"step {self.step} diverged: {found}; the last checkpoint is whole")
        self.step += 1
        self.seconds += time.perf_counter() - start
        return found

    @torch.no_grad()
    def validate(self, pack: Pack, count: int = 48) -> dict[str, float]:
        """How the averaged weights do on the first faces of a pack, with all reference pixels: at realism 1,
        and PSNR in dB at 0."""
        sums: dict[str, list[float]] = {}
        count = min(count, len(pack))
        for index in range(count):
            batch = pack.batch([index], [None])
            whole = Views(batch.x, batch.x.shape[-1], self.rng)
            one = torch.ones(1, device=self.device)
            made = self.ema(batch.x, one[:, None])
            _, parts = self._asked(made, batch, one, whole)
            faithful = self.ema(batch.x, 0 * one[:, None])
            error = float(((faithful - batch.target) / 2).square().mean())
            found = {name: float(value.mean()) for name, value in parts.items() if name != "squared"}
            found["psnr"] = -10 * math.log10(error)
            for name, value in found.items():
                sums.setdefault(name, []).append(value)  # some faces have no marks
        return {f"val_{name}": sum(values) / len(values) for name, values in sums.items()}


def _ahead(pack: Pack, size: int) -> Iterator[Batch]:
    """Batches without end, each made while the one before is used; raises what making one raises."""
    ready: queue.Queue[Batch | Exception] = queue.Queue(maxsize=2)

    def fill() -> None:
        rng = np.random.default_rng()
        try:
            while True:
                ready.put(pack.random(size, rng))
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
@click.option("--recipe", type=_FILE, required=True, help="A TOML file, as models/face-5.toml.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Changes a number of it.")
@click.option("--data", type=_FOLDER, required=True)
@click.option("--val", type=_FOLDER, required=True)
@click.option("--critics", type=_FILE, required=True, help="What vcmcodec.train.critics wrote.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--minutes", default=90.0, show_default=True, help="Of training, over all runs.")
@click.option("--start", type=_FILE, help="Begin with the weights of this checkpoint.")
@click.option("--stop-after", type=float, help="Stop after so many minutes of this run, to resume later.")
@click.option("--threads", default=os.cpu_count() or 1, show_default=True)
@click.option("--device", default="cuda" if torch.cuda.is_available() else "cpu", show_default=True)
@click.option("--every", default=5.0, show_default=True, help="Minutes between checkpoints.")
def main(
    recipe: Path,
    changes: tuple[str, ...],
    data: Path,
    val: Path,
    critics: Path,
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
    trainer = Trainer(read(recipe, changes), critics, out, torch.device(device), minutes)
    pack, val_pack = Pack(data, device), Pack(val, device)
    for folder, found in ((data, pack), (val, val_pack)):
        if not len(found):
            raise click.UsageError(f"no faces in {folder}")
    click.echo(f"{len(pack)} faces, {pack.marked} of them with marks")
    if not pack.marked:
        click.echo("warning: without marks nothing is learned of identity and landmarks", err=True)
    click.echo(f"{sum(p.numel() for p in trainer.generator.parameters())} parameters")
    if trainer.resume():
        click.echo(f"resumed at step {trainer.step}, {trainer.seconds / 60:.1f} minutes")
    elif start is not None:
        trainer.start(start)
        click.echo(f"begins with {start}")
    batches = _ahead(pack, trainer.batch)
    began = saved = time.monotonic()
    means: dict[str, float] = {}
    while trainer.progress < 1:
        for name, value in trainer.train(next(batches)).items():
            means[name] = value if name not in means else 0.98 * means[name] + 0.02 * value
        now = time.monotonic()
        stop = stop_after is not None and now - began > 60 * stop_after
        if trainer.step % 50 == 0:
            speed = trainer.step * trainer.batch / trainer.seconds
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
