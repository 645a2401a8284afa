"""Runs of the bench are whole, go on where they stopped, and name what is missing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

from vcmcodec import ModelError, metrics
from vcmcodec.bench import codecs
from vcmcodec.bench.run import runner
from vcmcodec.cli import main
from vcmcodec.metrics import Verdict


def folder(tmp_path: Path) -> Path:
    faces = tmp_path / "faces"
    faces.mkdir()
    Image.fromarray(portrait()).save(faces / "a.png")
    Image.fromarray(np.ascontiguousarray(portrait()[:, ::-1])).save(faces / "b.png")
    (faces / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    return faces


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two judges instead of all, of which one sees sets: loading them all takes its time."""
    monkeypatch.setattr(metrics, "NAMES", ("pixels", "inception"))


def _bench(tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = tmp_path / "report"
    code = main(["bench", str(tmp_path / "faces"), "-o", str(out), "--jobs", "1", *more])
    return code, json.loads((out / "results.json").read_text()) if code == 0 else {}


@pytest.mark.usefixtures("few")
def test_a_bench_is_whole_and_goes_on_where_it_stopped(tmp_path: Path, capsys: Any) -> None:
    folder(tmp_path)
    (tmp_path / "groups.csv").write_text("file,group\na.png,one\nb.png,other\n")
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench:begin -->\n<!-- bench:end -->\n")
    more = ["--groups", str(tmp_path / "groups.csv"), "--into", str(readme)]
    code, found = _bench(
        tmp_path, "--codec", "jpeg", "--codec", "bad=false {in} {out};true {in} {out}", *more
    )
    assert code == 0
    shown = capsys.readouterr().out
    assert [face["name"] for face in found["faces"]] == ["a.png", "b.png"]
    assert found["skipped"][0].startswith("broken.png: ")
    assert "skipped broken.png" in shown
    assert sum("ended with 1" in failure for failure in found["failures"]) >= 2
    assert {point["codec"] for point in found["points"]} == {"original", "jpeg"}
    assert "jpeg" in readme.read_text()
    for gap in found["gaps"]:
        assert gap in shown
    original = next(point for point in found["points"] if point["codec"] == "original")
    assert original["bpp"] == 24
    if "psnr" in original:
        assert original["psnr"] == "inf"
        assert {row["figure"] for row in found["groups"]} >= {"psnr", "ssim"}
    assert {row["face"] for row in found["scores"]} == {"a.png", "b.png"}
    page = (tmp_path / "report" / "report.html").read_text()
    assert "data:image/webp;base64," in page
    assert "broken.png" in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ).replace("https://matplotlib.org", "")

    # Whatever was scored is taken from the store: changed there, it is changed in the report.
    base = sqlite3.connect(tmp_path / "report" / runner.SCORES)
    base.execute("UPDATE codings SET bytes = 8192")
    base.commit()
    base.close()
    code, again = _bench(tmp_path, "--codec", "jpeg")
    assert code == 0
    assert {point["bpp"] for point in again["points"]} == {1.0}
    assert {"codec": "jpeg", "bpp": 1.0}.items() <= again["points"][1].items()


@pytest.mark.usefixtures("few")
def test_a_bench_without_pictures_or_with_a_strange_codec_is_an_error(tmp_path: Path, capsys: Any) -> None:
    faces = tmp_path / "faces"
    faces.mkdir()
    assert _bench(tmp_path)[0] == 2
    (faces / "broken.png").write_bytes(b"none")
    assert _bench(tmp_path)[0] == 3
    assert "broken.png" in capsys.readouterr().err
    Image.fromarray(portrait()).save(faces / "a.png")
    assert _bench(tmp_path, "--codec", "gif")[0] == 2
    assert "no codec 'gif'" in capsys.readouterr().err


