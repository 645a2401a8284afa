"""The settings that a generator is trained with: a recipe, one TOML file a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Recipe:
    """The settings of training. Loss weights are for pictures in -1..1; ``r``: the realism, 0..1, that the
    network is conditioned on."""

    batch: int
    """Faces in each step on the CPU; ``batch_cuda``: on CUDA."""
    batch_cuda: int
    learning_rate: float
    """Of the generator: rises over ``warm_up`` steps, and falls to ``learning_rate_end`` along a cosine."""
    learning_rate_end: float
    learning_rate_discriminator: float
    warm_up: int
    ema: float
    """How much of the averaged weights each step keeps."""
    crop: int
    """Side of the window that VGG16, SSIM and a discriminator see."""
    crop_cuda: int
    features_seen: float
    """Share of the windows that lie about the eyes, the nose and the mouth."""
    features_most: float
    """How many times more the errors of pixels count there."""
    l1: float
    squared: float
    """Weight of the squared error, times 1 - r."""
    ssim: float
    perceptual: float
    """Weight of VGG16's distance, at r = 1."""
    perceptual_least: float
    """The share of it that is left at r = 0."""
    adversarial: float
    """How large the adversarial gradient is at the picture, as a share of that of all other
    losses, times r."""
    adversarial_from: float
    """The share of training after which it joins in."""
    matching: float
    """Weight of the distance of the discriminators' features, times r."""
    identity: float
    """Weight of the first recogniser's distance, on its turns; ``description``: of the second's."""
    description: float
    landmarks: float
    eyes: float
    """Weight of the error of the irises' colour and the eyes' openness."""
    natural: float
    """Share of the faces that are trained at r = 1."""
    faithful: float
    """Share of the faces that are trained at r = 0; the others at any r."""
    texture: float
    """Share of the faces of which only texture is known."""
    texture_strokes: float
    """Share of those of which texture and strokes are."""
    colours: float
    """Share of those of which strokes and colours are; the others have strokes alone."""
    cut: float
    """Share of textures that are known without their last layer."""


def read(path: Path, changes: tuple[str, ...] = ()) -> Recipe:
    """The recipe at ``path``, with ``changes`` like ``identity=0``.

    Raises click.UsageError for a number that is missing, unknown or none.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        values |= tomllib.loads("\n".join(changes))
    except tomllib.TOMLDecodeError as error:
        raise click.UsageError(f"{path}: {error}") from None
    types: dict[str, Any] = {field.name: int if field.type == "int" else float for field in fields(Recipe)}
    for name in sorted(types.keys() ^ values.keys()):
        raise click.UsageError(f"{path}: {'no' if name in types else 'unknown'} number {name!r}")
    try:
        return Recipe(**{name: types[name](value) for name, value in values.items()})
    except (TypeError, ValueError):
        raise click.UsageError(f"{path}: what is no number") from None
