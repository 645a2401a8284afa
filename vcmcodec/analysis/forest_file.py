"""Checks a structured forest before OpenCV loads it: OpenCV walks the file's numbers unchecked,
and a malformed one takes the process down."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError

_OPTIONS: dict[str, tuple[int, int]] = {
    "numberOfTrees": (1, 64),
    "numberOfTreesToEvaluate": (1, 64),
    "selfsimilarityGridSize": (5, 5),
    "stride": (2, 2),
    "shrinkNumber": (2, 2),
    "patchSize": (32, 32),
    "patchInnerSize": (16, 16),
    "numberOfGradientOrientations": (4, 4),
    "gradientSmoothingRadius": (0, 16),
    "regFeatureSmoothingRadius": (0, 16),
    "ssFeatureSmoothingRadius": (0, 16),
    "gradientNormalizationRadius": (0, 16),
}
"""Options with their range. The detector's sizes are those that :mod:`vcmcodec.train.forest` trains."""

_FEATURES = 16 * 16 * 13 + 300 * 13
_SEQUENCES = ("childs", "featureIds", "thresholds", "edgeBoundaries", "edgeBins")
_MAX_BYTES = 64 << 20
_NUMBERS = re.compile(r"[-+.,e0-9 \n]*")


def _numbers(text: str, name: str) -> list[NDArray[np.float64]]:
    """The rows ``- [ 1, 2, ... ]`` of one sequence."""
    rows = []
    for part in re.findall(r"^   - \[([^\[\]]*)\]$", text, re.MULTILINE):
        if not _NUMBERS.fullmatch(part):
            raise ModelError(f"the edge forest's {name} are not numbers")
        rows.append(np.fromstring(part, dtype=np.float64, sep=","))
    return rows


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(\w+):\n", text, flags=re.MULTILINE)
    if parts[0] != "%YAML:1.0\n---\n" or tuple(parts[1::2]) != ("options", *_SEQUENCES):
        raise ModelError("the edge forest does not hold the sections of a forest")
    return dict(zip(parts[1::2], parts[2::2]))


def _options(text: str) -> dict[str, int]:
    pairs = re.findall(r"^   (\w+): (\d{1,4})$", text, re.MULTILINE)
    options = {name: int(value) for name, value in pairs}
    if set(options) != set(_OPTIONS) or len(pairs) != len(_OPTIONS) or text.count("\n") != len(_OPTIONS):
        raise ModelError("the edge forest's options are not those of a forest")
    for name, (low, high) in _OPTIONS.items():
        if not low <= options[name] <= high:
            raise ModelError(f"the edge forest's option {name} is {options[name]}, not in {low}..{high}")
    if options["numberOfTreesToEvaluate"] > options["numberOfTrees"]:
        raise ModelError("the edge forest evaluates more trees than it has")
    return options


def validate(path: Path) -> None:
    """Returns where OpenCV can safely load and walk the forest at ``path``.

    Raises ModelError with a one-line cause otherwise.
    """
    try:
        with gzip.open(path, "rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        text = raw.decode("ascii")
    except (OSError, EOFError, ValueError) as error:
        raise ModelError(f"cannot read the edge forest {path}: {error}") from None
    if len(raw) > _MAX_BYTES:
        raise ModelError("the edge forest is too large")
    sections = _sections(text)
    trees = _options(sections["options"])["numberOfTrees"]
    rows = {name: _numbers(sections[name], name) for name in _SEQUENCES}
    for name in ("childs", "featureIds", "thresholds"):
        if len(rows[name]) != trees or len({len(row) for row in rows[name]}) != 1:
            raise ModelError(f"the edge forest's {name} are not {trees} rows of one length")
    _check_nodes(np.stack(rows["childs"]), rows["featureIds"], rows["thresholds"])
    nodes = rows["childs"][0].size * trees
    _check_leaves(np.concatenate(rows["edgeBoundaries"] or [np.empty(0)]), rows["edgeBins"], nodes)


def _check_nodes(
    childs: NDArray[np.float64], ids: list[NDArray[np.float64]], thresholds: list[NDArray[np.float64]]
) -> None:
    if not childs.size or any(row.size != childs.shape[1] for row in (*ids, *thresholds)):
        raise ModelError("the edge forest's trees are not of one size")
    index = np.arange(childs.shape[1])
    inner = childs != 0
    # The left child is the one before the right: both must lie behind their parent (no cycles).
    if (childs % 1 != 0).any() or (inner & ((childs - 1 <= index) | (childs >= childs.shape[1]))).any():
        raise ModelError("the edge forest's childs point outside their tree or back")
    features = np.stack(ids)
    if not ((features >= 0) & (features < _FEATURES) & (features % 1 == 0)).all():
        raise ModelError("the edge forest's featureIds are out of range")
    if not np.isfinite(np.stack(thresholds)).all():
        raise ModelError("the edge forest's thresholds are not finite")


def _check_leaves(bounds: NDArray[np.float64], bins: list[NDArray[np.float64]], nodes: int) -> None:
    entries = np.concatenate(bins or [np.empty(0)])
    if bounds.size != nodes + 1 or (bounds % 1 != 0).any():
        raise ModelError("the edge forest's edgeBoundaries are not one more than its nodes")
    if bounds[0] != 0 or (np.diff(bounds) < 0).any() or bounds[-1] != entries.size:
        raise ModelError("the edge forest's edgeBoundaries do not rise from 0 to its edgeBins")
    if not ((entries >= 0) & (entries < 256) & (entries % 1 == 0)).all():
        raise ModelError("the edge forest's edgeBins are out of range")
