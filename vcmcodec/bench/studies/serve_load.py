"""How ``vcm serve`` bears many clients: pictures a second beside ``vcm encode``, waits, and memory.

``python -m vcmcodec.bench.studies.serve_load FOLDER... --requests 2000 --clients 64``

A tenth of the requests are damaged pictures. All goes over the loopback.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from vcmcodec.bench.report import table
from vcmcodec.bench.run import options
from vcmcodec.bench.studies import batch_speed

SHARE = 0.9
"""What the server must reach of the batch's rate."""

GROWTH = 1.1
"""What memory of the second half may be at most, as a ratio to that of the first."""

DAMAGED = 10
"""One request in this many is a damaged picture."""

PORT = re.compile(r"http://127\.0\.0\.1:(\d+)/\n")


class Served(NamedTuple):
    """``answers``: by kind of request, "good" or "damaged", and status; ``seconds`` in all; ``waits``:
    seconds of each request; ``memory``: bytes of the server, at most, in the first and the second half;
    ``other``: answers to good requests that are not what the first of the same picture was."""

    answers: Counter[tuple[str, int]]
    seconds: float
    waits: list[float]
    memory: tuple[int, int]
    other: int


@contextmanager
def serving(jobs: int) -> Iterator[tuple[int, int]]:
    """A server of its own process group; its id and its port."""
    command = [sys.executable, "-m", "vcmcodec", "serve", "--port", "0", "-j", str(jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            said = PORT.fullmatch(process.stdout.readline() if process.stdout else "")
            if said is None:
                raise click.ClickException("the server does not start")
            yield process.pid, int(said[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A picture that breaks off, without its head, or no picture at all."""
    cut = rng.randrange(8, max(9, len(data) // 2))
    return rng.choice((data[:cut], data[cut:], rng.randbytes(cut)))


def load(port: int, group: int, pictures: Sequence[bytes], requests: int, clients: int) -> Served:
    """Sends ``requests`` pictures to be encoded by ``clients`` clients at a time, each on a connection of its
    own."""
    rng = random.Random(0)
    asked = [
        ("damaged", number, damaged(pictures[number % len(pictures)], rng))
        if number % DAMAGED == DAMAGED - 1
        else ("good", number % len(pictures), pictures[number % len(pictures)])
        for number in range(requests)
    ]
    numbers = itertools.count()
    answers: Counter[tuple[str, int]] = Counter()
    waits: list[float] = []
    first: dict[int, bytes] = {}
    other = 0
    lock = threading.Lock()

    def client() -> None:
        nonlocal other
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        while (number := next(numbers)) < requests:
            kind, picture, body = asked[number]
            begin = time.perf_counter()
            try:
                connection.request("POST", "/encode", body)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException):  # lost: it is missing in what is counted
                connection.close()
                continue
            with lock:
                waits.append(time.perf_counter() - begin)
                answers[kind, answer.status] += 1
                if answer.status == 200:
                    other += first.setdefault(picture, data) != data
                else:
                    json.loads(data)

    start = time.perf_counter()
    samples: list[tuple[float, int]] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            samples.append((time.perf_counter() - start, batch_speed.resident(group)))

    watcher = threading.Thread(target=watch)
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    halves = [[size for at, size in samples if (at < seconds / 2) is early] for early in (True, False)]
    memory = max(halves[0], default=0), max(halves[1], default=0)
    return Served(answers, seconds, waits, memory, other)


@click.command()
@options.folders
@click.option("--requests", default=2000, show_default=True)
@click.option("--clients", default=64, show_default=True)
@click.option("--jobs", default=2, show_default=True)
@options.into
def main(folders: tuple[Path, ...], requests: int, clients: int, jobs: int, into: Path | None) -> None:
    """Encode pictures below FOLDERS by a server that CLIENTS ask at a time, and by a batch; print both."""
    paths = options.listed(folders)
    good = requests - requests // DAMAGED
    batch = batch_speed.encode(paths, good, jobs)
    with serving(jobs) as (group, port):
        served = load(port, group, [path.read_bytes() for path in paths], requests, clients)
    counted = sum(served.answers.values())
    right = served.answers["good", 200]
    server = sum(count for (_, status), count in served.answers.items() if status >= 500)
    waits = statistics.quantiles(served.waits, n=100)
    early, late = served.memory
    rate = right / served.seconds
    figures = (
        table.Row("requests answered", counted, "{:.0f}", bar=requests, at_least=True),
        table.Row("good ones encoded", right, "{:.0f}", bar=good, at_least=True),
        table.Row(
            "damaged ones refused",
            served.answers["damaged", 415],
            "{:.0f}",
            bar=requests - good,
            at_least=True,
        ),
        table.Row("answers of 500 and above", server, "{:.0f}", bar=0),
        table.Row("files that differ from the first", served.other, "{:.0f}", bar=0),
        table.Row("pictures a second", rate, "{:.2f}"),
        table.Row("by vcm encode", batch.rate, "{:.2f}"),
        table.Row("of that", rate / batch.rate, "{:.1f} %", 100, SHARE, True),
        table.Row("requests a second", counted / served.seconds, "{:.2f}"),
        table.Row("half wait", waits[49], "{:.2f} s"),
        table.Row("one in a hundred waits", waits[98], "{:.2f} s"),
        table.Row("memory at most, first half", early / (1 << 20), "{:.0f} MiB"),
        table.Row("second half, of the first", late / early if early else None, "{:.2f}", bar=GROWTH),
    )
    said = f"{requests} requests by {clients} clients, {jobs} processes, {options.machine()}."
    text = table.lines({"faces": len(paths), "gaps": []}, figures)
    options.say(f"{said}\n\n{text}", into, "serve")


if __name__ == "__main__":
    main()
