"""Pages to look at: faces at several sizes, without a network and by the generator, beside WebP and AV1 at no
more bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import vcmcodec
from vcmcodec.bench.report.sheet import Panel, sheet
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import peers, skin, tone
from vcmcodec.bench.studies.peers import Peer
from vcmcodec.bench.studies.person import Known, Person
from vcmcodec.errors import OutputError
from vcmcodec.io import picture
from vcmcodec.metrics import measures
from vcmcodec.metrics.landmarks import Dlib68

BYTES = (65, 120, 240, 400, 650)
BESIDE = ("webp", "av1")
SIDE = 192
"""Pixels a side of a picture on a page."""

ON_A_PAGE = 4
ACROSS = 2
"""Faces side by side on a page."""

_SIXTH = 6
"""One in six faces is a studio portrait of light skin, one of dark skin; the others are not of a studio."""


def chosen(
    studio: Sequence[Path], wild: Sequence[Path], tones: Sequence[Path], count: int
) -> list[tuple[str, Path]]:
    """Titles and paths of faces: of light skin below the folders ``studio``, spread evenly; the darkest below
    ``tones``, or below ``studio`` where there are none; and others below ``wild``, spread evenly.

    Raises ModelError where what finds landmarks is missing.
    """
    each = count // _SIXTH
    found = []
    if studio:
        light = [path for group, _, path in _toned(studio) if group == skin.GROUPS[0][1]]
        found += [("light skin", path) for path in _spread(light, each)]
    if tones or studio:
        found += [
            ("dark skin", path) for _, _, path in sorted(_toned(tones or studio), key=itemgetter(1))[:each]
        ]
    if wild:
        found += [("wild", path) for path in _spread(options.listed(wild), count - len(found))]
    return found


def _toned(folders: Sequence[Path]) -> list[tuple[str, float, Path]]:
    """Group of skin, its angle, and path of the faces below ``folders`` that are found."""
    find = Dlib68()
    found = []
    for path in options.listed(folders):
        image = picture.load(path)
        marks = find(image)
        if marks is not None:
            found.append((skin.group(image, marks), tone.angle(image, marks), path))
    return found


def _spread(paths: Sequence[Path], count: int) -> list[Path]:
    count = min(count, len(paths))
    return [paths[index * len(paths) // count] for index in range(count)]


def best(
    sizes: Sequence[Peer], image: NDArray[np.uint8], most: int
) -> tuple[Peer, int, NDArray[np.uint8]] | None:
    """Of one codec on pictures of several ``sizes`` the one of highest PSNR in at most ``most`` bytes, its
    bytes, and what is decoded; None where all are larger. Raises CodecError."""
    found: list[tuple[float, Peer, int, NDArray[np.uint8]]] = []
    for peer in sizes:
        coded = peer.fitting(image, most)
        if coded is not None:
            found.append((measures.psnr(coded[1], image), peer, *coded))
    return max(found, key=lambda one: one[0])[1:] if found else None


class _Page:
    """What pages are made with."""

    def __init__(self) -> None:
        self._person = Person()
        self._peers = {name: peers.fine(name) for name in BESIDE}

    def rows(self, title: str, path: Path) -> list[list[Panel]]:
        """The original and ours of a face, and below it what the generator makes of the same files, and each
        peer's."""
        image = np.ascontiguousarray(picture.load(path))
        known = self._person.reference(image)
        previews, ours = [_panel(image, title, path.stem)], [_panel(None, "", "")]
        below = {name: [_panel(None, "", "")] for name in BESIDE}
        for most in BYTES:
            data = vcmcodec.encode(image, bytes=most)
            for row, name, show in (
                (previews, "preview", vcmcodec.preview),
                (ours, "ours", vcmcodec.decode),
            ):
                row.append(self._judged(name, len(data), image, known, np.asarray(show(data))))
            for name, sizes in self._peers.items():
                coded = best(sizes, image, most)
                if coded is None:
                    below[name].append(_panel(None, name, f"none in {most} bytes"))
                else:
                    below[name].append(self._judged(coded[0].name, coded[1], image, known, coded[2]))
        return [previews, ours, *below.values()]

    def _judged(
        self, title: str, size: int, image: NDArray[np.uint8], known: Known | None, decoded: NDArray[np.uint8]
    ) -> Panel:
        note = f"{measures.psnr(decoded, image):.1f} dB"
        found = self._person.judge(known, decoded)
        nme, identity = found["nme"], found["identity"]
        if nme is not None and identity is not None:
            note += f", NME {100 * nme:.1f} %, id. {identity:.2f}"
        return _panel(decoded, f"{title}, {size} bytes", note)


def _panel(image: NDArray[np.uint8] | None, title: str, note: str) -> Panel:
    canvas = Image.new("RGB", (SIDE, SIDE), "white")
    if image is not None:
        shown = Image.fromarray(image)
        shown.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        canvas.paste(shown, ((SIDE - shown.width) // 2, (SIDE - shown.height) // 2))
    return Panel(canvas, title, note)


def pages(found: Sequence[tuple[str, Path]], path: Path) -> Iterator[Path]:
    """Write faces, by title and path, as pages, numbered behind ``path``'s stem; yields each page's path.

    Raises OutputError, ModelError, CodecError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be written: {error.strerror}") from None
    maker = _Page()
    for number, first in enumerate(range(0, len(found), ON_A_PAGE), start=1):
        rows = [maker.rows(*one) for one in found[first : first + ON_A_PAGE]]
        beside = [rows[index : index + ACROSS] for index in range(0, len(rows), ACROSS)]
        table = [[panel for part in parts for panel in part] for row in beside for parts in zip(*row)]
        page = path.with_name(f"{path.stem}-{number}{path.suffix}")
        picture.save(page, sheet(table))
        yield page
