"""``vcm index``: the features of many ``.vcm`` files, for ``vcm find``."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import batch, files, galleries, options


@click.command()
@options.sources("DIR|FILE...")
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path))
@options.dask
@click.option("-j", "--jobs", type=options.Whole(1), metavar="N", help="Processes of --dask local.")
@options.force
@options.limits
@options.quiet
def index(
    sources: tuple[Path, ...],
    output: Path,
    dask: str | None,
    jobs: int | None,
    force: bool,
    limits: vcmcodec.Limits,
    quiet: bool,
) -> None:
    """Collect the features of all .vcm files below DIR, without decoding them, into a file for vcm find.

    It holds names and features: biometric data, as the files' own are. Files without a feature are left out,
    with a warning that counts them. A file that breaks off is read as far as its layers are whole, with a
    warning. A damaged file and a source that is not there get a line on stderr, and the rest is collected;
    the exit code is that of the first. Where no face is collected, nothing is written.
    """
    files.free(files.about(output), force)
    if dask is None:
        options.none_elsewhere(sources, None, jobs)
        gallery, failures = galleries.collected(sources, limits, quiet)
    else:
        from vcmcodec.cli import dask as cluster

        gallery, failures = cluster.index(dask, sources, limits, quiet, jobs)
    if len(gallery):
        files.write(output, gallery.write())
    batch.finish(failures, len(failures), quiet=True)
