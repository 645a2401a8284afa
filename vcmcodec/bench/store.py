"""What has been coded and scored, in a SQLite file: an interrupted run loses nothing.

A face is known by its samples, a coding by codec, version and point, a judge by its version: what any
of them would do otherwise is done again, and nothing else is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.judges import Verdict
from vcmcodec.errors import OutputError

_TABLES = """
CREATE TABLE IF NOT EXISTS codings (
    face TEXT, coding TEXT, bytes INTEGER, PRIMARY KEY (face, coding)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts (
    face TEXT, coding TEXT, judge TEXT, scores TEXT, features BLOB, PRIMARY KEY (face, coding, judge));
"""


class Key(NamedTuple):
    """A picture of a face: which face, and through which coding."""

    face: str
    coding: str


def face_key(image: NDArray[np.uint8]) -> str:
    """The name of a face's samples, uint8 (H, W, 3)."""
    return hashlib.sha256(str(image.shape).encode() + image.tobytes()).hexdigest()[:24]


def coding_key(codec: str, version: str, point: str) -> str:
    """The name of a coding."""
    return json.dumps([codec, version, point])


class Store:
    """The file ``path``, made where it is missing. Several processes may write to it.

    Raises OutputError where it cannot be opened or is no such file.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._base = sqlite3.connect(path, timeout=120)
            self._base.executescript(_TABLES)
        except sqlite3.Error as error:
            raise OutputError(f"{path} cannot be used: {error}") from None

    def coded(self, key: Key) -> int | None:
        """Bytes of a coding; None where it has not been coded."""
        row = self._base.execute("SELECT bytes FROM codings WHERE face=? AND coding=?", key).fetchone()
        return None if row is None else int(row[0])

    def judged(self, key: Key) -> set[str]:
        """The judges, by version, that have given a verdict."""
        rows = self._base.execute("SELECT judge FROM verdicts WHERE face=? AND coding=?", key)
        return {row[0] for row in rows}

    def add(self, key: Key, size: int, verdicts: dict[str, Verdict]) -> None:
        """Keep a coding's bytes and verdicts, by the judges' versions; all of them or none."""
        rows = [
            (*key, judge, json.dumps(verdict.scores), _blob(verdict.features))
            for judge, verdict in verdicts.items()
        ]
        with self._base:
            self._base.execute("INSERT OR REPLACE INTO codings VALUES (?, ?, ?)", (*key, size))
            self._base.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)", rows)

    def verdict(self, key: Key, judge: str) -> Verdict | None:
        """A judge's verdict; None where it has given none."""
        row = self._base.execute(
            "SELECT scores, features FROM verdicts WHERE face=? AND coding=? AND judge=?", (*key, judge)
        ).fetchone()
        if row is None:
            return None
        features = None if row[1] is None else np.frombuffer(row[1], dtype="<f4")
        scores: dict[str, Any] = json.loads(row[0])
        return Verdict(scores, features)

    def count(self) -> int:
        """Codings so far, of any run."""
        return int(self._base.execute("SELECT COUNT(*) FROM codings").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()


def _blob(features: NDArray[np.float32] | None) -> bytes | None:
    return None if features is None else features.astype("<f4").tobytes()
