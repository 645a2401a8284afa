"""Many features to search in: made of files, kept as a file, searched for the nearest.

::

    file = magic(8) coding(1) count(be32) length(be32) names(length) vectors(count * 128 * be16) check(be32)

``names`` is a JSON list; ``vectors`` are in two's complement, in 1/32767; ``check`` is the CRC-32 of all
before it. Search by numpy is exact. :meth:`Gallery.indexed` is for millions of features and many probes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import FormatError, LimitError, ModelError, UnsupportedError
from vcmcodec.layers.feature.head import CODING

MAGIC = b"VCMFACES"

MOST = 1 << 24
"""Features at most."""

DIMENSIONS = 128

_LONGEST = 1 << 12
"""Bytes of names at most, a face: paths are no longer."""

_SCALE = 32767
_HEAD = len(MAGIC) + 1 + 4 + 4
_MEMBERS, _CELLS_SEEN = 1000, 24
"""Features for each cell of an index, and cells that a search looks into."""


class Found(NamedTuple):
    """A face's ``name``, and its ``cosine`` with the probe."""

    name: str
    cosine: float


class Searchable(Protocol):
    """What finds the nearest faces."""

    def search(self, probe: NDArray[np.float32], k: int) -> list[Found]:
        """The ``k`` faces whose cosine with ``probe``, float32 (128,) of length 1, is highest, best first."""
        ...


class Gallery:
    """``names``: of n faces; ``vectors``: their features, float32 (n, 128), each of length 1."""

    def __init__(self, names: Sequence[str], vectors: NDArray[np.float32]) -> None:
        if vectors.shape != (len(names), DIMENSIONS):
            raise ValueError(f"{len(names)} names for vectors of shape {vectors.shape}")
        self.names = list(names)
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    @classmethod
    def of(cls, faces: Mapping[str, NDArray[np.float32]]) -> Gallery:
        """Faces by their names."""
        return cls(list(faces), np.array(list(faces.values()), dtype=np.float32).reshape(-1, DIMENSIONS))

    def __len__(self) -> int:
        return len(self.names)

    def search(self, probe: NDArray[np.float32], k: int) -> list[Found]:
        """See :class:`Searchable`; exact."""
        cosines = self.vectors @ probe
        k = min(k, len(cosines))
        best = np.argpartition(-cosines, k - 1)[:k] if 0 < k < len(cosines) else np.arange(len(cosines))[:k]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [Found(self.names[index], float(cosines[index])) for index in best]

    def indexed(self) -> Searchable:
        """The same behind an inverted file, which takes seconds a million to make and may miss a face in a
        hundred searches, but looks at a few of a hundred faces only.

        Raises ModelError where faiss is not installed (the extra ``search``).
        """
        return _Indexed(self)

    def write(self) -> bytes:
        """The file of all names and features."""
        names = json.dumps(self.names).encode("ascii")
        out = MAGIC + bytes([CODING]) + len(self).to_bytes(4, "big") + len(names).to_bytes(4, "big") + names
        out += np.rint(self.vectors * _SCALE).astype(">i2").tobytes()
        return out + zlib.crc32(out).to_bytes(4, "big")


def read(data: bytes) -> Gallery:
    """The gallery that :meth:`Gallery.write` made a file of.

    Raises FormatError for what is no such file or damaged, UnsupportedError for features of another coding,
    LimitError for more than :data:`MOST`.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise FormatError("not an index of faces", offset=0)
    if len(data) < _HEAD + 4:
        raise FormatError("truncated: the index ends in its head", offset=len(data))
    coding = data[len(MAGIC)]
    count, length = (int.from_bytes(data[at : at + 4], "big") for at in (_HEAD - 8, _HEAD - 4))
    if coding != CODING:
        raise UnsupportedError(f"feature coding {coding} is unknown", offset=len(MAGIC))
    if count > MOST:
        raise LimitError(f"{count} faces are above the limit of {MOST}", offset=_HEAD - 8)
    if length > 2 + _LONGEST * count:
        raise LimitError(f"{length} bytes of names are above the limit for {count} faces", offset=_HEAD - 4)
    if len(data) != _HEAD + length + 2 * DIMENSIONS * count + 4:
        raise FormatError("the index has not the length that it states", offset=_HEAD - 8)
    if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
        raise FormatError("damaged: the check does not match", offset=len(data) - 4)
    try:
        names = json.loads(data[_HEAD : _HEAD + length])
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or len(names) != count or not all(isinstance(name, str) for name in names):
        raise FormatError("the names of the faces are damaged", offset=_HEAD)
    stored = np.frombuffer(data, ">i2", count * DIMENSIONS, _HEAD + length).reshape(count, DIMENSIONS)
    vectors = stored.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
    return Gallery(names, vectors)


class _Indexed:
    def __init__(self, gallery: Gallery) -> None:
        try:
            import faiss
        except ImportError:
            raise ModelError("the package faiss-cpu is not installed: it indexes faces") from None
        self._names = gallery.names
        cells = max(1, len(gallery) // _MEMBERS)
        flat = faiss.IndexFlatIP(DIMENSIONS)
        self._index: Any = faiss.IndexIVFFlat(flat, DIMENSIONS, cells, faiss.METRIC_INNER_PRODUCT)
        self._index.nprobe = _CELLS_SEEN
        self._index.train(gallery.vectors[:: max(1, len(gallery) // (64 * cells))])
        self._index.add(gallery.vectors)

    def search(self, probe: NDArray[np.float32], k: int) -> list[Found]:
        cosines, indices = self._index.search(np.ascontiguousarray(probe[None]), min(k, len(self._names)))
        return [Found(self._names[i], float(c)) for i, c in zip(indices[0], cosines[0]) if i >= 0]
