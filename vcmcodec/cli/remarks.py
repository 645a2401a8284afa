"""What there is to say of what was coded: that it is small, or a part of a photograph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vcmcodec
from vcmcodec.cli import files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ALMOST = 0.85
"""A file that uses a smaller share of its budget gets a warning."""


def warnings(one: vcmcodec.Encoded, goal: dict[str, Any]) -> Iterator[str]:
    """Warnings: what the user may not expect of a file."""
    asked = goal["bytes"] is not None or goal["bpp"] is not None
    if asked and one.limit is not None and len(one.data) < _ALMOST * one.limit:
        yield f"{len(one.data)} of {one.limit} bytes are all that the finest step of this scheme takes"
    size = goal["size"]
    if size > 256 and max(one.width, one.height) < size:
        yield f"--size {size} is larger than the picture of {one.width} x {one.height}: bits without detail"
    elif size > 256 and goal["scheme"] != "strokes" and goal["detail"] is None and goal["colours"] is None:
        yield f"--size {size}: texture holds no more than at 256"


def lines(notes: list[str], made: list[vcmcodec.Encoded], face: str) -> tuple[str, ...]:
    """What is said on stderr of a picture: warnings, ``notes``, and what of it was coded."""
    return (*(f"warning: {note}" for note in notes), *coded(made, face))


def part(made: list[vcmcodec.Encoded], face: str) -> str:
    """Says that only a part of a photograph was coded; empty where all of it was, or all of its faces."""
    one, count = made[0], made[0].faces
    if face == "all" or one.crop is None or one.crop.holds_all(one.width, one.height):
        return ""
    if count is None or count == 1:
        return "only part of it was coded"
    return f"only one of {count} faces was coded"


def coded(made: list[vcmcodec.Encoded], face: str) -> Iterator[str]:
    """What of a photograph was coded, where it was not all of it."""
    from vcmcodec.encoder import face_choice

    count = made[0].faces
    number = "" if count is None else f"{count} face{'s' * (count != 1)}; "
    which = "face " + face
    if face == "all":
        which = "all of them" if len(made) > 1 else "it"
    elif face == "auto":
        which = "it" if count == 1 else "the larger" if count == 2 else "the largest"
    elif face_choice.number(face) is None:
        which = "the rectangle"
    places = [
        one.crop.in_words(one.width, one.height).partition(" of ") for one in made if one.crop is not None
    ]
    if places:
        turned = [tail.partition(", ")[2] for _, _, tail in places]
        texts = [f"{place}{', ' + turn if turn else ''}" for (place, _, _), turn in zip(places, turned)]
        yield f"{number}coded {which}, {'; '.join(texts)}"


def whole(path: Path) -> NDArray[np.uint8]:
    """The picture at ``path``, to be coded as it is, uint8 (H, W, 3) RGB. Warns with PictureWarning where its
    face is small. Raises as :func:`vcmcodec.encode`."""
    from vcmcodec.encoder import opencv

    opencv.check(strokes=False)
    from vcmcodec.encoder import photograph
    from vcmcodec.io import picture

    pixels = picture.load(files.picture(path))
    photograph.warn_of_small_face(pixels)
    return pixels
