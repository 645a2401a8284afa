"""The decoder in JavaScript, written from spec/FORMAT.md alone, and the package read files alike."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from at_limits import ABOVE, LARGE, MOST
from repository import SPEC, VECTORS

from vcmcodec import cli
from vcmcodec.format import container
from vcmcodec.layers.feature.head import CODE as FEATURE

SOURCES = sorted((SPEC / "javascript").glob("*.js"))
agree = importlib.import_module("agree_javascript")
agree_in_python = importlib.import_module("agree")
worst = importlib.import_module("fuzz.worst")
SEEDS = range(12)
SLOW = 5000
"""Milliseconds for the slowest files that are known: ten times what they take on an idle machine."""
WITHOUT = """
import { readFileSync } from "node:fs";
const { FEATURE, without } = await import(process.argv[1]);
process.stdout.write(without(new Uint8Array(readFileSync(0)), ({ kind }) => kind === FEATURE));
"""

pytestmark = pytest.mark.skipif(agree.node() is None, reason=f"needs node {agree.FROM} or later")


def test_vectors_give_what_is_stated() -> None:
    run = subprocess.run(
        [agree.node(), "--test", "--test-reporter=tap", str(SPEC / "javascript" / "test")],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    vectors = json.loads((SPEC / "vectors" / "vectors.json").read_text(encoding="utf-8"))
    passed = re.search(r"^# pass (\d+)$", run.stdout, re.M)
    assert passed and int(passed[1]) >= len(vectors["vectors"]) + len(vectors["grain"])


def test_odd_and_damaged_files_are_read_alike() -> None:
    files = [data for seed in SEEDS for data in agree_in_python.variants(seed)]
    for number, (data, read) in enumerate(zip(files, agree.by_javascript(files))):
        verdict = agree_in_python.compare(agree.digested(agree_in_python.by_package(data)), read.outcome)
        assert verdict.agree, f"file {number}: {verdict.said}"


def test_networks_of_all_contracts_are_given_the_same() -> None:
    ends = ("texture-between", "texture-wide", "decisions-3", "no-edges", "texture-all")
    names = [f"good-{end}" for end in ends]
    files = [(SPEC / "vectors" / f"{name}.vcm").read_bytes() for name in names]
    for name, data, read in zip(names, files, agree.by_javascript(files)):
        assert read.inputs == agree.inputs_by_package(data), name


def test_limits_are_the_same() -> None:
    for cases, cause in ((MOST, None), (ABOVE, "limit")):
        files = [container.write(LARGE, layers) for layers in cases.values()]
        reads = agree.by_javascript(files)
        assert dict(zip(cases, (read.outcome.cause for read in reads))) == dict.fromkeys(cases, cause)


def test_features_are_dropped_as_vcm_cut_drops_them(tmp_path: Path) -> None:
    files = [path.read_bytes() for path in sorted(VECTORS.glob("good-*.vcm"))]
    files += [agree_in_python.odd_file(seed) for seed in SEEDS]
    featured = [data for data in files if {FEATURE} < {layer.kind for layer in container.read(data)[1]}]
    assert len(featured) > 4
    library = (SPEC / "javascript" / "index.js").as_uri()
    command = [agree.node(), "--input-type=module", "--eval", WITHOUT, library]
    source, cut = tmp_path / "face.vcm", tmp_path / "cut.vcm"
    for data in featured:
        source.write_bytes(data)
        assert cli.main(["cut", str(source), "-o", str(cut), "--drop", "feature", "--force"]) == 0
        run = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True)
        assert run.stdout == cut.read_bytes()


def test_the_slowest_files_do_not_hang_it() -> None:
    names, files = zip(*worst.files())
    for name, read in zip(names, agree.by_javascript(files, timeout=120)):
        assert read.ms < SLOW, name


def test_it_imports_nothing_but_itself() -> None:
    assert SOURCES
    for path in SOURCES:
        for imported in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
            assert imported.startswith("./") or path.name == "digests.js", f"{path.name}: {imported}"
