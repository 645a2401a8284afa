"""``vcm encode``: pictures to ``.vcm`` files."""

from __future__ import annotations

import functools
import io
import sys
from pathlib import Path
from typing import Any

import click

import vcmcodec
from vcmcodec.cli import batch, files, options
from vcmcodec.cli import dask as cluster

ENDINGS = (
    ".avif",
    ".bmp",
    ".gif",
    ".heic",
    ".j2k",
    ".jfif",
    ".jp2",
    ".jpe",
    ".jpeg",
    ".jpg",
    ".jxl",
    ".pgm",
    ".png",
    ".pnm",
    ".ppm",
    ".tga",
    ".tif",
    ".tiff",
    ".webp",
)
"""What pictures below a folder end in. Those that this Pillow cannot read are errors."""


@click.command()
@options.sources("PICTURE...", folders=True)
@options.outputs(".vcm")
@options.recursive
@options.skip_existing
@options.force
@options.quiet
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@cluster.option
@options.size("Longest side of the canvas that strokes are drawn on.")
@click.option(
    "--preset",
    type=click.Choice(["micro", "tiny", "small", "normal", "fine"]),
    help="At most 0.008, 0.015, 0.03, 0.05, 0.08 bits per canvas pixel.  [default: normal]",
)
@click.option("--bytes", "limit", type=click.IntRange(0), metavar="N", help="At most N bytes.")
@click.option(
    "--bpp", type=options.Number(0, 24), metavar="X", help="At most X bits per pixel of the picture."
)
@click.option(
    "--quality",
    type=options.Number(0, 100),
    metavar="Q",
    help="As many bytes as quality Q takes, 0 to 100.",
)
@click.option("--detail", type=options.Number(0, 100), metavar="D", help="Quality of the strokes alone.")
@options.colours("The most reference pixels to store; 0 stores strokes alone.")
@click.option(
    "--scheme",
    type=click.Choice(["mixed", "texture", "canvas", "strokes", "hu2020"]),
    help="What the file is made of: texture and strokes; texture alone; its part for the whole canvas alone;"
    " strokes and reference pixels; the same as Hu et al. 2020 code them."
    "  [default: strokes with --detail or --colours, else texture]",
)
def encode(
    sources: tuple[Path, ...],
    output: Path | None,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    quiet: bool,
    jobs: int | None,
    dask: str | None,
    size: int,
    preset: str | None,
    limit: int | None,
    bpp: float | None,
    quality: float | None,
    detail: float | None,
    colours: int | None,
    scheme: str | None,
) -> None:
    """Encode each PICTURE of a face: any that Pillow reads, 16 to 8192 pixels a side.

    One of --preset, --bytes, --bpp and --quality says how large the file may get. Budgets are never
    exceeded; one that is too small for the face is an error that names the least. Below folders pictures are
    known by their endings, such as .png, .jpg and .webp. Where one of many
    pictures fails, it gets a line on stderr, and the others are done; the exit code is that of the first.
    """
    sizes = {"--preset": preset, "--bytes": limit, "--bpp": bpp, "--quality": quality}
    given = [name for name, value in sizes.items() if value is not None]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)}: a file has one size")
    goal: dict[str, Any] = {
        "size": size,
        "colours": colours,
        "preset": preset,
        "bytes": limit,
        "bpp": bpp,
        "quality": quality,
        "detail": detail,
        "scheme": scheme,
    }
    if dask is not None:
        cluster.run(
            dask,
            functools.partial(cluster.encoding, goal),
            sources,
            output,
            endings=ENDINGS,
            suffix=".vcm",
            recursive=recursive,
            skip_existing=skip_existing,
            force=force,
            quiet=quiet,
            jobs=jobs,
        )
        return
    cluster.none_elsewhere(sources, output)
    todo = batch.tasks(
        sources, output, endings=ENDINGS, suffix=".vcm", recursive=recursive, skip_existing=skip_existing
    )
    work = functools.partial(_encode, **goal)
    batch.finish(batch.run(work, todo, jobs or batch.cores(), force), len(todo), quiet)


def _encode(task: batch.Task, **goal: Any) -> None:
    source: Path | io.BytesIO = task.source
    if source == files.STANDARD:
        source = io.BytesIO(sys.stdin.buffer.read())
    files.write(task.target, vcmcodec.encode(source, **goal))
