"""Edges: the forest file's checks, OpenCV's walk through it, and the edge map's promises."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from vcmcodec.encoder import edge_map, forest_file
from vcmcodec.errors import ModelError
from vcmcodec.models import store
from vcmcodec.train.encoder import forest_writer

OPTIONS = {**forest_writer.OPTIONS, "numberOfTrees": 2, "numberOfTreesToEvaluate": 1}

SMALL = {
    "childs": [[2, 0, 0], [2, 0, 0]],
    "featureIds": [[0, 0, 0], [7227, 0, 0]],
    "thresholds": [["4.0e-01", "0", "0"], ["-1.0e-02", "0", "0"]],
    "edgeBoundaries": [[0, 0, 0, 2, 2, 3, 3]],
    "edgeBins": [[0, 255, 17]],
}


def text(options: dict[str, object] | None = None, **sequences: object) -> str:
    """A forest of two trees of three nodes, with some of its parts replaced."""
    lines = ["%YAML:1.0", "---", "options:"]
    lines += [f"   {name}: {value}" for name, value in {**OPTIONS, **(options or {})}.items()]
    for name, rows in {**SMALL, **sequences}.items():
        lines.append(f"{name}:")
        lines += ["   - [ " + ", ".join(str(value) for value in row) + " ]" for row in rows]
    return "\n".join(lines) + "\n"


def write(path: Path, content: str) -> Path:
    path.write_bytes(gzip.compress(content.encode("ascii"), mtime=0))
    return path


@pytest.fixture
def forest(tmp_path: Path) -> Path:
    return tmp_path / "forest.yml.gz"


def disc(size: int = 160, radius: int = 50) -> np.ndarray:
    """A dark disc on a light ground, with a soft rim."""
    image = np.full((size, size, 3), 220, np.uint8)
    cv2.circle(image, (size // 2, size // 2), radius, (70, 50, 40), -1)
    return cv2.GaussianBlur(image, (0, 0), 1.0)


def noise(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(height * 1000 + width)
    return cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), dtype=np.uint8), (0, 0), 2.0)


def test_the_released_forest_is_valid() -> None:
    forest_file.validate(store.model_path(edge_map.FOREST))


def test_a_small_forest_is_valid_and_loads(forest: Path) -> None:
    forest_file.validate(write(forest, text()))
    detector = cv2.ximgproc.createStructuredEdgeDetection(str(forest))
    assert detector.detectEdges(disc().astype(np.float32) / 255).shape == (160, 160)


@pytest.mark.parametrize(
    ("options", "sequences"),
    [
        pytest.param({"numberOfTrees": 0}, {}, id="no-trees"),
        pytest.param({"numberOfTrees": 3}, {}, id="fewer-trees-than-said"),
        pytest.param({"numberOfTreesToEvaluate": 3}, {}, id="evaluates-more-than-it-has"),
        pytest.param({"patchSize": 64}, {}, id="other-patch"),
        pytest.param({"patchInnerSize": 32}, {}, id="other-inner-patch"),
        pytest.param({"stride": 0}, {}, id="stride-0"),
        pytest.param({"shrinkNumber": 0}, {}, id="shrink-0"),
        pytest.param({"selfsimilarityGridSize": 9}, {}, id="other-grid"),
        pytest.param({"numberOfGradientOrientations": 8}, {}, id="other-channels"),
        pytest.param({"ssFeatureSmoothingRadius": 900}, {}, id="wide-smoothing"),
        pytest.param({"stride": "02"}, {}, id="option-octal-or-same"),
        pytest.param({"stride": -2}, {}, id="stride-negative"),
        pytest.param({"extra": 1}, {}, id="unknown-option"),
        pytest.param({}, {"childs": [[2, 0, 0], [2, 0]]}, id="trees-of-two-sizes"),
        pytest.param({}, {"childs": [[3, 0, 0], [2, 0, 0]]}, id="child-outside"),
        pytest.param({}, {"childs": [[1, 0, 0], [2, 0, 0]]}, id="child-is-its-parent"),
        pytest.param({}, {"childs": [[2, 0, 2], [2, 0, 0]]}, id="cycle"),
        pytest.param({}, {"childs": [[-1, 0, 0], [2, 0, 0]]}, id="child-negative"),
        pytest.param({}, {"childs": [["1.5", 0, 0], [2, 0, 0]]}, id="child-fraction"),
        pytest.param({}, {"childs": [["02", 0, 0], [2, 0, 0]]}, id="child-octal"),
        pytest.param({}, {"childs": [["9" * 40, 0, 0], [2, 0, 0]]}, id="child-huge"),
        pytest.param({}, {"childs": [[], []]}, id="no-nodes"),
        pytest.param({}, {"childs": []}, id="no-rows"),
        pytest.param({}, {"featureIds": [[7228, 0, 0], [0, 0, 0]]}, id="feature-outside"),
        pytest.param({}, {"featureIds": [[0, 0], [0, 0]]}, id="features-too-few"),
        pytest.param({}, {"featureIds": [[0, 0, 0]]}, id="features-of-one-tree"),
        pytest.param({}, {"thresholds": [["1e999", 0, 0], [0, 0, 0]]}, id="threshold-infinite"),
        pytest.param({}, {"thresholds": [[".nan", 0, 0], [0, 0, 0]]}, id="threshold-nan"),
        pytest.param({}, {"thresholds": [["1 2", 0, 0], [0, 0, 0]]}, id="threshold-two-in-one"),
        pytest.param({}, {"thresholds": [["", 0, 0], [0, 0, 0]]}, id="threshold-missing"),
        pytest.param({}, {"edgeBoundaries": [[0, 0, 0, 2, 2, 3]]}, id="boundary-missing"),
        pytest.param({}, {"edgeBoundaries": [[0, 0, 0, 2, 1, 3, 3]]}, id="boundaries-fall"),
        pytest.param({}, {"edgeBoundaries": [[1, 1, 1, 2, 2, 3, 3]]}, id="boundaries-start-late"),
        pytest.param({}, {"edgeBoundaries": [[0, 0, 0, 2, 2, 3, 4]]}, id="boundary-past-the-bins"),
        pytest.param({}, {"edgeBins": [[0, 256, 17]]}, id="bin-outside"),
        pytest.param({}, {"edgeBins": [[0, "x", 17]]}, id="bin-no-number"),
        pytest.param({}, {"edgeBins": [[0, 255]]}, id="bins-too-few"),
    ],
)
def test_a_malformed_forest_is_refused(
    forest: Path, options: dict[str, object], sequences: dict[str, object]
) -> None:
    with pytest.raises(ModelError) as caught:
        forest_file.validate(write(forest, text(options, **sequences)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("%YAML:1.0\n", "", id="no-head"),
        pytest.param("childs:\n", "children:\n", id="section-renamed"),
        pytest.param("edgeBins:\n", "edgeBins:\n   - 5\n", id="scalar-between-rows"),
        pytest.param("edgeBins:\n", "edgeBins:\n   # rows\n", id="comment"),
        pytest.param("   stride: 2\n", "   stride: 2\n   stride: 4\n", id="option-twice"),
        pytest.param("   stride: 2\n", "", id="option-missing"),
        pytest.param("edgeBins:\n", "childs:\n   - [ 9 ]\nedgeBins:\n", id="section-twice"),
        pytest.param("[ 0, 255, 17 ]\n", "[ 0, 255, 17 ]", id="last-line-open"),
        pytest.param("[ 0, 255, 17 ]", "[ 0, [255], 17 ]", id="nested"),
    ],
)
def test_a_forest_of_another_layout_is_refused(forest: Path, old: str, new: str) -> None:
    content = text()
    assert old in content
    with pytest.raises(ModelError):
        forest_file.validate(write(forest, content.replace(old, new)))


def test_a_damaged_file_is_refused(forest: Path) -> None:
    whole = write(forest, text()).read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0x55
    for content in (b"", b"plain text", whole[:-9], whole[: len(whole) // 2], bytes(damaged)):
        forest.write_bytes(content)
        with pytest.raises(ModelError):
            forest_file.validate(forest)
    forest.unlink()
    with pytest.raises(ModelError):
        forest_file.validate(forest)


def test_opencv_walks_the_forest_as_the_trainer_supposes(forest: Path) -> None:
    """Features of the trainer's own, one node deep, put the same edges in the same places."""
    training = pytest.importorskip("vcmcodec.train.encoder.forest", exc_type=ImportError)
    image = noise(64, 80)
    features = training.Features(image)
    places = np.array(list(itertools.product(range(24), range(32))))
    for feature in (0, 1, 16, 400, 3327, 3328, 3350, 5000, 7227):
        values = features.at(places, np.array([feature]))[:, 0]
        threshold = float(np.float32(np.median(values)))
        trees = {
            "featureIds": [[feature, 0, 0]] * 2,
            "thresholds": [[f"{threshold:.9e}", 0, 0]] * 2,
            "edgeBoundaries": [[0, 0, 0, 1, 1, 1, 2]],
            "edgeBins": [[16 * 3 + 5, 16 * 3 + 5]],
        }
        forest_file.validate(write(forest, text(**trees)))
        detector = cv2.ximgproc.createStructuredEdgeDetection(str(forest))
        expected = np.zeros((64, 80), np.float32)
        right = places[values >= np.float32(threshold)] * 2
        expected[right[:, 0] + 5, right[:, 1] + 3] = 2 * 4 / 256
        kernel = np.array([1, 2, 1], np.float32) / 4
        expected = cv2.sepFilter2D(expected, -1, kernel, kernel)
        found = detector.detectEdges(image.astype(np.float32) / 255)
        # Two patches of 768 may fall to the other side, where the two sums round differently.
        assert np.count_nonzero(np.abs(found - expected) > 1e-5) <= 18, feature


