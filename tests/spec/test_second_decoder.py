"""The package and the decoder that was written from spec/FORMAT.md alone read files alike."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence

import pytest
from at_limits import ABOVE, LARGE, MOST
from repository import SPEC, VECTORS

from vcmcodec.format import container

agree = importlib.import_module("agree")
LISTED = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))["vectors"]
QUICK = range(192, 217)
"""Seeds of odd files that do not take long."""


def outcomes(data: bytes) -> Iterator[object]:
    """What the package and the other decoder make of a file; skips where that one would need pyppmd."""
    yield agree.by_package(data)
    try:
        yield agree.by_document(data)
    except ModuleNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("vector", LISTED, ids=lambda vector: vector["name"])
def test_both_do_with_a_vector_what_is_stated(vector: dict[str, str]) -> None:
    package, document = outcomes((SPEC / "vectors" / f"{vector['name']}.vcm").read_bytes())
    assert package.cause == document.cause == vector.get("cause")
    assert agree.compare(package, document).agree


@pytest.mark.parametrize("seed", QUICK)
def test_both_read_odd_files_alike(seed: int) -> None:
    for index, data in enumerate(agree.variants(seed, 2)):
        verdict = agree.compare(*outcomes(data))
        assert verdict.agree, verdict.said
        assert index or verdict.said == "decoded"


@pytest.mark.parametrize("layers", MOST.values(), ids=MOST)
def test_both_take_as_much_as_the_limits_allow(layers: Sequence[tuple[int, bytes]]) -> None:
    package, document = outcomes(container.write(LARGE, layers))
    assert package.cause is document.cause is None


@pytest.mark.parametrize("layers", ABOVE.values(), ids=ABOVE)
def test_both_refuse_what_is_above_a_limit(layers: Sequence[tuple[int, bytes]]) -> None:
    package, document = outcomes(container.write(LARGE, layers))
    assert package.cause == document.cause == "limit"


def test_the_other_decoder_shares_no_code_with_the_package() -> None:
    sources = sorted((SPEC / "decoder").glob("*.py"))
    assert sources
    assert not [path.name for path in sources if "import vcmcodec" in path.read_text(encoding="utf-8")]
    assert not [path.name for path in sources if "from vcmcodec" in path.read_text(encoding="utf-8")]
