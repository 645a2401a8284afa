"""Writes a structured forest as OpenCV's detector reads it;
:mod:`vcmcodec.encoder.forest_file` checks what is read."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

OPTIONS = {
    "numberOfTrees": 8,
    "numberOfTreesToEvaluate": 4,
    "selfsimilarityGridSize": 5,
    "stride": 2,
    "shrinkNumber": 2,
    "patchSize": 32,
    "patchInnerSize": 16,
    "numberOfGradientOrientations": 4,
    "gradientSmoothingRadius": 0,
    "regFeatureSmoothingRadius": 2,
    "ssFeatureSmoothingRadius": 8,
    "gradientNormalizationRadius": 4,
}


@dataclass
class Tree:
    """Nodes in the file's layout; ``bins`` holds each node's edge pixels, empty but in leaves."""

    childs: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    thresholds: list[float] = field(default_factory=list)
    bins: list[NDArray[np.intp]] = field(default_factory=list)

    def add(self) -> int:
        self.childs.append(0)
        self.ids.append(0)
        self.thresholds.append(0.0)
        self.bins.append(np.empty(0, dtype=np.intp))
        return len(self.childs) - 1


def _sequence(file: TextIO, name: str, rows: Sequence[Sequence[str]]) -> None:
    file.write(f"{name}:\n")
    for row in rows:
        lines = [", ".join(row[start : start + 40]) for start in range(0, len(row), 40)]
        file.write("   - [ " + ",\n       ".join(lines) + " ]\n")


def save(path: Path, trees: Sequence[Tree]) -> None:
    """Writes the forest as OpenCV reads it. Trees are filled up to one size with idle leaves."""
    nodes = max(len(tree.childs) for tree in trees)
    for tree in trees:
        while len(tree.childs) < nodes:
            tree.add()
    bins = [entry for tree in trees for entry in tree.bins]
    bounds = np.concatenate([[0], np.cumsum([len(entry) for entry in bins])]).astype(int)
    with (
        open(path, "wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="ascii", newline="\n") as file,
    ):
        file.write("%YAML:1.0\n---\noptions:\n")
        for name, value in OPTIONS.items():
            file.write(f"   {name}: {value}\n")
        _sequence(file, "childs", [[str(v) for v in tree.childs] for tree in trees])
        _sequence(file, "featureIds", [[str(v) for v in tree.ids] for tree in trees])
        _sequence(file, "thresholds", [[f"{v:.6e}" for v in tree.thresholds] for tree in trees])
        _sequence(file, "edgeBoundaries", [[str(v) for v in bounds]])
        _sequence(file, "edgeBins", [[str(v) for entry in bins for v in entry]])
