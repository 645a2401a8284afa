"""Keeps ``models/models.json``, which names every model file with its sha256."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from vcmcodec.io import output

NAME = "models.json"


def enter(path: Path, **facts: int) -> None:
    """Names the file at ``path`` in the list beside it, as it is now, with ``facts`` for whoever
    loads it; replaces what the list said of that name.

    Raises OutputError where the list cannot be written.
    """
    where = path.parent / NAME
    files = json.loads(where.read_text(encoding="utf-8"))["files"] if where.exists() else []
    entries = {entry["file"]: entry for entry in files}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entries[path.name] = {"file": path.name, "sha256": digest, **facts}
    text = json.dumps({"files": [entries[name] for name in sorted(entries)]}, indent=2)
    output.write(where, f"{text}\n".encode())


def entry(path: Path) -> dict[str, Any]:
    """What the list beside the file at ``path`` says of it.

    Raises KeyError where it says nothing.
    """
    files = json.loads((path.parent / NAME).read_text(encoding="utf-8"))["files"]
    return {entry["file"]: entry for entry in files}[path.name]