def test_an_interrupt_ends_all_processes_and_loses_nothing_scored(tmp_path: Path) -> None:
    folder(tmp_path)
    script = "import shutil,sys,time; time.sleep(0.3); shutil.copy(*sys.argv[1:])"
    copy = f"{sys.executable} -c '{script}' {{in}} {{out}}"
    command = [sys.executable, "-m", "vcmcodec", "bench", "faces", "-o", "report", "--jobs", "2"]
    slow = [word for point in range(60) for word in ("--codec", f"slow@{point}={copy};{copy}")]
    process = subprocess.Popen(
        [*command, *slow],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # What runs in a shell's background ignores interrupts, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    path = tmp_path / "report" / runner.SCORES
    while process.poll() is None and not (path.exists() and _count(path) > 3):
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate()
    assert process.returncode == 130
    assert said.decode().splitlines() == ["vcm: interrupted"]
    kept = _count(path)
    assert 3 < kept < 122
    assert _gone(process.pid)


def _gone(session: int) -> bool:
    """Whether all processes of a session end."""
    for _ in range(200):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def _count(path: Path) -> int:
    base = sqlite3.connect(path, timeout=60)
    try:
        return int(base.execute("SELECT COUNT(*) FROM codings").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are being made
        return 0
    finally:
        base.close()


@pytest.mark.usefixtures("few")
def test_a_process_that_dies_is_named_and_the_rest_reported(tmp_path: Path) -> None:
    folder(tmp_path)
    code, found = _bench(
        tmp_path, "--codec", "jpeg", "--codec", "kill=kill -9 $PPID; {in} {out};: {in} {out}"
    )
    assert code == 0
    assert found["failures"][:2] == [f"{name}.png: its process was killed" for name in "ab"]
    assert {point["codec"] for point in found["points"]} == {"original", "jpeg"}


class _Raising:
    version = "1"

    def reference(self, original: np.ndarray) -> None:
        """Nothing."""

    def judge(self, reference: None, image: np.ndarray) -> Verdict:
        raise MemoryError("no room\nleft")


def test_a_judge_that_raises_is_named_and_the_others_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path) / "a.png"
    made = {"dists": _Raising, "inception": _Mean}
    monkeypatch.setattr(metrics, "make", lambda name: made[name]())
    plan = runner.plan([path.parent], [path], ["jpeg"], list(made))
    worker = runner._Worker(tmp_path, plan.codecs, plan.judges)
    failures = worker.face(plan, plan.faces[0])
    assert failures[0] == "a.png: original raw: judge dists: MemoryError: no room left"
    assert len(failures) == 3
    key = plan.key(plan.faces[0], plan.codecs[1], plan.codecs[1].points[0])
    assert worker.store.judged(key) == {plan.judges[1].version}


class _Mean:
    version = "1"

    def reference(self, original: np.ndarray) -> None:
        """Nothing."""

    def judge(self, reference: None, image: np.ndarray) -> Verdict:
        return Verdict({"mean": float(image.mean())})


def test_faces_of_two_folders_keep_their_names_apart(tmp_path: Path) -> None:
    paths = []
    for name in ("x/val", "y/val", "z/train"):
        (tmp_path / name).mkdir(parents=True)
        paths.append(tmp_path / name / "a.png")
        Image.fromarray(portrait()).save(paths[-1])
    folders = [path.parent for path in paths]
    names = [name for _, name in runner.named([*paths, *paths], folders)]
    assert names == [f"{tmp_path}/x/val/a.png", f"{tmp_path}/y/val/a.png", "train/a.png"]
    assert [name for _, name in runner.named(paths[:1], [tmp_path])] == ["x/val/a.png"]


@pytest.mark.parametrize("spec", ["vcm@x=a {in} {out};b {in} {out}", "mine=a {in} {out};c {in} {out}"])
def test_codecs_of_one_name_and_point_are_refused(tmp_path: Path, spec: str) -> None:
    with pytest.raises(codecs.UnknownCodec, match="this name is taken"):
        runner.plan([tmp_path], [], ["mine=a {in} {out};b {in} {out}", spec], [])


@pytest.mark.usefixtures("few")
def test_people_in_no_folders_are_a_named_gap(tmp_path: Path) -> None:
    folder(tmp_path)
    code, found = _bench(tmp_path, "--codec", "jpeg", "--people", "--limit", "1")
    assert code == 0
    assert any(gap.startswith("verification: ") for gap in found["gaps"])


def test_people_are_verified_on_decoded_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each person is one picture under several lights: told apart by every judge worth its name."""
    try:
        metrics.make("dlib")
    except ModelError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(metrics, "NAMES", ("dlib",))
    faces = tmp_path / "faces"
    people = {
        "one": portrait(),
        "other": np.ascontiguousarray(np.roll(portrait()[:, ::-1], 9, axis=0)[..., ::-1]),
    }
    for name, image in people.items():
        (faces / name).mkdir(parents=True)
        for number in range(5):
            light = np.clip(image.astype(np.float32) * (0.8 + 0.1 * number), 0, 255).astype(np.uint8)
            Image.fromarray(light).save(faces / name / f"{number}.png")
    code, found = _bench(tmp_path, "--people", "--codec", "webp")
    assert code == 0
    original = found["points"][0]
    assert original["verification"] == 1
    assert original["auc"] == 1
    assert original["eer"] == 0


MISSING = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in NAMES:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
"""


def _without(tmp_path: Path, names: set[str], *chosen: str) -> tuple[dict[str, Any], str]:
    """What a bench of one face reports where packages cannot be imported, in it or in what it starts."""
    folder(tmp_path)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(f"NAMES = {names!r}\n{MISSING}")
    command = [sys.executable, "-m", "vcmcodec", "bench", "faces", "-o", "report", "--limit", "1", "--json"]
    more = [word for name in chosen for word in ("--codec", name)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "path")}
    done = subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), (tmp_path / "report" / "report.html").read_text()


def test_missing_judges_and_codecs_are_named_gaps(tmp_path: Path) -> None:
    names = {"torch", "dlib", "imagecodecs", "imageio_ffmpeg"}
    found, page = _without(tmp_path, names, "vcm", "jpeg", "jpegxl", "av1")
    for name in ("codec jpegxl", "codec av1", "judge pixels", "judge vgg", "judge dists", "judge dlib"):
        assert any(gap.startswith(f"{name}: ") for gap in found["gaps"])
        assert f"missing {name}" in page
    assert {point["codec"] for point in found["points"]} == {"original", "vcm", "jpeg"}


def test_missing_curves_are_named_gaps(tmp_path: Path) -> None:
    try:
        metrics.make("pixels")
    except ModelError as error:
        pytest.skip(str(error))
    found, page = _without(tmp_path, {"matplotlib", "bjontegaard"}, "vcm", "vvc")
    assert "Not drawn: the package matplotlib" in page
    assert found["best_peer_at_no_more_bytes"]["fine"]["psnr"]["codec"] == "vvc"
    assert all(bd["percent"] is None for peers in found["bd_rate"].values() for bd in peers.values())
    assert "BD-rate: the package bjontegaard is not installed" in "\n".join(found["gaps"])
