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
from portrait import default_file, file, portrait

import vcmcodec
from vcmcodec import gallery, matching, truncation
from vcmcodec.errors import (
    FormatError,
    LimitError,
    ModelError,
    PictureError,
    TruncatedError,
    UnsupportedError,
)
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.gallery import Gallery
from vcmcodec.models import store
from vcmcodec.scene import CROP, FEATURE


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
        (lambda data: data[:13] + b"\1" + data[14:], LimitError, "bytes of names are above the limit"),
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
    Path("bad.vcm").write_bytes(with_feature()[:20])
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
    for none in ("face.png", "face.vcm"):
        vcm.fails(
            4, "find", "face.png", none, says=f"{none}: not an index of faces, as vcm index writes: vcm match"
        )
    Path("empty.idx").write_bytes(people(0).write())
    vcm.fails(4, "find", "face.png", "empty.idx", says="empty.idx: the index holds no face")


def test_index_leaves_out_what_is_damaged(vcm: Runner, folder: Path) -> None:
    (folder / "bad.vcm").write_bytes(with_feature()[:20])
    made = vcm("index", folder, "-o", "faces.idx", "-q")
    assert made.code == 4 and made.err.count("\n") == 1 and "bad.vcm: truncated" in made.err
    assert len(gallery.read(Path("faces.idx").read_bytes())) == 4
    bare = vcm.folder / "bare"
    bare.mkdir()
    (bare / "face.vcm").write_bytes(default_file())
    vcm.fails(4, "index", bare, "-q", "-o", "none.idx", says="no file holds a feature")


def test_an_index_of_nothing_is_not_written(vcm: Runner) -> None:
    bad = vcm.folder / "bad"
    bad.mkdir()
    (bad / "a.vcm").write_bytes(with_feature()[:20])
    (bad / "b.vcm").write_bytes(written(b"\x20later"))
    done = vcm("index", bad, "-o", "faces.idx")
    assert done.code == 4 and done.err.count("\n") == 2 and not Path("faces.idx").exists()
    vcm.fails(2, "index", "nowhere", "-o", "faces.idx", says="nowhere: does not exist")
    (bad / "good.vcm").write_bytes(with_feature())
    done = vcm("index", "nowhere", bad / "good.vcm", "-o", "faces.idx")
    assert done == Result(2, "", "vcm: nowhere: does not exist\n")
    assert len(gallery.read(Path("faces.idx").read_bytes())) == 1


def test_a_file_that_breaks_off_is_read_as_far_as_it_is_whole(vcm: Runner) -> None:
    Path("part.vcm").write_bytes(with_feature()[:-1])
    Path("her.vcm").write_bytes(with_feature())
    Path("in").mkdir()
    Path("in/part.vcm").write_bytes(with_feature()[:-1])
    for name, command in (
        ("part.vcm", ("match", "part.vcm", "her.vcm")),
        ("in/part.vcm", ("index", "in", "-o", "faces.idx")),
        ("part.vcm", ("find", "part.vcm", "faces.idx")),
        ("in/part.vcm", ("find", "her.vcm", "in")),
    ):
        said = vcm(*command)
        assert said.code == 0 and said.err.startswith(f"vcm: {name}: warning: truncated: ")
        assert said.err.endswith("; read as far as it is whole\n") and said.err.count("\n") == 1
        quiet = vcm(*command, "-q", *(["-f"] if command[0] == "index" else []))
        assert quiet == Result(0, said.out, "")
    said = vcm("cut", "part.vcm", "--drop", "feature", "-o", "rest.vcm")
    assert said.code == 0 and "warning: truncated: " in said.err.splitlines()[0]
    kept, cut = truncation.whole(with_feature()[:-1])
    assert cut is not None and Path("rest.vcm").read_bytes() == truncation.without(kept, "feature")
    assert vcm("check", "rest.vcm") == Result(0, "", "")
    assert vcm("cut", "part.vcm", "--upto", "feature", "-o", "feature.vcm").code == 0
    assert Path("feature.vcm").read_bytes() == with_feature()[:41]
    for strict in (vcmcodec.stored, vcmcodec.feature, lambda data: truncation.without(data, "feature")):
        with pytest.raises(TruncatedError):
            strict(with_feature()[:-1])


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_faces_come_by_pipes(vcm: Runner) -> None:
    Path("part.vcm").write_bytes(with_feature()[:-1])
    script = f"{sys.executable} -m vcmcodec match -q <(cat part.vcm) - < face.png"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and "(feature layer and picture)" in done.stdout


