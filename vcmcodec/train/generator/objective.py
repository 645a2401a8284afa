"""What the generator is trained for, but for the discriminators: the sum of losses and its parts."""

from __future__ import annotations

import torch
from torch import Tensor

from vcmcodec.train.data.dataset import Batch
from vcmcodec.train.generator import eyes, losses
from vcmcodec.train.generator.recipe import Recipe
from vcmcodec.train.generator.views import Views, weights
from vcmcodec.train.loss_networks.networks import LossNetworks

TURNS = ("identity", "identity", "identity", "description")
"""Which recogniser is asked in turn: the second is large."""


class Objective:
    """Losses by the numbers of a ``recipe``, with the networks of others that it asks."""

    def __init__(self, recipe: Recipe, loss_networks: LossNetworks) -> None:
        self._recipe, self._networks = recipe, loss_networks

    def __call__(
        self, made: Tensor, batch: Batch, realism: Tensor, views: Views, turn: int = 0
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of pictures ``made``, (B, 3, H, W) in -1..1, and its parts, (B,) each, unweighted; those
        of identity, landmarks and eyes of the faces with marks alone. ``realism``: (B,), 0..1. ``turn``: says
        which of the recognisers is asked (see :data:`TURNS`)."""
        recipe, real = self._recipe, batch.target
        height, width = real.shape[2:]
        where = weights(batch.marks, height, width, recipe.features_most)
        error = made - real
        near_made, near_real = views.near(made), views.near(real)
        parts = {
            "l1": (where * error.abs()).mean(dim=(1, 2, 3)),
            "squared": (where * error.square()).mean(dim=(1, 2, 3)),
            "ssim": 1 - losses.ssim(near_made, near_real),
            "perceptual": self._networks.perceptual(near_made, near_real).float(),
        }
        least = recipe.perceptual_least
        total = (
            recipe.l1 * parts["l1"]
            + recipe.squared * (1 - realism) * parts["squared"]
            + recipe.ssim * parts["ssim"]
            + recipe.perceptual * (least + (1 - least) * realism) * parts["perceptual"]
        ).mean()
        found = batch.marks.isfinite().all(dim=2).all(dim=1)
        person = (recipe.identity, recipe.description, recipe.landmarks, recipe.eyes)
        if found.any() and any(person):
            parts |= self._person(made[found], real[found], batch.marks[found], turn)
            share = found.float().mean()
            for name in ("identity", "description", "landmarks", "eyes"):
                if name in parts:
                    total = total + share * getattr(recipe, name) * parts[name].mean()
        return total, parts

    def _person(self, made: Tensor, real: Tensor, marks: Tensor, turn: int) -> dict[str, Tensor]:
        name = TURNS[turn % len(TURNS)]
        recogniser, landmarks = getattr(self._networks, name), self._networks.landmarks
        with torch.no_grad():
            who, points = recogniser(real, marks), landmarks(real, marks)
        found = landmarks(made, marks)
        return {
            name: 1 - (recogniser(made, marks) * who).sum(dim=1),
            "landmarks": (found - points).abs().mean(dim=(1, 2)),
            "eyes": eyes.colours(made, real, marks) + eyes.openness(found, points),
        }
