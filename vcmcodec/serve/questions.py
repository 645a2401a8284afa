"""The parameters of a request's query, checked before its body is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import vcmcodec
from vcmcodec.encoder import face_choice
from vcmcodec.encoder.goal import PRESETS
from vcmcodec.encoder.schemes import SCHEMES
from vcmcodec.limits import MAX_CANVAS, Limits
from vcmcodec.matching import FAR, Match
from vcmcodec.serve.jobs import Decoding

SIZES = ("preset", "bytes", "bpp", "quality")


class Misused(ValueError):
    """A question that is none."""


def goal(query: Mapping[str, str]) -> dict[str, Any]:
    """Arguments of :func:`vcmcodec.encode`; without ``face``, the largest is found, as ``vcm encode`` does.

    Raises Misused for what it does not take.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "preset": _one_of(tuple(PRESETS)),
        "scheme": _one_of(SCHEMES),
        "bytes": _whole(0, 1 << 20),
        "bpp": _between(0, 24),
        "quality": _between(0, 100),
        "detail": _between(0, 100),
        "face": _face,
        "place": lambda text: _one_of(("0", "1"))(text) == "1",
        "size": _whole(32, MAX_CANVAS),
        "colours": _whole(0, 2048),
    }
    found = _read(query, readers)
    given = [name for name in SIZES if name in found]
    if len(given) > 1:
        raise Misused(f"{' and '.join(given)} exclude each other")
    if found.get("size", 32) % 32:
        raise Misused("size must be a multiple of 32")
    return {"face": "auto", **found}


def look(query: Mapping[str, str]) -> Decoding:
    """How a file is to be shown. Raises Misused."""
    found = _read(query, {"realism": _between(0, 1), "preview": _one_of(("0", "1"))})
    return Decoding(found.get("realism", 1.0), found.get("preview") == "1")


def far(query: Mapping[str, str]) -> float:
    """The share of strangers' pairs that may be taken for one person's. Raises Misused."""
    found: float = _read(query, {"far": _between(1e-6, 1)}).get("far", FAR)
    return found


def none(query: Mapping[str, str]) -> None:
    """Raises Misused where there is any parameter."""
    _read(query, {})


def described(data: bytes, limits: Limits) -> dict[str, Any]:
    """Header and layers of a file. Raises FormatError, TruncatedError, UnsupportedError, LimitError."""
    return vcmcodec.inspect(data, limits=limits).to_dict()


def compared(match: Match, limit: float) -> dict[str, Any]:
    """What ``vcm match --json`` prints, without the files' names."""
    return {
        "cosine": round(match.cosine, 4),
        "far": match.far,
        "same": match.same,
        "limit": limit,
        "faces": [{"source": source} for source in match.sources],
    }


def _read(query: Mapping[str, str], readers: dict[str, Callable[[str], Any]]) -> dict[str, Any]:
    unknown = sorted(set(query) - set(readers))
    if unknown:
        raise Misused(f"no such question: {', '.join(unknown)}")
    found = {}
    for name, text in query.items():
        try:
            found[name] = readers[name](text)
        except ValueError as error:
            raise Misused(f"{name}: {error}") from None
    return found


def _face(text: str) -> str:
    face_choice.check(text, ("auto", "whole"))  # all faces are several files
    return text


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"{text!r} is none of {', '.join(values)}")
        return text

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 8 and low <= int(text) <= high):
            raise ValueError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return read


def _between(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:  # not a number is neither
            raise ValueError(f"{text!r} is no number from {low} to {high}")
        return value

    return read
