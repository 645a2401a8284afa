"""Decodes the vectors by every Python and numpy that the package supports and that is here.

``python spec/determinism.py build/determinism``

Pythons are looked for on the path and among pyenv's; each gets virtual environments of its own below
the folder, with nothing in them but numpy, click and pytest. Exits with 1 where a vector gives other ops, E,
M, C or T, or where none of them is here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
NUMPYS = {"1.26.*": PYTHONS[:3], "2.*": PYTHONS}
"""Releases of numpy, and the Pythons that they are built for."""

ROOT = Path(__file__).resolve().parent.parent


def interpreter(version: str) -> str | None:
    """A Python of this version that runs; None where there is none."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [
        sys.executable,
        shutil.which(f"python{version}"),
        *map(str, sorted(kept.glob(f"{version}.*/bin/python"))),
    ]
    for path in filter(None, found):
        asked = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        said = subprocess.run(asked, capture_output=True, text=True)
        if said.returncode == 0 and said.stdout.strip() == version:
            return path
    return None


def environment(python: str, numpy: str, folder: Path) -> Path:
    """A virtual environment's Python; made where it is not there."""
    made = folder / "bin" / "python"
    if not (folder / "bin" / "pytest").exists():
        subprocess.run([python, "-m", "venv", folder], check=True)
        wanted = [f"numpy=={numpy}", "click", "pytest"]
        subprocess.run([made, "-m", "pip", "install", "-q", *wanted], check=True, stderr=subprocess.DEVNULL)
    return made


def main(folder: Path) -> int:
    """Runs the vectors' tests by all of them; how many failed, or 1 where none ran."""
    ran = failed = 0
    for version in PYTHONS:
        python = interpreter(version)
        if python is None:
            print(f"Python {version}: skipped, it is not here", flush=True)
            continue
        for numpy, versions in NUMPYS.items():
            if version not in versions:
                continue
            made = environment(python, numpy, folder / f"{version}-{numpy[0]}")
            asked = [made, "-c", "import numpy; print(numpy.__version__)"]
            said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
            command = [
                made,
                "-m",
                "pytest",
                "-q",
                "--noconftest",
                ROOT / "tests" / "spec" / "test_vectors.py",
            ]
            paths = {**os.environ, "PYTHONPATH": str(ROOT)}
            run = subprocess.run(command, cwd=ROOT, env=paths, capture_output=True, text=True)
            print(f"Python {version}, numpy {said}: {'pass' if run.returncode == 0 else 'FAIL'}", flush=True)
            ran += 1
            if run.returncode:
                failed += 1
                print(run.stdout, run.stderr)
    return failed if ran else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) > 0)
