"""Trains the edge forest: a structured random forest (Dollar and Zitnick 2013) for OpenCV's
detector, taught by HED on faces.

``python -m vcmcodec.train.encoder.forest --data FOLDER --out models/edge-forest.yml.gz``

Every tree learns from patches of its own. A node splits them by one feature, chosen for how
well it tells apart two classes of edge labels; the classes are made anew in every node, along the
direction in which the labels there differ most. A leaf keeps the label nearest to the mean of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.io import picture
from vcmcodec.train import catalogue
from vcmcodec.train.data.faces import faces, parallel
from vcmcodec.train.encoder.forest_writer import OPTIONS, Tree, save
from vcmcodec.train.encoder.teacher import teacher_edges

SHRINK, STRIDE, PATCH, INNER = 2, 2, 32, 16
CELLS = PATCH // SHRINK
GRID = 5
CHANNELS = 2 * (OPTIONS["numberOfGradientOrientations"] + 1) + 3
REGULAR = CELLS * CELLS * CHANNELS
PAIRS = GRID * GRID * (GRID * GRID - 1) // 2
FEATURES = REGULAR + PAIRS * CHANNELS

BINS = 48
"""Thresholds are sought between this many quantiles of a feature."""

FEATURES_PER_TREE = 1600
FEATURES_PER_NODE = 48
MIN_LEAF = 6
MAX_DEPTH = 40


def _triangle(image: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """OpenCV's triangle filter at a radius above 0, as its detector applies it to features."""
    if radius == 1:
        p = 12.0 / 3.0 - 2.0
        kernel = np.array([1, p, 1]) / (p + 2)
    else:
        rise = np.arange(1, radius + 2)
        kernel = np.concatenate([rise, rise[-2::-1]]) / (radius + 1.0) ** 2
    kernel = kernel.astype(np.float32)
    return np.asarray(cv2.sepFilter2D(image, -1, kernel, kernel))


def _pair_cells() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column, each (PAIRS, 2), of the two cells that a self-similarity feature compares."""
    half = round(CELLS / (2.0 * GRID))
    at = np.array([int((i + 1) * (CELLS + 2 * half - 1) / (GRID + 1.0) - half + 0.5) for i in range(GRID)])
    first, second = np.triu_indices(GRID * GRID, 1)
    cells = np.stack([first, second], axis=1)
    return at[cells % GRID], at[cells // GRID]


class Features:
    """The features of one padded picture, computed and indexed as the detector does."""

    _getter = cv2.ximgproc.createRFFeatureGetter()
    _rows, _columns = _pair_cells()

    def __init__(self, image: NDArray[np.uint8]) -> None:
        pad = (PATCH - INNER) // 2
        padded = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_REFLECT)
        shape = (padded.shape[0] // SHRINK, padded.shape[1] // SHRINK, CHANNELS)
        channels = np.zeros(shape, dtype=np.float32)
        self._getter.getFeatures(  # fills an array of the right shape in place
            padded.astype(np.float32) / 255,
            channels,
            OPTIONS["gradientNormalizationRadius"],
            OPTIONS["gradientSmoothingRadius"],
            SHRINK,
            CHANNELS,
            OPTIONS["numberOfGradientOrientations"],
        )
        self.regular = _triangle(channels, round(OPTIONS["regFeatureSmoothingRadius"] / SHRINK))
        self.similar = _triangle(channels, round(OPTIONS["ssFeatureSmoothingRadius"] / SHRINK))

    def at(self, places: NDArray[np.intp], ids: NDArray[np.intp]) -> NDArray[np.float32]:
        """Features ``ids`` (k,) of the patches at ``places`` (n, 2), row and column in strides:
        float32 (n, k)."""
        out = np.empty((len(places), len(ids)), dtype=np.float32)
        row, column = places[:, :1] * STRIDE // SHRINK, places[:, 1:] * STRIDE // SHRINK
        plain = ids < REGULAR
        channel, cell = np.divmod(ids[plain], CELLS * CELLS)
        # Cells run down the columns first, as in the detector's Matlab original.
        out[:, plain] = self.regular[row + cell % CELLS, column + cell // CELLS, channel]
        channel, pair = np.divmod(ids[~plain] - REGULAR, PAIRS)
        rows, columns = self._rows[pair], self._columns[pair]
        out[:, ~plain] = (
            self.similar[row + rows[:, 0], column + columns[:, 0], channel]
            - self.similar[row + rows[:, 1], column + columns[:, 1], channel]
        )
        return out


@dataclass
class Face:
    """A training picture: uint8 (H, W, 3) RGB, and its teacher's thin edges, uint8 (H, W), 0 or 1."""

    image: NDArray[np.uint8]
    edges: NDArray[np.uint8]


