"""Sends groups of files to a Dask cluster, a few at a time, until each file is done or has failed.

Workers may run on other machines; for processes of this one see :mod:`vcmcodec.workers`.
"""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any

from vcmcodec.cluster import places
from vcmcodec.cluster.places import Place
from vcmcodec.cluster.work import FAULT, Outcome, Task
from vcmcodec.errors import ExistsError, VcmError
from vcmcodec.workers import inherit_environment

LOCAL = "local"
"""The address that stands for a cluster of this machine's own cores."""

FILES_PER_TASK = 8
"""Files per scheduler task, as each task costs milliseconds."""

IN_FLIGHT = 3
"""Groups in flight per worker thread, the running one included: workers are never idle, and the scheduler
holds few."""

TIMEOUT = 60
"""Seconds to connect to a scheduler, and to wait for its first worker."""

ALLOWED_FAILURES = 3
"""Deaths of workers that a scheduler task survives, as Dask counts them; at the next it has failed. Set for
LOCAL only: a remote scheduler has its own setting."""

Work = Callable[[Sequence[Task]], list[Outcome]]


def tasks(
    sources: Sequence[str],
    output: str,
    *,
    source_suffixes: tuple[str, ...],
    target_suffix: str,
    recursive: bool,
    skip_existing: bool = False,
    force: bool = False,
) -> tuple[list[Task], list[Outcome], int]:
    """Returns (tasks, failures, number skipped). A target that exists is a failure; with ``skip_existing`` it
    is skipped and counted; with ``force`` it is replaced.

    ``sources``: files and, if ``recursive``, places, for all files below them with one of
    ``source_suffixes``. ``output``: a place below which the tree is mirrored, with ``target_suffix``.

    Raises VcmError where a place cannot be listed, or two files would become one.
    """
    into = places.whole(output)
    there = set() if force else places.existing(into)
    todo: list[Task] = []
    failed: list[Outcome] = []
    skipped = 0
    targets: set[str] = set()
    for url in sources:
        for source, relative in places.below(places.whole(url), source_suffixes, recursive):
            target = places.inside(into, posixpath.splitext(relative)[0] + target_suffix)
            if target.path in targets:
                raise VcmError(f"two files would become {target}")
            targets.add(target.path)
            if target.path not in there:
                todo.append(Task(source, target))
            elif skip_existing:
                skipped += 1
            else:
                failed.append(
                    Outcome(str(target), ExistsError.exit_code, "is there already: --force replaces it")
                )
    return todo, failed, skipped


def reading_tasks(sources: Sequence[str], suffixes: tuple[str, ...]) -> tuple[list[Task], list[str]]:
    """A task, its target the source itself, for each file in ``sources`` and each file below them with one of
    ``suffixes``, without repeats; and the sources where no file was found.

    Raises VcmError where a place cannot be listed.
    """
    found: dict[Place, None] = {}
    none = []
    for url in sources:
        there = places.below(places.whole(url), suffixes, recursive=True)
        found |= dict.fromkeys(place for place, _ in there)
        if not there:
            none.append(url)
    return [Task(place, place) for place in found], none


def run(work: Work, todo: Sequence[Task], address: str, jobs: int) -> Iterator[Outcome]:
    """Yields each file's outcome as it finishes. If a worker dies, its files go to another worker; a file
    that keeps killing workers fails.

    ``address``: that of a scheduler, or :data:`LOCAL` for ``jobs`` processes of this machine. Raises VcmError
    for no scheduler, no worker, a lost scheduler, or a worker with another version of vcmcodec.
    """
    if not todo:
        return
    from distributed import KilledWorker, wait

    starts = range(0, len(todo), FILES_PER_TASK)
    queue: deque[list[Task]] = deque(list(todo[start : start + FILES_PER_TASK]) for start in starts)
    with _client(address, jobs) as client:
        pending: dict[Any, list[Task]] = {}
        while queue or pending:
            max_pending = IN_FLIGHT * max(1, sum(client.nthreads().values()))
            while queue and len(pending) < max_pending:
                files = queue.popleft()
                future = client.submit(work, files, pure=False)
                pending[future] = files
            for future in wait(list(pending), return_when="FIRST_COMPLETED").done:
                files = pending.pop(future)
                try:
                    yield from future.result()
                except KilledWorker:
                    if len(files) == 1:
                        yield Outcome(str(files[0].source), FAULT, "workers that took it were killed")
                    else:  # the scheduler does not say which one it was
                        queue.extendleft([file] for file in files)
                except CancelledError:
                    raise VcmError(f"the scheduler at {address} is lost") from None
                except VcmError:  # of a worker that cannot work
                    raise
                except Exception as error:
                    reason = f"internal error: {type(error).__name__}: {error}"
                    yield from (Outcome(str(file.source), FAULT, reason) for file in files)


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_FAILURES})
    with ExitStack() as stack:
        try:
            if address == LOCAL:
                inherit_environment()
                own = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
                client = stack.enter_context(Client(stack.enter_context(own)))
            else:
                client = stack.enter_context(Client(address, timeout=TIMEOUT))
                client.wait_for_workers(1, timeout=TIMEOUT)
        except (TimeoutError, OSError, ValueError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            raise VcmError(f"the cluster at {address} cannot be used: {text}") from None
        yield client
