"""A target under atheris: inputs that reach new code are kept and changed further."""

from __future__ import annotations

import importlib
from pathlib import Path
from random import Random
from typing import Any

_NATIVE = 0.4
"""How often libFuzzer's own mutations come first; checks are made right behind them."""


def search(name: str, seconds: int, out: Path) -> None:
    """Runs target ``name`` until something is found, which goes to ``out``, or for so many seconds. Does not
    return. Raises ModuleNotFoundError where there is no atheris."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["vcmcodec"]):
        from fuzz import mutator, seeds, targets

    pool = seeds.seeds(name)
    found = out / f"{name}-corpus"
    found.mkdir(parents=True, exist_ok=True)
    for index, data in enumerate(pool):
        (found / f"seed-{index}").write_bytes(data)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < _NATIVE:
            data = atheris.Mutate(data, longest)
            data = mutator.CHECKED.get(mutator.MUTATORS[name], bytes)(data)
        else:
            data = mutator.MUTATORS[name](data, rng, pool)
        return data[:longest]

    arguments = [
        name,
        f"-max_total_time={seconds}",
        f"-max_len={mutator.LONGEST}",
        f"-artifact_prefix={out}/{name}-",
        "-timeout=20",
        "-rss_limit_mb=1000",
        "-print_final_stats=1",
        str(found),
    ]
    atheris.Setup(arguments, targets.TARGETS[name], custom_mutator=mutate)
    atheris.Fuzz()
