"""Section 3.2, coding 2: decisions and even choices by a range coder, and numbers made of them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from decoder.failures import Invalid
from decoder.models import read_model

KNOTS = (
    22,
    60,
    162,
    439,
    1179,
    3108,
    7812,
    17625,
    32768,
    47911,
    57724,
    62428,
    64357,
    65097,
    65374,
    65476,
    65514,
)
NEGATIVE = 60

Row = list[int]
"""The weights of an element's nodes under one value of one context."""


class Shape(NamedTuple):
    """Section 3.2, "Weights": what the tables of sections 4.3, 6.5 and 7.4 say of an element."""

    name: str
    nodes: int
    contexts: tuple[int, ...]


class Element:
    """Section 3.2, "Weights": an element of the syntax. Each context has a row for each of its values."""

    def __init__(self, name: str, contexts: list[list[Row]]) -> None:
        self.name = name
        self.contexts = contexts

    def under(self, *values: int) -> list[Row]:
        """Section 3.2: "by ELEMENT under a, b, ...": the row of each context's value."""
        if len(values) != len(self.contexts) or min(values) < 0:
            raise AssertionError(f"{self.name} under {values}")
        return [rows[value] for rows, value in zip(self.contexts, values)]


def read_elements(file: str, shapes: tuple[Shape, ...]) -> dict[str, Element]:
    """Section 3.2, "Weights": the elements by name, their weights taken from the file in order."""
    return parse_elements(file, read_model(file), shapes)


@cache
def parse_elements(file: str, data: bytes, shapes: tuple[Shape, ...]) -> dict[str, Element]:
    """Section 3.2, "Weights": the same of the file's bytes."""
    weights = [byte - 256 if byte > 127 else byte for byte in data]
    elements = {}
    base = 0
    for name, nodes, sizes in shapes:
        contexts = []
        for size in sizes:
            end = base + size * nodes
            contexts.append([weights[row : row + nodes] for row in range(base, end, nodes)])
            base = end
        elements[name] = Element(name, contexts)
    if base != len(weights):
        raise RuntimeError(f"{file} holds {len(weights)} weights, not {base}")
    return elements


def probability(weight: int) -> int:
    """Section 3.2, "Probability": how many of 65536 decisions of this weight are a 1."""
    i, r = divmod(min(max(weight + 128, 0), 256), 16)
    if i == 16:
        return KNOTS[16]
    return KNOTS[i] + ((KNOTS[i + 1] - KNOTS[i]) * r + 8) // 16


PROBABILITIES = [probability(weight) for weight in range(-128, 129)]


def bits(value: int) -> int:
    """Section 4.3, `len(v)`: a number's length in bits, 0 for 0."""
    return value.bit_length()


def clip(value: int) -> int:
    """Section 4.3, `clip(v)`: a small number of either sign as a context's value, 0..30."""
    return min(max(value, -15), 15) + 15


class Decisions:
    """Section 3.2, "Decoder"."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.range = 2**32 - 1
        self.code = 0
        for _ in range(4):
            self.code = self.code * 256 + self._next_byte()
        if self.code >= self.range:
            raise Invalid("a code that no encoder writes")

    def _next_byte(self) -> int:
        """Section 3.2: behind the payload's last byte are zeros without end."""
        byte = self.data[self.position] if self.position < len(self.data) else 0
        self.position += 1
        return byte

    def _normalise(self) -> None:
        """Section 3.2: what follows each step."""
        while self.range < 2**24:
            self.range *= 256
            self.code = self.code * 256 + self._next_byte()

    def decision(self, rows: list[Row], node: int) -> int:
        """Section 3.2, "Decision": 0 or 1, weighed by the sum over the contexts."""
        weight = 0
        for row in rows:
            weight += row[node]
        bound = (self.range * PROBABILITIES[min(max(weight, -128), 128) + 128]) >> 16
        if self.code < bound:
            self.range = bound
            self._normalise()
            return 1
        self.code -= bound
        self.range -= bound
        self._normalise()
        return 0

    def even_choice(self, count: int) -> int:
        """Section 3.2, "Even choice": 0..count - 1, all as likely."""
        share = self.range // count
        value = self.code // share
        if value >= count:
            raise Invalid("a choice that is not there")
        self.code -= share * value
        self.range = share
        self._normalise()
        return value

    def unsigned(self, rows: list[Row]) -> int:
        """Section 3.2, "Numbers": 0..8191."""
        length = 0
        while length < 13 and self.decision(rows, length):
            length += 1
        if length < 2:
            return length
        second = self.decision(rows, 16 + length)
        value = 2 + second
        if length >= 3:
            third = self.decision(rows, 32 + 2 * length + second)
            value = 2 * value + third
            left = length - 3
            value = (value << left) + self.even_choice(1 << left)
        return value

    def signed(self, rows: list[Row]) -> int:
        """Section 3.2, "Numbers": -8191..8191."""
        size = self.unsigned(rows)
        if size and self.decision(rows, NEGATIVE):
            return -size
        return size

    def tree(self, rows: list[Row], depth: int) -> int:
        """Section 3.2: a tree of `depth` bits, most significant first."""
        node = 1
        for _ in range(depth):
            node = 2 * node + self.decision(rows, node)
        return node - (1 << depth)

    def finish(self) -> None:
        """Section 3.2: what must hold when all is read."""
        if len(self.data) > self.position:
            raise Invalid(f"{len(self.data) - self.position} bytes that no decision needs")
        if self.data and self.data[-1] == 0:
            raise Invalid("a last byte of 0")
