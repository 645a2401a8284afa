"""Embeddings of folders of faces, kept beside what is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import embedding as embeddings
from vcmcodec.io import picture
from vcmcodec.train.data.faces import faces, parallel


def _embedding(path: Path) -> NDArray[np.float32] | None:
    return embeddings.embedding(picture.load(path))


def embedded(data: Path, cache: Path, jobs: int) -> tuple[list[str], NDArray[np.float32]]:
    """Names below ``data`` and embeddings, float32 (n, 128), of the pictures there in which a face is found;
    from ``cache``, a file, where they are known."""
    if cache.exists():
        kept = np.load(cache)
        return kept["names"].tolist(), kept["embeddings"]
    paths = faces(data)
    found = list(parallel(_embedding, paths, jobs))
    names = [str(path.relative_to(data)) for path, one in zip(paths, found) if one is not None]
    embeddings_ = np.stack([one for one in found if one is not None])
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, names=np.array(names), embeddings=embeddings_)
    return names, embeddings_
