"""Imports run one way, normative modules rest on integers alone, and the command line starts light."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from portrait import file, texture_file

import vcmcodec
from vcmcodec.cli.app import VERBS

PACKAGE = Path(vcmcodec.__file__).resolve().parent

BASICS = {"errors", "limits"}

KIND = BASICS | {"entropy", "format", "models", "layers", "scene"}
"""What a kind of layers may import besides the kinds that it builds on."""

# Which rooms a room's modules may import from, besides their own. Rooms are folders and the modules at the
# top; of layers, bench and train, which are large, the folders below, too. "vcmcodec" is the package itself:
# the names that it offers to its users.
WALLS = {
    "format": BASICS,
    "models": {"errors"},
    "io": BASICS,
    "entropy": {"errors", "models"},
    "scene": set(),
    "workers": set(),
    "layers": {
        *(*BASICS, "entropy", "format", "scene"),
        *(
            "layers.colours",
            "layers.crop",
            "layers.detail",
            "layers.edges",
            "layers.feature",
            "layers.texture",
        ),
    },
    "layers.edges": KIND,
    "layers.colours": KIND | {"layers.edges"},
    "layers.texture": KIND,
    "layers.detail": KIND | {"layers.texture"},
    "layers.crop": KIND,
    "layers.feature": KIND,
    "encoder": {
        *BASICS,
        *("entropy", "format", "models", "scene"),
        *("layers.colours", "layers.crop", "layers.detail", "layers.edges"),
        *("layers.feature", "layers.texture"),
    },
    "render": {*BASICS, "models", "scene", "layers.crop", "layers.texture"},
    "codec": {*BASICS, "format", "io", "scene", "layers", "encoder", "render"},
    "gallery": {"errors", "layers.feature"},
    "matching": {*BASICS, "codec", "encoder", "format", "io", "models", "scene", "layers", "layers.feature"},
    "inspection": {"limits", "format", "layers"},
    "truncation": {*BASICS, "format", "layers", "inspection"},
    "vcmcodec": BASICS,
    "interop": {
        *BASICS,
        *("vcmcodec", "codec", "format", "scene", "truncation"),
        *("layers", "layers.colours", "layers.edges"),
    },
    "metrics": {"errors", "models"},
    "cluster": {"errors", "limits", "vcmcodec", "codec", "encoder", "io", "layers", "truncation", "workers"},
    "serve": {"errors", "limits", "vcmcodec", "codec", "encoder", "format", "matching", "scene", "workers"},
    "cli": {
        *("limits", "vcmcodec", "codec", "gallery", "truncation", "format", "layers", "models"),
        *("encoder", "render", "io", "workers"),
        *("interop", "metrics", "serve", "cluster", "bench", "bench.codecs", "bench.report"),
    },
    "__main__": {"cli"},
    "bench": {"errors", "io", "metrics", "bench.report", "bench.run"},
    "bench.codecs": {"errors", "vcmcodec", "encoder", "io", "models", "truncation"},
    "bench.run": {"errors", "vcmcodec", "io", "metrics", "bench.codecs", "workers"},
    "bench.report": {"errors", "vcmcodec", "encoder", "io", "metrics", "bench.codecs", "bench.run"},
    "bench.studies": {
        *(
            "errors",
            "vcmcodec",
            "codec",
            "encoder",
            "entropy",
            "format",
            "interop",
            "io",
            "metrics",
        ),
        "render",
        *("gallery", "matching", "scene", "truncation"),
        *("layers.colours", "layers.edges", "layers.feature", "layers.texture"),
        *("bench.codecs", "bench.report", "bench.run", "workers"),
    },
    "train": {"io"},
    "train.data": {
        *("errors", "encoder", "io", "metrics", "models", "scene"),
        *("layers.colours", "layers.detail", "layers.texture", "render", "train.loss_networks", "workers"),
    },
    "train.encoder": {"encoder", "io", "metrics", "train", "train.data"},
    "train.entropy": {"encoder", "entropy", "io", "layers.colours", "layers.edges", "train", "train.data"},
    "train.feature": {
        *("encoder", "io", "layers.feature", "matching", "train", "train.data", "train.entropy"),
    },
    "train.generator": {
        *("errors", "encoder", "io", "layers.texture", "metrics", "models", "render"),
        *("train", "train.data", "train.loss_networks"),
    },
    "train.loss_networks": {"errors", "metrics"},
    "train.transform": {
        *("encoder", "io", "models", "layers.detail", "layers.texture"),
        *("train", "train.data", "train.entropy", "train.loss_networks"),
    },
}

TWINS = {
    *((kind, "layers") for kind in WALLS if kind.startswith("layers.")),
}
"""Rooms of which each imports modules of the other: kinds of layers fill in what their registry lists."""

SPARE = {(room, other) for room in WALLS if room.startswith("layers.") for other in KIND}
"""What may be imported, whether or not it is."""

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
    "dask": {"cluster"},
    "distributed": {"bench", "cluster"},
    "dlib": {"bench", "metrics"},
    "faiss": {"gallery"},
    "fsspec": {"cluster"},
    "h5py": {"train"},
    "onnx": {"train"},
    "imagecodecs": {"bench"},
    "imageio_ffmpeg": {"bench"},
    "jinja2": {"bench"},
    "matplotlib": {"bench"},
    "scipy": {"bench"},
    "onnxruntime": {"models"},
    "pyppmd": {"bench"},
    "pytorch_msssim": {"metrics", "train"},
    "safetensors": {"train"},
    "skimage": {"bench"},
    "starlette": {"serve"},
    "torch": {"metrics", "train"},
    "uvicorn": {"cli"},
}


def name_of(path: Path) -> str:
    """The dotted name of a module, below the package; "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


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
        while below and ".".join(below) not in MODULES:
            below.pop()
        found.add(".".join(below))
    return found


