import math

import numpy as np
import pytest

from vcmcodec.metrics import measures


def face() -> np.ndarray:
    points = np.random.default_rng(0).uniform(0, 256, (68, 2))
    points[36], points[45] = (80, 100), (180, 100)
    return points


def test_nme_of_the_same_points_is_zero():
    assert measures.nme(face(), face()) == 0


def test_nme_counts_in_outer_eye_distances():
    # Every point is off by (3, 4), so by 5 pixels; the corners are 100 pixels apart.
    assert measures.nme(face() + (3, 4), face()) == pytest.approx(0.05)


def test_nme_is_a_mean_over_points():
    found = face()
    found[0] += (68, 0)
    assert measures.nme(found, face()) == pytest.approx(0.01)


def test_nme_takes_its_unit_from_the_truth_and_ignores_scale():
    truth, found = face(), face() * 1.1
    assert measures.nme(found, truth) != pytest.approx(measures.nme(truth, found))
    assert measures.nme(3 * found, 3 * truth) == pytest.approx(measures.nme(found, truth))


@pytest.mark.parametrize("shape", [(5, 2), (68, 3), (2, 68)])
def test_nme_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match="landmarks must be"):
        measures.nme(np.zeros(shape), np.zeros(shape))


def test_nme_refuses_a_face_without_a_width():
    with pytest.raises(ValueError, match="coincide"):
        measures.nme(face(), np.zeros((68, 2)))


def test_psnr_of_known_errors():
    black = np.zeros((4, 4, 3), np.uint8)
    assert measures.psnr(black, black) == math.inf
    assert measures.psnr(black, black + np.uint8(255)) == pytest.approx(0)
    assert measures.psnr(black, black + np.uint8(1)) == pytest.approx(48.1308, abs=1e-4)


def test_differences_do_not_wrap_around():
    low, high = np.full((2, 2), 10, np.uint8), np.full((2, 2), 250, np.uint8)
    assert measures.mean_absolute_error(low, high) == measures.mean_absolute_error(high, low) == 240


@pytest.mark.parametrize("measure", [measures.psnr, measures.mean_absolute_error])
def test_two_shapes_and_empty_arrays_are_refused(measure):
    with pytest.raises(ValueError, match="cannot be compared"):
        measure(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8))
    with pytest.raises(ValueError, match="cannot be compared"):
        measure(np.zeros((0, 3), np.uint8), np.zeros((0, 3), np.uint8))


def test_covered_counts_pixels_within_one_and_a_half():
    edge, other = np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8)
    edge[4, 1:9] = 1
    other[5, 2] = 1
    assert measures.covered(edge, other) == 3 / 8
    assert measures.covered(other, edge) == 1
    assert measures.covered(edge, np.zeros((9, 9), np.uint8)) == 0
    assert measures.covered(np.zeros((9, 9), np.uint8), edge) == 1
    corner = np.zeros((4, 5), np.uint8)
    corner[0, 4] = 1
    assert np.argwhere(measures.near(corner)).tolist() == [[0, 3], [0, 4], [1, 3], [1, 4]]
