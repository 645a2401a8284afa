"""The training loop's state: networks, optimisers, one step, and the checkpoint."""

from __future__ import annotations

import functools
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import torch
from torch import Tensor

from vcmcodec.train.data.dataset import Batch
from vcmcodec.train.generator import losses
from vcmcodec.train.generator.discriminator import Discriminators
from vcmcodec.train.generator.network import Generator, renamed
from vcmcodec.train.generator.objective import Objective
from vcmcodec.train.generator.recipe import Recipe
from vcmcodec.train.generator.views import Views
from vcmcodec.train.loss_networks.networks import LossNetworks


class _MicroBatch(NamedTuple):
    """A part of a batch, what realism it is made at, where losses look, its share of the batch, and which
    recogniser's turn it is (see Objective)."""

    batch: Batch
    realism: Tensor
    views: Views
    share: float
    turn: int


class _Made(NamedTuple):
    """What a micro-batch gave: its pictures, and its losses, (n,) each."""

    pictures: Tensor
    parts: dict[str, Tensor]


class Trainer:
    """Networks, optimisers and their checkpoint, for a schedule of ``total_pictures``. ``workers``: how many
    micro-batches a batch is cut into, each worked on by a thread of its own. On busy cores, that is much
    faster than threads within each operation, which wait for each other."""

    def __init__(
        self,
        recipe: Recipe,
        loss_networks: LossNetworks,
        out: Path,
        device: torch.device,
        total_pictures: int,
        generator: Generator | None = None,
        workers: int = 1,
    ) -> None:
        self.recipe, self.out, self.device, self.total_pictures = recipe, out, device, total_pictures
        self.cuda = device.type == "cuda"
        self._bf16 = self.cuda or torch.cpu._is_avx512_bf16_supported()
        # channels_last suits bfloat16; in float32 it doubles the time on a CPU.
        layout = torch.channels_last if self._bf16 else torch.contiguous_format
        self._layout = layout
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers)
        self.generator = (generator or Generator()).to(device, memory_format=layout)
        self.discriminators = Discriminators().to(device, memory_format=layout)
        self.ema = deepcopy(self.generator).requires_grad_(False).eval()
        self.loss_networks = loss_networks.to(device, memory_format=layout)
        self.objective = Objective(recipe, self.loss_networks)
        self.adam_g = torch.optim.AdamW(
            self.generator.parameters(), recipe.learning_rate, betas=(0.9, 0.99), fused=True
        )
        self.adam_d = torch.optim.AdamW(
            self.discriminators.parameters(),
            recipe.learning_rate_discriminator,
            betas=(0.5, 0.99),
            fused=True,
        )
        self.rng = np.random.default_rng()
        self.step = self.seen = 0
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    @property
    def batch_size(self) -> int:
        """Faces in each step."""
        return self.recipe.batch_cuda if self.cuda else self.recipe.batch

    _PARTS = ("generator", "discriminators", "ema", "adam_g", "adam_d")
    _COUNTS = ("step", "seen", "seconds")

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        state: dict[str, Any] = {name: getattr(self, name).state_dict() for name in self._PARTS}
        state |= {name: getattr(self, name) for name in self._COUNTS} | {"recipe": asdict(self.recipe)}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.checkpoint)

    def resume(self) -> bool:
        """Loads the checkpoint if there is one, and returns whether there was. The recipe stored in it is
        ignored."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        state |= {name: renamed(state[name]) for name in ("generator", "ema")}
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])
        for group in self.adam_d.param_groups:
            group["lr"] = self.recipe.learning_rate_discriminator
        for name in self._COUNTS:
            setattr(self, name, state[name])
        return True

    def warm_start(self, checkpoint: Path) -> None:
        """Takes the averaged weights of another run, and its discriminators if it has some, to start a new
        schedule from them."""
        state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        for network in (self.generator, self.ema):
            network.load_state_dict(renamed(state["ema"]))
        if "discriminators" in state:
            self.discriminators.load_state_dict(state["discriminators"])

    @property
    def progress(self) -> float:
        """Share of the planned pictures that have been seen, 0..1."""
        return min(1.0, self.seen / self.total_pictures)

    def _realism(self, size: int) -> Tensor:
        recipe, draw = self.recipe, self.rng.random(size)
        values = np.where(draw < recipe.natural + recipe.faithful, 0.0, self.rng.random(size))
        values = np.where(draw < recipe.natural, 1.0, values)
        return torch.from_numpy(values.astype(np.float32)).to(self.device)

    def _autocast(self) -> torch.autocast:
        """bfloat16: on CUDA always, whatever the card; on a CPU where it has instructions for it."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._bf16)

    def _adversarial(self, made: Tensor, real: Tensor, views: Views, parts: dict[str, Tensor]) -> Tensor:
        """The adversarial loss of ``made``, (n,): minus the mean score. Adds it and the feature-matching
        distance to ``parts``."""
        on_made = self.discriminators(views.judged(made))
        with torch.no_grad():
            on_real = self.discriminators(views.judged(real))
        scores = torch.stack([-found[-1].float().mean(dim=(1, 2, 3)) for found in on_made]).mean(dim=0)
        distances = [
            (a.float() - b.float()).abs().mean(dim=(1, 2, 3))
            for one, other in zip(on_made, on_real)
            for a, b in zip(one[:-1], other[:-1])
        ]
        parts["adversarial"], parts["matching"] = scores, torch.stack(distances).mean(dim=0)
        return scores

    def train(self, batch: Batch) -> dict[str, float]:
        """One step on a batch; its losses by name."""
        recipe, start = self.recipe, time.perf_counter()
        end = recipe.learning_rate_end
        slope = min(1.0, (self.step + 1) / recipe.warm_up)
        fall = 0.5 * (1 + math.cos(math.pi * self.progress))
        for group in self.adam_g.param_groups:
            group["lr"] = slope * (end + (recipe.learning_rate - end) * fall)
        micro_batches = self._micro_batches(batch)
        adversarial = self.progress >= recipe.adversarial_from and recipe.adversarial > 0
        self.discriminators.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        made = list(self._pool.map(functools.partial(self._learn, adversarial=adversarial), micro_batches))
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 1.0)
        self.adam_g.step()
        parts = {
            name: torch.cat([one.parts[name] for one in made if name in one.parts])
            for name in dict.fromkeys(name for one in made for name in one.parts)
        }
        if adversarial:
            shown = [(part, one.pictures) for part, one in zip(micro_batches, made)]
            parts["discriminator"] = self._discriminate(shown)
        keep = min(recipe.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.generator.parameters()), 1 - keep)
        found = {name: float(value.detach().mean()) for name, value in parts.items()}  # waits for the device
        if not all(math.isfinite(value) for value in found.values()):
            raise click.ClickException(f"step {self.step} diverged: {found}; the last checkpoint is whole")
        self.step += 1
        self.seen += len(batch.x)
        self.seconds += time.perf_counter() - start
        return found

    def _micro_batches(self, batch: Batch) -> list[_MicroBatch]:
        size = len(batch.x)
        realism = self._realism(size)
        crop = self.recipe.crop_cuda if self.cuda else self.recipe.crop
        cuts = [size * number // self._workers for number in range(self._workers + 1)]
        found = []
        for turn, (a, b) in enumerate(zip(cuts, cuts[1:]), self.step):
            if a < b:
                part = Batch(*(values[a:b] for values in batch))
                views = Views(part.x, part.marks, crop, self.recipe.features_seen, self.rng)
                found.append(_MicroBatch(part, realism[a:b], views, (b - a) / size, turn))
        return found

    def _learn(self, part: _MicroBatch, adversarial: bool) -> _Made:
        """Adds the micro-batch's share to the generator's gradient."""
        recipe, batch, realism, views = self.recipe, *part[:3]
        with self._autocast():
            x = batch.x.contiguous(memory_format=self._layout)
            made = self.generator(x, realism[:, None], batch.known).float()
            # The adversarial gradient is taken apart from that of the other losses, to be scaled relative to
            # it.
            seen = made.detach().requires_grad_()
            total, parts = self.objective(seen, batch, realism, views, part.turn)
        if adversarial:
            with self._autocast():
                score = self._adversarial(seen, batch.target, views, parts)
            total = total + recipe.matching * (realism * parts["matching"]).mean()
        (slopes,) = torch.autograd.grad(total, seen, retain_graph=adversarial)
        if adversarial:
            (pull,) = torch.autograd.grad(score.sum(), seen)
            sizes = [gradient.square().sum(dim=(1, 2, 3), keepdim=True).sqrt() for gradient in (slopes, pull)]
            slopes = slopes + recipe.adversarial * realism[:, None, None, None] * pull * (
                sizes[0].mean() / (sizes[1].mean() + 1e-12)
            )
        made.backward(slopes * part.share)
        return _Made(made.detach(), {name: value.detach() for name, value in parts.items()})

    def _discriminate(self, shown: list[tuple[_MicroBatch, Tensor]]) -> Tensor:
        """One step of the discriminators; their loss."""
        self.discriminators.requires_grad_(True)
        self.adam_d.zero_grad(set_to_none=True)
        sums = []
        for part, made in shown:
            with self._autocast():
                on_real = self.discriminators(part.views.judged(part.batch.target))
                on_made = self.discriminators(part.views.judged(made))
                pairs = zip(on_real, on_made)
                losses_ = [
                    losses.hinge_real(a[-1].float()) + losses.hinge_made(b[-1].float()) for a, b in pairs
                ]
            loss = part.share * torch.stack(losses_).mean()
            loss.backward()
            sums.append(loss.detach())
        self.adam_d.step()
        return torch.stack(sums).sum()
