"""Imports run one way, normative modules rest on integers alone, and the command line starts light."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import vcmcodec
from vcmcodec import _moved

PACKAGE = Path(vcmcodec.__file__).resolve().parent

# Each module or subpackage imports from its own row and the rows above it. "vcmcodec" is the package
# itself: the names that it offers to its users.
ROWS = [
    {"errors", "limits"},
    {"format", "io", "models"},
    {"entropy"},
    {"layers", "scene"},
    {"encoder", "render"},
    {"codec", "inspection", "truncation"},
    {"vcmcodec"},
    {"interop", "metrics"},
    {"bench", "cli", "train", "__main__"},
]
LEVEL = {name: level for level, row in enumerate(ROWS) for name in row}

NORMATIVE = {"entropy", "format", "layers", "scene"}

NORMATIVE_TOO = {"render.grain"}

ENCODERS = {"entropy.rate", "layers.edges.order"}
"""Modules in normative packages that no decoder runs."""

EXACT = {"layers.texture.exact"}
"""The one that passes integers below 2**53 through floating point."""

# Where packages from outside may be imported; all others may be imported anywhere.
HOMES = {
    "ai_edge_litert": {"metrics"},
    "bjontegaard": {"bench"},
    "cv2": {"encoder", "train"},
    "dlib": {"bench", "metrics"},
    "h5py": {"train"},
    "onnx": {"train"},
    "imagecodecs": {"bench"},
    "imageio_ffmpeg": {"bench"},
    "matplotlib": {"bench"},
    "onnxruntime": {"encoder", "metrics", "render", "train"},
    "pyppmd": {"bench"},
    "pytorch_msssim": {"metrics"},
    "skimage": {"bench"},
    "torch": {"metrics", "train"},
}


def name_of(path: Path) -> str:
    """The dotted name of a module, below the package; "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    name_of(path): ast.parse(path.read_text("utf-8"))
    for path in PACKAGE.rglob("*.py")
    if path.name != "_moved.py"
}


def type_checking(tree: ast.AST) -> set[int]:
    """Nodes below ``if TYPE_CHECKING``, which no interpreter runs."""
    guards = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    )
    return {id(below) for guard in guards for statement in guard.body for below in ast.walk(statement)}


def imports(tree: ast.AST) -> set[str]:
    """Dotted names that a module imports, at its top or inside a function."""
    found: set[str] = set()
    skipped = type_checking(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "importlib.import_module":
            found |= {name.value for name in node.args[:1] if isinstance(name, ast.Constant)}
    return found


def own(names: set[str]) -> set[str]:
    """The package's own modules among imported names, below the package; "" for a name that the
    package offers to its users."""
    found = set()
    for name in names:
        if name.split(".")[0] != "vcmcodec":
            continue
        below = name.split(".")[1:]
        if any(".".join(below[:count]) in _moved.MOVED for count in (1, 2)):
            continue
        while below and ".".join(below) not in MODULES:
            below.pop()
        found.add(".".join(below))
    return found


def part(module: str) -> str:
    return module.split(".")[0] or "vcmcodec"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_module_has_a_row(module):
    assert part(module) in LEVEL, f"give {part(module)} a row"


@pytest.mark.parametrize("module", sorted(set(MODULES) - {""}))
def test_imports_run_one_way(module):
    wrong = {other for other in own(imports(MODULES[module])) if LEVEL[part(other)] > LEVEL[part(module)]}
    assert not wrong


def test_no_import_cycles():
    graph = {module: own(imports(tree)) - {"", module} for module, tree in MODULES.items() if module}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    "ends, users", [("train", set()), ("cli", {"__main__"}), ("bench", {"cli", "train"})]
)
def test_ends_of_the_line(ends, users):
    found = {
        part(module)
        for module, tree in MODULES.items()
        if any(part(other) == ends for other in own(imports(tree)))
    }
    assert found - {ends} <= users


@pytest.mark.parametrize(
    "module",
    sorted(
        name
        for name in MODULES
        if (part(name) in NORMATIVE or name in NORMATIVE_TOO) and name not in ENCODERS | EXACT
    ),
)
def test_normative_modules_rest_on_integers_alone(module):
    outside = {name.split(".")[0] for name in imports(MODULES[module]) - {"math.comb"}}
    assert outside.isdisjoint(
        {"cmath", "cv2", "math", "svgpathtools", "torch", "onnxruntime", "scipy", "PIL"}
    )
    for node in ast.walk(MODULES[module]):
        assert not isinstance(node, ast.Div)
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        assert not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "complex", "round"))
        assert not (isinstance(node, ast.Attribute) and node.attr.startswith("float"))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_outside_packages_stay_where_they_belong(module):
    for outside in {name.split(".")[0] for name in imports(MODULES[module])} & set(HOMES):
        assert part(module) in HOMES[outside], f"{outside} belongs in {sorted(HOMES[outside])}"


@pytest.mark.parametrize(
    "module", sorted(name for name in MODULES if part(name) not in ("train", "cli", "bench"))
)
def test_the_library_neither_prints_nor_exits(module):
    calls = {ast.unparse(node.func) for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)}
    assert calls.isdisjoint(
        {"print", "exit", "quit", "os._exit"} | ({"sys.exit"} if module != "__main__" else set())
    )


DECODERS = NORMATIVE | {"render"}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if part(name) in DECODERS))
def test_decoders_do_not_import_encoders(module):
    found = {part(other) for other in own(imports(MODULES[module]))}
    assert found.isdisjoint({"encoder", "io"})


@pytest.mark.parametrize("module", ["encoder.rate_control", "encoder.proposer", "encoder.goal"])
def test_what_serves_all_kinds_of_layers_knows_none(module):
    found = {part(other) for other in own(imports(MODULES[module]))}
    assert found.isdisjoint({"layers"})


ASKING = {"codec", "truncation", "inspection", "cli"}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if part(name) in ASKING))
def test_what_handles_layers_asks_the_registry(module):
    found = {other for other in own(imports(MODULES[module])) if part(other) == "layers"}
    assert found <= {"layers.kinds"}


HEAVY = {"cv2", "onnxruntime", "scipy", "svgpathtools", "torch"}


def loaded_by(code: str) -> set[str]:
    """The modules from outside that a fresh interpreter has loaded after ``code``."""
    script = f"import sys\n{code}\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["encode", "--help"],
        ["decode", "--help"],
        ["bench", "--help"],
        ["svg", "--help"],
    ],
)
def test_help_starts_light(arguments):
    loaded = loaded_by(f"from vcmcodec.cli import main\nassert main({arguments!r}) == 0")
    assert loaded.isdisjoint(HEAVY | {"numpy", "PIL"})


def test_info_starts_light(tmp_path):
    from vcmcodec.format import container
    from vcmcodec.layers.edges import head

    path = tmp_path / "unfinished.vcm"
    path.write_bytes(container.write(container.Header(256, 256, 256, 1), [(head.CODE, bytes(8))]))
    loaded = loaded_by(f"from vcmcodec.cli import main\nmain(['info', {str(path)!r}])")
    assert "vcmcodec" in loaded and loaded.isdisjoint(HEAVY | {"PIL", "numpy"})


def test_importing_the_package_is_light():
    assert loaded_by("import vcmcodec").isdisjoint(HEAVY | {"numpy", "PIL"})
