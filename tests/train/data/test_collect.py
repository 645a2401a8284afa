"""Faces of any folders: found, cut out, no picture twice, no person on both sides of the split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

pytest.importorskip("torch", reason="training needs torch")

from vcmcodec.io import picture
from vcmcodec.train.data import collect, dataset_build

MARKS = np.array([[90, 110], [160, 110], [125, 150], [100, 180], [150, 180]], dtype=np.float32)


def test_the_square_holds_the_face_and_stays_in_the_picture() -> None:
    pixels = np.zeros((400, 300, 3), dtype=np.uint8)
    pixels[100:190, 80:170] = 255
    cut = collect.square(pixels, MARKS)
    assert cut is not None
    assert cut.shape == (256, 256, 3)
    side = int(collect.WIDER * 70)
    assert cut.mean() == pytest.approx(255 * 90 * 90 / side**2, rel=0.02)
    assert collect.square(pixels[:150], MARKS) is None  # less than the face, and too small
    assert collect.square(pixels, MARKS / 3) is None


def test_a_picture_is_known_again_and_others_are_not() -> None:
    one = picture.resize(portrait(), 256, 256)
    smaller = picture.resize(picture.resize(one, 140, 140), 256, 256)
    darker = (one * 0.7).astype(np.uint8)
    hashes = [collect.bits(pixels) for pixels in (one, smaller, darker, one[:, ::-1], one[20:, 20:])]
    far = [int((hashes[0] != other).sum()) for other in hashes]
    assert max(far[:3]) <= collect.ALIKE < min(far[3:])
    vector = np.zeros(256, dtype=np.float32)
    faces = [collect.Face(Path(str(n)), b"", bits, vector) for n, bits in enumerate(hashes)]
    assert [face.source.name for face in collect.distinct(faces)] == ["0", "3", "4"]


def test_persons_are_chains_of_alike_faces() -> None:
    angles = np.radians([0, 50, 200, 100, 250, 290])
    vectors = np.zeros((6, 256), dtype=np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    assert collect.persons(vectors) == [0, 0, 2, 0, 2, 2]


def test_a_person_is_on_one_side_and_the_split_stays() -> None:
    people = [0, 0, 0, 3, 4, 4, 6, 7, 8, 9]
    chosen = collect.held_out(people, 0.3)
    assert chosen == collect.held_out(people, 0.3)
    assert 1 <= sum(person in chosen for person in people) <= 3
    assert collect.held_out(people, 0) == set()
    assert collect.held_out(people, 1) == set(people)


def test_the_nearest_licence_counts(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "LICENCE").write_text("CC BY 4.0\nand more\n")
    assert collect.licence(tmp_path / "a" / "b" / "x.png", "unstated") == "CC BY 4.0"
    assert collect.licence(tmp_path / "y.png", "unstated") == "unstated"


def test_a_folder_becomes_training_faces(tmp_path: Path) -> None:
    from click.testing import CliRunner
    from training import converted

    networks = converted(tmp_path / "loss-networks.safetensors")
    if np.isnan(dataset_build.marks(portrait())).any():
        pytest.skip("MediaPipe's models are missing")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "LICENCE").write_text("public domain\n")
    Image.fromarray(portrait()).save(folder / "a.png")
    Image.fromarray(portrait()).resize((240, 240)).save(folder / "b.png")
    Image.fromarray(np.zeros((256, 256, 3), np.uint8)).save(folder / "c.png")
    (folder / "d.png").write_bytes(b"no picture")
    command = [str(folder), "--loss-networks", str(networks), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(collect.main, command)
    assert done.exit_code == 0, done.output
    assert "1 faces of 1 people, 0 to validate; 1 twice, 1 without a face, 1 unreadable" in done.output
    (face,) = (tmp_path / "out" / "train").iterdir()
    header, row = (tmp_path / "out" / "index.csv").read_text().splitlines()
    assert header == "file,split,person,source,licence,sha256"
    assert row == f"train/{face.name},train,0,{folder / 'a.png'},public domain,{face.stem}"
    assert picture.load(face).shape == (256, 256, 3)
