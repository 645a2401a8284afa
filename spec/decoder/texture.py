"""Sections 7.1 and 7.3 to 7.5: the texture layers, up to the coefficients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from decoder.decisions import Decisions, Shape, bits, read_elements
from decoder.failures import Invalid, Unsupported
from decoder.reader import Reader
from decoder.texture_transform import read_transform

WEIGHTS = "texture-1.weights"
ELEMENTS = (
    Shape("FRAME", 64, (4,)),
    Shape("COUNT", 64, (128, 128)),
    Shape("LEVEL", 64, (96, 224, 768, 432, 768, 816, 192)),
    Shape("REFINE", 8, (16, 192)),
)
QUARTERS = (0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4)
MOST_VALUE = 131071


class Frame(NamedTuple):
    """Section 7.3: where the window lies."""

    x: int
    y: int
    a: int
    d: int


@dataclass
class State:
    """Section 7.4, "State": a part's known levels, and of each how many of its lowest bits are open."""

    levels: list[int] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)


class Texture:
    """Section 7: what the texture layers say, one after the other."""

    def __init__(self) -> None:
        self.begun = False
        self.frame = Frame(0, 0, 160, 0)
        self.step_numbers = (0, 0)
        self.states = (State(), State())
        self.colour: tuple[int, int, int] | None = None

    def add_layer(self, payload: bytes) -> None:
        """Section 7.1: the next layer."""
        reader = Reader(payload, Invalid)
        profile = reader.byte("profile")
        if profile >> 4 == 15:
            self.add_colour(profile, reader)
            return
        if profile >> 4 != 1:
            raise Unsupported(f"texture coding {profile >> 4}")
        if profile & 0x08:
            raise Unsupported("bit 3 of the profile")
        first = bool(profile & 0x04)
        if self.colour is not None:
            raise Invalid("a texture layer behind one of one colour")
        if first == self.begun:
            raise Invalid("a later texture layer with a step" if first else "a first one without")
        step = 0
        if first:
            step = reader.byte("step")
            if step > 127:
                raise Unsupported(f"quantiser step {step}")
        decisions = Decisions(reader.rest())
        if first:
            self.frame = read_frame(decisions)
            f = decisions.even_choice(4)
            self.step_numbers = (step, max(step - 24 + 8 * f, 0))
            self.begun = True
        for part in (0, 1):
            self.read_part(decisions, part, profile & 0x03)
        decisions.finish()

    def add_colour(self, profile: int, reader: Reader) -> None:
        """Section 7.9: the only texture layer, of one colour."""
        if profile & 0x0F:
            raise Unsupported("a bit of the profile of one colour")
        red, green, blue = reader.take(3, "colour")
        if self.begun or not reader.at_end():
            raise Invalid("a second texture layer, or bytes behind a colour")
        self.begun = True
        self.colour = red, green, blue

    def read_part(self, decisions: Decisions, p: int, shift: int) -> None:
        """Section 7.4: what a layer says of one part."""
        by = read_elements(WEIGHTS, ELEMENTS)
        energies, n = read_transform()[p].energy, self.step_numbers[p]
        e = sum(level != 0 for level in self.states[0].levels) if p == 1 else 0
        units = decisions.unsigned(by["COUNT"].under(64 * p + n // 2, 16 * (4 * p + shift) + sums(e)))
        if 4 * units >= len(energies) + 4:
            raise Invalid("more coefficients than there are")
        count = min(4 * units, len(energies))
        state = self.states[p]
        known = len(state.levels)
        new = max(count - known, 0)
        state.levels += [0] * new
        state.shifts += [shift] * new
        q = 16 + 4 * (n // 16) + QUARTERS[n % 16]
        other = sums(e) + 1 if p == 1 else 0
        magnitudes: list[int] = []
        for r in range(count):
            left = state.shifts[r] - shift if r < known else 0
            x = min(max(energies[r] + 20 - q - 4 * shift, 0), 47)
            size = abs(state.levels[r])
            if r < known and left <= 0:
                pass
            elif size > 0:
                rows = by["REFINE"].under(4 * left + min(size, 3), 48 * left + x)
                size = (size << left) + decisions.tree(rows, left)
                state.levels[r] = size if state.levels[r] > 0 else -size
                state.shifts[r] = shift
            else:
                near, far = sum(magnitudes[-16:]), sum(magnitudes[-64:])
                one = magnitudes[-1] if r >= 1 else 0
                two = magnitudes[-2] if r >= 2 else 0
                rows = by["LEVEL"].under(
                    48 * p + x,
                    112 * p + ranks(r),
                    48 * sums(near) + x,
                    48 * (3 * min(one, 2) + min(two, 2)) + x,
                    48 * sums(far) + x,
                    48 * other + x,
                    48 * left + x,
                )
                level = decisions.signed(rows)
                if r < known and abs(level) >= 1 << left:
                    raise Invalid("a level that a lower layer would have held")
                state.levels[r] = level
                state.shifts[r] = shift
            magnitudes.append(min(abs(state.levels[r]), 15))

    def coefficients(self, p: int) -> list[int]:
        """Section 7.5: those of a part, by rank."""
        step = step_of(self.step_numbers[p])
        state = self.states[p]
        return [value_of(level, shift, step) for level, shift in zip(state.levels, state.shifts)]


def read_frame(decisions: Decisions) -> Frame:
    """Section 7.3: the frame, and the rules that it must keep."""
    element = read_elements(WEIGHTS, ELEMENTS)["FRAME"]
    x, y, a, d = (decisions.signed(element.under(k)) + usual for k, usual in zip(range(4), (0, 0, 160, 0)))
    if abs(x) > 512 or abs(y) > 512:
        raise Invalid("a window too far away")
    if abs(a) > 1023 or abs(d) > 1023 or a * a + d * d < 64:
        raise Invalid("a window too large or too small")
    return Frame(x, y, a, d)


def sums(v: int) -> int:
    """Section 7.4, `sums`."""
    if v < 4:
        return v
    return min(4 + 2 * (bits(v) - 3) + (v >> (bits(v) - 2)) % 2, 15)


def ranks(v: int) -> int:
    """Section 7.4, `ranks`."""
    if v < 64:
        return v
    return min(64 + 8 * (bits(v) - 7) + (v >> (bits(v) - 4)) % 8, 111)


def step_of(number: int) -> int:
    """Section 7.1: the quantiser step of a number."""
    return (16 + number % 16) << (number // 16)


def value_of(level: int, s: int, step: int) -> int:
    """Section 7.5: the coefficient that a level stands for."""
    if level == 0:
        return 0
    size = min((abs(level) << s) * step + (3 * ((1 << s) - 1) * step >> 3), MOST_VALUE)
    return size if level > 0 else -size
