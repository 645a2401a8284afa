"""What fixed drawings cost, layer by layer, as a table to commit: a change in rate is a diff.

``python -m vcmcodec.bench.studies.rate_table tests/bench/studies/rate -o tests/bench/studies/rate.csv``
"""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.interop import svg
from vcmcodec.io import output as output_file


def table(folder: Path) -> str:
    """CSV of the drawings ``*.svg`` in a folder, a row each: how many strokes and colours, and the bytes of
    the file, of its edge layer and of its colour layers, with their framing. The last row has the sums."""
    lines = ["drawing,strokes,colours,file,edges,colour_layers"]
    sums = [0] * 5
    for path in sorted(folder.glob("*.svg")):
        info = vcmcodec.inspect(svg.encode(svg.load(path.read_bytes())))
        strokes, *colours = info.layers
        row = [
            strokes.count or 0,
            sum(layer.count or 0 for layer in colours),
            info.bytes,
            strokes.bytes,
            sum(layer.bytes for layer in colours),
        ]
        lines.append(",".join([path.stem, *map(str, row)]))
        sums = [total + value for total, value in zip(sums, row)]
    lines.append(",".join(["all", *map(str, sums)]))
    return "\n".join([*lines, ""])


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(folder: Path, output: Path) -> None:
    """Write the table of the drawings in FOLDER."""
    output_file.write(output, table(folder).encode())


if __name__ == "__main__":
    main()
