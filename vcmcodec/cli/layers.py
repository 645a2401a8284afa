"""``vcm layers``: where a ``.vcm`` file may be cut."""

from __future__ import annotations

import json
from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import files, options
from vcmcodec.layers import kinds


@click.command()
@options.source("FILE")
@options.limits
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def layers(source: Path, limits: vcmcodec.Limits, as_json: bool) -> None:
    """List the layers of FILE, and how large the file is when it is cut after each (see vcm cut)."""
    found = vcmcodec.inspect(files.read(source), limits=limits)
    names = kinds.cut_names([layer.kind for layer in found.layers])
    ends = [layer.end for layer in found.layers]
    if as_json:
        rows = [
            {"kind": layer.kind, "count": layer.count, "bytes": layer.bytes, "upto": name, "file": end}
            for layer, name, end in zip(found.layers, names, ends)
        ]
        click.echo(json.dumps({"file": str(source), "layers": rows}, indent=2))
        return
    click.echo(f"{'layer':<10}{'count':>7}{'bytes':>8}   {'--upto':<12}{'file':>7}{'bpp':>9}")
    for layer, name, end in zip(found.layers, names, ends):
        count = "" if layer.count is None else str(layer.count)
        line = f"{layer.kind:<10}{count:>7}{layer.bytes:>8}   {name or '':<12}{end:>7}{found.bpp(end):>9.5f}"
        click.echo(line)
