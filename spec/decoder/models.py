"""Sections 3, 7.2 and 12.2: the files that decoding starts from, of the repository's ``models`` folder.

Where the environment names another folder by VCM_MODELS, as for the package, they are taken from there, and
are what the list in that folder says that they are.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "models"
SHA256 = {
    "detail-1.weights": "0c90f78d4774b47217d1ca4e3119eee172ecc8869b717c22beb0c5821ace573d",
    "detail-1.transform": "617b5df16adab36b5e22184108d004b7790df5f2a3b71fbd90add053e043f718",
    "edges-1.primer": "00dbe67e3bad2de04145cc4dc8c1b36139762073eaf45b504af9057d6396d2e2",
    "colours-1.primer": "e2b32468a52edcbc91cda57483ba326647428e028494ef2762bd8c8b5df34652",
    "strokes-2.weights": "115e8abc8528a89bdd88ab1192074c028452b1a3240cf3462cc6c716460377e3",
    "colours-2.weights": "5ee54fbace5bf8a45f1452ff10e7f9eb83a74201dd8f1569742b4b61f65c0122",
    "texture-1.weights": "1de88348a7c669fecc9fa3c35536842c9b18908acbe9e16d650064eb0348d1dc",
    "texture-1.transform": "73fcdec8ce3a5056a9d399aad5ebf69f68464a0c4349e6cdf92a3677e72a09cc",
    "feature-1.weights": "8f52e64d4b54809a0b8b2a726329d2f75f4c17c0828946e7fd0336d7f4aa801d",
    "feature-1.transform": "af99435c5adc079ed058177f85c85956951bfe9d7e75ac2aa4623db3e4e30921",
}


def read_model(name: str) -> bytes:
    """Sections 3.1, 3.2, 7.2 and 7.8: a primer, a file of weights or a transform, as its table names it."""
    other = os.environ.get("VCM_MODELS")
    return read_from(Path(other) if other else FOLDER, name)


@cache
def read_from(folder: Path, name: str) -> bytes:
    """Sections 3.1, 3.2 and 7.2: the same of one folder."""
    data = (folder / name).read_bytes()
    expected = SHA256[name]
    if folder != FOLDER:
        listed = json.loads((folder / "models.json").read_text(encoding="utf-8"))["files"]
        expected = {entry["file"]: entry["sha256"] for entry in listed}[name]
    check_sha256(name, data, expected)
    return data


def check_sha256(what: str, data: bytes, expected: str) -> None:
    """Sections 3.1, 3.2 and 7.2: another file than the stated one would decode to something else."""
    if hashlib.sha256(data).hexdigest() != expected:
        raise RuntimeError(f"{what} is not the one that FORMAT.md names")
