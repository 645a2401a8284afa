"""The size of files and the quality of their pictures, on a folder of faces.

``python -m vcmcodec.bench.studies.measure FOLDER...``

The reference for landmarks is what the detector finds in the original. A face that it finds in the
original and not in the decoded picture counts against the share found and is left out of the
mean NME; one that it does not find in the original counts in neither.
"""

from __future__ import annotations

import os
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
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import speed
from vcmcodec.encoder import edge_map
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.goal import DEFAULT, STROKE_PRESETS
from vcmcodec.io import picture
from vcmcodec.layers.colours import ycocg
from vcmcodec.metrics import measures
from vcmcodec.metrics.landmarks import Dlib68
from vcmcodec.metrics.perceptual import LpipsAlex
from vcmcodec.scene import Scene
from vcmcodec.truncation import after_base

BASE = "/base"
"""Behind a preset's name: its base layer alone."""

LEVELS = (f"tiny{BASE}", f"normal{BASE}", *STROKE_PRESETS)
"""What decoded pictures are judged at."""

TIMED = 60
"""Pictures that are timed."""

REPORT = 20
"""Pictures between two lines of progress on stderr."""


class _Means:
    """Means of figures that come one picture at a time."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        self._values[name].append(value)

    def to_dict(self) -> dict[str, float]:
        return {name: statistics.fmean(values) for name, values in self._values.items()}


class Judge:
    """Compares decoded pictures with an original. ``gaps`` names the judges that are missing."""

    def __init__(self) -> None:
        self.gaps: list[str] = []
        self._landmarks = self._made(Dlib68)
        self._lpips = self._made(LpipsAlex)

    def _made(self, kind: Any) -> Any:
        try:
            return kind()
        except ModelError as error:
            self.gaps.append(str(error))
            return None

    def compare(
        self, original: NDArray[np.uint8], decoded: dict[str, NDArray[np.uint8]], into: dict[str, _Means]
    ) -> None:
        """Add PSNR, LPIPS, NME and whether a face is found, of each of ``decoded``, to the means
        of the same key. All pictures are uint8 (H, W, 3) of one size."""
        truth = self._landmarks(original) if self._landmarks else None
        features = self._lpips.reference(original) if self._lpips else None
        for level, image in decoded.items():
            means = into[level]
            means.add("psnr", measures.psnr(image, original))
            if features is not None:
                means.add("lpips", self._lpips.judge(features, image).scores["lpips_alex"])
            if truth is not None:
                found = self._landmarks(image)
                means.add("found", found is not None)
                if found is not None:
                    means.add("nme", measures.nme(found, truth))


def _rates(data: bytes, rates: _Means) -> None:
    """Sizes of one file: whole, base layer with header, each colour layer."""
    info = vcmcodec.inspect(data)
    rates.add("file_bytes", info.bytes)
    rates.add("file_bpp", info.bpp(info.bytes))
    base = info.layers[0].end
    rates.add("base_bytes", base)
    rates.add("base_bpp", info.bpp(base))
    rates.add("strokes", info.layers[0].count or 0)
    for index, layer in enumerate(info.layers[1:], start=1):
        rates.add(f"colour_layer_{index}_bytes", layer.bytes)
    colours = sum(layer.count or 0 for layer in info.layers[1:])
    rates.add("colours", colours)
    if colours:
        rates.add("colour_bits", 8 * (info.bytes - base) / colours)


def coded(image: NDArray[np.uint8]) -> dict[str, bytes]:
    """Files of a picture, uint8 (H, W, 3), at all of LEVELS."""
    files = {preset: vcmcodec.encode(image, preset=preset, scheme="strokes") for preset in STROKE_PRESETS}
    for level in LEVELS:
        if level.endswith(BASE):
            files[level] = after_base(files[level.removesuffix(BASE)])
    return files


def _framing(image: NDArray[np.uint8]) -> int:
    """Bytes of a file of two layers that are no payload."""
    info = vcmcodec.inspect(vcmcodec.encode(image, colours=16))
    return info.bytes - sum(layer.payload for layer in info.layers)


def _colour_error(scene: Scene, canvas: NDArray[np.uint8]) -> float | None:
    """Mean absolute error of a file's colours against ``canvas``, uint8 (H, W, 3), in levels."""
    if scene.drawing is None or not scene.known:
        return None
    sent = np.array(pick(canvas, scene.places[: len(scene.known)]), dtype=np.uint8)
    return measures.mean_absolute_error(np.asarray(ycocg.rgb(scene.known), dtype=np.uint8), sent)


