"""Where the model files lie, and whether they are the ones this release names.

``models/models.json`` lists every file with its sha256. A file is hashed once per
process, at first use; nothing is ever substituted for a file that is missing or altered.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from vcmcodec.errors import ModelError

Parsed = TypeVar("Parsed")


def models_dir() -> Path:
    """The folder of the model files: ``$VCM_MODELS``, else the one installed with the package,
    else ``models/`` beside the package (a source checkout)."""
    chosen = os.environ.get("VCM_MODELS")
    if chosen:
        return Path(chosen)
    here = Path(__file__).resolve().parent
    installed = here / "files"
    return installed if installed.is_dir() else here.parents[1] / "models"


@functools.cache
def _catalogue(folder: Path) -> dict[str, Any]:
    path = folder / "models.json"
    try:
        catalogue = json.loads(path.read_text(encoding="utf-8"))
        entries = {str(entry["file"]): dict(entry) for entry in catalogue["files"]}
        for entry in entries.values():
            entry["sha256"] = str(entry["sha256"])
            entry |= {key: int(entry[key]) for key in ("generator", "contract") if key in entry}
        return entries
    except OSError as error:
        raise ModelError(f"cannot read the list of models {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(f"the list of models {path} is damaged") from None


def catalogue() -> dict[str, Any]:
    """Entries of ``models.json`` by file name.

    Raises ModelError where the list is missing or damaged.
    """
    return _catalogue(models_dir())


@functools.cache
def _verified(path: Path, sha256: str) -> Path:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read the model file {path}: {error.strerror}") from None
    if digest != sha256:
        raise ModelError(f"the model file {path} is altered: its sha256 is not the one models.json names")
    return path


def model_path(name: str) -> Path:
    """Path of the model file ``name``, after its sha256 has been checked.

    Raises ModelError where the file is not listed, missing, or altered.
    """
    folder = models_dir()
    entry = _catalogue(folder).get(name)
    if entry is None:
        raise ModelError(f"{folder / 'models.json'} lists no file {name}")
    return _verified(folder / name, entry["sha256"])


@functools.lru_cache(maxsize=8)
def _parsed(path: Path, parse: Callable[[bytes], Any]) -> Any:
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the transform {path}: {error}") from None


def transform(name: str, parse: Callable[[bytes], Parsed]) -> Parsed:
    """What ``parse``, which raises ValueError where it cannot, makes of the transform ``name``, once a
    process.

    Raises ModelError where the file is not listed, missing, or altered.
    """
    found: Parsed = _parsed(model_path(name), parse)
    return found


def generators() -> list[int]:
    """The ids of the generators that this release has.

    Raises ModelError where the list of models is missing or damaged.
    """
    return sorted(entry["generator"] for entry in catalogue().values() if "generator" in entry)
