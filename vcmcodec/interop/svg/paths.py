"""SVG path data to strokes: lines and cubic curves with absolute points.

Written out here, not taken from svgpathtools, which skips what it cannot read, forgets moves between
subpaths, takes a tenth of a millisecond an arc, and loads SciPy for a second.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from vcmcodec.errors import LimitError

Segment = tuple[complex, ...]
"""2 points (a line) or 4 (a cubic curve); x is the real part, y the imaginary one."""

Stroke = list[Segment]
"""Segments that each begin where the one before ends."""

LARGEST = 1e12
"""Numbers beyond this, in size, are refused: below it no sum or product here overflows."""

MAX_SEGMENTS = 1 << 13
"""Segments, or commands where those are more, that a drawing may have: those that vanish or lie beside the
page count, too, as they take time all the same."""


class Outline(NamedTuple):
    """What an element draws, and of how many commands of path data."""

    strokes: list[Stroke]
    commands: int = 0

    @property
    def pieces(self) -> int:
        """What it counts towards MAX_SEGMENTS."""
        return max(self.commands, sum(map(len, self.strokes)))


_TINY = 1e-9
_BLANK = re.compile(r"[ \t\r\n\f,]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LETTERS = frozenset("MmLlHhVvCcSsQqTtAaZz")


class Scanner:
    """Reads numbers and letters off a text, front to back. Raises ValueError where something else
    stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def done(self) -> bool:
        """Whether nothing but blanks is left."""
        match = _BLANK.match(self.text, self.position)
        assert match is not None
        self.position = match.end()
        return self.position == len(self.text)

    def letter(self) -> str | None:
        """The command letter that stands here, if one does."""
        if self.done() or self.text[self.position] not in _LETTERS:
            return None
        self.position += 1
        return self.text[self.position - 1]

    def number(self) -> float:
        if self.done():
            raise ValueError("a number is missing at the end")
        match = _NUMBER.match(self.text, self.position)
        if match is None:
            raise ValueError(f"{ascii(self.text[self.position])} where a number should be")
        self.position = match.end()
        value = float(match.group())
        if abs(value) > LARGEST:
            raise ValueError(f"a number is above {LARGEST:g}")
        return value

    def pair(self) -> complex:
        x = self.number()
        return complex(x, self.number())

    def flag(self) -> bool:
        """One digit, 0 or 1; the next number may follow without a blank."""
        if self.done() or self.text[self.position] not in "01":
            raise ValueError("an arc's flag is neither 0 nor 1")
        self.position += 1
        return self.text[self.position - 1] == "1"


def numbers(text: str) -> list[float]:
    """All numbers of a list. Raises ValueError where something else stands in it."""
    scan = Scanner(text)
    found = []
    while not scan.done():
        found.append(scan.number())
    return found


def polygon(points: Sequence[complex], closed: bool) -> Stroke:
    """Lines from point to point, and back to the first where ``closed``."""
    stroke: Stroke = list(zip(points, points[1:]))
    if closed and points and points[0] != points[-1]:
        stroke.append((points[-1], points[0]))
    return stroke


def quadratic(start: complex, control: complex, end: complex) -> Segment:
    """A quadratic curve as a cubic one."""
    return start, start + (control - start) * 2 / 3, end + (control - end) * 2 / 3, end


def arc(
    start: complex, radius: complex, rotation: float, large: bool, sweep: bool, end: complex
) -> list[Segment]:
    """An elliptical arc (SVG 2, section 9.3.8 and appendix B.2) as cubics of a quarter turn or less,
    each within 0.03 % of its radius. ``radius``: rx and ry; ``rotation``: of rx, in degrees."""
    rx, ry = abs(radius.real), abs(radius.imag)
    if start == end:
        return []
    if min(rx, ry) < _TINY:
        return [(start, end)]
    turn = cmath.rect(1, math.radians(rotation))
    # Where the ellipse is the unit circle and the chord's middle the origin, the chord begins at `tip`.
    tip = (start - end) / (2 * turn)
    tip = complex(tip.real / rx, tip.imag / ry)
    square = abs(tip) ** 2
    if square < _TINY**2:
        return [(start, end)]
    if square > 1:  # radii too small to span the chord grow until they do
        grow = math.sqrt(square)
        rx, ry, tip, square = rx * grow, ry * grow, tip / grow, 1.0
    root = math.sqrt(max(0.0, 1 / square - 1)) * (-1 if large == sweep else 1)
    centre = tip * complex(0, -root)
    first = cmath.phase(tip - centre)
    angle = (cmath.phase(-tip - centre) - first) % math.tau
    if not sweep:
        angle -= math.tau
    count = max(1, math.ceil(abs(angle) / (math.pi / 2) - 1e-6))
    pull = 1j * 4 / 3 * math.tan(angle / count / 4)

    def page(unit: complex) -> complex:
        unit += centre
        return complex(unit.real * rx, unit.imag * ry) * turn + (start + end) / 2

    spokes = [cmath.rect(1, first + angle * index / count) for index in range(count + 1)]
    joints = [start, *(page(spoke) for spoke in spokes[1:-1]), end]
    return [
        (joints[i], page(spokes[i] * (1 + pull)), page(spokes[i + 1] * (1 - pull)), joints[i + 1])
        for i in range(count)
    ]


def parse(data: str) -> Outline:
    """What path data draws: a stroke for each subpath that draws anything.

    Raises ValueError where it is not path data: unlike a browser, that draws up to there; and LimitError for
    more than MAX_SEGMENTS commands.
    """
    scan = Scanner(data)
    commands = 0
    strokes: list[Stroke] = [[]]
    here = start = control = 0j
    letter = ""
    while not scan.done():
        commands += 1
        if commands > MAX_SEGMENTS:
            raise LimitError(f"path of more than {MAX_SEGMENTS} commands")
        before, letter = letter, scan.letter() or _repeated(letter)
        kind = letter.upper()
        origin = here if letter.islower() else 0j
        if kind != "M" and not before:
            raise ValueError("it does not begin with a move")
        add: list[Segment] = []
        if kind == "M":
            strokes.append([])
            here = start = origin + scan.pair()
        elif kind == "Z":
            add = [(here, start)] if here != start else []
        elif kind == "L":
            add = [(here, origin + scan.pair())]
        elif kind == "H":
            add = [(here, complex(origin.real + scan.number(), here.imag))]
        elif kind == "V":
            add = [(here, complex(here.real, origin.imag + scan.number()))]
        elif kind in "CS":
            smooth = 2 * here - control if before and before in "CcSs" else here
            a = origin + scan.pair() if kind == "C" else smooth
            control = origin + scan.pair()
            add = [(here, a, control, origin + scan.pair())]
        elif kind in "QT":
            smooth = 2 * here - control if before and before in "QqTt" else here
            control = origin + scan.pair() if kind == "Q" else smooth
            add = [quadratic(here, control, origin + scan.pair())]
        else:
            radius, rotation = scan.pair(), scan.number()
            large, sweep = scan.flag(), scan.flag()
            end = origin + scan.pair()
            add = arc(here, radius, rotation, large, sweep, end)
            here = end
        strokes[-1] += add
        if add:
            here = add[-1][-1]
        if kind == "Z":
            strokes.append([])
    return Outline([stroke for stroke in strokes if stroke], commands)


def _repeated(letter: str) -> str:
    """The command that numbers without a letter continue."""
    if letter in ("", "Z", "z"):
        raise ValueError("a command's letter is missing")
    return {"M": "L", "m": "l"}.get(letter, letter)
