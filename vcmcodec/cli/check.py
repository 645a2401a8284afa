"""``vcm check``: whether files can be decoded, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import batch, files, options, worklist
from vcmcodec.layers import kinds


@click.command()
@options.sources("FILE...")
@options.recursive
@options.limits
@click.option("-v", "--verbose", is_flag=True, help="Say of good files, too, what they hold.")
@options.quiet
def check(
    sources: tuple[Path, ...], recursive: bool, limits: vcmcodec.Limits, verbose: bool, quiet: bool
) -> None:
    """Check each FILE: every byte, every layer, strokes and colours; whether its generator
    is known; all but the generator's picture.

    Silent where all is well. A bad file gets one line on stderr; the exit code is that of the first.
    """
    from vcmcodec.codec import NO_MODEL
    from vcmcodec.render import generator

    def work(task: worklist.Task) -> None:
        data = files.read(task.source)
        header, _ = vcmcodec.decode_scene(data, limits=limits)
        if header.model != NO_MODEL:
            generator.named(header.model)
        if verbose:
            info = vcmcodec.inspect(data, limits=limits)
            found = ", ".join(_counts(info)) if info.pictured else kinds.NOT_PICTURED
            files.say(f"{task.source}: {header.width} x {header.height}, {found}, generator {header.model}")

    found, missing = worklist.there(sources)
    todo = [
        worklist.Task(one, one) for source in found for one in worklist.below(source, (".vcm",), recursive)
    ]
    if not missing:
        worklist.some(todo, sources)
    known = worklist.Work(todo, missing, 0, False)
    batch.finish(batch.run(work, todo, jobs=1), len(todo), quiet, known)


def _counts(info: vcmcodec.Info) -> Iterator[str]:
    """How much of what each kind counts there is."""
    for kind in kinds.KINDS.values():
        if kind.unit is not None:
            yield f"{sum(layer.count or 0 for layer in info.layers if layer.kind == kind.name)} {kind.unit}"
