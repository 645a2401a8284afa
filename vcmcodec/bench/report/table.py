"""Figures as a Markdown table, each beside its bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

ENCODE, DECODE = 0.25, 0.15
"""Seconds that a 256 x 256 face may take on the CPU."""

START_UP = 0.2
"""Seconds that what needs no network may take as a process."""


class Row(NamedTuple):
    """One figure. ``value`` is None where it was not measured; ``bar`` is what it may be at most, or
    at least where ``at_least``; None: it has none. Both times ``scale`` are shown, in ``form``."""

    what: str
    value: float | None
    form: str
    scale: float = 1
    bar: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """``pass``, ``FAIL``, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        if self.value is None:
            return "not measured"
        return "pass" if (self.value >= self.bar if self.at_least else self.value <= self.bar) else "FAIL"

    def cells(self) -> tuple[str, str, str, str]:
        """The row's text: what, figure, bar, verdict."""
        value = "not measured" if self.value is None else self.form.format(self.scale * self.value)
        bar = "" if self.bar is None else self.form.format(self.scale * self.bar)
        return self.what, value, f"{'>=' if self.at_least else '<='} {bar}" if bar else "", self.verdict


def lines(figures: dict[str, Any], found: Iterable[Row]) -> str:
    """A table of rows, and below it which figures are missing: ``figures`` holds the number of
    ``faces`` and the ``gaps``."""
    head = (f"on {figures['faces']} faces", "measured", "bar", "")
    cells = [head, *(row.cells() for row in found)]
    padded = _padded(cells)
    out = ["| " + " | ".join(row) + " |" for row in padded]
    out.insert(1, "|" + "|".join("-" * (len(text) + 2) for text in padded[0]) + "|")
    return "\n".join([*out, *(f"\nNot measured: {gap}." for gap in figures["gaps"])])


def plain(rows: Iterable[Sequence[str]]) -> str:
    """Rows of text for a terminal, in columns."""
    return "\n".join("  ".join(row).rstrip() for row in _padded(list(rows)))


def _padded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with the texts of each column made as long as its longest."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [[text.ljust(width) for text, width in zip(row, widths)] for row in rows]
