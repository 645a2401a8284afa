"""How well the edge forest agrees with its teacher on faces it never saw, beside Canny.

``python -m vcmcodec.train.encoder.agreement FOLDER...`` prints both F-measures, each method at the one
threshold for all pictures that suits it best.

Precision is the share of edge pixels with one of the teacher's within 1.5 pixels, recall the share of
the teacher's with one of the method's. A frame of two pixels is left out: there the teacher marks the
picture's own border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import edge_map
from vcmcodec.io import document, picture
from vcmcodec.metrics import measures
from vcmcodec.train.data.faces import listed
from vcmcodec.train.encoder.teacher import teacher_edges

FRAME = 2

MARK = "edge-agreement"

SCALES = np.geomspace(0.5, 3, 16)
"""The forest's thresholds are tried at these multiples of the defaults."""

CANNY_HIGH = range(20, 300, 20)
CANNY_LOW = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
"""Low thresholds, as shares of the high one."""

CANNY_SIGMA = (0.7, 1.0, 1.5, 2.0)


class Agreement(NamedTuple):
    """F-measure, precision and recall, pooled over all pictures, and edge pixels a picture."""

    f: float
    precision: float
    recall: float
    pixels: float


def agreement(found: Iterable[NDArray[np.uint8]], wanted: Sequence[NDArray[np.uint8]]) -> Agreement:
    """Of edge maps, uint8 (H, W) 0 or 1, with the teacher's of the same pictures."""
    hits, reached, pixels, teacher = 0, 0, 0, 0
    for edge, target in zip(found, wanted):
        inside = (slice(FRAME, -FRAME), slice(FRAME, -FRAME))
        hits += int((measures.near(target) & (edge > 0))[inside].sum())
        reached += int((measures.near(edge) & (target > 0))[inside].sum())
        pixels += int(edge[inside].sum())
        teacher += int(target[inside].sum())
    precision, recall = hits / max(pixels, 1), reached / max(teacher, 1)
    f = 2 * precision * recall / max(precision + recall, 1e-9)
    return Agreement(f, precision, recall, pixels / max(len(wanted), 1))


def _canny(image: NDArray[np.uint8], low: float, high: float, sigma: float) -> NDArray[np.uint8]:
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), sigma)
    return edge_map.long_enough((cv2.Canny(grey, low * high, high, L2gradient=True) > 0).astype(np.uint8))


def _best(
    choices: Iterable[tuple[str, Callable[[], Iterable[NDArray[np.uint8]]]]],
    wanted: Sequence[NDArray[np.uint8]],
) -> tuple[Agreement, str]:
    return max((agreement(find(), wanted), name) for name, find in choices)


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=Path("build/hed"))
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Refresh the table in this document.",
)
def main(folders: tuple[Path, ...], cache: Path, into: Path | None) -> None:
    """Agreement of forest and Canny with HED on all faces below FOLDERS."""
    paths = listed(folders)
    images = [picture.load(path) for path in paths]
    wanted = [
        teacher_edges(image, cache / f"{path.parent.name}_{path.stem}.npy")
        for image, path in zip(images, paths)
    ]
    text = "\n".join(_table(images, wanted))
    click.echo(text)
    if into is not None:
        document.refresh(into, MARK, text)


def _table(images: Sequence[NDArray[np.uint8]], wanted: Sequence[NDArray[np.uint8]]) -> Iterator[str]:
    found = [edge_map.ridges(image) for image in images]

    def forest(scale: float) -> Callable[[], Iterable[NDArray[np.uint8]]]:
        low, high = edge_map.LOW * scale, edge_map.HIGH * scale
        return lambda: (edge_map.binarise(ridge, low=low, high=high) for ridge in found)

    def canny(*thresholds: float) -> Callable[[], Iterable[NDArray[np.uint8]]]:
        return lambda: (_canny(image, *thresholds) for image in images)

    rows = {
        "forest": _best(((f"{edge_map.HIGH * s:.3f}", forest(s)) for s in SCALES), wanted),
        "forest as the encoder uses it": (agreement(forest(1.0)(), wanted), f"{edge_map.HIGH:.3f}"),
        "Canny": _best(
            (
                (f"{high}, low {low} of it, sigma {sigma}", canny(low, high, sigma))
                for high in CANNY_HIGH
                for low in CANNY_LOW
                for sigma in CANNY_SIGMA
            ),
            wanted,
        ),
    }
    yield f"| on {len(images)} faces | F | precision | recall | edge pixels | high threshold |"
    yield "|---|---|---|---|---|---|"
    for name, (result, threshold) in rows.items():
        figures = f"{result.f:.3f} | {result.precision:.3f} | {result.recall:.3f} | {result.pixels:.0f}"
        yield f"| {name} | {figures} | {threshold} |"


if __name__ == "__main__":
    main()
