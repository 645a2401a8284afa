"""The bench: curves, verification, groups, and runs that go on where they stopped."""

from __future__ import annotations

import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import portrait

from vcmcodec import ModelError, OutputError, metrics
from vcmcodec.bench import codecs
from vcmcodec.bench.report import bd_rate, groups, listing, verification
from vcmcodec.bench.report.summary import Point, Scored, Summary, curves
from vcmcodec.bench.run import runner
from vcmcodec.bench.run.runner import Face
from vcmcodec.bench.run.score_store import Key, Store
from vcmcodec.cli import main
from vcmcodec.metrics import Verdict

CURVE = [(0.05, 26.0), (0.1, 30.0), (0.2, 33.0), (0.4, 35.0)]


def bjontegaard() -> None:
    pytest.importorskip("bjontegaard")


def test_half_the_bytes_are_minus_fifty_percent() -> None:
    bjontegaard()
    found = bd_rate.bd_rate(CURVE, [(rate / 2, quality) for rate, quality in CURVE])
    assert found.percent == pytest.approx(-50, abs=1e-6)
    assert found.overlap == pytest.approx(1)


def test_the_delta_rate_of_a_known_pair() -> None:
    """By hand: straight lines over log rate, 10 and 30 % apart at the ends of their common range."""
    bjontegaard()
    anchor, test = [(1.0, 0.0), (math.e, 1.0)], [(1.1, 0.0), (1.3 * math.e, 1.0)]
    mean = (math.log(1.1) + math.log(1.3)) / 2
    assert bd_rate.bd_rate(anchor, test).percent == pytest.approx(100 * (math.exp(mean) - 1))


def test_curves_without_common_quality_are_not_extrapolated() -> None:
    better = [(rate, quality + 20) for rate, quality in CURVE]
    assert bd_rate.bd_rate(CURVE, better) == bd_rate.BdRate(None, 0, bd_rate.BETTER)
    assert bd_rate.bd_rate(better, CURVE) == bd_rate.BdRate(None, 0, bd_rate.WORSE)
    assert "fewer than two" in bd_rate.bd_rate(CURVE[:1], CURVE).reason
    assert "fewer than two" in bd_rate.bd_rate(CURVE, [(0.1, 30.0), (0.2, 29.0)]).reason


def test_curves_without_common_quality_or_rate_are_not_compared() -> None:
    high = [(rate * 100, quality + 20) for rate, quality in CURVE]
    assert "at lower rates" in bd_rate.bd_rate(high, CURVE).reason
    assert "at higher rates" in bd_rate.bd_rate(CURVE, high).reason


def test_points_that_cost_more_for_nothing_are_left_out() -> None:
    assert bd_rate.rising([(2, 1), (1, 1), (3, 0.5), (4, 2), (5, math.inf)]) == [(1, 1), (4, 2)]


def test_the_best_peer_is_found_between_its_points_and_never_beyond() -> None:
    assert bd_rate.at_rate(CURVE, 0.049) is None
    assert bd_rate.at_rate(CURVE, 0.05) == 26
    assert bd_rate.at_rate(CURVE, math.sqrt(0.05 * 0.1)) == pytest.approx(28)
    assert bd_rate.at_rate(CURVE, 9) == 35
    curves: dict[str, bd_rate.Curve] = {"a": CURVE, "b": [(0.02, 25.0), (0.3, 31.0)]}
    assert bd_rate.best(curves, 0.01) is None
    assert bd_rate.best(curves, 0.03).codec == "b"  # type: ignore[union-attr]
    assert bd_rate.best(curves, 0.2) == bd_rate.Best("a", pytest.approx(33.0))


def test_people_apart_are_verified_and_people_alike_are_not() -> None:
    people = [str(number // 4) for number in range(80)]
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 16))
    apart = np.repeat(centres, 4, axis=0) + rng.normal(0, 0.01, size=(80, 16))
    assert verification.verify(apart.astype(np.float32), people) == (1, 1, 0)
    guess = verification.verify(rng.normal(size=(80, 16)).astype(np.float32), people)
    assert guess is not None
    assert guess.accuracy == pytest.approx(0.5, abs=0.12)
    assert guess.auc == pytest.approx(0.5, abs=0.12)
    assert guess.eer == pytest.approx(0.5, abs=0.12)
    assert verification.verify(apart[:4].astype(np.float32), people[:4]) is None
    assert not verification.enough(people[:4])