def part(module: str) -> str:
    return module.split(".")[0] or "vcmcodec"


def room(module: str) -> str:
    """The room that a module lies in."""
    parts = module.split(".")
    large = parts[0] in ("layers", "bench", "train") and len(parts) > 1
    return ".".join(parts[:2]) if large and PACKAGE.joinpath(*parts[:2]).is_dir() else part(module)


def pairs(module: str) -> set[tuple[str, str]]:
    """The room of a module with each other one that it imports from."""
    here = room(module)
    return {(here, there) for there in map(room, own(imports(MODULES[module]))) if there != here}


ALLOWED = {(here, there) for here, others in WALLS.items() for there in others}


@pytest.mark.parametrize("module", sorted(set(MODULES) - BASICS))
def test_imports_stay_within_the_walls(module):
    assert room(module) in WALLS, f"say what {room(module)} may import"
    assert pairs(module) <= ALLOWED


def test_errors_and_limits_rest_on_nothing():
    assert not any(pairs(module) for module in BASICS)


def test_no_permission_is_without_use():
    used = {pair for module in MODULES for pair in pairs(module)}
    assert ALLOWED - used <= SPARE


def test_rooms_import_one_way():
    above = {
        here: {there for there in others if (there, here) not in TWINS} for here, others in WALLS.items()
    }
    try:
        list(TopologicalSorter(above).static_order())
    except CycleError as error:
        pytest.fail(f"rooms import in a circle: {' -> '.join(error.args[1])}")


def test_no_import_cycles():
    graph = {module: own(imports(tree)) - {"", module} for module, tree in MODULES.items() if module}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' -> '.join(error.args[1])}")


DECODING = {"format", "entropy", "models", "scene", "layers"}


@pytest.mark.parametrize("here", sorted(room for room in WALLS if room.split(".")[0] in DECODING))
def test_the_decoders_half_knows_no_encoder(here):
    assert {other.split(".")[0] for other in WALLS[here]}.isdisjoint({"encoder", "render", "io", "codec"})


def test_training_takes_nothing_from_the_bench():
    taken = {there for here, there in ALLOWED if here.split(".")[0] == "train"}
    assert {there.split(".")[0] for there in taken}.isdisjoint({"bench", "cli", "interop"})


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


def test_every_home_is_lived_in():
    lived = {(name.split(".")[0], part(module)) for module, tree in MODULES.items() for name in imports(tree)}
    assert {(outside, home) for outside, homes in HOMES.items() for home in homes} <= lived


LONGEST = 300
"""Lines of a module, at most."""


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_is_too_long(module):
    path = PACKAGE.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert len(file.read_text("utf-8").splitlines()) <= LONGEST


PROGRAMS = {"bench", "cli", "serve", "train", "workers"}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if part(name) not in PROGRAMS))
def test_the_library_neither_prints_nor_exits(module):
    calls = {ast.unparse(node.func) for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)}
    assert calls.isdisjoint(
        {"print", "exit", "quit", "os._exit"} | ({"sys.exit"} if module != "__main__" else set())
    )


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


NOT_OF_DECODERS = (
    "cli.dask",
    "cli.pasting",
    "encoder",
    "entropy.ppm",
    "entropy.rate",
    "inspection",
    "interop",
)


@pytest.mark.parametrize("scheme", ["texture", "strokes"])
def test_decoding_loads_what_it_needs(scheme, tmp_path):
    path = tmp_path / "face.vcm"
    path.write_bytes(texture_file() if scheme == "texture" else file())
    script = f"import sys\nfrom vcmcodec.cli import main\nassert main(['decode', {str(path)!r}]) == 0\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = {name.removeprefix("vcmcodec.") for name in done.stdout.split()}
    assert "codec" in loaded
    assert not [name for name in loaded for other in NOT_OF_DECODERS if f"{name}.".startswith(f"{other}.")]
    assert loaded.isdisjoint(HEAVY - {"onnxruntime"})


@pytest.mark.parametrize("verb", ["decode", "encode", "info"])
def test_a_verb_loads_no_other(verb):
    script = f"import sys\nfrom vcmcodec.cli import main\nmain([{verb!r}, '--help'])\n"
    script += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    verbs = {f"vcmcodec.cli.{name}" for name in VERBS} & set(done.stderr.split())
    assert verbs == {f"vcmcodec.cli.{verb}"}


def test_importing_the_package_is_light():
    assert loaded_by("import vcmcodec").isdisjoint(HEAVY | {"numpy", "PIL"})
