"""The model files: what is missing, altered or unknown is an error."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from portrait import file, portrait
from repository import SPEC

import vcmcodec
from vcmcodec import ModelError, matching
from vcmcodec.codec import MODEL
from vcmcodec.encoder import edge_map, embedding, face_regions, frame
from vcmcodec.entropy.ppm import primed
from vcmcodec.entropy.ppm.coder import Coder
from vcmcodec.format.container import Header, read, write
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.models import store
from vcmcodec.render.contracts import CONTRACTS

MEBIBYTE = 1 << 20


OWN = (edge_map.FOREST, face_regions.MODEL, frame.MODEL, embedding.MODEL, matching.CALIBRATION)
"""Files that no decoder needs."""


def onnx_name() -> str:
    return next(name for name, entry in store.catalogue().items() if entry.get("generator") == MODEL)


def edit(folder: Path, **facts: object) -> None:
    """Changes the generator's entry in the list of models."""
    path = folder / "models.json"
    listed = json.loads(path.read_text())
    for entry in listed["files"]:
        if entry.get("generator") == MODEL:
            entry.update(facts)
    path.write_text(json.dumps(listed))


def test_every_listed_file_is_there_unaltered_and_small() -> None:
    paths = [store.model_path(name) for name in store.catalogue()]
    assert {path.name for path in paths} == {
        path.name
        for path in store.models_dir().iterdir()
        if path.suffix not in (".md", ".toml", "") and path.name != "models.json"
    }
    assert sum(path.stat().st_size for path in paths) < 45_000_000
    assert store.model_path(onnx_name()).stat().st_size < 25 * MEBIBYTE


def test_the_specification_names_the_same_files() -> None:
    text = (SPEC / "FORMAT.md").read_text("utf-8")
    for name, entry in store.catalogue().items():
        if name not in OWN:
            assert f"`models/{name}`" in text
            assert f"`{entry['sha256']}`" in text
    for name in (edge_head.PRIMER, colour_head.PRIMER):
        prefix = Coder().encode(primed.primer(name))
        assert f"{len(prefix)}, `{sha256(prefix).hexdigest()}`" in text


def test_an_unknown_generator_is_refused() -> None:
    header, layers = read(file())
    other = write(
        Header(header.width, header.height, header.side, 77),
        [(layer.kind, layer.payload) for layer in layers],
    )
    assert vcmcodec.inspect(other).model == 77
    with pytest.raises(ModelError, match="generator 77"):
        vcmcodec.decode(other)


def test_a_missing_model_file_is_named(models: Path) -> None:
    (models / onnx_name()).unlink()
    with pytest.raises(ModelError, match=onnx_name()):
        vcmcodec.decode(file())


def test_an_altered_model_file_is_refused(models: Path) -> None:
    path = models / onnx_name()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="altered"):
        vcmcodec.decode(file())


def test_another_contract_is_refused(models: Path) -> None:
    edit(models, contract=max(CONTRACTS) + 1)
    with pytest.raises(ModelError, match="contract"):
        vcmcodec.decode(file())


def test_a_file_that_is_no_network_is_refused(models: Path) -> None:
    primer = next(name for name in store.catalogue() if name.endswith(".primer"))
    edit(models, file="fake.onnx", sha256=store.catalogue()[primer]["sha256"])
    shutil.copy(models / primer, models / "fake.onnx")
    store._catalogue.cache_clear()
    with pytest.raises(ModelError, match="cannot load"):
        vcmcodec.decode(file())


@pytest.mark.parametrize(
    "text", [None, "", "[]", '{"files": [{}]}', '{"files": [{"file": "edges-1.primer"}]}', "{"]
)
def test_a_list_of_models_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "models.json").write_text(text)
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="list of models"):
        vcmcodec.encode(portrait())
