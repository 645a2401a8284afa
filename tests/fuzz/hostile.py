"""Very many hostile inputs, in processes of their own, held to bars: none crashes, none raises what is not
documented, none takes long or much memory, none makes the reader touch anything.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from fuzz.mutator import MUTATORS
from fuzz.seeds import seeds
from fuzz.targets import TARGETS

SLOW = 1.0
"""Seconds of CPU time that an input may take."""

MEMORY = 500.0
"""MB that a process may take."""

_HANG, _DEAD = 20, 120
"""Seconds until an input is given up: of CPU time, and on the clock where Python code does not run."""

_REPORT, _SAY = 0.5, 60
"""Seconds between what processes tell, and between lines that say how far it is."""

# What is loaded, and what tests have put into TARGETS, is there in each process.
_FORK = multiprocessing.get_context("fork")

_TOUCHING = ("os.", "shutil.", "socket.", "subprocess.", "tempfile.", "ctypes.", "winreg.")
_READING = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")


class Hang(Exception):
    """An input that takes too long."""


class Touched(Exception):
    """A reader that wrote a file, opened a connection or started a process."""


@dataclass
class Tally:
    """What inputs did. ``slowest``: seconds of CPU time and number of the input, by target."""

    inputs: int = 0
    taken: int = 0
    memory: float = 0.0
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.inputs += other.inputs
        self.taken += other.taken
        self.memory = max(self.memory, other.memory)
        for name, value in other.slowest.items():
            self.slowest[name] = max(self.slowest.get(name, value), value)


def hostile(seed: int, number: int, shares: dict[str, int]) -> tuple[str, bytes]:
    """Input ``number``, counted from 0, and the target that it is for. Small seeds are taken more often."""
    rng = Random(seed << 40 | number)
    target = rng.choices([*shares], [*shares.values()])[0]
    pool = seeds(target)
    data = min((rng.choice(pool) for _ in range(4)), key=len)
    for _ in range(rng.choice((1, 1, 1, 2))):
        data = MUTATORS[target](data, rng, pool)
    return target, data


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook. Files are opened to read, if at all."""
    if event == "open":
        _, mode, flags = arguments
        if set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise Touched(f"{event} {arguments}")
    elif event.startswith(_TOUCHING) and event not in _READING:
        raise Touched(f"{event} {arguments}")


def _give_up(signal_number: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {_HANG} s")


def _warm_up(names: Iterable[str]) -> None:
    """Reads some seeds, so that models and modules are loaded: that is nothing an input causes."""
    for name in names:
        for data in seeds(name)[:: len(seeds(name)) // 8 + 1]:
            with contextlib.suppress(Exception):  # what a seed finds is for the tests
                TARGETS[name](data)


def _memory() -> float:
    """The most that this process has taken so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _work(pipe: Connection, at: Any, seed: int, numbers: range, shares: dict[str, int]) -> None:
    """Reads the inputs of ``numbers`` and tells ``pipe`` of them; ``at`` always holds the present one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGVTALRM, _give_up)
    faulthandler.enable()
    sys.dont_write_bytecode = True
    sys.addaudithook(_guard)
    tally, reported = Tally(), 0.0
    for number in numbers:
        at.value = number
        if time.monotonic() - reported > _REPORT:
            faulthandler.dump_traceback_later(_DEAD, exit=True)
            tally.memory = _memory()
            pipe.send(tally)
            tally, reported = Tally(), time.monotonic()
        name, data = hostile(seed, number, shares)
        target = TARGETS[name]
        start = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, _HANG)
            try:
                found = target.read(data)
            except target.errors as error:
                seconds = time.process_time() - start
                target.refusal(data, error)
            else:
                seconds = time.process_time() - start
                tally.taken += 1
                target.check(data, found)
        except BaseException:
            seconds = time.process_time() - start
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            pipe.send((number, traceback.format_exc()))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        tally.inputs += 1
        slowest = (seconds, number)
        tally.slowest[name] = max(tally.slowest.get(name, slowest), slowest)
    faulthandler.cancel_dump_traceback_later()
    tally.memory = _memory()
    pipe.send(tally)


