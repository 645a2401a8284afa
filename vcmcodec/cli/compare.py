"""``vcm compare``: how far a decoded face, or any picture, is from the original."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

import vcmcodec
from vcmcodec import ModelError, PictureError
from vcmcodec.cli import files, options
from vcmcodec.layers import kinds

JUDGES = {
    "pixels": (("ssim", "SSIM"),),
    "lpips-alex": (("lpips_alex", "LPIPS"),),
    "dlib": (("identity", "identity"), ("nme", "landmarks")),
}
"""Judges besides PSNR, which needs no package: by name, the scores that are shown."""

ENLARGED = 4
"""Differences are shown this many times as large, around grey."""


@click.command()
@click.argument(
    "original",
    metavar="ORIGINAL",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.argument(
    "other",
    metavar="FILE|PICTURE",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write both and their difference, four times as large, side by side.",
)
@options.force
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; a PSNR without end is null.")
@options.limits
def compare(
    original: Path, other: Path, output: Path | None, force: bool, as_json: bool, limits: vcmcodec.Limits
) -> None:
    """Compare a picture with a .vcm FILE, decoded, or with another picture of its size.

    A file that was cropped is compared with what was cropped. PSNR is always there; SSIM, LPIPS, identity
    (the distance of dlib's face embeddings: under 0.6 one person) and landmarks (their mean error, over the
    distance of the eyes' outer corners) where the extra bench and what it names are installed.
    """
    import numpy as np
    from PIL import Image

    from vcmcodec.io import picture

    if output is not None:
        if output != files.STANDARD and output.suffix.lower() not in picture.SUFFIXES:
            raise click.UsageError(f"the output {output} must end in one of {', '.join(picture.SUFFIXES)}")
        for source in (original, other):
            files.output_path(source, output, output.suffix)
        files.free(files.about(output), force)
    files.about(other)
    size = None
    if other.suffix.lower() == ".vcm":
        data = files.read(other)
        header, scene = vcmcodec.decode_scene(data, limits=limits)
        decoded = np.asarray(next(vcmcodec.render_scenes([(header, scene)])))
        if not kinds.pictured(scene.parts):
            click.echo(files.line(other, f"warning: {kinds.INVENTED}"), err=True)
        files.about(original)
        whole = picture.load(original, crops=scene.crop is not None)
        if scene.crop is not None:
            from vcmcodec.render import paste

            whole = paste.taken(whole, scene.crop, header.width, header.height)
        size = len(data)
    else:
        decoded = picture.load(other)
        files.about(original)
        whole = picture.load(original)
    if whole.shape != decoded.shape:
        sizes = (f"{pixels.shape[1]} x {pixels.shape[0]}" for pixels in (whole, decoded))
        raise PictureError(f"pictures of {' and '.join(sizes)} pixels cannot be compared")
    scores, missing = _scores(whole, decoded)
    if output is not None:
        halves = np.clip(128 + ENLARGED * (decoded.astype(np.int16) - whole), 0, 255).astype(np.uint8)
        sheet = Image.fromarray(np.hstack([whole, decoded, halves]))
        files.write(output, picture.coded(sheet, output.suffix.lower() or ".png"))
        files.about(original)
    if output == files.STANDARD:
        return
    if as_json:
        # JSON has no infinity, which is the PSNR of equal pictures.
        said = {
            key: value if value is None or math.isfinite(value) else None for key, value in scores.items()
        }
        files.say(json.dumps({"bytes": size, **said, "missing": missing}, indent=2, allow_nan=False))
        return
    names = {key: label for shown in JUDGES.values() for key, label in shown}
    for key, value in scores.items():
        unit = " dB" if key == "psnr" else ""
        text = "no answer" if value is None else f"{value:.4g}{unit}"
        files.say(f"{names.get(key, 'PSNR'):<11}{text}")
    for reason in missing:
        files.say(f"{'':<11}{reason}")


def _scores(original: Any, decoded: Any) -> tuple[dict[str, float | None], list[str]]:
    """Scores by name, None where a judge has no answer, and why judges are missing."""
    from vcmcodec import metrics
    from vcmcodec.metrics import measures

    scores: dict[str, float | None] = {"psnr": measures.psnr(original, decoded)}
    missing = []
    for name, shown in JUDGES.items():
        try:
            judge = metrics.make(name)
        except ModelError as error:
            missing.append(f"no {', '.join(label for _, label in shown)}: {error}")
            continue
        verdict = judge.judge(judge.reference(original), decoded)
        scores |= {key: verdict.scores.get(key) for key, _ in shown}
    return scores, missing
