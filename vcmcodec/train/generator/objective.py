"""What the generator is trained for, but for the discriminators: the sum of losses and its parts."""

from __future__ import annotations

import torch
from torch import Tensor

from vcmcodec.train.data.dataset import Batch
from vcmcodec.train.generator import losses
from vcmcodec.train.generator.recipe import Recipe
from vcmcodec.train.generator.views import Views, weights
from vcmcodec.train.loss_networks.networks import LossNetworks


class Objective:
    """Losses by the numbers of a ``recipe``, with the networks of others that it asks."""

    def __init__(self, recipe: Recipe, loss_networks: LossNetworks) -> None:
        self._recipe, self._networks = recipe, loss_networks

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
        if found.any() and (recipe.identity or recipe.landmarks):
            marks = batch.marks[found]
            with torch.no_grad():
                who = self._networks.identity(real[found], marks)
                points = self._networks.landmarks(real[found], marks)
            parts["identity"] = 1 - (self._networks.identity(made[found], marks) * who).sum(dim=1)
            found_points = self._networks.landmarks(made[found], marks)
            parts["landmarks"] = (found_points - points).abs().mean(dim=(1, 2))
            share = found.float().mean()
            total = total + share * recipe.identity * parts["identity"].mean()
            total = total + share * recipe.landmarks * parts["landmarks"].mean()
        return total, parts
