"""Many files in one command: trees are mirrored, failures collected, interrupts leave nothing half-done."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from portrait import default_file, portrait

import vcmcodec
from vcmcodec import FormatError, cli
from vcmcodec.cli import batch, worklist


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pictures, some below others, with what is no picture among them."""
    monkeypatch.chdir(tmp_path)
    for name in ("in/a.png", "in/deep/er/b.JPG", "in/deep/c.webp"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(portrait()).save(path)
    (tmp_path / "in" / "notes.txt").write_text("no picture\n")
    return tmp_path


def test_a_tree_is_encoded_and_decoded_as_it_is(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["encode", "in", "-r", "-o", "files", "--jobs", "2"]) == 0
    assert capsys.readouterr() == ("", "vcm: 3 done\n")
    found = sorted(str(path.relative_to("files")) for path in Path("files").rglob("*.vcm"))
    assert found == ["a.vcm", "deep/c.vcm", "deep/er/b.vcm"]
    assert Path("files/a.vcm").read_bytes() == default_file()  # as in this process
    assert cli.main(["check", "-r", "files"]) == 0
    assert cli.main(["decode", "files", "-r", "-o", "out"]) == 0
    for name in ("a", "deep/c", "deep/er/b"):
        with Image.open(f"out/{name}.png") as image:
            made = np.asarray(image).astype(int)
        alone = np.asarray(vcmcodec.decode(Path(f"files/{name}.vcm").read_bytes()))
        assert np.abs(made - alone).max() <= 1


def test_failures_are_collected(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in/bad.png").write_bytes(b"no picture")
    Path("in/zero.png").write_bytes(b"")
    assert cli.main(["encode", "-r", "in", "-o", "files", "--jobs", "2"]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["in/bad.png", "in/zero.png", "3 done, 2 failed"]
    assert len(list(Path("files").rglob("*.vcm"))) == 3


def test_one_goes_on_where_one_stopped(tree: Path) -> None:
    Path("files/deep").mkdir(parents=True)
    Path("files/deep/c.vcm").write_bytes(b"old")
    assert cli.main(["encode", "-r", "in", "-o", "files", "--skip-existing", "-j", "1"]) == 0
    assert Path("files/deep/c.vcm").read_bytes() == b"old"
    assert Path("files/a.vcm").read_bytes() == default_file()
    assert cli.main(["encode", "-r", "in", "-o", "files", "--skip-existing", "-j", "2"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["encode", "in"], "in is a folder"),
        (["encode", "in/a.png", "in/deep/c.webp", "-o", "files"], "many files need a folder"),
        (["encode", "in", "-r", "-o", "in/a.png"], "many files need a folder"),
        (["encode", "nowhere/a.png"], "nowhere/a.png does not exist"),
        (["encode"], "which PICTURE?"),
        (["encode", "in/a.png", "-j", "0"], "0 is not in the range"),
        (["decode", "in/f", "-r", "-o", "in/f.png"], "many files need a folder"),
        (["check", "in"], "in is a folder"),
        (["encode", "in/f", "-r", "-o", "files"], "no files to take below in/f"),
        (["decode", "in/f", "-r", "-o", "files"], "no files to take below in/f"),
        (["check", "in/f", "-r"], "no files to take below in/f"),
    ],
)
def test_what_makes_no_sense_is_said(
    tree: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in/copy").mkdir()
    Path("in/f").mkdir()
    Path("in/f.png").write_bytes(b"")
    shutil.copy("in/a.png", "in/copy/a.png")
    before = sorted(Path().rglob("*"))
    assert cli.main(arguments) == 2
    assert says in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before


def test_one_file_may_go_to_a_folder(tree: Path) -> None:
    Path("out").mkdir()
    assert cli.main(["encode", "in/a.png", "-o", "out"]) == 0
    assert Path("out/a.vcm").read_bytes() == default_file()


def _work(task: worklist.Task) -> None:
    if task.source.name == "bad":
        raise FormatError("broken", offset=7)
    if task.source.name == "worse":
        raise MemoryError("all of it")
    if task.source.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    task.target.write_text(str(os.getpid()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order(tmp_path: Path, jobs: int) -> None:
    names = ["a", "bad", "b", "c", "worse", "d"]
    todo = [worklist.Task(tmp_path / name, tmp_path / f"{n}.out") for n, name in enumerate(names)]
    found = list(batch.run(_work, todo, jobs))
    assert [failed is not None for failed in found] == [name in ("bad", "worse") for name in names]
    assert found[1] == worklist.Failed(tmp_path / "bad", 4, "broken (byte 7)")
    assert found[4] == worklist.Failed(tmp_path / "worse", 1, "internal error: MemoryError: all of it")
    processes = {path.read_text() for path in tmp_path.glob("*.out")}
    assert (str(os.getpid()) in processes) == (jobs == 1)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@POSIX
@pytest.mark.parametrize("force", [True, False])
def test_a_killed_process_takes_no_other_file_with_it(tmp_path: Path, force: bool) -> None:
    names = ["a", "b", "deadly", *"cdefg", "bad"]
    todo = [worklist.Task(tmp_path / name, tmp_path / f"{name}.out") for name in names]
    found = list(batch.run(_work, todo, 2, force))
    assert len(found) == len(names)
    # What a process wrote before it was killed may be reported as found instead.
    assert {one for one in found if isinstance(one, worklist.Failed)} == {
        worklist.Failed(tmp_path / "deadly", 1, "its process was killed"),
        worklist.Failed(tmp_path / "bad", 4, "broken (byte 7)"),
    }
    assert sorted(path.stem for path in tmp_path.glob("*.out")) == [*"abcdefg"]


@POSIX
def test_workers_end_with_their_parent(tree: Path) -> None:
    running = started(tree)
    running.kill()
    running.communicate(timeout=60)  # which waits for all that hold the pipe


@POSIX
@pytest.mark.parametrize("seconds", [0, 0.5])
def test_an_interrupt_while_workers_start_is_reported_in_a_line(tree: Path, seconds: float) -> None:
    running = started(tree, until="files")  # the folder is made just before they are
    time.sleep(seconds)
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=120)[1] == "vcm: interrupted\n"
    assert running.returncode == 130


@POSIX
def test_what_is_terminated_leaves_nothing_half_done(tree: Path) -> None:
    running = started(tree)
    running.terminate()
    assert running.communicate(timeout=120)[1] == "vcm: terminated\n"
    assert running.returncode == 143
    assert {path.read_bytes() for path in Path("files").iterdir()} == {default_file()}


def started(tree: Path, until: str = "files/*.vcm") -> subprocess.Popen[str]:
    """A batch of 40 pictures by two processes, in a group of its own, as soon as there is such a file."""
    Path("many").mkdir()
    for number in range(40):
        shutil.copy("in/a.png", f"many/{number:02}.png")
    command = [sys.executable, "-m", "vcmcodec", "encode", "-r", "many", "-o", "files", "-j", "2"]
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a job in the background does not
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed
    )
    deadline = time.monotonic() + 120
    while not list(Path().glob(until)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return running


@POSIX
def test_an_interrupt_leaves_nothing_half_done(tree: Path) -> None:
    running = started(tree)
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=120)[1] == "vcm: interrupted\n"
    assert running.returncode == 130
    done = list(Path("files").iterdir())
    assert 0 < len(done) < 40
    assert {path.read_bytes() for path in done} == {default_file()}  # whole files alone, no siblings
