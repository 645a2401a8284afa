"""What strokes cost, against other ways of coding the same drawings, and whether presets keep their promise.

``python -m vcmcodec.bench.studies.rate FOLDER...``
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec import ModelError
from vcmcodec.bench.report import table
from vcmcodec.bench.report.table import Row
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import drawing_codings
from vcmcodec.encoder import edge_map
from vcmcodec.encoder.goal import DEFAULT, PRESETS, STROKE_PRESETS
from vcmcodec.io import picture
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges import ppm_strokes
from vcmcodec.metrics import measures
from vcmcodec.metrics.landmarks import Dlib68
from vcmcodec.truncation import after_base

LEAST = "tiny"
"""The preset whose base layer must still be a face."""


def fidelity(canvas: NDArray[np.uint8], drawn: NDArray[np.uint8]) -> float:
    """Share of the edge pixels of a canvas picture, uint8 (H, W, 3), within 1.5 pixels of the strokes
    ``drawn``, uint8 (H, W), each pixel weighted by how strong the detector finds it."""
    ridge = edge_map.ridges(canvas)
    weight = np.where(edge_map.binarise(ridge) > 0, ridge, 0)
    total = float(weight.sum())
    return float(weight[measures.near(drawn)].sum()) / total if total else 1.0


def rate(paths: Sequence[Path], device: str = "auto") -> dict[str, Any]:
    """All figures of the pictures at ``paths``, ready for JSON: means over pictures, and ``gaps``, a line for
    each coder or judge that is missing."""
    values: dict[str, list[float]] = defaultdict(list)
    others: dict[str, list[float]] = defaultdict(list)
    gaps = drawing_codings.gaps()
    detector = None
    try:
        detector = Dlib68()
    except ModelError as error:
        gaps.append(str(error))
    images = [picture.load(path) for path in paths]
    for image in images:
        for preset in STROKE_PRESETS:
            data = vcmcodec.encode(image, preset=preset, scheme="strokes")
            base, (_, scene) = after_base(data), vcmcodec.decode_scene(data)
            assert scene.drawing is not None
            canvas = picture.resize(image, scene.width, scene.height)
            pixels = scene.width * scene.height
            values[f"{preset}_bpp"].append(8 * len(data) / pixels)
            values[f"{preset}_base_bpp"].append(8 * len(base) / pixels)
            values[f"{preset}_fidelity"].append(fidelity(canvas, scene.E))
            if preset == DEFAULT:
                values["strokes"].append(len(edge_layer.encode(scene.drawing)))
                others["coding 1, PPM with a primer"].append(len(ppm_strokes.encode(scene.drawing)))
                for name, size in drawing_codings.sizes(scene.drawing).items():
                    others[name].append(size)
            if preset == LEAST and detector is not None and detector(image) is not None:
                made = np.asarray(vcmcodec.decode(base, device=device))
                values["least_found"].append(detector(made) is not None)
    return {
        "faces": len(images),
        "gaps": gaps,
        **{name: statistics.fmean(found) for name, found in values.items()},
        "others": {name: statistics.fmean(found) for name, found in others.items()},
    }


VECTOR = "svg + ppm"
"""The papers' way: SVG-like absolute bytes, unprimed PPM."""

BILEVEL = ("jbig2", "png", "webp")
"""What the rastered edges are held against; ``jbig`` and ``jpegxl`` are shown, too."""


def rows(figures: dict[str, Any]) -> Iterator[Row]:
    """The rows of the figures of :func:`rate`."""
    get, others = figures.get, figures["others"]
    ours = figures["strokes"]
    yield Row(f"strokes at {DEFAULT}", ours, "{:.1f} bytes")
    if VECTOR in others:
        what = "the same, against SVG-like absolute bytes and unprimed PPM"
        yield Row(what, ours / others[VECTOR], "{:.1f} %", 100, bar=0.5)
    there = [name for name in BILEVEL if name in others]
    if there:
        best = min(there, key=lambda name: others[name])
        what = f"the same, against the best of {', '.join(there)} on the rastered edges ({best})"
        yield Row(what, ours / others[best], "{:.1f} %", 100, bar=0.4)
    for name, size in sorted(others.items(), key=lambda item: item[1]):
        yield Row(f"the same drawings as {name}", size, "{:.1f} bytes")
    for preset, most in ((preset, PRESETS[preset]) for preset in STROKE_PRESETS):
        whole, base = get(f"{preset}_bpp"), get(f"{preset}_base_bpp")
        yield Row(f"{preset}: whole file", whole, "{:.4f} bpp", bar=0.016 if preset == LEAST else most)
        yield Row(
            f"{preset}: base layer and header", base, "{:.4f} bpp", bar=0.04 if preset == DEFAULT else None
        )
        yield Row(
            f"{preset}: edge pixels within 1.5 pixels of a stroke, by strength",
            get(f"{preset}_fidelity"),
            "{:.1f} %",
            100,
            0.9 if preset == DEFAULT else None,
            True,
        )
    what = f"{LEAST}: faces found from the base layer alone"
    yield Row(what, get("least_found"), "{:.1f} %", 100, 0.95, True)


@click.command()
@options.folders
@options.limit
@options.device
@options.as_json
@options.into
def main(folders: tuple[Path, ...], limit: int | None, device: str, as_json: bool, into: Path | None) -> None:
    """Print what strokes cost on the faces below FOLDERS, and the bars."""
    figures = rate(options.listed(folders, limit), device)
    text = table.lines(figures, rows(figures))
    options.show(figures, text, as_json, into, "rate")


if __name__ == "__main__":
    main()
