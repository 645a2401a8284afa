"""Installations as people have them, made by pip: environments with packages missing, doubled, halved.

``python tests/installations.py [NAME...]``

In each, encoding, decoding, ``vcm info`` and ``vcm --version`` either work or end in one line that names a
pip command. What the lines name is then run, and all must work. It downloads some 500 MB where pip keeps
nothing; tests/test_installations.py tests the same without pip, on folders of links.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

import click
from PIL import Image
from portrait import file, portrait, texture_file
from repository import ROOT

BASE = ("click", "numpy", "pillow")
CV, ORT = "opencv-contrib-python-headless", "onnxruntime"
MODEL_MISSING = 7
MENDINGS = 2

COMMANDS = {
    "encode": ["encode", "face.png", "-o", "out.vcm", "-f"],
    "strokes": ["encode", "face.png", "-o", "out.vcm", "-f", "--scheme", "strokes"],
    "decode": ["decode", "texture.vcm", "-o", "out.png", "-f", "--device", "cpu"],
    "preview": ["decode", "texture.vcm", "-o", "out.png", "-f", "--preview"],
    "info": ["info", "face.vcm"],
}


class NoPackages(click.ClickException):
    """pip cannot install: nothing is known of the environment."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h


class Case(NamedTuple):
    """``install``: packages, in this order; ``remove``: those that go again; ``fails``: commands that cannot
    work, and what the line says; ``says``: a part of what ``vcm --version`` prints. ``may``: commands that
    fail on some systems."""

    install: tuple[str, ...]
    remove: tuple[str, ...] = ()
    fails: dict[str, str] = {}
    says: str = "onnxruntime 1."
    may: tuple[str, ...] = ()


_NO_ORT = dict.fromkeys(("decode", "strokes"), "onnxruntime is not installed")
_HALF_ORT = dict.fromkeys(("decode", "strokes"), "what is left of onnxruntime does not run")
_NO_CV = dict.fromkeys(("encode", "strokes"), "OpenCV is not installed: pip install")
_HALF_CV = dict.fromkeys(("encode", "strokes"), "this OpenCV has no")
_BARE_CV = {"strokes": "this OpenCV has no ximgproc"}

CASES = {
    "as-declared": Case((CV, ORT)),
    "no-onnxruntime": Case((CV,), fails=_NO_ORT, says="onnxruntime is not installed"),
    "no-opencv": Case((ORT,), fails=_NO_CV),
    "nothing": Case((), fails=_NO_ORT | _NO_CV, says="onnxruntime is not installed"),
    "both-onnxruntimes": Case((CV, ORT, "onnxruntime-gpu"), says="are installed side by side"),
    "both-less-the-cpu-one": Case((CV, ORT, "onnxruntime-gpu"), (ORT,), _HALF_ORT, "what is left of"),
    "both-less-the-gpu-one": Case(
        (CV, "onnxruntime-gpu", ORT), ("onnxruntime-gpu",), _HALF_ORT, "what is left of"
    ),
    "opencv-python": Case(("opencv-python", ORT), fails=_BARE_CV, may=("encode",)),
    "opencv-python-headless": Case(("opencv-python-headless", ORT), fails=_BARE_CV),
    "two-opencvs": Case((CV, "opencv-python-headless", ORT), fails=_BARE_CV),
    "two-opencvs-less-one": Case((CV, "opencv-python-headless", ORT), ("opencv-python-headless",), _HALF_CV),
    "opencv-contrib-python": Case(("opencv-contrib-python", ORT), may=("encode", "strokes")),
}


class Environment:
    """A virtual environment of its own, and a folder with a face to work in."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._work = folder / "work"
        venv.create(folder / "venv", with_pip=True)
        self._python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        self._work.mkdir()
        Image.fromarray(portrait()).save(self._work / "face.png")
        (self._work / "face.vcm").write_bytes(file())
        (self._work / "texture.vcm").write_bytes(texture_file())

    def pip(self, *arguments: str) -> None:
        """Runs pip. Raises NoPackages where it fails."""
        command = [self._python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise NoPackages(f"pip {' '.join(arguments)}: {done.stderr.strip()}")

    def vcm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the installed ``vcm``."""
        command = [self._python, "-m", "vcmcodec", *arguments]
        return subprocess.run(command, cwd=self._work, capture_output=True, text=True)

    def mend(self, line: str) -> None:
        """Does what the line says: of several packages to choose from the first."""
        for command in re.findall(r"pip ((?:uninstall -y|install) [\w. -]*\w)", line):
            self.pip(*command.split())


def faults(name: str, case: Case, environment: Environment, wheel: Path) -> list[str]:
    """What goes wrong in an environment that is no fault of its packages."""
    environment.pip("install", *BASE)
    for package in case.install:  # one after the other: the last one wins
        environment.pip("install", package)
    if case.remove:
        environment.pip("uninstall", "-y", *case.remove)
    environment.pip("install", "--no-deps", str(wheel))
    found = []
    version = environment.vcm("--version")
    if version.returncode or case.says not in version.stdout or "Traceback" in version.stderr:
        found.append(f"--version: {version.stdout!r} {version.stderr!r}")
    lines = {}
    for what, arguments in COMMANDS.items():
        done = environment.vcm(*arguments)
        one_line = done.stderr.startswith("vcm: ") and done.stderr.count("\n") == 1
        failed = done.returncode == MODEL_MISSING and one_line and "pip " in done.stderr
        expected = case.fails.get(what)
        if failed and (what in case.may or (expected is not None and expected in done.stderr)):
            lines[what] = done.stderr
        elif done.returncode or done.stderr or expected is not None:
            found.append(f"{what}: exit code {done.returncode}, {done.stderr!r}, expected {expected!r}")
    for what, line in lines.items():
        click.echo(f"{name}: {what}: {line.strip()}")
    for _ in range(MENDINGS):  # one thing may hide another
        for line in sorted(set(lines.values())):
            environment.mend(line)
        tried = {what: environment.vcm(*COMMANDS[what]) for what in lines}
        lines = {what: done.stderr for what, done in tried.items() if done.returncode or done.stderr}
    found += [f"{what}, when mended: {line!r}" for what, line in lines.items()]
    return found


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "build" / "installations")
def main(names: tuple[str, ...], folder: Path) -> None:
    """Make the environments NAMES, or all, and say what goes wrong in them."""
    folder = folder.resolve() / "made"  # what is removed below is its own
    shutil.rmtree(folder / "wheel", ignore_errors=True)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder / "wheel", ROOT]
    if subprocess.run(wheel).returncode:
        raise NoPackages("the wheel cannot be built")
    (built,) = (folder / "wheel").glob("vcmcodec-*.whl")
    bad = 0
    for name in names or CASES:
        found = faults(name, CASES[name], Environment(folder / name), built)
        shutil.rmtree(folder / name)
        bad += bool(found)
        click.echo(f"{name}: {'FAIL' if found else 'pass'}")
        for fault in found:
            click.echo(f"  {fault}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