def measure(paths: Sequence[Path], device: str = "auto") -> dict[str, Any]:
    """All figures of the pictures at ``paths``, ready for JSON: means over pictures, medians of
    times in seconds, and ``gaps``, a line for each judge that is missing."""
    judge = Judge()
    rates, levels = _Means(), {level: _Means() for level in LEVELS}
    images = [picture.load(path) for path in paths]
    for number, image in enumerate(images):
        if number % REPORT == 0:
            click.echo(f"{number} of {len(images)} faces", err=True)
        files = coded(image)
        for level, data in files.items():
            levels[level].add("bpp", 8 * len(data) / (image.shape[0] * image.shape[1]))
        data = files[DEFAULT]
        _rates(data, rates)
        _, scene = vcmcodec.decode_scene(data)
        canvas = picture.resize(image, scene.width, scene.height)
        error = _colour_error(scene, canvas)
        if error is not None:
            rates.add("colour_error", error)
        edge = edge_map.edge_map(canvas)
        rates.add("edges_covered", measures.covered(edge, scene.E))
        rates.add("strokes_covered", measures.covered(scene.E, edge))
        decoded = {level: np.asarray(vcmcodec.decode(data, device=device)) for level, data in files.items()}
        judge.compare(image, decoded, levels)
    timed = images[:: -(-len(images) // TIMED)]
    encode, decode = speed.codec(timed, device, "strokes")
    return {
        "faces": len(images),
        "gaps": judge.gaps,
        "framing_bytes": _framing(images[0]),
        "framing_bytes_other": _framing(np.ascontiguousarray(images[0][::2])),
        "cores": os.cpu_count(),
        "timed": len(timed),
        "encode_s": statistics.median(encode),
        "decode_s": statistics.median(decode),
        "info_s": statistics.median(speed.info(vcmcodec.encode(images[0], scheme="strokes"))),
        **rates.to_dict(),
        "levels": {level: means.to_dict() for level, means in levels.items()},
    }


def rows(figures: dict[str, Any]) -> Iterator[table.Row]:
    """The rows of the figures of :func:`measure`."""
    get = figures.get
    yield table.Row("default file, mean", get("file_bpp"), "{:.4f} bpp", bar=0.090)
    yield table.Row("its base layer, with the header, mean", get("base_bpp"), "{:.4f} bpp", bar=0.060)
    yield table.Row("default file, mean", get("file_bytes"), "{:.0f} bytes")
    yield table.Row("its base layer, with the header, mean", get("base_bytes"), "{:.0f} bytes")
    index = 1
    while (size := get(f"colour_layer_{index}_bytes")) is not None:
        yield table.Row(f"colour layer {index}, mean where there is one", size, "{:.0f} bytes")
        index += 1
    yield table.Row("strokes, mean", get("strokes"), "{:.0f}")
    yield table.Row("edge pixels within 1.5 pixels of a stroke", get("edges_covered"), "{:.1f} %", 100)
    yield table.Row(
        "stroke pixels within 1.5 pixels of an edge", get("strokes_covered"), "{:.1f} %", 100, 0.95, True
    )
    yield table.Row("reference pixels, mean", get("colours"), "{:.0f}")
    yield table.Row("bits a reference pixel, framing included", get("colour_bits"), "{:.2f}", bar=11)
    yield table.Row("their colour error, mean absolute, 8-bit", get("colour_error"), "{:.2f}", bar=4)
    yield table.Row("framing of two layers, 256 x 256", get("framing_bytes"), "{:.0f} bytes", bar=16)
    other = get("framing_bytes_other")
    yield table.Row("framing of two layers, width and height differ", other, "{:.0f} bytes")
    for level, found in figures["levels"].items():
        yield from _level(level, found)
    timed = f"median of {get('timed')}, {get('cores')} cores"
    yield table.Row(f"encode, {timed}", get("encode_s"), "{:.0f} ms", 1e3, bar=table.ENCODE)
    yield table.Row(f"decode, {timed}", get("decode_s"), "{:.0f} ms", 1e3, bar=table.DECODE)
    yield table.Row("`vcm info` as a process, median", get("info_s"), "{:.0f} ms", 1e3, bar=table.START_UP)


def _level(level: str, found: dict[str, float]) -> Iterator[table.Row]:
    base, default = level.endswith("/base"), level == "normal"
    yield table.Row(f"{level}: rate", found.get("bpp"), "{:.4f} bpp")
    bar = 0.06 if base else 0.05 if default else None
    yield table.Row(f"{level}: NME (dlib 68 points)", found.get("nme"), "{:.2f} %", 100, bar=bar)
    share = 0.97 if level == "normal/base" else 0.95 if base else None
    yield table.Row(f"{level}: faces found", found.get("found"), "{:.1f} %", 100, bar=share, at_least=True)
    yield table.Row(f"{level}: LPIPS (alex)", found.get("lpips"), "{:.3f}", bar=0.35 if default else None)
    yield table.Row(f"{level}: PSNR", found.get("psnr"), "{:.2f} dB")


def markdown(figures: dict[str, Any]) -> str:
    """The table of the figures of :func:`measure`."""
    return table.lines(figures, rows(figures))


@click.command()
@options.folders
@options.limit
@options.device
@options.as_json
@options.into
@options.mark("measure")
def main(
    folders: tuple[Path, ...], limit: int | None, device: str, as_json: bool, into: Path | None, mark: str
) -> None:
    """Measure the codec on the faces below FOLDERS; print a table of figures and their bars."""
    figures = measure(options.listed(folders, limit), device)
    options.show(figures, markdown(figures), as_json, into, mark)


if __name__ == "__main__":
    main()
