"""What the generator is trained for, but for the discriminators: the sum of losses and its parts."""

from __future__ import annotations

import torch
from torch import Tensor

from vcmcodec.train.data.dataset import Batch
from vcmcodec.train.generator import losses
from vcmcodec.train.generator.loss_networks import Critics
from vcmcodec.train.generator.recipe import Recipe
from vcmcodec.train.generator.views import Views, weights


class Objective:
    """Losses by the numbers of a ``recipe``, with the networks of others that it asks."""

    def __init__(self, recipe: Recipe, critics: Critics) -> None:
        self._recipe, self._critics = recipe, critics

    def __call__(
        self, made: Tensor, batch: Batch, realism: Tensor, views: Views
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of pictures ``made``, (B, 3, H, W) in -1..1, and its parts, (B,) each, unweighted;
        identity and landmarks of the faces with marks alone. ``realism``: (B,), 0..1."""
        recipe, real = self._recipe, batch.target
        height, width = real.shape[2:]
        where = weights(batch.marks, height, width, recipe.features_most)
        error = made - real
        near_made, near_real = views.near(made), views.near(real)
        parts = {
            "l1": (where * error.abs()).mean(dim=(1, 2, 3)),
            "squared": (where * error.square()).mean(dim=(1, 2, 3)),
            "ssim": 1 - losses.ssim(near_made, near_real),
            "perceptual": self._critics.perceptual(near_made, near_real).float(),
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
                who = self._critics.identity(real[found], marks)
                points = self._critics.landmarks(real[found], marks)
            parts["identity"] = 1 - (self._critics.identity(made[found], marks) * who).sum(dim=1)
            parts["landmarks"] = (self._critics.landmarks(made[found], marks) - points).abs().mean(dim=(1, 2))
            share = found.float().mean()
            total = total + share * recipe.identity * parts["identity"].mean()
            total = total + share * recipe.landmarks * parts["landmarks"].mean()
        return total, parts
