"""Which faces of a photograph are asked for, as a text: ``auto``, the largest; ``whole``, the picture as it
is; ``all``; a number, from 1, the largest; or ``X,Y,W,H``, a rectangle of pixels. Importing this is light."""

from __future__ import annotations

import re

WORDS = ("auto", "whole", "all")
_NUMBER = re.compile("[1-9][0-9]{0,3}")
_RECTANGLE = re.compile("[0-9]{1,6}(,[0-9]{1,6}){3}")


def check(face: str, words: tuple[str, ...] = WORDS) -> None:
    """Raises ValueError for a text that is none of these, or another word than one of ``words``."""
    if not (face in words or _NUMBER.fullmatch(face) or _RECTANGLE.fullmatch(face)):
        raise ValueError(f"{face!r} is none of {', '.join(words)}, a number from 1, and X,Y,W,H")


def number(face: str) -> int | None:
    """The number that a ``face`` is; None for the others."""
    return int(face) if _NUMBER.fullmatch(face) else None


def rectangle(face: str) -> tuple[int, int, int, int] | None:
    """X, Y, W and H of a ``face`` that is a rectangle; None for the others."""
    if not _RECTANGLE.fullmatch(face):
        return None
    x, y, width, height = map(int, face.split(","))
    return x, y, width, height
