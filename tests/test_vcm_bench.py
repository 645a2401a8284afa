"""The bench: curves, verification, groups, and runs that go on where they stopped."""

from __future__ import annotations

import json
import math
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

from vcmcodec import OutputError
from vcmcodec.bench import bench, groups, judges, rates, run, verification
from vcmcodec.bench.judges import Verdict
from vcmcodec.bench.store import Key, Store
from vcmcodec.cli import main

CURVE = [(0.05, 26.0), (0.1, 30.0), (0.2, 33.0), (0.4, 35.0)]


def bjontegaard() -> None:
    pytest.importorskip("bjontegaard")


def test_half_the_bytes_are_minus_fifty_percent() -> None:
    bjontegaard()
    found = rates.bd_rate(CURVE, [(rate / 2, quality) for rate, quality in CURVE])
    assert found.percent == pytest.approx(-50, abs=1e-6)
    assert found.overlap == pytest.approx(1)


def test_the_delta_rate_of_a_known_pair() -> None:
    """By hand: straight lines over log rate, 10 and 30 % apart at the ends of their common range."""
    bjontegaard()
    anchor, test = [(1.0, 0.0), (math.e, 1.0)], [(1.1, 0.0), (1.3 * math.e, 1.0)]
    mean = (math.log(1.1) + math.log(1.3)) / 2
    assert rates.bd_rate(anchor, test).percent == pytest.approx(100 * (math.exp(mean) - 1))


def test_curves_without_common_quality_are_not_extrapolated() -> None:
    better = [(rate, quality + 20) for rate, quality in CURVE]
    assert rates.bd_rate(CURVE, better) == rates.BdRate(None, 0, "no overlap: better at every rate measured")
    assert rates.bd_rate(better, CURVE) == rates.BdRate(None, 0, "no overlap: worse at every rate measured")
    assert "fewer than two" in rates.bd_rate(CURVE[:1], CURVE).reason
    assert "fewer than two" in rates.bd_rate(CURVE, [(0.1, 30.0), (0.2, 29.0)]).reason


def test_points_that_cost_more_for_nothing_are_left_out() -> None:
    assert rates.rising([(2, 1), (1, 1), (3, 0.5), (4, 2), (5, math.inf)]) == [(1, 1), (4, 2)]


def test_the_best_peer_is_found_between_its_points_and_never_beyond() -> None:
    assert rates.at_rate(CURVE, 0.049) is None
    assert rates.at_rate(CURVE, 0.05) == 26
    assert rates.at_rate(CURVE, math.sqrt(0.05 * 0.1)) == pytest.approx(28)
    assert rates.at_rate(CURVE, 9) == 35
    curves: dict[str, rates.Curve] = {"a": CURVE, "b": [(0.02, 25.0), (0.3, 31.0)]}
    assert rates.best(curves, 0.01) is None
    assert rates.best(curves, 0.03).codec == "b"  # type: ignore[union-attr]
    assert rates.best(curves, 0.2) == rates.Best("a", pytest.approx(33.0))


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


def test_pairs_are_half_of_one_person_and_half_of_two() -> None:
    people = [str(number // 3) for number in range(30)]
    one, two = verification.pairs(people)
    assert len(one) == len(two) == 30
    assert all(people[a] == people[b] for a, b in one)
    assert all(people[a] != people[b] for a, b in two)
    assert (one, two) == verification.pairs(people)


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
    path.write_text("name\na\n")
    with pytest.raises(groups.GroupError, match="no columns"):
        groups.read(path)


def test_the_store_keeps_what_it_is_given(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    key = Key("face", "coding")
    assert store.coded(key) is None
    assert store.judged(key) == set()
    features = np.arange(3, dtype=np.float32)
    store.add(key, 12, {"a": Verdict({"psnr": math.inf, "nme": None}), "b": Verdict({}, features)})
    store.close()
    store = Store(tmp_path / "s.sqlite")
    assert (store.coded(key), store.judged(key), store.count()) == (12, {"a", "b"}, 1)
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


def _bench(tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = tmp_path / "report"
    code = main(["bench", str(tmp_path / "faces"), "-o", str(out), "--jobs", "1", *more])
    return code, json.loads((out / "results.json").read_text()) if code == 0 else {}


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
    base = sqlite3.connect(tmp_path / "report" / run.SCORES)
    base.execute("UPDATE codings SET bytes = 8192")
    base.commit()
    base.close()
    code, again = _bench(tmp_path, "--codec", "jpeg")
    assert code == 0
    assert {point["bpp"] for point in again["points"]} == {1.0}
    assert {"codec": "jpeg", "bpp": 1.0}.items() <= again["points"][1].items()


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
        [*command, *slow], cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True
    )
    path = tmp_path / "report" / run.SCORES
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


def test_people_are_verified_on_decoded_pictures(tmp_path: Path) -> None:
    """Each person is one picture under several lights: told apart by every judge worth its name."""
    try:
        judges.make("dlib")
    except Exception as error:
        pytest.skip(str(error))
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


def test_a_missing_judge_is_a_named_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vcmcodec.bench import weights

    folder(tmp_path)
    monkeypatch.setattr(weights, "DISTS", weights.DISTS._replace(package="no_such_package"))
    path = tmp_path / "faces" / "a.png"
    plan = run.plan([tmp_path], [path], ["jpeg"], ["dists", "pixels"])
    assert any(gap.startswith("judge dists: ") for gap in plan.gaps)
    assert [codec.name for codec in plan.codecs] == ["original", "jpeg"]
    assert bench.Settings([tmp_path], tmp_path, ["jpeg"]).jobs == 1
