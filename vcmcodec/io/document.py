"""A table's place in a document, which a measurement refreshes."""

from __future__ import annotations

from pathlib import Path

from vcmcodec.io import output


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
