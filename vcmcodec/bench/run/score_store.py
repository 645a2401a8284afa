"""What has been coded and scored, in a SQLite file: an interrupted run loses nothing.

A face is known by its samples, a coding by codec, version and point, a judge by its version. Where one of
these changes, what depends on it is done again, and nothing else is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import OutputError
from vcmcodec.metrics import Verdict

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

    Raises OutputError, as all methods do, where it cannot be used: no such file, a full disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._used():
            self._base = sqlite3.connect(path, timeout=120)
            self._base.executescript(_TABLES)

    @contextmanager
    def _used(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"{self._path} cannot be used: {error}") from None

    def _rows(self, question: str, values: Sequence[str]) -> list[Any]:
        with self._used():
            return self._base.execute(question, values).fetchall()

    def coded(self, key: Key) -> int | None:
        """Bytes of a coding; None where it has not been coded."""
        rows = self._rows("SELECT bytes FROM codings WHERE face=? AND coding=?", key)
        return int(rows[0][0]) if rows else None

    def judged(self, key: Key) -> set[str]:
        """The judges, by version, that have given a verdict."""
        return {row[0] for row in self._rows("SELECT judge FROM verdicts WHERE face=? AND coding=?", key)}

    def add(self, key: Key, size: int, verdicts: dict[str, Verdict]) -> None:
        """Keep a coding's bytes and verdicts, by the judges' versions; all of them or none."""
        rows = [
            (*key, judge, json.dumps(verdict.scores), _blob(verdict.features))
            for judge, verdict in verdicts.items()
        ]
        with self._used(), self._base:
            self._base.execute("INSERT OR REPLACE INTO codings VALUES (?, ?, ?)", (*key, size))
            self._base.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)", rows)

    def verdict(self, key: Key, judge: str) -> Verdict | None:
        """A judge's verdict; None where it has given none."""
        rows = self._rows(
            "SELECT scores, features FROM verdicts WHERE face=? AND coding=? AND judge=?", (*key, judge)
        )
        if not rows:
            return None
        features = None if rows[0][1] is None else np.frombuffer(rows[0][1], dtype="<f4")
        scores: dict[str, Any] = json.loads(rows[0][0])
        return Verdict(scores, features)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()


def _blob(features: NDArray[np.float32] | None) -> bytes | None:
    return None if features is None else features.astype("<f4").tobytes()