def sample(face: Face, count: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Places (n, 2) in strides and labels (n, INNER, INNER): two thirds with an edge in the middle
    of the inner patch, the rest anywhere."""
    height, width = face.edges.shape
    middle = cv2.dilate(face.edges, np.ones((5, 5), np.uint8))
    near = middle[INNER // 2 : height - INNER // 2 : STRIDE, INNER // 2 : width - INNER // 2 : STRIDE]
    on, off = np.argwhere(near > 0), np.argwhere(near == 0)
    first = on[rng.permutation(len(on))[: count * 2 // 3]]
    places = np.concatenate([first, off[rng.permutation(len(off))[: count - len(first)]]])
    windows = np.lib.stride_tricks.sliding_window_view(face.edges, (INNER, INNER))
    return places, windows[places[:, 0] * STRIDE, places[:, 1] * STRIDE]


def _descriptors(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Labels (n, 16, 16) as blurred 8 x 8 maps, float32 (n, 64): near edges are alike."""
    blurred = np.stack([cv2.GaussianBlur(label.astype(np.float32), (0, 0), 1.5) for label in labels])
    means = blurred.reshape(len(labels), 8, 2, 8, 2).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(means.reshape(len(labels), 64), dtype=np.float32)


def _classes(described: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Two classes of labels, along one of the two directions in which they differ most."""
    few = described[rng.permutation(len(described))[:400]]
    centred = few - few.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    direction = vectors[:, -1 if rng.random() < 0.75 else -2]
    projected = described @ direction
    result: NDArray[np.bool_] = projected > np.median(projected)
    return result


def _best_split(
    binned: NDArray[np.uint8], classes: NDArray[np.bool_], columns: NDArray[np.intp]
) -> tuple[float, int, int]:
    """Gini gain, feature column and bin (go left below it) of the best split among ``columns``."""
    chosen = binned[:, columns].astype(np.intp)
    index = chosen + BINS * np.arange(len(columns))
    total = np.bincount(index.ravel(), minlength=BINS * len(columns)).reshape(-1, BINS).cumsum(axis=1)
    ones = np.bincount(index[classes].ravel(), minlength=BINS * len(columns)).reshape(-1, BINS).cumsum(axis=1)
    n, n1 = total[:, -1:], ones[:, -1:]
    left, left1 = total[:, :-1].astype(np.float64), ones[:, :-1].astype(np.float64)
    right, right1 = n - left, n1 - left1
    with np.errstate(divide="ignore", invalid="ignore"):
        purity = (left1**2 + (left - left1) ** 2) / left + (right1**2 + (right - right1) ** 2) / right
    purity[(left < MIN_LEAF) | (right < MIN_LEAF)] = 0
    column, cut = np.unravel_index(int(purity.argmax()), purity.shape)
    before = (n1[0, 0] ** 2 + (n[0, 0] - n1[0, 0]) ** 2) / n[0, 0]
    return float(purity[column, cut] - before), int(columns[column]), int(cut) + 1


def grow(
    values: NDArray[np.float32], ids: NDArray[np.intp], labels: NDArray[np.uint8], rng: np.random.Generator
) -> Tree:
    """A tree from patches' features ``values`` (n, k), their ``ids`` (k,) and labels (n, 16, 16)."""
    levels = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.quantile(values[:: max(1, len(values) // 4000)], levels, axis=0).astype(np.float32)
    binned = np.empty(values.shape, dtype=np.uint8)
    for column in range(values.shape[1]):
        binned[:, column] = np.searchsorted(edges[:, column], values[:, column], side="right")
    described = _descriptors(labels)
    tree = Tree()
    stack = [(tree.add(), np.arange(len(values)), 0)]
    while stack:
        node, members, depth = stack.pop()
        gain = 0.0
        if len(members) >= 2 * MIN_LEAF and depth < MAX_DEPTH and labels[members].any():
            columns = rng.choice(len(ids), FEATURES_PER_NODE, replace=False)
            classes = _classes(described[members], rng)
            gain, column, cut = _best_split(binned[members], classes, columns)
        if gain <= 1e-9:
            mean = described[members].mean(axis=0)
            medoid = members[((described[members] - mean) ** 2).sum(axis=1).argmin()]
            rows, across = np.nonzero(labels[medoid])
            tree.bins[node] = across * INNER + rows
            continue
        goes_left = binned[members, column] < cut
        left = tree.add()
        right = tree.add()
        tree.childs[node] = right  # the detector's left child is the one before
        tree.ids[node] = int(ids[column])
        tree.thresholds[node] = float(edges[cut - 1, column])
        stack += [(left, members[goes_left], depth + 1), (right, members[~goes_left], depth + 1)]
    return tree


def training_faces(folder: Path, limit: int, cache: Path) -> Iterator[Face]:
    """Pictures with their teacher's edges, which are cached as files in ``cache``."""
    for path in faces(folder)[:limit]:
        image = picture.load(path)
        yield Face(image, teacher_edges(image, cache / f"{path.parent.name}_{path.stem}.npy"))


def tree(number: int, data: Path, limit: int, patches: int, cache: Path) -> Tree:
    """The forest's tree with this number: its patches and features follow from the number."""
    rng = np.random.default_rng(number)
    ids = np.sort(rng.choice(FEATURES, FEATURES_PER_TREE, replace=False))
    values, labels = [], []
    for face in training_faces(data, limit, cache):
        places, label = sample(face, patches, rng)
        values.append(Features(face.image).at(places, ids))
        labels.append(label)
    return grow(np.concatenate(values), ids, np.concatenate(labels), rng)


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--limit", default=280, show_default=True, help="Faces to learn from.")
@click.option("--patches", default=160, show_default=True, help="Patches per face and tree.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=Path("build/hed"))
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, out: Path, limit: int, patches: int, cache: Path, jobs: int) -> None:
    """Train the edge forest on the faces in a folder."""
    count = sum(1 for _ in training_faces(data, limit, cache))  # the teacher sees each face once
    click.echo(f"{count} faces")
    work = functools.partial(tree, data=data, limit=limit, patches=patches, cache=cache)
    trees = []
    for grown in parallel(work, range(OPTIONS["numberOfTrees"]), jobs):
        trees.append(grown)
        click.echo(f"tree {len(trees)}: {len(grown.childs)} nodes")
    save(out, trees)
    catalogue.enter(out)
    click.echo(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
