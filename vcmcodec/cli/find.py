"""``vcm find``: the faces in a folder or an index that are most like one."""

from __future__ import annotations

import json
from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import batch, broken_off, files, galleries, options


@click.command()
@options.source("PROBE", "probe")
@click.argument("where", metavar="DIR|INDEX", type=click.Path(exists=True, path_type=Path))
@click.option("-k", "count", type=options.Whole(1), default=5, metavar="K", help="Faces to list.")
@options.limits
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.quiet
def find(probe: Path, where: Path, count: int, limits: vcmcodec.Limits, as_json: bool, quiet: bool) -> None:
    """List the K faces most like PROBE, a picture or a .vcm file, of those in DIR or in an index (vcm index).

    For each its cosine, and its false accept rate: the share of strangers whose cosine is as high. Among N
    faces N times as many strangers are to be expected there, so the nearest face need not be the same
    person's.
    """
    gallery, failures = (
        galleries.collected([where], limits, quiet) if where.is_dir() else (galleries.opened(where), [])
    )
    face = vcmcodec.face(broken_off.taken(probe, limits, quiet), limits=limits)
    rows = [
        {"file": found.name, "cosine": round(found.cosine, 4), "far": vcmcodec.false_accepts(found.cosine)}
        for found in gallery.search(face.vector, count)
    ]
    if as_json:
        said = {"probe": str(probe), "source": face.source, "faces": len(gallery), "found": rows}
        files.say(json.dumps(said, indent=2))
    else:
        for row in rows:
            files.say(f"{row['cosine']:>6.3f}  {row['far']:<8.2g}  {files.plain(str(row['file']))}")
    batch.finish(failures, len(failures), quiet=True)