@pytest.mark.parametrize(("faces", "count"), [(30, 30), (4, 3), (9000, verification.MOST_PAIRS)])
def test_pairs_are_half_of_one_person_and_half_of_two(faces: int, count: int) -> None:
    people = tuple(str(number // 3) for number in range(faces))
    one, two = verification.pairs(people)
    assert len(one) == len(two) == len(set(one)) == len(set(two)) == count
    assert all(people[a] == people[b] for a, b in one)
    assert all(people[a] != people[b] for a, b in two)


def _points(codec: str, *values: tuple[float, float, float], faces: int = 9) -> list[Point]:
    return [Point(codec, str(bpp), faces, bpp, {"nme": nme, "found": found}) for bpp, nme, found in values]


def test_errors_of_the_faces_left_over_are_not_compared() -> None:
    points = _points("a", (0.1, 0.02, 0.5), (0.2, 0.03, 0.98), (0.3, 0.01, 1.0))
    assert curves(points, "nme") == {"a": [(0.2, -0.03), (0.3, -0.01)]}
    assert len(curves(points, "found")["a"]) == 3


def test_means_over_other_faces_are_not_compared() -> None:
    points = _points("a", (0.1, 0.02, 1.0)) + _points("b", (0.1, 0.01, 1.0), faces=8)
    assert list(curves(points, "nme")) == ["a"]


def test_rates_over_little_overlap_are_in_brackets() -> None:
    summary = Summary([], _points("vcm", (0.1, 0.02, 1.0)) + _points("a", (0.1, 0.02, 1.0)))
    summary.bd["nme"] = {
        "a": bd_rate.BdRate(12.4, 0.5), "b": bd_rate.BdRate(12.4, 0.1),
        "c": bd_rate.BdRate(None, 0, bd_rate.WORSE),
        "d": bd_rate.BdRate(None, 0, "no common quality: lower, at lower rates"),
    }  # fmt: skip
    assert [row[2] for row in listing.bd(summary)] == ["NME", "+12", "(+12)", "worse", "-"]


def test_skin_is_grouped_by_its_tone() -> None:
    pytest.importorskip("skimage")
    from vcmcodec.bench.studies import skin

    assert skin.angle(np.array([0.0, 0.0, 0.0])) == pytest.approx(-90, abs=1)
    assert skin.angle(np.array([255.0, 255.0, 255.0])) == pytest.approx(90, abs=1)
    marks = np.full((68, 2), 2.0)
    marks[36], marks[45] = (10, 10), (30, 10)
    marks[[2, 31, 41]] = (6, 28), (18, 34), (12, 28)
    marks[[14, 35, 46]] = (34, 28), (22, 34), (28, 28)
    for colour, name in (
        ((240, 205, 180), "light"),
        ((190, 140, 110), "intermediate"),
        ((90, 60, 45), "dark"),
    ):
        image = np.full((40, 40, 3), (0, 0, 255) if name == "light" else 255, dtype=np.uint8)
        for x in (12, 28):
            image[28:33, x - 2 : x + 3] = colour
        assert skin.group(image, marks) == f"{name} skin"


def test_groups_of_skin_are_written_for_the_bench(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    from vcmcodec.bench.studies import skin
    from vcmcodec.metrics.landmarks import Dlib68

    try:
        Dlib68()
    except ModelError as error:
        pytest.skip(str(error))
    folder = tmp_path / "faces"
    (folder / "more").mkdir(parents=True)
    Image.fromarray(portrait()).save(folder / "more" / "a.png")
    Image.new("RGB", (64, 64)).save(folder / "none.png")
    (folder / "broken.png").write_bytes(b"no picture")
    result = CliRunner().invoke(skin.main, [str(folder), "-o", str(tmp_path / "groups.csv")])
    assert result.exit_code == 0, result.output
    found = groups.read(tmp_path / "groups.csv")
    assert list(found) == ["more/a.png"]
    assert found["more/a.png"] in {name for _, name in skin.GROUPS}
    assert "broken.png" in result.output
    named = [name for _, name in runner.named([folder / "more" / "a.png"], [folder])]
    assert named == list(found)


def test_groups_have_means_and_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("file,group,more\na.png,x,1\nb.png,x,2\nc.png,y,3\nd.png,,4\n")
    by_face = groups.read(path)
    assert by_face == {"a.png": "x", "b.png": "x", "c.png": "y"}
    found = groups.spread([("a.png", 1.0), ("b.png", 3.0), ("c.png", 7.0), ("e.png", 9.0)], by_face)
    assert found == ({"x": 2.0, "y": 7.0}, {"x": 2, "y": 1})
    assert found is not None
    assert found.gap == 5
    assert groups.spread([("a.png", 1.0), ("c.png", None)], by_face) is None
    path.write_text("file,group\n")
    assert groups.read(path) == {}
    path.write_text("name\na\n")
    with pytest.raises(groups.GroupError, match="no columns"):
        groups.read(path)


def test_the_gap_of_lossless_groups_is_none() -> None:
    found = groups.spread([("a", math.inf), ("b", math.inf)], {"a": "x", "b": "y"})
    assert found is not None
    assert found.gap == 0
    found = groups.spread([("a", math.inf), ("c", 30.0), ("b", 40.0)], {"a": "x", "c": "x", "b": "y"})
    assert found is not None
    assert found.means == {"x": 30.0, "y": 40.0}


def test_the_store_keeps_what_it_is_given(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    key = Key("face", "coding")
    assert store.coded(key) is None
    assert store.judged(key) == set()
    features = np.arange(3, dtype=np.float32)
    store.add(key, 12, {"a": Verdict({"psnr": math.inf, "nme": None}), "b": Verdict({}, features)})
    store.close()
    store = Store(tmp_path / "s.sqlite")
    assert (store.coded(key), store.judged(key)) == (12, {"a", "b"})
    found = store.verdict(key, "a")
    assert found is not None
    assert found.scores == {"psnr": math.inf, "nme": None}
    again = store.verdict(key, "b")
    assert again is not None
    assert again.features is not None
    assert (again.features == features).all()
    store.close()
    (tmp_path / "no.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(OutputError):
        Store(tmp_path / "no.sqlite")


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
    assert "a process died at one of a.png" in found["failures"][0]
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
    worker = runner._Worker(tmp_path, plan.codecs, plan.judges, threading.Event())
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
    with pytest.raises(codecs.UnknownCodec, match="there is another"):
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


def test_differences_are_real_where_faces_agree() -> None:
    pytest.importorskip("scipy", reason="the bootstrap needs scipy")
    from vcmcodec.bench.report import differences

    rng = np.random.default_rng(0)
    faces = [Face(Path(f"{n}.png"), f"{n}.png", str(n), 100, 100) for n in range(40)]
    noise = rng.normal(0, 1, (3, len(faces)))

    def summary(better: float) -> Summary:
        scored = []
        for number, face in enumerate(faces):
            own, peer = 30 + better + noise[:2, number] + 5 * noise[2, number]
            scored.append(Scored(face, "vcm", "p", 100, {"psnr": own}))
            scored.append(Scored(face, "webp", "1", 90, {"psnr": peer - better}))
        points = []
        for codec, label, bpp in (("vcm", "p", 0.08), ("webp", "1", 0.07)):
            values = [row.scores["psnr"] for row in scored if row.codec == codec]
            points.append(Point(codec, label, len(faces), bpp, {"psnr": float(np.mean(values))}))
        return Summary(scored, points)

    for better, real in ((1.5, True), (-1.5, True), (0.0, False)):
        one = differences.differences(summary(better))["p"]["psnr"]
        assert (one.codec, one.label, one.faces) == ("webp", "1", 40)
        assert one.low < one.mean < one.high
        assert one.real == real
        assert one.mean == pytest.approx(better, abs=0.6)
    few = summary(1.5)
    assert not differences.differences(Summary(few.scored[:8], few.points))
    assert differences.interval([2.0] * 9) == (2, 2)


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
