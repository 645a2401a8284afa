"""``vcm info``: what a ``.vcm`` file holds."""

from __future__ import annotations

import json
from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import files, options
from vcmcodec.layers.kinds import NOT_PICTURED


@click.command()
@options.source("FILE")
@options.limits
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(source: Path, limits: vcmcodec.Limits, as_json: bool) -> None:
    """Say what FILE holds, without decoding it: sizes, generator, and bytes per layer."""
    data = files.read(source)
    found = vcmcodec.inspect(data, limits=limits)
    if as_json:
        click.echo(json.dumps({"file": str(source), **found.to_dict()}, indent=2))
    else:
        click.echo(_table(found))


def _table(info: vcmcodec.Info) -> str:
    lines = [
        f"picture    {info.width} x {info.height}{', grey' if info.grey else ''}",
        f"canvas     {info.canvas_width} x {info.canvas_height}",
        f"format     version {info.version}",
        f"generator  {info.model}",
        *(f"{layer.kind:<11}{layer.note}" for layer in info.layers if layer.note),
        *([] if info.pictured else [NOT_PICTURED]),
        "",
        f"{'part':<10}{'count':>8}{'bytes':>8}{'share':>9}{'bpp':>9}",
    ]
    parts: list[tuple[str, int | None, int]] = [("header", None, info.header)]
    parts += [(layer.kind, layer.count, layer.bytes) for layer in info.layers]
    parts.append(("total", None, info.bytes))
    for name, count, size in parts:
        number = "" if count is None else str(count)
        lines.append(f"{name:<10}{number:>8}{size:>8}{size / info.bytes:>8.1%} {info.bpp(size):>9.5f}")
    return "\n".join(lines)
