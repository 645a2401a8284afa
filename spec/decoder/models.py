"""Section 3: the files that entropy coding starts from, the repository's ``models`` folder."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "models"
SHA256 = {
    "edges-1.primer": "00dbe67e3bad2de04145cc4dc8c1b36139762073eaf45b504af9057d6396d2e2",
    "colours-1.primer": "e2b32468a52edcbc91cda57483ba326647428e028494ef2762bd8c8b5df34652",
    "strokes-2.weights": "115e8abc8528a89bdd88ab1192074c028452b1a3240cf3462cc6c716460377e3",
    "colours-2.weights": "5ee54fbace5bf8a45f1452ff10e7f9eb83a74201dd8f1569742b4b61f65c0122",
}


@cache
def read_model(name: str) -> bytes:
    """Sections 3.1 and 3.2: a primer or a file of weights, as its table names it."""
    data = (FOLDER / name).read_bytes()
    check_sha256(name, data, SHA256[name])
    return data


def check_sha256(what: str, data: bytes, expected: str) -> None:
    """Sections 3.1 and 3.2: another file than the stated one would decode to something else."""
    if hashlib.sha256(data).hexdigest() != expected:
        raise RuntimeError(f"{what} is not the one that FORMAT.md names")
