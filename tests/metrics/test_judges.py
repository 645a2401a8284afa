"""Judges say what their authors' own code says, and nothing bad of the original."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

from vcmcodec import ModelError, metrics
from vcmcodec.bench.report.figures import BY_KEY
from vcmcodec.metrics import measures, realism
from vcmcodec.metrics.landmarks import Dlib68


def made(kind: Callable[[], Any]) -> Any:
    try:
        return kind()
    except ModelError as error:
        pytest.skip(str(error))


def judge(name: str) -> Any:
    return made(lambda: metrics.make(name))


def scores(name: str, original: np.ndarray, image: np.ndarray) -> dict[str, float | None]:
    one = judge(name)
    return one.judge(one.reference(original), image).scores


MIRRORED = np.ascontiguousarray(portrait()[:, ::-1])
ROUGH = np.asarray(Image.fromarray(portrait()).resize((64, 64)).resize((256, 256)))
WORSE = np.asarray(Image.fromarray(portrait()).resize((16, 16)).resize((256, 256)))


@pytest.mark.parametrize(
    ("name", "figure", "value"),
    [
        # What the authors' own code finds: lpips 0.1.4 and DISTS_pytorch 0.1, on the same VGG16 and AlexNet.
        ("lpips-alex", "lpips_alex", 0.338780),
        ("vgg", "lpips_vgg", 0.450021),
        ("dists", "dists", 0.155485),
    ],
)
def test_perceptual_distances_are_the_authors(name: str, figure: str, value: float) -> None:
    assert scores(name, portrait(), MIRRORED)[figure] == pytest.approx(value, abs=2e-4)


@pytest.mark.parametrize(
    ("name", "figure", "original", "image", "value"),
    [
        ("lpips-alex", "lpips_alex", "ex_ref.png", "ex_p0.png", 0.722),
        ("lpips-alex", "lpips_alex", "ex_ref.png", "ex_p1.png", 0.138),
        ("dists", "dists", "r0.png", "r1.png", 0.3347),
    ],
)
def test_published_examples(name: str, figure: str, original: str, image: str, value: float) -> None:
    """The pictures are in the repositories of PerceptualSimilarity (imgs/) and DISTS (images/) and in no
    package: VCM_JUDGE_EXAMPLES names a folder that holds them."""
    folder = Path(os.environ.get("VCM_JUDGE_EXAMPLES", "no folder"))
    if not (folder / original).is_file():
        pytest.skip(f"VCM_JUDGE_EXAMPLES names no folder with {original}")
    a, b = (np.asarray(Image.open(folder / path).convert("RGB")) for path in (original, image))
    assert scores(name, a, b)[figure] == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize("name", [name for name in metrics.ALL if name != "inception"])
def test_the_original_is_at_the_ceiling(name: str) -> None:
    ceiling = {
        "psnr": math.inf, "ssim": 1, "ms_ssim": 1, "found": 1, "gender": 1, "mesh_found": 1,
    }  # fmt: skip
    for figure, value in scores(name, portrait(), portrait()).items():
        assert value == pytest.approx(ceiling.get(figure, 0), abs=1e-6), figure


@pytest.mark.parametrize("name", [name for name in metrics.ALL if name != "inception"])
def test_damage_is_seen_by_every_judge(name: str) -> None:
    some, more = scores(name, portrait(), ROUGH), scores(name, portrait(), WORSE)
    for figure in some:
        a, b = some[figure], more[figure]
        if a is not None and b is not None:
            assert (a >= b) if BY_KEY[figure].higher else (a <= b), figure
    assert some != more


def test_ssim_is_that_of_scikit_image() -> None:
    metric = pytest.importorskip("skimage.metrics").structural_similarity
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    expected = metric(portrait(), ROUGH, channel_axis=2, **options)
    assert scores("pixels", portrait(), ROUGH)["ssim"] == pytest.approx(expected, abs=1e-3)


def test_small_pictures_have_no_answer_instead_of_a_wrong_one() -> None:
    small = np.ascontiguousarray(portrait()[::8, ::8])
    found = scores("pixels", small, small)
    assert found["ms_ssim"] is None
    assert found["ssim"] == pytest.approx(1)
    assert set(scores("vgg", small, small).values()) == {None}
    assert scores("lpips-alex", small, small) == {"lpips_alex": None}
    assert scores("dists", small, small) == {"dists": None}


@pytest.mark.parametrize("name", ["dlib", "mesh"])
def test_of_a_picture_without_a_face_nothing_is_said(name: str) -> None:
    grey = np.full((128, 128, 3), 90, dtype=np.uint8)
    assert set(scores(name, grey, grey).values()) == {None}


@pytest.mark.parametrize(
    ("name", "found", "nme"), [("dlib", "found", "nme"), ("mesh", "mesh_found", "mesh_nme")]
)
def test_a_face_that_is_lost_counts_as_not_found(name: str, found: str, nme: str) -> None:
    verdict = scores(name, portrait(), np.full_like(portrait(), 90))
    assert verdict[found] == 0
    assert verdict[nme] is None


def test_landmarks_follow_the_face() -> None:
    landmarks = made(Dlib68)
    found = landmarks(portrait())
    moved = landmarks(np.roll(portrait(), 6, axis=1))
    assert found is not None
    assert moved is not None
    assert measures.nme(moved - (6, 0), found) < 0.03
    assert landmarks(np.full((128, 128, 3), 90, dtype=np.uint8)) is None


def test_both_landmark_detectors_see_the_same_eyes() -> None:
    mesh = made(lambda: metrics.make("mesh"))._landmarks(portrait())
    dlib = made(Dlib68)(portrait())
    eyes = dlib[list(measures.OUTER_EYE_CORNERS)]
    apart = np.hypot(*(mesh[[33, 263]] - eyes).T)
    assert apart.max() < 0.08 * np.hypot(*(eyes[1] - eyes[0]))


def test_fid_is_the_distance_of_two_gaussians() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    rng = np.random.default_rng(1)
    for m, n, d in ((50, 60, 8), (12, 9, 30)):  # more pictures than features, and fewer
        a, b = rng.normal(size=(m, d)), rng.normal(0.3, 1.4, size=(n, d))
        root = linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
        gap = np.square(a.mean(0) - b.mean(0)).sum()
        expected = gap + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
        assert realism.fid(a, b) == pytest.approx(expected, rel=1e-4)
        assert realism.fid(a, a) == pytest.approx(0, abs=1e-9)


def test_kid_is_the_unbiased_kernel_distance() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(5, 4)), rng.normal(1, 1, size=(5, 4))

    def mean(x: np.ndarray, y: np.ndarray) -> float:
        """Over all but pairs: a picture and itself, or a picture and its original."""
        rows = [[(float(u @ v) / 4 + 1) ** 3 for v in y] for u in x]
        return sum(rows[i][j] for i in range(5) for j in range(5) if i != j) / 20

    expected = mean(a, a) + mean(b, b) - 2 * mean(a, b)
    assert realism.kid(a, b) == pytest.approx(expected)
    assert realism.kid(a, a) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="originals"):
        realism.kid(a, b[:3])


@pytest.mark.parametrize("distance", [realism.fid, realism.kid])
def test_sets_of_one_picture_have_no_distance(distance: Callable[..., float]) -> None:
    with pytest.raises(ValueError, match="two pictures"):
        distance(np.zeros((1, 4)), np.zeros((1, 4)))


def test_inception_sees_what_people_see() -> None:
    inception = judge("inception")
    seen = [inception.judge(None, image).features for image in (portrait(), MIRRORED, ROUGH, WORSE)]
    assert [features.shape for features in seen] == [(2048,)] * 4
    apart = [float(np.linalg.norm(features - seen[0])) for features in seen]
    assert apart == sorted(set(apart))