def test_the_edge_map_is_thin_binary_and_without_scraps() -> None:
    for image in (disc(), noise(120, 90)):
        found = edge_map.edge_map(image)
        assert found.dtype == np.uint8
        assert found.shape == image.shape[:2]
        assert set(np.unique(found)) <= {0, 1}
        count, _, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
        assert all(stats[1:count, cv2.CC_STAT_AREA] >= edge_map.MIN_LENGTH)
        blocks = found[:-1, :-1] + found[1:, :-1] + found[:-1, 1:] + found[1:, 1:]
        assert np.count_nonzero(blocks == 4) <= found.sum() // 50


def test_a_disc_gives_a_closed_contour_near_its_circle() -> None:
    found = edge_map.edge_map(disc())
    y, x = np.nonzero(found)
    distance = np.hypot(x - 80, y - 80)
    rim = np.abs(distance - 50) <= 3
    assert rim.mean() > 0.95
    angles = np.floor(np.degrees(np.arctan2(y - 80, x - 80))[rim] / 5)
    assert len(np.unique(angles % 72)) == 72
    # The ground does not leak into the disc through a gap.
    filled = (1 - found).astype(np.uint8)
    _, labels = cv2.connectedComponents(filled, connectivity=4)
    assert labels[80, 80] != labels[2, 2]


