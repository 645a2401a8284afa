"""How much errors in a region of the face matter to a network that recognises people: ``python -m
vcmcodec.train.transform.importance --data FOLDER --loss-networks FILE``.

Prints the numbers of ``vcmcodec.encoder.detail.IMPORTANCE``. For each face, the gradient of the squared
distance between the embeddings of the original and of its texture says how much of that distance a region's
residual would take away, to first order; divided by the residual's squared error it is the weight of a
squared error there. As in the regionally adaptive pooling of Yang et al. 2021, but for regions of a
transform, and averaged over faces, as the gradient of a single face says little of a step as large as a
residual.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from vcmcodec.encoder import detail, texture
from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.texture_proposer import ranks
from vcmcodec.io import picture
from vcmcodec.layers.detail.regions import REGIONS, SHAPES
from vcmcodec.layers.texture import synthesis
from vcmcodec.train.data.faces import faces
from vcmcodec.train.loss_networks.networks import LossNetworks

SIDE, STEP = 256, 54


def _tensor(image: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(image.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1)


def shares(path: Path, loss_networks: LossNetworks) -> NDArray[np.float64] | None:
    """For each basis the distance that its regions' residuals take away, and their squared error: float64
    (bases, 2); None without a face."""
    canvas = picture.resize(picture.load(path), SIDE, SIDE)
    found = frames.faces(canvas)
    if not found:
        return None
    analysis = texture.Analysis(canvas, frames.frame_of(found[0].points, SIDE, SIDE))
    shown = synthesis.rgb(analysis.quantise(STEP, 0, ranks(STEP)).T)
    marks = torch.from_numpy(found[0].points.astype(np.float32))[None]
    given = _tensor(shown).requires_grad_()
    own = loss_networks.identity(_tensor(canvas), marks).detach()
    far = (loss_networks.identity(given, marks) - own).square().sum()
    far.backward()
    assert given.grad is not None
    rest = (canvas.astype(np.float32) - shown) / 127.5
    gain = -given.grad[0].numpy().transpose(1, 2, 0) * rest
    both = np.stack([gain.sum(axis=2), (rest**2).sum(axis=2), np.zeros_like(gain[:, :, 0])], axis=2)
    window = detail.window(both.astype(np.float32), analysis.frame)
    out = np.zeros((len(SHAPES), 2))
    for region in REGIONS:
        out[region.basis] += detail.cut(window, region)[:, :, :2].sum(axis=(0, 1))
    return out


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--loss-networks", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--limit", default=300, show_default=True, help="Faces to read.")
def main(data: Path, loss_networks: Path, limit: int) -> None:
    """Print the weights of errors in an eye, at the nose and at the mouth, 1 on average."""
    network = LossNetworks(loss_networks)
    every = faces(data)
    every = every[:: max(1, len(every) // limit)]
    found = [one for path in every if (one := shares(path, network)) is not None]
    total = np.sum(found, axis=0)
    ratio = total[:, 0] / total[:, 1]
    names = ", ".join(f"{value:.2f}" for value in ratio / (total[:, 0].sum() / total[:, 1].sum()))
    click.echo(f"{len(found)} faces: eye, nose, mouth {names}")


if __name__ == "__main__":
    main()
