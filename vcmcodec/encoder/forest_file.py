"""Checks a structured forest before OpenCV loads it: OpenCV walks the file's numbers unchecked,
and a malformed one takes the process down."""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError

Numbers = NDArray[Any]

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
"""Options with their range. The detector's sizes are those that
:mod:`vcmcodec.train.encoder.forest` trains."""

_FEATURES = 16 * 16 * 13 + 300 * 13
_SEQUENCES = ("childs", "featureIds", "thresholds", "edgeBoundaries", "edgeBins")
_MAX_BYTES = 64 << 20
_ROW = re.compile(r"   - \[([^\[\]]*)\]\n")
_INTEGERS = re.compile(r"[0-9, \n]*")
_REALS = re.compile(r"[-+.,e0-9 \n]*")
_EMPTY = re.compile(r"(^|,)\s*(,|$)")
_OCTAL = re.compile(r"(?<![0-9])0[0-9]")
"""OpenCV reads an integer with a leading zero to the base of 8."""


def _numbers(text: str, name: str) -> list[Numbers]:
    """The rows ``- [ 1, 2, ... ]`` of one sequence, which nothing else may stand between."""
    rows = _ROW.findall(text)
    if sum(len(row) + len("   - []\n") for row in rows) != len(text):
        raise ModelError(f"the edge forest's {name} are not rows of numbers")
    real = name == "thresholds"
    return [_row(row, name, real) for row in rows]


def _row(text: str, name: str, real: bool) -> Numbers:
    if not text.strip():
        return np.empty(0, dtype=np.int64)
    fault = ModelError(f"the edge forest's {name} are not numbers")
    if not (_REALS if real else _INTEGERS).fullmatch(text) or _EMPTY.search(text):
        raise fault
    if not real and _OCTAL.search(text):
        raise fault
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # how older numpy reports what it cannot read
        try:
            values = np.fromstring(text, dtype=np.float64 if real else np.int64, sep=",")
        except (ValueError, OverflowError, Warning):
            raise fault from None
    if values.size != text.count(",") + 1:
        raise fault
    return values


def _sections(text: str) -> dict[str, str]:
    sections = {}
    name, rest = "the head", text
    for following in ("options", *_SEQUENCES):
        parts = rest.split(f"\n{following}:\n")
        if len(parts) != 2:
            raise ModelError(f"the edge forest does not hold its {following} once, in their place")
        sections[name], rest = parts[0] + "\n", parts[1]
        name = following
    sections[name] = rest
    if sections.pop("the head") != "%YAML:1.0\n---\n":
        raise ModelError("the edge forest is not a YAML file of OpenCV's")
    return sections


def _options(text: str) -> dict[str, int]:
    pairs = re.findall(r"^   (\w+): (0|[1-9]\d{0,3})$", text, re.MULTILINE)
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
    except (OSError, EOFError, ValueError, zlib.error) as error:
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


def _check_nodes(childs: Numbers, ids: list[Numbers], thresholds: list[Numbers]) -> None:
    if not childs.size or any(row.size != childs.shape[1] for row in (*ids, *thresholds)):
        raise ModelError("the edge forest's trees are not of one size")
    index = np.arange(childs.shape[1])
    inner = childs != 0
    # The left child is the one before the right: both must lie behind their parent (no cycles).
    if (inner & ((childs - 1 <= index) | (childs >= childs.shape[1]))).any():
        raise ModelError("the edge forest's childs point outside their tree or back")
    features = np.stack(ids)
    if not ((features >= 0) & (features < _FEATURES)).all():
        raise ModelError("the edge forest's featureIds are out of range")
    if not np.isfinite(np.stack(thresholds)).all():
        raise ModelError("the edge forest's thresholds are not finite")


def _check_leaves(bounds: Numbers, bins: list[Numbers], nodes: int) -> None:
    entries = np.concatenate(bins or [np.empty(0)])
    if bounds.size != nodes + 1:
        raise ModelError("the edge forest's edgeBoundaries are not one more than its nodes")
    if bounds[0] != 0 or (np.diff(bounds) < 0).any() or bounds[-1] != entries.size:
        raise ModelError("the edge forest's edgeBoundaries do not rise from 0 to its edgeBins")
    if not ((entries >= 0) & (entries < 256)).all():
        raise ModelError("the edge forest's edgeBins are out of range")
