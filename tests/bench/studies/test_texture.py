"""The study of texture: curves, figures at given bytes, gaps, and faces smaller in the frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from portrait import portrait

from vcmcodec.bench.studies import (
    baseline,
    codings,
    curves,
    parity,
    peers,
    texture,
    texture_figures,
    texture_rows,
    texture_sheet,
    tone,
)
from vcmcodec.bench.studies.codings import Coding, Face
from vcmcodec.bench.studies.smaller import SCALE, SHIFT, smaller
from vcmcodec.bench.studies.texture_figures import Scored

POINTS = [
    {"point": "100", "bytes": 100.0, "psnr": 24.0, "nme": 0.03, "identity": 0.6},
    {"point": "200", "bytes": 200.0, "psnr": 26.0, "nme": 0.02, "identity": 0.5},
    {"point": "400", "bytes": 400.0, "psnr": 27.0, "nme": 0.01, "identity": 0.4},
]


@pytest.mark.parametrize("key", ["psnr", "nme", "identity"])
def test_four_fifths_of_the_bytes_are_a_ratio_of_four_fifths(key: str) -> None:
    pytest.importorskip("bjontegaard")
    fewer = [{**point, "bytes": 0.8 * point["bytes"]} for point in POINTS]  # type: ignore[operator]
    found = curves.gain(curves.curve(POINTS, key), curves.curve(fewer, key))
    assert found.ratio == pytest.approx(0.8)
    assert found.overlap == pytest.approx(1)
    assert curves.gain(curves.curve(POINTS, key), curves.curve(fewer[:2], key)).overlap < 1


def test_curves_without_a_common_quality_have_no_ratio() -> None:
    better = [{**point, "psnr": point["psnr"] + 10} for point in POINTS]  # type: ignore[operator]
    found = curves.gain(curves.curve(POINTS, "psnr"), curves.curve(better, "psnr"))
    assert found.ratio is None
    assert "better" in found.reason


def test_figures_at_given_bytes_lie_on_a_line_over_log_bytes() -> None:
    middle = 100 * 2**0.5
    assert curves.at_bytes(POINTS, "psnr", middle) == pytest.approx(25)
    assert curves.at_bytes(POINTS, "nme", middle) == pytest.approx(0.025)
    assert curves.at_bytes(POINTS, "identity", 200) == pytest.approx(0.5)
    assert curves.at_bytes(POINTS, "identity", 1000) == pytest.approx(0.4)
    assert curves.at_bytes(POINTS, "identity", 99) is None
    assert curves.at_bytes([{"bytes": 5.0}], "nme", 10) is None


def test_means_are_over_the_faces_that_have_a_figure() -> None:
    found = curves.means([{"bytes": 10.0, "nme": None}, None, {"bytes": 20.0, "nme": 0.02}])
    assert found == {"faces": 2, "bytes": 15.0, "nme": 0.02}


def test_the_best_peer_has_no_more_bytes() -> None:
    there = {"small": [(50.0, 23.0), (200.0, 25.0)], "large": [(110.0, 30.0)]}
    assert curves.margin(24.5, 100, there) == ("small", pytest.approx(0.5))
    assert curves.margin(24.5, 110, there) == ("large", pytest.approx(-5.5))
    assert curves.margin(24.5, 49, there) is None


def test_face_by_face_each_peer_has_the_bytes_of_that_face() -> None:
    ours = [{"bytes": 100.0, "psnr": 25.0}, {"bytes": 200.0, "psnr": 28.0}]
    cheap = [[{"bytes": 100.0, "psnr": 24.0}, {"bytes": 150.0, "psnr": 25.0}]]
    dear = [[{"bytes": 101.0, "psnr": 40.0}, {"bytes": 150.0, "psnr": 40.0}]]
    assert curves.face_by_face(ours, {"cheap": cheap, "dear": dear}, 0.9) == ("cheap", pytest.approx(2.0))
    assert curves.face_by_face(ours, {"dear": dear}, 0.9) is None
    assert curves.face_by_face([None, None], {"cheap": cheap}, 0.9) is None


def test_gaps_are_shares_of_the_better_group() -> None:
    found = parity.gap([1.0, 1.0, 1.0], [1.2, 1.2])
    assert found.ratio == found.wide == found.low == found.high == pytest.approx(0.2)
    assert found.faces == (3, 2)
    turned = parity.gap([1.2, 1.2], [1.0, 1.0, 1.0])
    assert turned.ratio == pytest.approx(1 / 1.2 - 1)
    assert turned.wide == pytest.approx(0.2)
    with pytest.raises(ValueError, match="empty"):
        parity.gap([], [1.0])


def test_intervals_hold_the_ratio_and_are_always_the_same() -> None:
    random = np.random.default_rng(1)
    light, dark = random.uniform(1, 2, 40), random.uniform(1, 2, 10)
    found = parity.gap([*light], [*dark])
    assert found.low < found.ratio < found.high
    assert found == parity.gap([*light], [*dark])
    assert parity.gap([*light], [*dark, *dark, *dark, *dark]).high < found.high


def test_how_much_worse_is_a_ratio_of_means() -> None:
    assert parity.worse([1.0, 3.0], [2.0, 2.4]) == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no pairs"):
        parity.worse([], [])


def test_a_face_stands_smaller_in_its_frame_and_can_be_cut_out_again() -> None:
    image = portrait()
    places = set()
    for number in range(20):
        made = smaller(image, number)
        assert made.image.shape == image.shape
        assert (made.width, made.height) == (round(SCALE * 256), round(SCALE * 256))
        for first in (made.left, made.top):
            assert abs(first + SCALE * 128 - 128) <= SHIFT * 256 + 1
        places.add((made.left, made.top))
        again = smaller(image, number)
        assert np.array_equal(made.image, again.image)
    assert len(places) > 10
    back = made.inside(made.image).astype(float)
    assert np.abs(back - image).mean() < 6


def test_beyond_a_smaller_face_its_border_goes_on() -> None:
    image = np.full((256, 256, 3), 90, np.uint8)
    assert (smaller(image, 7).image == 90).all()


def face(place: int) -> Face:
    return Face(Path(f"{place}.png"), place, str(place))


def test_tables_of_fewer_faces_are_compared_on_those() -> None:
    every = [face(place) for place in range(10)]
    assert [one.place for one in texture_figures.same_faces(every, 1, 5)] == [0, 5]
    assert texture_figures.same_faces(every, 5, 5) == [every[0], every[5]]
    assert texture_figures.same_faces(every[::3], 3, 5) == every[::3]


def test_every_nth_face_of_each_folder_is_listed(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for number in range(3):
            Image.new("RGB", (16, 16), (number, 0, 0)).save(tmp_path / folder / f"{number}.png")
    found = codings.listed([tmp_path / "a", tmp_path / "b"], 2)
    assert [(one.path.parent.name, one.path.stem, one.place) for one in found] == [
        ("a", "0", 0),
        ("a", "2", 2),
        ("b", "0", 0),
        ("b", "2", 2),
    ]


def test_points_that_lack_a_face_are_left_out() -> None:
    faces = [face(0), face(1)]
    both, one = Coding("texture", "120"), Coding("texture", "240")
    scores: dict[tuple[str, str, str], Any] = {
        ("0", "texture", "120"): {"bytes": 100.0},
        ("1", "texture", "120"): {"bytes": 110.0},
        ("0", "texture", "240"): {"bytes": 240.0},
    }
    found = Scored(faces, scores).points([both, one])
    assert found == [{"point": "120", "faces": 2, "bytes": 105.0}]


def scores(coding: Coding, index: int) -> dict[str, float]:
    """What a face has in a coding of a study that has been through: all faces alike, but for their number."""
    if coding.codec == "tone":
        return {"bytes": 0.0, "tone": float(2 * (index % 2)), "angle": 60.0 - 10 * index}
    most = float("".join(digit for digit in coding.point if digit.isdigit()) or 400)
    bits = np.log2(most)
    found = {"bytes": most - index / 10, "psnr": 13 + 2 * bits, "nme": 0.12 / bits, "found": 1.0}
    found |= {"identity": 4 / bits, "layers": 3.0, "one": most / 1.04}
    return found | {"nme_enlarged": found["nme"], "identity_enlarged": found["identity"]}


def test_all_bars_have_their_rows() -> None:
    pytest.importorskip("bjontegaard")
    faces = [face(index) for index in range(10)]
    kinds = [peers.Peer("av1/4", None, 4, ("crf=60", "crf=300"))]  # type: ignore[arg-type]
    sets = {}
    for name in ("studio", "wild", "amfd"):
        through = texture_figures.codings(name, texture_figures.STUDIES, kinds)
        sets[name] = Scored(
            faces,
            {
                (one.key, coding.codec, coding.point): scores(coding, one.place)
                for one in faces
                for coding in through
            },
        )
    figures = texture_figures.figures(sets, 1, texture_figures.STUDIES, kinds)
    figures["times"] = {"encode_s": 0.2, "preview_s": 0.02, "timed": 5, "cores": 2, "load": 0.5}
    assert figures["gaps"] == []
    rows = list(texture_rows.rows(figures))
    barred = [row for row in rows if row.bar is not None]
    # A set: gain in PSNR, peers at six or five sizes, two gains of the person, six figures, layers twice;
    # then smaller faces, tones by group and by angle, two times.
    assert len(barred) == (1 + 6 + 2 + 6 + 2) + (1 + 5 + 2 + 6 + 2) + 2 + 4 + 2
    assert all(row.value is not None for row in barred)
    assert [row.verdict for row in rows if "layers against one" in row.what] == ["pass"] * 4
    assert [row.verdict for row in rows if row.what.startswith("preview")] == ["FAIL"]
    assert figures["studio"]["gain"]["nme"]["faces"] == 2
    assert figures["tones"]["amfd"]["ends"]["nme"]["faces"] == (2, 2)


def test_a_study_asks_for_nothing_else() -> None:
    found = texture_figures.codings("studio", ["smaller"], [])
    assert {coding.codec for coding in found} == {"texture", "smaller"}
    assert texture_figures.codings("amfd", ["person"], []) == []
    assert (
        len(texture_figures.codings("studio", ["person", "smaller"], []))
        == len(texture_figures.TEXTURE_BYTES) + 1
    )


@pytest.mark.parametrize("name", ["studio", "wild"])
def test_the_baseline_is_better_with_more_bytes(name: str) -> None:
    for table in (baseline.UNFRAMED[name], baseline.TWO_PARTS[name]):
        assert [point.bytes for point in table] == sorted(point.bytes for point in table)
        assert [point.psnr for point in table] == sorted(point.psnr for point in table)


class Coarse:
    """A codec that keeps as many of a picture's columns as its point says."""

    name, version, points = "coarse", "1", ("1", "2", "4", "8", "16")

    def encode(self, image: np.ndarray, point: str) -> bytes:
        return image[0, : int(point)].tobytes()

    def decode(self, data: bytes, width: int, height: int) -> np.ndarray:
        row = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return np.ascontiguousarray(np.broadcast_to(row.repeat(16 // len(row), axis=0), (height, 16, 3)))


def test_a_peer_takes_the_most_that_fits() -> None:
    image = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)
    peer = peers.Peer("coarse", Coarse(), 1, Coarse.points)
    sizes = [found[0] for most in (3, 13, 24, 1000) if (found := peer.fitting(image, most)) is not None]
    assert sizes == [3, 12, 24, 48]
    assert peer.fitting(image, 2) is None
    assert texture_sheet.best([peer], image, 2) is None
    best = texture_sheet.best([peer], image, 24)
    assert best is not None and best[:2] == (peer, 24)


def test_the_lighter_of_cheeks_and_nose_says_the_tone() -> None:
    marks = np.full((68, 2), 128.0)
    marks[36], marks[45] = (100, 100), (156, 100)
    light, dark = np.full((256, 256, 3), (220, 180, 160), np.uint8), np.full((256, 256, 3), 40, np.uint8)
    assert tone.angle(light, marks) > 40 > -40 > tone.angle(dark, marks)


def test_folders_are_needed(tmp_path: Path) -> None:
    done = CliRunner().invoke(texture.main, ["--cache", str(tmp_path)])
    assert done.exit_code == 2
    assert "no folders" in done.output
