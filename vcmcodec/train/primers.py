"""Makes the primers that PPM coding starts from: the symbols of other faces, in the order in
which a payload holds them.

``python -m vcmcodec.train.primers --data FOLDER --out models``
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from vcmcodec import codec, colour, picture
from vcmcodec.layers import colours as colour_layer
from vcmcodec.layers import edges as edge_layer
from vcmcodec.train import catalogue
from vcmcodec.train.faces import faces, parallel

SIZE = 16 << 10
"""Bytes of a primer: more gains under one per cent and costs time in every decode."""

Symbols = tuple[bytes, bytes]


def face_symbols(path: Path) -> Symbols:
    """The symbols of one face's edge layer, and of its colour layers."""
    canvas = picture.load(path)
    drawing = codec.draw(canvas)
    streams, _ = edge_layer.symbols(drawing.ops)
    known: list[colour.YCoCg] = []
    steps = colour_layer.STEPS[colour_layer.DEFAULT_STEPS]
    parts = []
    for cut in (*codec.CUTS, len(drawing.places)):
        if cut <= len(drawing.places):
            wanted = codec.pick(canvas, drawing.places[len(known) : cut])
            parts.append(colour.encode(drawing.places, known, wanted, steps))
    return b"".join(streams), b"".join(parts)


def fill(symbols: Iterable[bytes]) -> bytes:
    """Whole faces' symbols in a row, as many as fit SIZE."""
    out = b""
    for face in symbols:
        if len(out) + len(face) <= SIZE:
            out += face
    return out


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--limit", default=160, show_default=True, help="Faces to read.")
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, out: Path, limit: int, jobs: int) -> None:
    """Write the edge and colour primers from the faces in a folder."""
    found = list(parallel(face_symbols, faces(data)[:limit], jobs))
    for name, part in ((edge_layer.PRIMER, 0), (colour_layer.PRIMER, 1)):
        primer = fill(face[part] for face in found)
        (out / name).write_bytes(primer)
        catalogue.enter(out / name)
        click.echo(f"{name}: {len(primer)} bytes")


if __name__ == "__main__":
    main()
