"""What modules compute is a key for what was computed by them."""

from __future__ import annotations

from pathlib import Path

import pytest

import vcmcodec
from vcmcodec.io import source


def test_comments_and_docstrings_do_not_change_what_a_module_means(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    found = []
    for text in (
        '"""One."""\n\ndef f(x):\n    """Two."""\n    return x + 1  # three\n',
        "def f(x):\n\n    return (x + 1)\n",
        "def f(x):\n    return x + 2\n",
        'def f(x):\n    "only text"\n',
    ):
        path.write_text(text)
        found.append(source.meaning(path))
    assert found[0] == found[1] != found[2]
    assert len(set(found)) == 3


def test_modules_are_reached_through_all_that_imports_them() -> None:
    package = Path(vcmcodec.__file__).parent
    found = {path.relative_to(package).as_posix() for path in source.reached(["encoder.texture_proposer"])}
    assert found >= {"encoder/texture_proposer.py", "layers/texture/syntax.py", "entropy/contexts.py"}
    assert found.isdisjoint({"errors.py", "encoder/sketch.py", "layers/kinds.py", "__init__.py"})
    assert source.reached(["entropy.contexts"]) == [
        package / "entropy" / f"{name}.py" for name in ("contexts", "range_coder")
    ]
    with pytest.raises(ValueError, match="encoder.none"):
        source.reached(["encoder.none"])
