"""What reads bytes from outside lets through no error but its own: a short run of ``tests/fuzz``, always the
same."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from fuzz import SHARES, mutator
from fuzz.hostile import Run, hostile
from fuzz.mutator import MUTATORS, Part, Parts
from fuzz.seeds import CORPUS, files, seeds
from fuzz.targets import TARGETS, Target
from vcmcodec import codec
from vcmcodec.errors import FormatError
from vcmcodec.format import container

MUTATED = 300


def small(most: int) -> list[bytes]:
    """Valid files of no more than so many bytes."""
    found = []
    for data in files():
        try:
            container.read(data)
        except FormatError:
            continue
        if len(data) <= most:
            found.append(data)
    return found


def test_the_corpus_is_small() -> None:
    found = [*CORPUS.iterdir()]
    assert len(found) < 100
    assert sum(path.stat().st_size for path in found) < 200_000


def test_every_target_has_all_it_needs() -> None:
    assert set(TARGETS) == set(SHARES) == set(MUTATORS)
    assert all(seeds(name) for name in TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_finds_nothing(name: str) -> None:
    for path in sorted(CORPUS.iterdir()):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_find_nothing(name: str) -> None:
    for data in seeds(name)[::9]:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_inputs_find_nothing(name: str) -> None:
    for number in range(MUTATED):
        TARGETS[name](hostile(1, number, {name: 1})[1])


@pytest.mark.parametrize("data", small(60), ids=len)
def test_a_file_with_a_flipped_bit_is_refused(data: bytes) -> None:
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FormatError):
            codec.decode_scene(bytes(damaged))


@pytest.mark.parametrize("data", small(400)[::8], ids=len)
def test_a_file_cut_anywhere_but_behind_a_layer_is_refused(data: bytes) -> None:
    ends = {layer.offset + layer.size for layer in container.read(data)[1]}
    for cut in range(len(data)):
        if cut not in ends:
            with pytest.raises(FormatError):
                codec.decode_scene(data[:cut])
        TARGETS["cut"](data[:cut])
    for end in ends:
        TARGETS["decode"](data[:end])


@pytest.mark.parametrize("data", files()[::4], ids=len)
def test_split_and_join_keep_a_file_with_right_checks(data: bytes) -> None:
    again = mutator.join(mutator.split(data))
    assert len(again) == len(data)
    try:
        container.read(data)
    except FormatError:
        return
    assert again == data


def test_the_same_random_numbers_give_the_same_input() -> None:
    for number in range(50):
        assert hostile(5, number, SHARES) == hostile(5, number, SHARES)


def test_mutations_reach_the_layers() -> None:
    """Most get past the checks: else nothing behind them is tried."""
    rng, reached = Random(2), 0
    pool = files()
    for _ in range(300):
        try:
            container.read(mutator.mutate_file(rng.choice(pool), rng, pool))
        except FormatError:
            continue
        reached += 1
    assert reached > 150


def test_a_length_that_lies_has_a_right_check() -> None:
    parts = Parts([b"\xfa\xce", b"\1", b"\x81", b"\3"], [Part(0x80, b"abc", length=b"\2")])
    with pytest.raises(FormatError, match="check"):
        container.read(mutator.join(parts))


def run_with(monkeypatch: pytest.MonkeyPatch, out: Path, read: object) -> Run:
    """A run over a target that reads as said."""
    monkeypatch.setitem(TARGETS, "container", Target(read, lambda data, found: None))  # type: ignore[arg-type]
    run = Run({"container": 1}, 1, out, count=6)
    run.go()
    return run


def test_a_run_counts_and_keeps_what_it_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(data: bytes) -> None:
        raise KeyError(len(data))

    run = run_with(monkeypatch, tmp_path, broken)
    assert run.tally.inputs == len(run.findings) == 6
    assert run.findings[0].read_bytes() == hostile(1, 0, {"container": 1})[1]
    assert "KeyError" in run.findings[0].with_suffix(".txt").read_text()
    assert not run.report()
    assert "FAIL" in capfd.readouterr().out


def test_a_run_survives_crashes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deadly = [hostile(1, number, {"container": 1})[1] for number in (1, 4)]
    run = run_with(monkeypatch, tmp_path, lambda data: os._exit(9) if data in deadly else None)
    assert [path.read_bytes() for path in run.crashes] == deadly
    assert run.tally.inputs < 6 and not run.findings


def test_a_run_finds_readers_that_touch_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = run_with(monkeypatch, tmp_path / "out", lambda data: (tmp_path / f"{os.getpid()}").touch())
    assert len(run.findings) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{os.getpid()}", "out"]  # of the warm-up
