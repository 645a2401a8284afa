"""Comparing, indexing and searching faces, in Python and by ``vcm``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import Result, Runner
from features import held, likely, with_feature, written
from PIL import Image
from portrait import default_file, portrait

import vcmcodec
from vcmcodec import gallery, matching
from vcmcodec.errors import FormatError, LimitError, ModelError, PictureError, UnsupportedError
from vcmcodec.gallery import Gallery
from vcmcodec.models import store


@pytest.fixture
def folder(vcm: Runner) -> Path:
    """A folder of files: the portrait's with a feature and without, strangers', and a damaged one."""
    path = vcm.folder / "faces"
    path.mkdir()
    (path / "her.vcm").write_bytes(with_feature())
    (path / "without.vcm").write_bytes(default_file())
    for number in range(3):
        (path / f"stranger-{number}.vcm").write_bytes(written(held(seed=number)))
    return path


def test_one_person_matches_and_strangers_do_not() -> None:
    smaller = np.asarray(Image.fromarray(portrait()).resize((180, 180)))
    found = vcmcodec.match(with_feature(), smaller)
    assert found.same and found.cosine > 0.8 and found.far < 1e-4
    assert found.sources == (matching.FEATURE, matching.PICTURE)
    other = vcmcodec.match(with_feature(), written(held()))
    assert not other.same and other.cosine < 0.35 and other.far > 1e-3


def test_a_file_without_a_feature_is_looked_at() -> None:
    found = vcmcodec.match(default_file(), with_feature())
    assert found.same and found.sources == (matching.PIXELS, matching.FEATURE)


def test_false_accepts_fall_with_the_cosine() -> None:
    rates = [vcmcodec.false_accepts(cosine) for cosine in np.linspace(-1, 1, 81)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == 1 and 0 < rates[-1] < 1e-5
    with pytest.raises(ValueError, match="far 0 is not above 0"):
        vcmcodec.match(with_feature(), with_feature(), far=0)


def test_a_damaged_calibration_is_reported(tmp_path: Path) -> None:
    stated = json.loads(store.model_path(matching.CALIBRATION).read_text())
    for number, bad in enumerate(({}, stated | {"cosines": [0.3, 0.2]}, stated | {"log10_far": "x"})):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(bad))
        with pytest.raises(ModelError, match="is damaged"):
            matching._calibration(path)


def test_no_face_is_reported() -> None:
    with pytest.raises(PictureError, match="no face is found"):
        vcmcodec.match(with_feature(), np.full((64, 64, 3), 90, np.uint8))


# The index


def people(count: int) -> Gallery:
    vectors = np.random.default_rng(3).normal(size=(count, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Gallery([f"{number}.vcm" for number in range(count)], vectors)


def test_search_is_exact() -> None:
    many = people(500)
    probe = likely(5)
    found = many.search(probe, 7)
    best = np.argsort(-(many.vectors @ probe))[:7]
    assert [one.name for one in found] == [f"{index}.vcm" for index in best]
    assert [one.cosine for one in found] == pytest.approx(np.sort(many.vectors @ probe)[::-1][:7])
    assert len(many.search(probe, 900)) == 500 and people(0).search(probe, 3) == []


def test_an_index_finds_what_search_finds() -> None:
    pytest.importorskip("faiss", reason="faiss-cpu is not installed: no index of millions")
    many = people(3000)
    index = many.indexed()
    for number in (5, 77, 2999):
        assert index.search(many.vectors[number], 1)[0].name == f"{number}.vcm"


def test_an_index_comes_back() -> None:
    some = people(20)
    again = gallery.read(some.write())
    assert again.names == some.names
    assert (again.vectors * some.vectors).sum(axis=1) == pytest.approx(np.ones(20), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda data: b"x" + data[1:], FormatError, "not an index of faces"),
        (lambda data: data[:12], FormatError, "ends in its head"),
        (lambda data: data[:8] + b"\2" + data[9:], UnsupportedError, "feature coding 2 is unknown"),
        (lambda data: data[:9] + b"\xff" * 4 + data[13:], LimitError, "above the limit"),
        (lambda data: data[:-1], FormatError, "has not the length that it states"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), FormatError, "the check does not match"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], FormatError, "the check does not match"),
    ],
)
def test_a_damaged_index_is_refused(change, error: type[FormatError], says: str) -> None:
    with pytest.raises(error, match=says):
        gallery.read(change(people(3).write()))


# The verbs


def test_match_says_same_and_different(vcm: Runner, folder: Path) -> None:
    found = vcm("match", folder / "her.vcm", "face.png")
    assert found.code == 0 and found.out.startswith("same: cosine 0.") and found.err == ""
    found = vcm("match", folder / "her.vcm", folder / "stranger-0.vcm", "--json")
    assert found.code == 1
    said = json.loads(found.out)
    assert said["same"] is False and said["faces"][0]["source"] == "feature layer"


def test_match_fails_with_a_line(vcm: Runner, folder: Path) -> None:
    vcm.fails(2, "match", folder / "her.vcm", "nowhere.png", says="does not exist")
    (vcm.folder / "grey.png").write_bytes(b"")
    vcm.fails(3, "match", folder / "her.vcm", "grey.png", says="grey.png: not a picture")
    Path("bad.vcm").write_bytes(with_feature()[:-1])
    vcm.fails(4, "match", "bad.vcm", folder / "her.vcm", says="bad.vcm: truncated")
    Path("new.vcm").write_bytes(written(b"\x20later"))
    vcm.fails(5, "match", "new.vcm", folder / "her.vcm", says="new.vcm: feature coding 2 is unknown")


def test_index_and_find(vcm: Runner, folder: Path) -> None:
    made = vcm("index", folder, "-o", "faces.idx")
    assert made == Result(0, "", "vcm: warning: 1 of 5 files hold no feature\n")
    for where in (folder, Path("faces.idx")):
        found = vcm("find", "face.png", where, "-k", 2, "-q")
        lines = found.out.splitlines()
        assert found.code == 0 and len(lines) == 2 and lines[0].endswith("her.vcm")
    said = json.loads(vcm("find", folder / "stranger-1.vcm", "faces.idx", "-k", 1, "--json").out)
    assert said["faces"] == 4 and said["found"][0]["file"].endswith("stranger-1.vcm")
    assert said["found"][0]["cosine"] == pytest.approx(1, abs=1e-3)
    vcm.fails(10, "index", folder, "-o", "faces.idx", says="--force")
    vcm.fails(4, "find", "face.png", "face.png", says="not an index of faces")


def test_index_leaves_out_what_is_damaged(vcm: Runner, folder: Path) -> None:
    (folder / "bad.vcm").write_bytes(with_feature()[:-1])
    made = vcm("index", folder, "-o", "faces.idx", "-q")
    assert made.code == 4 and made.err.count("\n") == 1 and "bad.vcm: truncated" in made.err
    assert len(gallery.read(Path("faces.idx").read_bytes())) == 4
    bare = vcm.folder / "bare"
    bare.mkdir()
    (bare / "face.vcm").write_bytes(default_file())
    vcm.fails(4, "index", bare, "-q", "-o", "none.idx", says="no file holds a feature")


def test_features_are_stored_and_dropped_by_verbs(vcm: Runner) -> None:
    assert vcm("encode", "face.png", "-o", "a.vcm", "--feature", 16, "--bytes", 200).code == 0
    assert Path("a.vcm").stat().st_size <= 200
    assert "feature " in vcm("info", "a.vcm").out and "feature " in vcm("layers", "a.vcm").out
    assert vcm("check", "a.vcm") == (0, "", "")
    assert vcm("cut", "a.vcm", "--drop", "feature", "-o", "b.vcm").code == 0
    assert "feature" not in vcm("info", "b.vcm").out
    vcm.fails(4, "cut", "b.vcm", "--drop", "feature", "-o", "c.vcm", says="no feature layer")
    vcm.fails(2, "cut", "a.vcm", "--drop", "texture", "-o", "c.vcm", says="feature")
    vcm.fails(2, "cut", "a.vcm", "--drop", "feature", "--bytes", 99, "-o", "c.vcm", says="one of")
    vcm.fails(2, "encode", "face.png", "--feature", 16, "--no-feature", "-o", "d.vcm", says="exclude")


def test_matching_files_starts_light(tmp_path: Path) -> None:
    for name in ("a.vcm", "b.vcm"):
        (tmp_path / name).write_bytes(with_feature())
    arguments = ["match", str(tmp_path / "a.vcm"), str(tmp_path / "b.vcm")]
    script = f"import sys\nfrom vcmcodec.cli import main\nmain({arguments!r})\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert loaded.isdisjoint({"cv2", "onnxruntime", "PIL", "scipy", "torch"})
