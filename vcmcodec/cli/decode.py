"""``vcm decode``: ``.vcm`` files to pictures."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import vcmcodec
from vcmcodec import ExistsError, FormatError, PictureError, VcmError
from vcmcodec.cli import batch, broken_off, files, options, worklist
from vcmcodec.layers import kinds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from vcmcodec.format.container import Header
    from vcmcodec.scene import Scene

    Scenes = dict[worklist.Task, tuple[Header, Scene]]
    """What files hold."""

TOGETHER = 64
"""Files that are held at a time: more than one run of the generator takes."""


@click.command()
@options.sources("FILE...")
@options.outputs(".png")
@options.recursive
@options.skip_existing
@options.force
@options.remove
@options.quiet
@options.dask
@click.option("-j", "--jobs", type=options.Whole(1), metavar="N", help="Processes of --dask local.")
@click.option(
    "--onto",
    metavar="PICTURE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Paste the faces of all FILEs back into the picture that they were cut out of, or one of its size."
    " -o names what comes of it; PICTURE stays as it is.",
)
@click.option(
    "--format",
    "ending",
    type=click.Choice(["png", "jpg", "webp", "tiff", "bmp", "ppm"]),
    help="What pictures are written as where -o does not say. [default: png]",
)
@click.option(
    "--jpeg-quality",
    type=options.Whole(1, 100),
    default=95,
    metavar="Q",
    help="Of JPEG files.",
)
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
    output: files.Output | None,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    remove: bool,
    quiet: bool,
    dask: str | None,
    jobs: int | None,
    onto: Path | None,
    ending: str | None,
    jpeg_quality: int,
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

    A file that breaks off is decoded as far as its layers are whole, with a warning; of one without a layer
    of the picture, such as one cut to its feature, the face is invented, with a warning. One that cannot be
    decoded gets a line on stderr; the exit code is that of the first.

    A FILE may be a picture, too: of a QR code that vcm qr wrote, printed and photographed.

    A picture that vcm did not write is never replaced unless -o names it, --force or not: what would go there
    goes to NAME.decoded.png.
    """
    if base_only and colours:
        raise click.UsageError("--base-only and --colours exclude each other")
    if preview and (base_only or colours is not None):
        raise click.UsageError("--preview shows neither strokes nor colours")
    look = {"base_only": base_only, "colours": colours, "realism": realism, "device": device}
    if dask is not None:
        from vcmcodec.cli import dask as cluster

        if onto is not None or remove or ending is not None or strict or verbose:
            raise click.UsageError("--dask takes neither --onto nor --format nor --rm nor --strict nor -v")
        cluster.run(
            dask,
            functools.partial(cluster.decoding, look, limits, preview),
            sources,
            output,
            source_suffixes=(".vcm",),
            target_suffix=".png",
            recursive=recursive,
            skip_existing=skip_existing,
            force=force,
            quiet=quiet,
            jobs=jobs,
        )
        return
    options.none_elsewhere(sources, output, jobs)
    suffix = f".{ending or 'png'}"
    read = functools.partial(_whole, limits=limits, strict=strict, quiet=quiet)
    if onto is not None:
        from vcmcodec.cli import pasting

        paste = pasting.Pasting(onto, output, suffix, jpeg_quality, force, recursive)
        results = paste.run(sources, read, limits, None if preview else look)
        batch.finish(results, len(results), quiet)
        return
    apart: dict[Path, Path] = {}
    work = worklist.tasks(
        sources,
        output,
        source_suffixes=(".vcm",),
        target_suffix=suffix,
        recursive=recursive,
        skip_existing=skip_existing,
        moved=functools.partial(_apart, apart=apart),
    )
    if remove:
        files.removable(task.target for task in work.todo)
    for task in work.todo:
        _check_ending(task.target, ending)
    save = functools.partial(_save, suffix=suffix, quality=jpeg_quality, apart=apart, remove=remove)
    if preview:
        show = functools.partial(_preview, limits=limits, read=read, save=save)
        decoded: Iterator[batch.Result] = batch.run(show, work.todo, 1, force, skip_existing)
    else:
        decoded = _decode(work.todo, look, limits, read, save, force, skip_existing, verbose)
    batch.finish(decoded, len(work.todo), quiet, work)


def _check_ending(target: Path, ending: str | None) -> None:
    """Raises click.UsageError for an output whose name ends in no known format, or in another than was asked
    for."""
    from vcmcodec.io import picture

    if target == files.STANDARD or files.is_stream(target):
        return
    if target.suffix.lower() not in picture.SUFFIXES:
        raise click.UsageError(f"the output {target} must end in one of {', '.join(picture.SUFFIXES)}")
    if ending and picture.format_of(target.suffix.lower()) != picture.format_of(f".{ending}"):
        raise click.UsageError(f"the output {target} does not end in .{ending}")


