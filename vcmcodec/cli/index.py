"""``vcm index``: the features of many ``.vcm`` files, for ``vcm find``."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import batch, files, galleries, options


@click.command()
@options.sources("DIR|FILE...")
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path))
@options.force
@options.limits
@options.quiet
def index(sources: tuple[Path, ...], output: Path, force: bool, limits: vcmcodec.Limits, quiet: bool) -> None:
    """Collect the features of all .vcm files below DIR, without decoding them, into a file for vcm find.

    It holds names and features: biometric data, as the files' own are. Files without a feature are left out,
    with a warning that counts them. A damaged file gets a line on stderr and is left out; the exit code is
    that of the first.
    """
    files.free(files.about(output), force)
    gallery, failures = galleries.collected(sources, limits, quiet)
    files.write(output, gallery.write())
    batch.finish(failures, len(failures), quiet=True)