def test_a_file_without_a_layer_of_the_picture_is_said_to_show_none(vcm: Runner) -> None:
    Path("part.vcm").write_bytes(with_feature()[:-1])
    assert vcm("cut", "part.vcm", "--bytes", 41, "-o", "feature.vcm").code == 0
    said = Result(0, "", "vcm: feature.vcm: warning: no layer of the picture: what is shown is invented\n")
    assert vcm("decode", "feature.vcm", "-o", "a.png") == said
    assert vcm("decode", "feature.vcm", "-o", "b.png", "-q") == Result(0, "", "")
    assert vcm("compare", "face.png", "feature.vcm").err == said.err
    assert vcm("check", "feature.vcm") == Result(0, "", "")
    assert (
        vcm("check", "feature.vcm", "-v").out
        == "feature.vcm: 256 x 256, no layer of the picture, generator 6\n"
    )
    assert "\nno layer of the picture\n" in vcm("info", "feature.vcm").out
    assert json.loads(vcm("info", "feature.vcm", "--json").out)["pictured"] is False
    for data in (with_feature(), default_file(), file()):
        assert vcmcodec.inspect(data).pictured
        Path("whole.vcm").write_bytes(data)
        assert "no layer" not in vcm("info", "whole.vcm").out + vcm("check", "-v", "whole.vcm").out
        assert vcm("decode", "whole.vcm", "-f", "-o", "whole.png").err == ""


def test_a_face_that_is_invented_is_nobodys(vcm: Runner) -> None:
    empty = container.write(Header(256, 256, 256, 6), [(0x90, b"of another time")])
    Path("empty.vcm").write_bytes(empty)
    assert vcm("decode", "empty.vcm", "-o", "empty.png").code == 0
    with pytest.raises(FormatError, match="no feature layer, and no layer of the picture"):
        vcmcodec.match(empty, empty)
    assert vcm("match", "empty.vcm", "face.png").code == 4


def test_names_of_an_index_reach_a_terminal_escaped(vcm: Runner) -> None:
    vector = vcmcodec.face(with_feature()).vector
    names = ["\x1b[2Jé", "one\n 0.999", "\ud800"]
    Path("faces.idx").write_bytes(Gallery(names, np.stack([vector] * 3)).write())
    found = vcm("find", "face.png", "faces.idx")
    assert found.code == 0 and len(found.out.splitlines()) == 3
    assert "\\x1b[2Jé" in found.out and "one\\n 0.999" in found.out and "\\ud800" in found.out
    assert [
        row["file"] for row in json.loads(vcm("find", "face.png", "faces.idx", "--json").out)["found"]
    ] == names


def test_a_face_that_is_invented_is_pasted_with_a_warning(vcm: Runner) -> None:
    header, layers = container.read(vcmcodec.encode(portrait(), face="40,40,160,160", bytes=300, feature=32))
    kept = [(layer.kind, layer.payload) for layer in layers if layer.kind in (FEATURE, CROP)]
    Path("feature.vcm").write_bytes(container.write(header, kept))
    said = vcm("decode", "feature.vcm", "--onto", "face.png", "-o", "back.png")
    assert said == Result(
        0, "", "vcm: feature.vcm: warning: no layer of the picture: what is shown is invented\n"
    )


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
