"""Figures as a Markdown table, each beside its bar, and a table's place in a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vcmcodec.io import output

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


def rows(figures: dict[str, Any]) -> Iterator[Row]:
    """The rows of the figures of :func:`vcmcodec.bench.studies.measure.measure`."""
    get = figures.get
    yield Row("default file, mean", get("file_bpp"), "{:.4f} bpp", bar=0.090)
    yield Row("its base layer, with the header, mean", get("base_bpp"), "{:.4f} bpp", bar=0.060)
    yield Row("default file, mean", get("file_bytes"), "{:.0f} bytes")
    yield Row("its base layer, with the header, mean", get("base_bytes"), "{:.0f} bytes")
    index = 1
    while (size := get(f"colour_layer_{index}_bytes")) is not None:
        yield Row(f"colour layer {index}, mean where there is one", size, "{:.0f} bytes")
        index += 1
    yield Row("strokes, mean", get("strokes"), "{:.0f}")
    yield Row("edge pixels within 1.5 pixels of a stroke", get("edges_covered"), "{:.1f} %", 100)
    yield Row(
        "stroke pixels within 1.5 pixels of an edge", get("strokes_covered"), "{:.1f} %", 100, 0.95, True
    )
    yield Row("reference pixels, mean", get("colours"), "{:.0f}")
    yield Row("bits a reference pixel, framing included", get("colour_bits"), "{:.2f}", bar=11)
    yield Row("their colour error, mean absolute, 8-bit", get("colour_error"), "{:.2f}", bar=4)
    yield Row("framing of two layers, 256 x 256", get("framing_bytes"), "{:.0f} bytes", bar=16)
    yield Row("framing of two layers, width and height differ", get("framing_bytes_other"), "{:.0f} bytes")
    for level, found in figures["levels"].items():
        yield from _level(level, found)
    timed = f"median of {get('timed')}, {get('cores')} cores"
    yield Row(f"encode, {timed}", get("encode_s"), "{:.0f} ms", 1e3, bar=ENCODE)
    yield Row(f"decode, {timed}", get("decode_s"), "{:.0f} ms", 1e3, bar=DECODE)
    yield Row("`vcm info` as a process, median", get("info_s"), "{:.0f} ms", 1e3, bar=START_UP)


def _level(level: str, found: dict[str, float]) -> Iterator[Row]:
    base, default = level.endswith("/base"), level == "normal"
    yield Row(f"{level}: rate", found.get("bpp"), "{:.4f} bpp")
    bar = 0.06 if base else 0.05 if default else None
    yield Row(f"{level}: NME (dlib 68 points)", found.get("nme"), "{:.2f} %", 100, bar=bar)
    share = 0.97 if level == "normal/base" else 0.95 if base else None
    yield Row(f"{level}: faces found", found.get("found"), "{:.1f} %", 100, bar=share, at_least=True)
    yield Row(f"{level}: LPIPS (alex)", found.get("lpips"), "{:.3f}", bar=0.35 if default else None)
    yield Row(f"{level}: PSNR", found.get("psnr"), "{:.2f} dB")


def markdown(figures: dict[str, Any]) -> str:
    """The table of the figures of :func:`vcmcodec.bench.studies.measure.measure`."""
    return lines(figures, rows(figures))


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


def refresh(document: Path, mark: str, text: str) -> None:
    """Put ``text`` between the lines ``<!-- mark:begin -->`` and ``<!-- mark:end -->`` of a document.

    Raises ValueError where they are missing, OutputError where it cannot be written.
    """
    before, after = around(document, mark)
    output.write(document, f"{before}\n{text}\n{after}".encode())


def around(document: Path, mark: str) -> tuple[str, str]:
    """What stands before and after a table's place in a document, its marks included.

    Raises ValueError where they are missing.
    """
    first, last = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, begin, rest = document.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{document} has no {first} ... {last}")
    return before + first, last + after
