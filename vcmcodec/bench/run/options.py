"""The pictures that a measurement runs on, and the options all measurements share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from vcmcodec.io import document
from vcmcodec.io import folders as folders_

Verb = TypeVar("Verb", bound=Callable[..., Any])

folders = click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)

device = click.option(
    "--device", type=click.Choice(["auto", "cuda", "cpu"]), default="auto", show_default=True
)

limit = click.option("--limit", type=int, help="Measure this many pictures, spread evenly.  [default: all]")

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the figures as JSON instead of the table."
)

into = click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Refresh the table in this document.",
)


def mark(usual: str) -> Callable[[Verb], Verb]:
    """The option ``--mark``: between which marks the table of ``--into`` stands."""
    return click.option("--mark", default=usual, show_default=True, help="The table's mark there.")


def show(figures: dict[str, Any], text: str, as_json: bool, into: Path | None, mark: str) -> None:
    """Prints the ``figures`` of a study as JSON or as their table, ``text``, and refreshes that table in the
    document ``into`` where there is one."""
    click.echo(json.dumps(figures, indent=2) if as_json else text)
    _refresh(text, into, mark)


def say(text: str, into: Path | None, mark: str) -> None:
    """The same of a study that has no JSON."""
    click.echo(text)
    _refresh(text, into, mark)


def _refresh(text: str, into: Path | None, mark: str) -> None:
    if into is not None:
        document.refresh(into, mark, text)


def machine() -> str:
    """What a study of speed ran on: cores, and what else there was to do."""
    loads = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load averages {loads}"


def listed(where: Iterable[Path], limit: int | None = None) -> list[Path]:
    """All pictures below the folders ``where``, as :func:`vcmcodec.io.folders.pictures`.

    Raises click.UsageError where there is none.
    """
    found = folders_.pictures(where, limit)
    if not found:
        raise click.UsageError(f"no pictures below {', '.join(str(folder) for folder in where)}")
    return found
