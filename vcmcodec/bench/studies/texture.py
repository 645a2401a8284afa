"""What texture layers hold of a person, without a generator, beside their bars.

``python -m vcmcodec.bench.studies.texture --studio FOLDER... --wild FOLDER... --tones FOLDER...``

What has been coded and judged is kept in the folder of ``--cache``: an interrupted study goes on where it
stopped, and peers are coded once. ``--every`` takes every Nth face of each folder, as the tables of the
baseline do. The bars on hostile files and on layers of unknown kinds are held by fuzzing and by tests.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

import vcmcodec
from vcmcodec import OutputError, VcmError
from vcmcodec.bench.codecs import CodecError
from vcmcodec.bench.report import table
from vcmcodec.bench.run import options
from vcmcodec.bench.run.score_store import Store
from vcmcodec.bench.studies import codings, texture_figures, texture_rows, texture_sheet
from vcmcodec.bench.studies.codings import NORMAL, SCORES, Face, Work
from vcmcodec.bench.studies.texture_figures import STUDIES, Scored
from vcmcodec.io import picture

TIMED = 20
WARM_UP = 3
REPORT = 10
"""Faces between two lines of progress on stderr."""


def times(faces: Sequence[Face]) -> dict[str, float]:
    """Median seconds to encode a face at the default preset and to preview it, in this process, after some to
    warm up; and how busy the machine is meanwhile."""
    images = [picture.load(face.path) for face in faces[:: -(-len(faces) // TIMED)]]
    for image in images[:WARM_UP]:
        vcmcodec.preview(vcmcodec.encode(image, preset=NORMAL))
    encode, preview = [], []
    for image in images:
        start = time.perf_counter()
        data = vcmcodec.encode(image, preset=NORMAL)
        encoded = time.perf_counter()
        vcmcodec.preview(data)
        encode.append(encoded - start)
        preview.append(time.perf_counter() - encoded)
    return {
        "encode_s": statistics.median(encode),
        "preview_s": statistics.median(preview),
        "timed": len(images),
        "cores": os.cpu_count() or 1,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
    }


def study(
    folders: Mapping[str, Sequence[Path]], cache: Path, studies: Sequence[str], every: int, jobs: int
) -> dict[str, Any]:
    """All figures, ready for JSON, of the faces of each set: ``studio``, ``wild``, and others for tones.

    Raises PictureError where a face cannot be read, OutputError where the cache cannot be used.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{cache} cannot be written: {error.strerror}") from None
    sets = {name: codings.listed(where, every) for name, where in folders.items() if where}
    work = Work(cache)
    store = Store(cache / SCORES)
    wanted = {name: texture_figures.codings(name, studies, work.peers.values()) for name in sets}
    missing = [
        (face, left)
        for name, faces in sets.items()
        for face in faces
        if (left := work.missing(store, face, wanted[name]))
    ]
    failures = codings.run(cache, missing, jobs, _progress) if missing else []
    scored = {
        name: Scored(
            faces,
            {
                (face.key, coding.codec, coding.point): work.scored(store, face, coding)
                for face in faces
                for coding in wanted[name]
            },
        )
        for name, faces in sets.items()
    }
    store.close()
    figures = texture_figures.figures(scored, every, studies, list(work.peers.values()))
    figures["gaps"] = [*work.gaps, *failures, *figures["gaps"]]
    counts = ", ".join(f"{len(faces)} {name}" for name, faces in sets.items())
    figures["faces"] = counts if every == 1 else f"{counts} (every {every}th)"
    timed = sets.get("studio") or next(iter(sets.values()))
    if "times" in studies:
        try:
            figures["times"] = times(timed)
        except VcmError as error:
            figures["gaps"].append(f"times: {error}")
    return figures


def _progress(done: int, total: int) -> None:
    if done % REPORT == 0 or done == total:
        click.echo(f"{done} of {total} faces", err=True)


_folders = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--studio", type=_folders, multiple=True, help="Studio portraits; may be repeated, as below.")
@click.option("--wild", type=_folders, multiple=True, help="Other faces.")
@click.option("--tones", type=_folders, multiple=True, help="Faces of light and of dark skin, a set each.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option(
    "--study", "studies", type=click.Choice(STUDIES), multiple=True, help="Only this.  [default: all]"
)
@click.option("--every", type=click.IntRange(1), default=1, show_default=True, help="Take every Nth face.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@options.as_json
@options.into
@options.mark("texture")
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write pages of faces beside WebP and AV1, FILE-1.png and on, and nothing else.",
)
@click.option("--count", type=int, default=24, show_default=True, help="Faces on the sheet.")
def main(
    studio: tuple[Path, ...],
    wild: tuple[Path, ...],
    tones: tuple[Path, ...],
    cache: Path,
    studies: tuple[str, ...],
    every: int,
    jobs: int,
    as_json: bool,
    into: Path | None,
    mark: str,
    sheet: Path | None,
    count: int,
) -> None:
    """Measure texture layers; print a table of figures and their bars."""
    if not (studio or wild or tones):
        raise click.UsageError("no folders: --studio, --wild or --tones")
    try:
        if sheet is not None:
            chosen = texture_sheet.chosen(studio, wild, tones, count)
            for path in texture_sheet.pages(chosen, sheet):
                click.echo(path)
            return
        folders = {"studio": studio, "wild": wild, **{folder.name: (folder,) for folder in tones}}
        figures = study(folders, cache, studies or STUDIES, every, jobs)
    except (VcmError, CodecError) as error:
        raise click.ClickException(str(error)) from None
    text = table.lines(figures, texture_rows.rows(figures))
    options.show(figures, text, as_json, into, mark)


if __name__ == "__main__":
    main()
