"""What modules of this package compute, as a key for what was computed by them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

_ASIDE = {"errors", "io.source", "models.store", "workers"}
"""Modules that shape no result, below the package."""


def meaning(path: Path) -> bytes:
    """The code of a Python file without comments, docstrings and layout: where only those change, so does
    nothing that it computes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [part for part in body if not _is_text(part)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.dump(tree).encode()


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else, as docstrings are."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def reached(modules: Iterable[str]) -> list[Path]:
    """The files of ``modules``, dotted names below this package, and of all that they import of it, at any
    depth, sorted; but not of the few that shape no result."""
    found: dict[str, Path] = {}
    left = list(modules)
    while left:
        name = left.pop()
        if name not in found and name not in _ASIDE:
            found[name] = path = _file(name)
            left += _imported(path)
    return sorted(found.values())


def _file(name: str) -> Path:
    """The file of a module or package. Raises ValueError where there is none."""
    base = _PACKAGE.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    raise ValueError(f"{name} is no module of this package")


def _imported(path: Path) -> set[str]:
    """The modules of this package that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _PACKAGE.name:
            below = str(node.module).split(".")[1:]
            for name in (".".join([*below, alias.name]) for alias in node.names):
                base = _PACKAGE.joinpath(*name.split("."))
                is_module = base.with_suffix(".py").is_file() or base.is_dir()
                if is_module or below:
                    found.add(name if is_module else ".".join(below))
    return found
