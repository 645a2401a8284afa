"""Fuzzing of all that reads bytes from outside.

``python -m fuzz decode --seconds 60`` searches one target, guided by coverage where atheris is installed.
``python -m fuzz --decodes 1000000 --jobs 2`` reads so many hostile inputs and holds them to the bars.
``python -m fuzz --worst`` times the slowest files that are known. All from ``tests/``, or with it on
``PYTHONPATH``.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SHARES = {
    "decode": 55,
    "container": 4,
    "cut": 5,
    "edges": 6,
    "colours": 6,
    "texture": 3,
    "detail": 2,
    "feature": 2,
    "entropy": 3,
    "ppm": 3,
    "twin": 3,
    "svg": 9,
    "svg-text": 1,
    "gallery": 2,
}
"""Targets by name, and how often each has its turn among as many hostile inputs as this sums to. Here, so
that the names are known before the package is imported, which coverage needs to see."""