def _apart(target: Path, apart: dict[Path, Path]) -> Path:
    """Where a picture goes whose name nobody chose: apart from one that is there and is another's."""
    from vcmcodec.io import picture

    if not target.is_file() or picture.is_ours(target):
        return target
    other = worklist.numbered(target, ".decoded")
    apart[other] = target
    return other


def _decode(
    todo: list[worklist.Task],
    look: dict[str, Any],
    limits: vcmcodec.Limits,
    read: Callable[[Path], bytes],
    save: Callable[..., batch.Report],
    force: bool,
    skip_existing: bool,
    verbose: bool,
) -> Iterator[batch.Result]:
    """Decodes all tasks, TOGETHER at a time, so that generators run on batches."""
    for start in range(0, len(todo), TOGETHER):
        scenes: Scenes = {}
        decode_layers = functools.partial(_decode_layers, scenes=scenes, limits=limits, read=read)
        results = batch.run(decode_layers, todo[start : start + TOGETHER], 1, force, skip_existing)
        yield from (result for result in results if result is not None)
        images = vcmcodec.render_scenes(list(scenes.values()), **look)
        invented = {task for task, (_, scene) in scenes.items() if not kinds.pictured(scene.parts)}
        for model in dict.fromkeys(header.model for header, _ in scenes.values()) if verbose else ():
            with suppress(VcmError):  # which each of its files says
                click.echo(_runtime(model, look["device"]), err=True)
        yield from batch.run(functools.partial(save, images=images, invented=invented), list(scenes), 1)


def _decode_layers(
    task: worklist.Task, scenes: Scenes, limits: vcmcodec.Limits, read: Callable[[Path], bytes]
) -> None:
    scenes[task] = vcmcodec.decode_scene(read(task.source), limits=limits)


def _preview(
    task: worklist.Task,
    limits: vcmcodec.Limits,
    read: Callable[[Path], bytes],
    save: Callable[..., batch.Report],
) -> batch.Report:
    return save(task, images=iter([vcmcodec.preview(read(task.source), limits=limits)]))


def _save(
    task: worklist.Task,
    images: Iterator[Image],
    suffix: str,
    quality: int,
    apart: dict[Path, Path],
    remove: bool,
    invented: Container[worklist.Task] = (),
) -> batch.Report:
    from vcmcodec.io import picture

    named = task.target.suffix.lower()
    image = next(images)
    if task.target in apart and not picture.may_replace(task.target):
        raise ExistsError("is there already, and vcm did not write it: -o names what is replaced")
    files.write(task.target, picture.coded(image, named if named in picture.SUFFIXES else suffix, quality))
    if remove and task.source != files.STANDARD:
        files.remove(task.source)
    other = apart.get(task.target)
    notes = [f"warning: {kinds.INVENTED}"] if task in invented else []
    if other is not None:
        notes.append(f"wrote {task.target}: vcm did not write {other}, which stays")
    return batch.Report(task.source, tuple(notes))


def _carried(pixels: NDArray[np.uint8]) -> bytes:
    """The file in the QR code on a picture."""
    from vcmcodec.interop import qr

    try:
        return qr.read(pixels)
    except PictureError as error:
        raise FormatError(f"not a vcm file: {error}") from None


def _whole(source: Path, limits: vcmcodec.Limits, strict: bool, quiet: bool) -> bytes:
    """The bytes of a file, or of the QR code on a picture, which its name or a pipe's content shows; without
    ``strict``, those of its whole layers where it breaks off."""
    from vcmcodec.format.container import MAGIC
    from vcmcodec.io import picture

    if source.suffix.lower() in picture.SUFFIXES:
        return _carried(picture.load(files.about(source)))
    streamed = source == files.STANDARD or files.is_stream(source)
    data = files.read(source, pictures=streamed)
    if streamed and not data.startswith(MAGIC):
        with suppress(PictureError):  # neither: an error of the format says so
            pixels = picture.load(io.BytesIO(data))
            return _carried(pixels)
    if strict:
        return data
    return broken_off.kept(source, data, limits, quiet, "decoded")


def _runtime(model: int, device: str) -> str:
    from vcmcodec.codec import NO_MODEL
    from vcmcodec.render import generator

    if model == NO_MODEL:
        return "vcm: no generator: the texture is the picture"
    return f"vcm: generator {model} ran on {generator.load(model, device).provider}"
