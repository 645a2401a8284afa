"""``vcm encode``: pictures to ``.vcm`` files."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

import click

import vcmcodec
from vcmcodec import ExistsError
from vcmcodec.cli import batch, files, options, remarks, worklist
from vcmcodec.io import picture_warnings

SOURCE_SUFFIXES = (
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
"""Suffixes of the pictures that are taken below a folder. One that this Pillow cannot read is an error."""


@click.command()
@options.sources("PICTURE...")
@options.outputs(".vcm")
@options.recursive
@options.skip_existing
@options.force
@options.remove
@options.quiet
@click.option("-v", "--verbose", is_flag=True, help="Say of each file how large it is, and how long it took.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object: size, bpp, crop, time and warnings of each file.",
)
@click.option("-j", "--jobs", type=options.Whole(1), metavar="N", help="Processes.  [default: one a core]")
@options.dask
@click.option(
    "--face",
    default="auto",
    metavar="WHICH",
    callback=options.face,
    help="auto: the largest face, cropped as the training faces are; a picture already framed like that is"
    " coded whole; whole: the picture as it is; a number: that face, 1 being the largest; X,Y,W,H: that"
    " rectangle; all: a file for each face, NAME-1.vcm, NAME-2.vcm and so on, the largest first.",
)
@click.option(
    "--place/--no-place",
    default=True,
    help="Store where in the photograph the crop lay (about 14 bytes); vcm decode --onto needs it.",
)
@options.size(
    "Longest side of the canvas that strokes are drawn on and texture is spread over. Larger ones serve"
    " pictures of strokes alone; texture holds no more on them."
)
@click.option(
    "--preset",
    type=click.Choice(["micro", "tiny", "small", "normal", "fine"]),
    help="At most 65, 122, 245, 409 or 655 bytes for a canvas of 256 x 256; in proportion for others."
    "  [default: normal]",
)
@click.option("--bytes", "limit", type=options.Whole(0), metavar="N", help="At most N bytes.")
@click.option(
    "--bpp",
    type=options.Number(0, 24),
    metavar="X",
    help="At most X bits per pixel of the picture in the file.",
)
@click.option(
    "--quality",
    type=options.Number(0, 100),
    metavar="Q",
    help="As many bytes as quality Q takes, 0 to 100.",
)
@click.option(
    "--detail",
    type=options.Number(0, 100),
    metavar="D",
    help="Quality of the base layer alone: of strokes, or of texture where --scheme asks for it.",
)
@options.colours("The most reference pixels to store; 0 stores strokes alone.")
@click.option(
    "--scheme",
    type=click.Choice(["auto", "mixed", "texture", "canvas", "strokes", "hu2020"]),
    help="auto: texture, plus strokes where they help; mixed: texture and strokes; texture: texture alone;"
    " canvas: only the whole-canvas part of the texture; strokes: strokes and reference pixels; hu2020: the"
    " same, coded as in Hu et al. 2020."
    "  [default: strokes with --detail or --colours, else auto]",
)
@click.option(
    "--feature",
    type=options.Whole(16, 64),
    metavar="N",
    help="Store the face's embedding, too, in at most N bytes, 16 to 64; 32 tell people apart as well as any."
    " It is biometric data: whoever has the file can recognise the person by it.",
)
@click.option("--no-feature", is_flag=True, help="Store none, as by default.")
def encode(
    sources: tuple[Path, ...],
    output: files.Output | None,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    remove: bool,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    jobs: int | None,
    dask: str | None,
    limit: int | None,
    no_feature: bool,
    **goal: Any,
) -> None:
    """Encode the face on each PICTURE: any picture that Pillow reads, of 16 pixels a side or more.

    The face is found and cropped; where it is one of several, or not all of the picture, a line on stderr
    says what was coded. A picture without a face is an error, and --face whole codes it all the same.

    One of --preset, --bytes, --bpp and --quality says how large the file may get. --bytes and --bpp are never
    exceeded: too small a budget is an error that names the minimum. A --preset is exceeded only where even
    the smallest file is larger. Below folders pictures are known by their suffixes, such as .png, .jpg and
    .webp. Where one of many pictures fails, it gets a line on stderr, and the others are done; the exit code
    is that of the first.
    """
    sizes = {"--preset": goal["preset"], "--bytes": limit, "--bpp": goal["bpp"], "--quality": goal["quality"]}
    given = [name for name, value in sizes.items() if value is not None]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude each other")
    if goal["feature"] is not None and no_feature:
        raise click.UsageError("--feature and --no-feature exclude each other")
    every = goal["face"] == "all"
    if dask is not None:
        from vcmcodec.cli import dask as cluster

        if every or as_json or remove or verbose:
            raise click.UsageError("--dask takes neither --face all nor --json nor --rm nor -v")
        wanted = {"bytes": limit, **goal}
        cluster.run(
            dask,
            functools.partial(cluster.encoding, wanted),
            sources,
            output,
            source_suffixes=SOURCE_SUFFIXES,
            target_suffix=".vcm",
            recursive=recursive,
            skip_existing=skip_existing,
            force=force,
            quiet=quiet,
            jobs=jobs,
            goal=wanted,
        )
        return
    options.none_elsewhere(sources, output)
    if as_json and output is not None and output.path == files.STANDARD:
        raise click.UsageError("--json and the file cannot both go to stdout")
    work = worklist.tasks(
        sources,
        output,
        source_suffixes=SOURCE_SUFFIXES,
        target_suffix=".vcm",
        recursive=recursive,
        skip_existing=skip_existing,
        first="-1" if every else "",
    )
    if every and any(task.target == files.STANDARD for task in work.todo):
        raise click.UsageError("--face all makes several files, which cannot all go to stdout")
    if remove:
        files.removable(task.target for task in work.todo)
    do = functools.partial(_encode, force=force, remove=remove, verbose=verbose, bytes=limit, **goal)
    # Files of all faces have names of their own, which _encode looks at.
    results = batch.run(do, work.todo, jobs or batch.cores(), force or every, skip_existing)
    batch.finish(results, len(work.todo), quiet, work, as_json)


def _encode(
    task: worklist.Task, *, face: str, force: bool, remove: bool, verbose: bool, **goal: Any
) -> batch.Result:
    began = time.perf_counter()
    with picture_warnings.caught() as notes:
        source = remarks.whole(task.source) if face == "whole" else files.picture(task.source)
        made = vcmcodec.encode_faces(source, face=face, **goal)
    if face != "all":
        targets = [task.target]
    else:
        targets = [worklist.numbered(task.target, f"-{index}") for index in range(1, len(made) + 1)]
        for target in targets:
            try:
                files.free(target, force)
            except ExistsError as error:
                return worklist.Failed(target, error.exit_code, str(error))
    for target, one in zip(targets, made):
        files.write(target, one.data)
    seconds = time.perf_counter() - began
    notes += [note for one in made for note in remarks.warnings(one, goal)]
    said = list(remarks.lines(notes, made, face))
    facts = []
    for target, one in zip(targets, made):
        pixels = one.width * one.height
        facts.append(
            {
                "input": str(task.source),
                "output": str(target),
                "bytes": len(one.data),
                "bpp": 8 * len(one.data) / pixels,
                "ratio": 3 * pixels / len(one.data),
                "width": one.width,
                "height": one.height,
                "faces": one.faces,
                "crop": None if one.crop is None else one.crop._asdict(),
                "seconds": seconds,
                "warnings": notes,
            }
        )
        if verbose:
            said.append(
                f"{target}: {len(one.data)} bytes, {8 * len(one.data) / pixels:.4f} bpp, ratio "
                f"{3 * pixels / len(one.data):.0f}, {one.width} x {one.height} pixels, {seconds:.2f} s"
            )
    if remove and task.source != files.STANDARD:
        if part := remarks.part(made, face):
            said.append(f"--rm: the picture was kept, because {part}")
        else:
            files.remove(task.source)
    return batch.Report(task.source, tuple(said), tuple(facts))
