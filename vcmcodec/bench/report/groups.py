"""Figures by group of faces: generative codecs are known to treat faces unequally."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from vcmcodec.bench.report.figures import mean
from vcmcodec.errors import PictureError


class GroupError(PictureError):
    """A list of groups cannot be read."""


class Spread(NamedTuple):
    """One figure of one coding by group: means, faces, and the gap between the best and the worst
    group. Groups without a value are left out."""

    means: dict[str, float]
    faces: dict[str, int]

    @property
    def gap(self) -> float:
        most, least = max(self.means.values()), min(self.means.values())
        return 0.0 if most == least else most - least  # both may be infinite


def read(path: Path) -> dict[str, str]:
    """Groups by face, from a CSV file with the columns ``file`` and ``group``. Faces are named as in
    the report: by their path below the folder.

    Raises GroupError where it cannot be read or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GroupError(f"{path} is not a list of groups: {error}") from None
    if not {"file", "group"} <= set(reader.fieldnames or ()):
        raise GroupError(f"{path} has no columns file and group")
    return {row["file"]: row["group"] for row in rows if row["file"] and row["group"]}


def spread(values: Iterable[tuple[str, float | None]], groups: dict[str, str]) -> Spread | None:
    """Means by group of (face, value) pairs; None where fewer than two groups have a value."""
    found: dict[str, list[float]] = {}
    for face, value in values:
        if value is not None and face in groups:
            found.setdefault(groups[face], []).append(value)
    if len(found) < 2:
        return None
    means = {group: mean(all_) for group, all_ in sorted(found.items())}
    return Spread(means, {group: len(found[group]) for group in means})
