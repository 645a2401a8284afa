"""Makes training and validation faces of any folders of pictures: finds the face in each, cuts it out
loosely, drops what is there twice, keeps a person on one side of the split, and writes down licences.

``python -m vcmcodec.train.data.collect FOLDER... --loss-networks build/loss-networks.safetensors --out
build/faces``

Writes ``train/*.webp`` and ``val/*.webp``, 256 x 256 pixels, and ``index.csv`` with what each is and where
it is from. A file named LICENCE in a folder, or above it, says in its first line under what licence
the pictures below are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.errors import PictureError
from vcmcodec.io import output, picture
from vcmcodec.train.data.dataset_build import SIDE, marks
from vcmcodec.train.data.faces import listed
from vcmcodec.train.loss_networks.networks import LossNetworks

WIDER = 3.9
"""How many times wider a face's square is than its eyes, or its eyes and mouth, are apart."""

LEAST = 160
"""A face's square has at least this many pixels a side: enlarging more would teach blur."""

ALIKE = 12
"""Two faces are one picture where at most this many of the 256 bits of their hashes differ."""

SAME = 0.45
"""Two faces are one person's where their embeddings' cosine is above this. Of different people in
portraits it is 0.04 on the mean, with a deviation of 0.13."""

_COLUMNS = ("file", "split", "person", "source", "licence", "sha256")


class Face(NamedTuple):
    """A face that was found: where it is from, its picture's file, its hash as 256 bits and its
    embedding, float32 (256,)."""

    source: Path
    file: bytes
    bits: NDArray[np.bool_]
    embedding: NDArray[np.float32]


def square(pixels: NDArray[np.uint8], found: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """The loose square around a face with marks ``found`` (5, 2), uint8 (SIDE, SIDE, 3), no larger than
    the picture lets it be; None where it would be too small."""
    eyes, mouth = found[:2].mean(axis=0), found[3:].mean(axis=0)
    apart = max(float(np.hypot(*(found[1] - found[0]))), float(np.hypot(*(mouth - eyes))))
    centre = (eyes + mouth) / 2
    height, width = pixels.shape[:2]
    side = int(min(WIDER * apart, width, height))
    if side < max(LEAST, 2 * apart):
        return None
    left, top = (
        int(np.clip(round(float(at) - side / 2), 0, size - side)) for at, size in zip(centre, (width, height))
    )
    return picture.resize(pixels[top : top + side, left : left + side], SIDE, SIDE)


def bits(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """A hash of a picture that changes little with its size, coding and light: where 16 x 17 means grow
    from left to right."""
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (17, 16), interpolation=cv2.INTER_AREA)
    return np.asarray(grey[:, 1:] > grey[:, :-1]).ravel()


def face(path: Path, loss_networks: LossNetworks) -> Face | None:
    """The face in the picture at ``path``; None where there is none, or it is too small.

    Raises PictureError for what is no picture.
    """
    pixels = picture.load(path)
    found = marks(pixels)
    cut = None if np.isnan(found).any() else square(pixels, found)
    where = None if cut is None else marks(cut)
    if cut is None or where is None or np.isnan(where).any():
        return None
    file = io.BytesIO()
    Image.fromarray(cut).save(file, "WEBP", quality=92)
    with torch.no_grad():
        x = torch.from_numpy(cut.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
        embedding = loss_networks.identity(x, torch.from_numpy(where)[None])[0].numpy()
    return Face(path, file.getvalue(), bits(cut), embedding)


def distinct(faces: Sequence[Face]) -> list[Face]:
    """The faces without those that are an earlier one's picture again."""
    kept: list[Face] = []
    seen = np.zeros((len(faces), 256), dtype=bool)
    for candidate in faces:
        if not kept or (seen[: len(kept)] != candidate.bits).sum(axis=1).min() > ALIKE:
            seen[len(kept)] = candidate.bits
            kept.append(candidate)
    return kept


def persons(embeddings: NDArray[np.float32]) -> list[int]:
    """Who each of the faces is, by unit vectors (n, 256): a number, that of the person's first face. Faces
    that are alike are one person's, and so are those alike to one of them."""
    root = list(range(len(embeddings)))

    def first(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for index, one in enumerate(embeddings):
        for other in np.flatnonzero(embeddings[:index] @ one > SAME):
            low, high = sorted((first(index), first(int(other))))
            root[high] = low
    return [first(index) for index in range(len(embeddings))]


def held_out(people: Sequence[int], share: float) -> set[int]:
    """The people whose faces validate: the same ones each time, as many as it takes for ``share`` of the
    faces, or a little less."""
    counts = Counter(people)
    groups = sorted(counts)
    random.Random(0).shuffle(groups)
    chosen: set[int] = set()
    left = share * len(people)
    for person in groups:
        if counts[person] <= left:
            chosen.add(person)
            left -= counts[person]
    return chosen


def licence(path: Path, otherwise: str) -> str:
    """What the nearest file named LICENCE at or above the picture says in its first line."""
    for folder in path.resolve().parents:
        note = folder / "LICENCE"
        if note.is_file():
            lines = note.read_text(encoding="utf-8", errors="replace").splitlines()
            return (lines or [otherwise])[0].strip()
    return otherwise


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--loss-networks", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--licence", "otherwise", default="unstated", show_default=True, help="Where no file says.")
@click.option("--val", default=0.05, show_default=True, type=click.FloatRange(0, 1), help="Share of faces.")
def main(folders: tuple[Path, ...], loss_networks: Path, out: Path, otherwise: str, val: float) -> None:
    """Make training and validation faces of the pictures below FOLDERS."""
    for split in ("train", "val"):
        if (out / split).exists() and any((out / split).iterdir()):
            raise click.UsageError(f"{out / split} is not empty: a face might come to lie on both sides")
    network, found, missed, unread = LossNetworks(loss_networks), list[Face](), 0, 0
    for path in listed(list(folders)):
        try:
            one = face(path, network)
        except PictureError as error:
            click.echo(f"{path}: {error}", err=True)
            unread += 1
            continue
        if one is None:
            missed += 1
        else:
            found.append(one)
    kept = distinct(found)
    if not kept:
        raise click.UsageError("no face was found")
    people = persons(np.stack([one.embedding for one in kept]))
    validating = held_out(people, val)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for split in ("train", "val"):
        (out / split).mkdir(parents=True, exist_ok=True)
    for one, person in zip(kept, people):
        digest = hashlib.sha256(one.file).hexdigest()[:16]
        split = "val" if person in validating else "train"
        name = f"{split}/{digest}.webp"
        output.write(out / name, one.file)
        rows.writerow((name, split, person, one.source, licence(one.source, otherwise), digest))
    output.write(out / "index.csv", table.getvalue().encode())
    click.echo(
        f"{len(kept)} faces of {len(set(people))} people, {sum(p in validating for p in people)} to validate;"
        f" {len(found) - len(kept)} twice, {missed} without a face, {unread} unreadable"
    )


if __name__ == "__main__":
    main()
