"""How much each kind of layer helps the generator: files of equal bytes, made of other layers.

``python -m vcmcodec.bench.studies.mixtures FOLDER... --limit 24 --into docs/ablations.md``

One generator, which was trained on all of these mixtures, renders every file; so what differs is what the
file holds. The shares of a budget that rate control uses are chosen by this table.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.bench.run import options
from vcmcodec.bench.studies.person import Person
from vcmcodec.codec import TEXTURE_MODEL
from vcmcodec.encoder import schemes
from vcmcodec.encoder.colours import ColourProposer
from vcmcodec.encoder.goal import PRESETS, Goal
from vcmcodec.encoder.rate_control import RateControl
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.encoder.strokes import StrokeProposer, StrokesBehind
from vcmcodec.encoder.texture_proposer import TextureProposer
from vcmcodec.errors import BudgetError
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.io import picture
from vcmcodec.metrics import measures
from vcmcodec.metrics.perceptual import LpipsAlex

if TYPE_CHECKING:
    from vcmcodec.encoder.proposer import BaseProposer, Proposer

Canvas = NDArray[np.uint8]
Proposers = tuple["BaseProposer", list["Proposer"]]

SIDE = 256


def _auto(canvas: Canvas, goal: Goal) -> Proposers:
    return schemes.proposers("auto", canvas, goal)


def _texture(canvas: Canvas, goal: Goal) -> Proposers:
    return TextureProposer(canvas), []


def _without_detail(canvas: Canvas, goal: Goal) -> Proposers:
    return TextureProposer(canvas, detail=False), []


def _with_strokes(share: float) -> Callable[[Canvas, Goal], Proposers]:
    def made(canvas: Canvas, goal: Goal) -> Proposers:
        return TextureProposer(canvas, fixed_share=share), [StrokesBehind(canvas)]

    return made


def _strokes(canvas: Canvas, goal: Goal) -> Proposers:
    return StrokeProposer(Sketch(canvas)), []


def _strokes_colours(canvas: Canvas, goal: Goal) -> Proposers:
    return StrokeProposer(Sketch(canvas)), [ColourProposer(canvas, None)]


MIXTURES: dict[str, Callable[[Canvas, Goal], Proposers]] = {
    "auto": _auto,
    "texture and detail": _texture,
    "texture": _without_detail,
    "90 % texture, strokes": _with_strokes(0.9),
    "80 % texture, strokes": _with_strokes(0.8),
    "65 % texture, strokes": _with_strokes(0.65),
    "50 % texture, strokes": _with_strokes(0.5),
    "strokes and colours": _strokes_colours,
    "strokes": _strokes,
}
"""What files are made of, by name; ``auto`` is what they are where nothing else is asked for. Strokes alone
take as many bytes as pay, which may be fewer."""


def measure(paths: Sequence[Path], realism: float, progress: Callable[[int], None]) -> dict[str, Any]:
    """Means over pictures by preset and mixture: ``bytes``, PSNR, LPIPS, NME as a share of the distance
    between the eyes, and the distance of identity. Where a mixture does not fit a preset there is none.

    Raises ModelError where a judge or a model is missing.
    """
    person, lpips = Person(), LpipsAlex()
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, path in enumerate(paths):
        progress(number)
        image = picture.load(path)
        known, features = person.reference(image), lpips.reference(image)
        height, width = image.shape[:2]
        header = Header(width, height, SIDE, TEXTURE_MODEL)
        across, down = canvas_size(width, height, SIDE)
        canvas = picture.resize(image, across, down)
        for name, make in MIXTURES.items():
            for preset, bpp in PRESETS.items():
                goal = Goal(int(bpp * across * down / 8))
                try:
                    scene, layers = RateControl(*make(canvas, goal), header, goal).run()
                except BudgetError:
                    continue
                shown = np.asarray(next(vcmcodec.render_scenes([(header, scene)], realism=realism)))
                scores: dict[str, float | None] = {
                    "bytes": len(container.write(header, layers)),
                    "psnr": measures.psnr(shown, image),
                    "lpips": lpips.judge(features, shown).scores["lpips_alex"],
                    **person.judge(known, shown),
                }
                for key, value in scores.items():
                    if value is not None:
                        found[preset, name][key].append(value)
    means = {key: {what: statistics.fmean(all_) for what, all_ in one.items()} for key, one in found.items()}
    rows = [
        {"preset": preset, "mixture": name, "faces": len(found[preset, name]["bytes"]), **means[preset, name]}
        for preset in PRESETS
        for name in MIXTURES
        if (preset, name) in means
    ]
    return {"faces": len(paths), "realism": realism, "rows": rows}


def markdown(figures: dict[str, Any]) -> str:
    """The table of the figures of :func:`measure`."""
    return "\n".join(_lines(figures))


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{figures['faces']} faces, generator {TEXTURE_MODEL}, realism {figures['realism']:g}; LPIPS by"
    yield "AlexNet, NME by dlib's 68 landmarks, identity by dlib's embeddings."
    yield ""
    yield "| preset | what the file holds | bytes | PSNR dB | LPIPS | NME % | identity |"
    yield "|---|---|---|---|---|---|---|"
    for row in figures["rows"]:
        few = "" if row["faces"] == figures["faces"] else f" ({row['faces']} faces)"
        yield (
            f"| {row['preset']} | {row['mixture']}{few} | {row['bytes']:.0f} | {row['psnr']:.2f} "
            f"| {row['lpips']:.3f} | {100 * row['nme']:.2f} | {row['identity']:.3f} |"
        )


@click.command()
@options.folders
@options.limit
@click.option("--realism", type=click.FloatRange(0, 1), default=1.0, show_default=True)
@options.as_json
@options.into
@options.mark("mixtures")
def main(
    folders: tuple[Path, ...], limit: int | None, realism: float, as_json: bool, into: Path | None, mark: str
) -> None:
    """Compare files of equal bytes that hold other layers, on the faces below FOLDERS."""
    paths = options.listed(folders, limit)
    figures = measure(paths, realism, lambda number: click.echo(f"{number} of {len(paths)} faces", err=True))
    options.show(figures, markdown(figures), as_json, into, mark)


if __name__ == "__main__":
    main()
