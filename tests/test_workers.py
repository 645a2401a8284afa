"""Items of work are done by several processes, whatever kills one of them."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from vcmcodec import workers
from vcmcodec.workers import KILLED, Killed

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

_said: list[str] = []


def _prepare(word: str) -> None:
    if word == "broken":
        raise ValueError("no such word")
    _said.append(word)


def _work(item: str) -> tuple[str, int]:
    if item.startswith("deadly"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "bad":
        raise KeyError(item)
    return _said[0] + item, os.getpid()


def _by(jobs: int, items: list[str], word: str = "a ") -> dict[str, str | Killed]:
    found: dict[str, str | Killed] = {}
    for item, result in workers.each(_work, items, jobs, _prepare, word):
        assert item not in found
        found[item] = KILLED if isinstance(result, Killed) else result[0]
    return found


def test_workers_are_other_processes_prepared_first() -> None:
    found = list(workers.each(_work, ["x", "y", "z"], 2, _prepare, "a "))
    assert [(item, result[0]) for item, result in found] == [("x", "a x"), ("y", "a y"), ("z", "a z")]
    assert os.getpid() not in {result[1] for _, result in found}
    assert list(workers.each(_work, [], 2, _prepare, "a ")) == []


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_processes_take_no_other_item_with_them(jobs: int) -> None:
    items = ["u", "deadly 1", "v", "deadly 2", "w", "x", "y", "z"]
    found = _by(jobs, items)
    assert {item for item in items if isinstance(found[item], Killed)} == {"deadly 1", "deadly 2"}
    assert {item: found[item] for item in "uvwxyz"} == {item: f"a {item}" for item in "uvwxyz"}


@POSIX
def test_what_was_finished_is_not_done_again() -> None:
    def found(item: str) -> tuple[str, int] | None:
        return None if item == "deadly" else ("was there", 0)

    results = dict(workers.each(_work, ["deadly", "x", "y"], 2, _prepare, "a ", found=found))
    assert isinstance(results.pop("deadly"), Killed)
    assert {result[0] for result in results.values()} <= {"was there", "a x", "a y"}


def test_what_work_raises_is_raised_here() -> None:
    with pytest.raises(KeyError, match="bad"):
        _by(2, ["x", "bad", "y"])


def test_what_preparation_raises_is_raised_here() -> None:
    with pytest.raises(ValueError, match="no such word"):
        _by(2, ["x", "y"], "broken")


def _until_stopped(item: int) -> int:
    deadline = time.monotonic() + 60
    while item and not workers.stopping() and time.monotonic() < deadline:
        time.sleep(0.01)
    return item


def test_long_work_learns_that_nobody_waits() -> None:
    assert not workers.stopping()
    began = time.monotonic()
    results = workers.each(_until_stopped, [0, 1], 2, _prepare, "")
    assert next(results) == (0, 0)
    results.close()  # which waits for the workers
    assert time.monotonic() - began < 50


def _deaf(item: int) -> int:
    time.sleep(60 * item)
    return item


def test_what_does_not_listen_is_killed() -> None:
    began = time.monotonic()
    results = workers.each(_deaf, [0, 1], 2, _prepare, "")
    assert next(results) == (0, 0)
    results.close()
    assert time.monotonic() - began < 50


def _threads(item: str) -> str | None:
    return os.environ.get(item)


def test_workers_multiply_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    names = ["OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    assert dict(workers.each(_threads, names, 2, _prepare, "")) == dict(zip(names, ["1", "3"]))
