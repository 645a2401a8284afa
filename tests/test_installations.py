"""Installations as they are: without packages, with half of one, with two of one. Each is a folder of links
to this environment's packages, in which some are left out or laid out as pip leaves them."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from PIL import Image
from portrait import file, portrait
from repository import ROOT

SITE = Path(sysconfig.get_paths()["purelib"])

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="environments are folders of links")


def without(folder: Path, names: Iterable[str]) -> None:
    """Takes packages, and what pip says of them, out of an environment."""
    for link in list(folder.iterdir()):
        name = link.name.lower().replace("-", "_")
        if any(name == one or name.startswith((f"{one}_", f"{one}.")) for one in names):
            link.unlink()


def no_onnxruntime(folder: Path) -> None:
    without(folder, ["onnxruntime"])


def half_an_onnxruntime(folder: Path) -> None:
    """As pip leaves it that has uninstalled one of both: the other one's notes, and no module."""
    (folder / "onnxruntime").unlink()
    (folder / "onnxruntime" / "capi").mkdir(parents=True)


def two_onnxruntimes(folder: Path) -> None:
    notes = folder / "onnxruntime-1.22.0.dist-info"
    if not list(folder.glob("onnxruntime_gpu-*.dist-info")):
        notes = folder / "onnxruntime_gpu-1.22.0.dist-info"
    notes.mkdir()
    name = notes.name.split("-")[0].replace("_", "-")
    (notes / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.22.0\n")


def no_opencv(folder: Path) -> None:
    without(folder, ["cv2", "opencv"])


def half_an_opencv(folder: Path) -> None:
    (folder / "cv2").unlink()
    (folder / "cv2" / "data").mkdir(parents=True)


def broken_opencv(folder: Path) -> None:
    """As on a server without libGL."""
    (folder / "cv2").unlink()
    (folder / "cv2").mkdir()
    (folder / "cv2" / "__init__.py").write_text(
        "raise ImportError('libGL.so.1: cannot open shared object file')\n"
    )


def opencv_without_contrib(folder: Path) -> None:
    """OpenCV's own modules without those of opencv_contrib, as opencv-python has them."""
    (folder / "cv2").unlink()
    (folder / "cv2").mkdir()
    (folder / "cv2" / "__init__.py").write_text(
        "import importlib.machinery, importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('cv2', {str(SITE / 'cv2' / '__init__.py')!r},"
        f" submodule_search_locations=[{str(SITE / 'cv2')!r}])\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['cv2'] = module\n"
        "spec.loader.exec_module(module)\n"
        "del sys.modules['cv2'].ximgproc\n"
    )


def opencv_with_a_name_left(folder: Path) -> None:
    """As two OpenCVs leave it: a folder of the other one's types gives the module its name, and no more."""
    opencv_without_contrib(folder)
    with (folder / "cv2" / "__init__.py").open("a") as file:
        file.write("import types; sys.modules['cv2'].ximgproc = types.ModuleType('ximgproc')\n")


def no_segno(folder: Path) -> None:
    without(folder, ["segno"])


def no_torch(folder: Path) -> None:
    without(folder, ["torch", "pytorch_msssim", "dlib", "_dlib_pybind11"])


STROKES = ["decode", "face.vcm", "-o", "out.png", "--device", "cpu"]
ENCODE = ["encode", "face.png", "-o", "out.vcm"]


@pytest.mark.parametrize(
    ("spoil", "command", "says"),
    [
        (no_onnxruntime, STROKES, "onnxruntime is not installed: it runs networks: pip install onnxruntime"),
        (half_an_onnxruntime, STROKES, "what is left of onnxruntime does not run: pip uninstall -y"),
        (no_opencv, ENCODE, "OpenCV is not installed: pip install opencv-contrib-python-headless"),
        (half_an_opencv, ENCODE, "this OpenCV has no warpAffine: pip uninstall -y"),
        (broken_opencv, ENCODE, "OpenCV cannot be loaded (libGL.so.1: cannot open shared object file): pip"),
        (opencv_without_contrib, [*ENCODE, "--scheme", "strokes"], "this OpenCV has no ximgproc: pip"),
        (opencv_with_a_name_left, [*ENCODE, "--scheme", "strokes"], "this OpenCV has no ximgproc: pip"),
        (
            no_segno,
            ["qr", "face.vcm", "-o", "out.png"],
            "QR codes need the package segno: pip install 'vcmcodec[qr]'",
        ),
    ],
)
def test_what_is_missing_is_a_line_with_the_command_that_mends_it(
    tmp_path: Path, spoil: Callable[[Path], None], command: list[str], says: str
) -> None:
    done = run(environment(tmp_path, spoil), tmp_path, command)
    assert done.returncode == 7, done.stderr
    assert done.stderr.startswith("vcm: ") and says in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("spoil", "command"),
    [
        (opencv_without_contrib, ENCODE),
        (no_onnxruntime, ENCODE),
        (no_torch, ["compare", "face.png", "face.png"]),
        (no_opencv, ["info", "face.vcm"]),
    ],
)
def test_what_is_not_needed_is_not_missed(
    tmp_path: Path, spoil: Callable[[Path], None], command: list[str]
) -> None:
    done = run(environment(tmp_path, spoil), tmp_path, command)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_onnxruntime, "onnxruntime is not installed"),
        (two_onnxruntimes, "are installed side by side, and one breaks the other: pip uninstall -y"),
        (half_an_onnxruntime, "what is left of onnxruntime does not run: pip uninstall -y"),
    ],
)
def test_the_version_tells_the_truth(tmp_path: Path, spoil: Callable[[Path], None], says: str) -> None:
    done = run(environment(tmp_path, spoil), tmp_path, ["--version"])
    assert done.returncode == 0 and says in done.stdout


def environment(tmp_path: Path, spoil: Callable[[Path], None]) -> Path:
    """A folder of this environment's packages, but for what ``spoil`` does to it."""
    folder = tmp_path / "site"
    folder.mkdir()
    for entry in SITE.iterdir():
        if entry.suffix != ".pth" and entry.name != "vcmcodec":
            (folder / entry.name).symlink_to(entry)
    spoil(folder)
    return folder


def run(site: Path, folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """``vcm`` with the packages of ``site`` alone."""
    Image.fromarray(portrait()).save(folder / "face.png")
    (folder / "face.vcm").write_bytes(file())
    paths = os.pathsep.join([str(ROOT), str(site)])
    environ = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, "-S", "-m", "vcmcodec", *command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
    )
