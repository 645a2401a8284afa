"""``vcm decode``: ``.vcm`` files to pictures."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import vcmcodec
from vcmcodec import VcmError
from vcmcodec.cli import batch, files, options
from vcmcodec.cli import dask as cluster
from vcmcodec.truncation import whole

if TYPE_CHECKING:
    from PIL.Image import Image

    from vcmcodec.format.container import Header
    from vcmcodec.scene import Scene

    Decoded = dict[int, dict[batch.Task, tuple[Header, Scene]]]
    """What files hold, by the number of their generator."""

TOGETHER = 64
"""Files that are held at a time: more than one run of the generator takes."""


@click.command()
@options.sources("FILE...", folders=True)
@options.outputs(".png")
@options.recursive
@options.skip_existing
@options.force
@options.quiet
@cluster.option
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes of --dask local.")
@click.option("--base-only", is_flag=True, help="Decode from the strokes alone, as --colours 0 does.")
@options.colours("The most reference pixels to use.")
@click.option("--preview", is_flag=True, help="Show the texture layers alone: no network, in milliseconds.")
@click.option(
    "--realism",
    type=options.Number(0, 1),
    default=1.0,
    metavar="0..1",
    help="From 0, the picture nearest to the original, to 1, the most natural one, with noise like a film's.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cuda", "cpu"]),
    default="auto",
    help="What runs the generator; auto is CUDA where it runs, else the CPU.",
)
@options.limits
@click.option("--strict", is_flag=True, help="Refuse a file that breaks off, whole layers or not.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what runs the generator.")
def decode(
    sources: tuple[Path, ...],
    output: Path | None,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    quiet: bool,
    dask: str | None,
    jobs: int | None,
    base_only: bool,
    colours: int | None,
    preview: bool,
    realism: float,
    device: str,
    limits: vcmcodec.Limits,
    strict: bool,
    verbose: bool,
) -> None:
    """Decode each FILE to a picture of the size of the one that was encoded; many in batches.

    A file that breaks off is decoded as far as its layers are whole, with a warning. One that cannot
    be decoded gets a line on stderr; the exit code is that of the first.
    """
    from vcmcodec.io import picture

    if base_only and colours:
        raise click.UsageError("--base-only and --colours exclude each other")
    if preview and (base_only or colours is not None):
        raise click.UsageError("--preview shows neither strokes nor colours")
    look = {"base_only": base_only, "colours": colours, "realism": realism, "device": device}
    if dask is not None:
        cluster.run(
            dask,
            functools.partial(cluster.decoding, look, limits, preview),
            sources,
            output,
            endings=(".vcm",),
            suffix=".png",
            recursive=recursive,
            skip_existing=skip_existing,
            force=force,
            quiet=quiet,
            jobs=jobs,
        )
        return
    cluster.none_elsewhere(sources, output)
    todo = batch.tasks(
        sources, output, endings=(".vcm",), suffix=".png", recursive=recursive, skip_existing=skip_existing
    )
    for task in todo:
        if task.target != files.STANDARD and task.target.suffix.lower() not in picture.SUFFIXES:
            raise click.UsageError(
                f"the output {task.target} must end in one of {', '.join(picture.SUFFIXES)}"
            )
    read = functools.partial(_whole, limits=limits, strict=strict, quiet=quiet)
    if preview:
        show = functools.partial(_preview, limits=limits, read=read)
        batch.finish(batch.run(show, todo, jobs=1, force=force), len(todo), quiet)
    else:
        batch.finish(_decode(todo, look, limits, read, force, verbose), len(todo), quiet)


def _decode(
    todo: list[batch.Task],
    look: dict[str, Any],
    limits: vcmcodec.Limits,
    read: Callable[[Path], bytes],
    force: bool,
    verbose: bool,
) -> Iterator[batch.Failed | None]:
    """Decodes all tasks, files of one generator together."""
    for start in range(0, len(todo), TOGETHER):
        by_model: Decoded = {}
        decode_layers = functools.partial(_decode_layers, by_model=by_model, limits=limits, read=read)
        results = batch.run(decode_layers, todo[start : start + TOGETHER], jobs=1, force=force)
        yield from (failed for failed in results if failed is not None)
        for model, found in by_model.items():
            try:
                images = vcmcodec.render_scenes(list(found.values()), **look)
            except VcmError as error:
                yield from (batch.failed(task, error) for task in found)
                continue
            if verbose:
                click.echo(_runtime(model, look["device"]), err=True)
            yield from batch.run(functools.partial(_save, images=images), list(found), jobs=1)


def _decode_layers(
    task: batch.Task, by_model: Decoded, limits: vcmcodec.Limits, read: Callable[[Path], bytes]
) -> None:
    header, scene = vcmcodec.decode_scene(read(task.source), limits=limits)
    by_model.setdefault(header.model, {})[task] = header, scene


def _preview(task: batch.Task, limits: vcmcodec.Limits, read: Callable[[Path], bytes]) -> None:
    _save(task, iter([vcmcodec.preview(read(task.source), limits=limits)]))


def _save(task: batch.Task, images: Iterator[Image]) -> None:
    from vcmcodec.io import picture

    files.write(task.target, picture.coded(next(images), task.target.suffix.lower() or ".png"))


def _whole(source: Path, limits: vcmcodec.Limits, strict: bool, quiet: bool) -> bytes:
    """The bytes of a file; without ``strict``, those of its whole layers where it breaks off."""
    data = files.read(source)
    if strict:
        return data
    data, cut = whole(data, limits=limits)
    if cut is not None and not quiet:
        click.echo(files.line(source, f"warning: {cut}; decoded as far as it is whole"), err=True)
    return data


def _runtime(model: int, device: str) -> str:
    from vcmcodec.codec import NO_MODEL
    from vcmcodec.render import generator

    if model == NO_MODEL:
        return "vcm: no generator: the texture is the picture"
    return f"vcm: generator {model} ran on {generator.load(model, device).provider}"
