"""Fits the weights of an additive model (see :mod:`vcmcodec.entropy.contexts`) to recorded decisions."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from vcmcodec.entropy.contexts import UNIT
from vcmcodec.train import catalogue

RATE = 0.05
DECAY = 2e-7
"""How strongly weights are drawn to 0, per decision: what was seen once says little."""


class Recorder:
    """A :class:`vcmcodec.entropy.contexts.Coder` that writes down decisions instead of coding them."""

    def __init__(self) -> None:
        self.bits = bytearray()
        self.features = array("i")
        self.counts = bytearray()

    def bit(self, bit: int, offsets: Sequence[int], bin: int) -> int:
        self.bits.append(bit)
        self.features.extend(base + bin for base in offsets)
        self.counts.append(len(offsets))
        return bit

    def uniform(self, value: int, count: int) -> int:
        return value


class Decisions:
    """Recorded decisions as arrays: ``bits`` float32 (n,), ``features`` int32, flat, and ``starts``
    int64 (n + 1,): where each decision's features begin."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self.bits = np.concatenate([np.frombuffer(bytes(r.bits), np.uint8) for r in recorders]).astype(
            np.float32
        )
        self.features = np.concatenate([np.frombuffer(r.features, np.int32) for r in recorders])
        counts = np.concatenate([np.frombuffer(bytes(r.counts), np.uint8) for r in recorders])
        self.starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])

    def __len__(self) -> int:
        return len(self.bits)

    def part(self, chosen: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Bits, features and offsets of the decisions ``chosen``."""
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        where = np.repeat(self.starts[chosen] - offsets, lengths) + np.arange(lengths.sum())
        return (
            torch.from_numpy(self.bits[chosen]),
            torch.from_numpy(self.features[where].astype(np.int64)),
            torch.from_numpy(offsets),
        )


def cost(weights: NDArray[np.int8], decisions: Decisions) -> float:
    """Bits that ``decisions`` take under ``weights``, in all."""
    logits_of = torch.from_numpy(weights.astype(np.float32) / UNIT)[:, None]
    total = 0.0
    for start in range(0, len(decisions), 1 << 17):
        bits, features, offsets = decisions.part(np.arange(start, min(start + (1 << 17), len(decisions))))
        logits = functional.embedding_bag(features, logits_of, offsets, mode="sum")[:, 0]
        total += float(functional.binary_cross_entropy_with_logits(logits, bits, reduction="sum"))
    return float(total / np.log(2))


def release(path: Path, trained: Decisions, tried: Decisions, size: int) -> float:
    """Writes the ``size`` weights that :func:`fit` finds for the decisions ``trained`` to ``path``, and
    enters them into the list of models beside it. Bits that the decisions ``tried`` take under them, in all.

    Raises OutputError where the list cannot be written.
    """
    weights = fit(trained, size)
    path.write_bytes(weights.tobytes())
    catalogue.enter(path)
    return cost(weights, tried)


HELD_OUT = 0.05
"""Share of the faces that weights are tried on."""


def release_faces(path: Path, found: Sequence[Sequence[Recorder]], size: int) -> tuple[int, float]:
    """:func:`release` for the recorders of faces, HELD_OUT of which are only tried: decisions that the
    weights were fitted to, and bits of a recorder held out."""
    held = max(1, round(HELD_OUT * len(found)))
    trained, tried = ([one for face in part for one in face] for part in (found[held:], found[:held]))
    decisions = Decisions(trained)
    return len(decisions), release(path, decisions, Decisions(tried), size) / max(1, len(tried))


def fit(
    decisions: Decisions, size: int, *, epochs: int = 4, batch: int = 1 << 15, seed: int = 0
) -> NDArray[np.int8]:
    """Weights, int8 (size,) in 1/UNIT logits, under which ``decisions`` cost least, by Adam with a
    falling rate. Those of contexts never seen stay 0."""
    rng = np.random.default_rng(seed)
    weights = torch.zeros(size, requires_grad=True)
    adam = torch.optim.Adam([weights], RATE, betas=(0.9, 0.99))
    steps = epochs * -(-len(decisions) // batch)
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps, pct_start=0.1)
    for _ in range(epochs):
        shuffled = rng.permutation(len(decisions))
        for start in range(0, len(decisions), batch):
            bits, features, offsets = decisions.part(shuffled[start : start + batch])
            logits = functional.embedding_bag(features, weights[:, None], offsets, mode="sum")[:, 0]
            loss = functional.binary_cross_entropy_with_logits(logits, bits) + DECAY * weights.square().sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            plan.step()
    whole = np.rint(weights.detach().numpy() * UNIT)
    return np.clip(whole, -127, 127).astype(np.int8)
