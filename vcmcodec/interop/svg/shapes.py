"""Lengths, and the elements that draw: each as strokes in its own coordinates."""

from __future__ import annotations

import math
import re

from vcmcodec.interop.svg import paths
from vcmcodec.interop.svg.document import Node
from vcmcodec.interop.svg.paths import Outline, Stroke

_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_LENGTH = re.compile(r"\s*([0-9eE.+-]+?)(px|pt|pc|mm|cm|in|%|)\s*")


def length(text: str, whole: float) -> float:
    """A length in pixels, of which there are 96 an inch; a percentage is one of ``whole``. Raises
    ValueError where it is none, or in another unit."""
    match = _LENGTH.fullmatch(text)
    values = paths.numbers(match[1]) if match else []
    if match is None or len(values) != 1:
        raise ValueError(f"{ascii(text[:20])} is not a length")
    return values[0] * (whole / 100 if match[2] == "%" else _UNITS[match[2]])


class _Lengths:
    """The lengths of an element in a viewport of ``width`` x ``height``."""

    def __init__(self, node: Node, width: float, height: float) -> None:
        self._attributes = node.attributes
        self._whole = {"x": width, "y": height, "r": math.hypot(width, height) / math.sqrt(2)}

    def __call__(self, name: str, along: str, default: float = 0.0) -> float:
        text = self._attributes.get(name, "").strip()
        return length(text, self._whole[along]) if text not in ("", "auto") else default


def dot(node: Node, width: float, height: float) -> complex:
    """The centre of a circle or an ellipse."""
    return _centre(_Lengths(node, width, height))


def _centre(get: _Lengths) -> complex:
    return complex(get("cx", "x"), get("cy", "y"))


def outline(node: Node, width: float, height: float) -> Outline:
    """The outline of an element in a viewport of ``width`` x ``height``; none where its tag is none
    that draws. Raises ValueError where its attributes cannot be read, LimitError for a path of too many
    commands."""
    if node.tag == "path":
        return paths.parse(node.attributes.get("d", ""))
    return Outline(_strokes(node, _Lengths(node, width, height)))


def _strokes(node: Node, get: _Lengths) -> list[Stroke]:
    match node.tag:
        case "line":
            return [[(complex(get("x1", "x"), get("y1", "y")), complex(get("x2", "x"), get("y2", "y")))]]
        case "polyline" | "polygon":
            values = paths.numbers(node.attributes.get("points", ""))
            if len(values) % 2:
                raise ValueError("an odd number of coordinates")
            points = [complex(x, y) for x, y in zip(values[::2], values[1::2])]
            return [paths.polygon(points, node.tag == "polygon")]
        case "rect":
            return _rect(get)
        case "circle":
            r = get("r", "r")
            return _ellipse(_centre(get), complex(r, r))
        case "ellipse":
            rx, ry = get("rx", "x", -1), get("ry", "y", -1)
            return _ellipse(_centre(get), complex(rx if rx >= 0 else ry, ry if ry >= 0 else rx))
    return []


def _ellipse(centre: complex, radius: complex) -> list[Stroke]:
    """Clockwise from three o'clock, as SVG has it; nothing without a radius."""
    if radius.real <= 0 or radius.imag <= 0:
        return []
    right, left = centre + radius.real, centre - radius.real
    return [paths.arc(right, radius, 0, False, True, left) + paths.arc(left, radius, 0, False, True, right)]


def _rect(get: _Lengths) -> list[Stroke]:
    """Clockwise from the upper left corner, behind its rounding; nothing without an area."""
    x, y, width, height = get("x", "x"), get("y", "y"), get("width", "x"), get("height", "y")
    if width <= 0 or height <= 0:
        return []
    rx, ry = get("rx", "x", -1), get("ry", "y", -1)
    rx, ry = min(rx if rx >= 0 else ry, width / 2), min(ry if ry >= 0 else rx, height / 2)
    if rx <= 0 or ry <= 0:
        corners = [
            complex(x, y),
            complex(x + width, y),
            complex(x + width, y + height),
            complex(x, y + height),
        ]
        return [paths.polygon(corners, True)]
    right, bottom = x + width, y + height
    stops = [  # where each side begins and ends
        (complex(x + rx, y), complex(right - rx, y)),
        (complex(right, y + ry), complex(right, bottom - ry)),
        (complex(right - rx, bottom), complex(x + rx, bottom)),
        (complex(x, bottom - ry), complex(x, y + ry)),
    ]
    stroke: Stroke = []
    for (start, end), (following, _) in zip(stops, [*stops[1:], stops[0]]):
        stroke += [(start, end)] if start != end else []
        stroke += paths.arc(end, complex(rx, ry), 0, False, True, following)
    return [stroke]