class _Job:
    """A process that reads every so-manieth input, and those that take its place where it dies."""

    def __init__(self, run: Run, numbers: range) -> None:
        self.run, self.numbers = run, numbers
        self.at = _FORK.RawValue("q")
        self.start()

    def start(self) -> None:
        self.at.value = -1
        self.pipe, theirs = _FORK.Pipe(duplex=False)
        arguments = (theirs, self.at, self.run.seed, self.numbers, self.run.shares)
        self.process = _FORK.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def poll(self) -> bool:
        """Takes what the process has message; whether there is more to come."""
        try:
            while self.pipe.poll(_REPORT / 2):
                message = self.pipe.recv()
                if isinstance(message, Tally):
                    self.run.tally.add(message)
                else:
                    self.run.finding(*message)
        except EOFError:
            self.process.join()
            if not self.process.exitcode:
                return False
            if self.at.value < 0:
                raise RuntimeError("a process died before its first input") from None
            self.run.crash(self.at.value, self.process.exitcode)
            self.numbers = range(self.at.value + self.numbers.step, self.numbers.stop, self.numbers.step)
            self.start()
        return True


class Run:
    """Hostile inputs by ``jobs`` processes, ``count`` of them at most. Those that find something go to
    ``out``."""

    def __init__(
        self, shares: dict[str, int], seed: int, out: Path, *, jobs: int = 1, count: int = 1 << 39
    ) -> None:
        self.shares, self.seed, self.out = shares, seed, out.resolve()
        self.jobs, self.count = jobs, count
        self.tally = Tally()
        self.findings: list[Path] = []
        self.crashes: list[Path] = []
        self.written: list[str] = []
        self.elapsed = 0.0

    def _keep(self, number: int, why: str) -> Path:
        name, data = hostile(self.seed, number, self.shares)
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / f"{name}-{self.seed}-{number}"
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(why, encoding="utf-8")
        return path

    def finding(self, number: int, why: str) -> None:
        self.findings.append(self._keep(number, why))
        print(f"{self.findings[-1]}: {why.strip().splitlines()[-1]}", flush=True)

    def crash(self, number: int, code: int | None) -> None:
        self.crashes.append(self._keep(number, f"ended with {code}"))
        print(f"{self.crashes[-1]}: ended with {code}", flush=True)

    def go(self, seconds: float = float("inf")) -> None:
        """Reads all inputs; an interrupt ends it, and leaves what was found by then."""
        _warm_up(self.shares)
        before, start = Path.cwd(), time.monotonic()
        with tempfile.TemporaryDirectory() as empty:
            os.chdir(empty)
            working = [_Job(self, range(job, self.count, self.jobs)) for job in range(self.jobs)]
            every, said = working[:], start
            try:
                while working and time.monotonic() - start < seconds:
                    working = [job for job in working if job.poll()]
                    if time.monotonic() - said > _SAY:
                        said = time.monotonic()
                        print(f"{self.tally.inputs} in {said - start:.0f} s", flush=True)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            finally:
                for job in every:
                    job.process.terminate()
                    job.process.join()
                self.written = os.listdir(empty)
                os.chdir(before)
        self.elapsed = time.monotonic() - start
        for slowest, number in self.tally.slowest.values():
            if slowest > SLOW:
                self._keep(number, f"took {slowest:.3f} s")

    def rows(self) -> Iterator[tuple[str, str, str, bool]]:
        """What was measured: its name, its value, its bar, and whether it is kept."""
        slowest, number, name = max(
            ((seconds, number, name) for name, (seconds, number) in self.tally.slowest.items()),
            default=(0.0, 0, "none"),
        )
        memory = self.tally.memory
        yield "crashes", f"{len(self.crashes)}", "0", not self.crashes
        yield "findings", f"{len(self.findings)}", "0", not self.findings
        yield f"slowest ({name} {number})", f"{slowest:.3f} s", f"{SLOW:.0f} s", slowest <= SLOW
        yield "peak memory", f"{memory:.0f} MB", f"{MEMORY:.0f} MB", memory <= MEMORY
        yield "files written", f"{len(self.written)}", "0", not self.written

    def report(self) -> bool:
        """Prints the table; whether all bars are kept."""
        tally = self.tally
        print(
            f"{tally.inputs} hostile inputs, {tally.taken} of them taken, in {self.elapsed:.0f} s by"
            f" {self.jobs} processes: {tally.inputs / max(self.elapsed, 1e-9):.0f} a second"
        )
        for name, (seconds, number) in sorted(tally.slowest.items(), key=lambda item: -item[1][0]):
            print(f"  {name:10} at most {seconds:.3f} s (number {number})")
        rows = [("", "measured", "bar", "")]
        rows += [(*row[:3], "pass" if row[3] else "FAIL") for row in self.rows()]
        for row in rows:
            print("{:34} {:>10} {:>8}  {}".format(*row))
        return all(kept for *_, kept in self.rows())