def test_flat_pictures_have_no_edges() -> None:
    for level in (0, 128, 255):
        assert not edge_map.edge_map(np.full((64, 64, 3), level, np.uint8)).any()


@pytest.mark.parametrize(
    "size", [(16, 16), (17, 16), (16, 31), (17, 300), (300, 17), (33, 47), (255, 129), (1024, 40)]
)
def test_any_size_works(size: tuple[int, int]) -> None:
    found, strength = edge_map.edge_map(noise(*size)), edge_map.detect(noise(*size))
    assert found.shape == strength.shape == size
    assert strength.dtype == np.float32
    assert np.isfinite(strength).all()
    assert strength.min() >= 0 and strength.max() <= 1


@pytest.mark.parametrize("height", [16, 65, 99, 130, 203])
def test_bands_give_what_the_whole_picture_gives(height: int) -> None:
    image = noise(height, 96)
    double = cv2.resize(image, (192, 2 * height), interpolation=cv2.INTER_CUBIC)
    own, whole = edge_map._in_bands(image, double)
    assert np.array_equal(own, edge_map._detect(image))
    assert np.array_equal(whole, edge_map._detect(double))


@pytest.mark.parametrize("threads", [1, 2])
def test_strength_is_the_mean_of_two_sizes(threads: int) -> None:
    image = noise(99, 96)
    double = edge_map._detect(cv2.resize(image, (192, 198), interpolation=cv2.INTER_CUBIC))
    own = cv2.resize(double, (96, 99), interpolation=cv2.INTER_AREA)
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(threads)
        found = edge_map.detect(image)
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(found, (edge_map._detect(image) + own) / 2)


def test_one_picture_always_has_the_same_edges() -> None:
    image = noise(97, 131)
    before = image.copy()
    first, strength = edge_map.edge_map(image), edge_map.detect(image)
    assert np.array_equal(first, edge_map.edge_map(image))
    assert np.array_equal(strength, edge_map.detect(image))
    assert np.array_equal(image, before)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1 if threads != 1 else 2)
        assert np.array_equal(first, edge_map.edge_map(image))
    finally:
        cv2.setNumThreads(threads)


def test_higher_thresholds_keep_fewer_pixels() -> None:
    image = noise(128, 128)
    thresholds = (0.05, 0.1, 0.2, 0.4)
    counts = [int(edge_map.edge_map(image, low=0.5 * high, high=high).sum()) for high in thresholds]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_a_missing_forest_is_a_model_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    with pytest.raises(ModelError):
        edge_map.edge_map(disc())
