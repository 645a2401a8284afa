"""Groups of files sent to workers, a few at a time, until each has come to something. The scheduler watches
over the workers, which may be other machines: :mod:`vcmcodec.workers` has those of this one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any

from vcmcodec.cluster import places
from vcmcodec.cluster.places import Place
from vcmcodec.cluster.work import FAULT, Outcome, Task
from vcmcodec.errors import ExistsError, VcmError

LOCAL = "local"
"""The address that stands for a cluster of this machine's own cores."""

GROUP = 8
"""Files of one task of the scheduler: it costs milliseconds."""

AHEAD = 3
"""Groups that are sent ahead for each thread: a worker is never idle, and the scheduler holds few."""

SECONDS = 60
"""For the first worker to appear."""

TRIES = 3
"""How many workers may be killed with a file that they alone work on."""

Work = Callable[[Sequence[Task]], list[Outcome]]


def tasks(
    sources: Sequence[str],
    output: str,
    *,
    endings: tuple[str, ...],
    suffix: str,
    recursive: bool,
    skip_existing: bool = False,
    force: bool = False,
) -> tuple[list[Task], list[Outcome], int]:
    """What to do for ``sources``, each a file or, if ``recursive``, a place below which all files that end in
    one of ``endings`` are taken; ``output`` is a place below which the tree is mirrored, with another
    ``suffix``. And what failed already: targets that are there, unless ``force``; with ``skip_existing`` they
    are left out, and their number comes last.

    Raises VcmError where a place cannot be listed, or two files would become one.
    """
    into = places.whole(output)
    there = set() if force else places.existing(into)
    todo: list[Task] = []
    failed: list[Outcome] = []
    skipped = 0
    targets: set[str] = set()
    for url in sources:
        for source, relative in places.below(places.whole(url), endings, recursive):
            target = places.inside(into, relative.rpartition(".")[0] + suffix)
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


def each(sources: Sequence[str], *, endings: tuple[str, ...]) -> tuple[list[Task], list[str]]:
    """To read every file of ``sources``, and below them all that end in one of ``endings``, once; and the
    sources where there is none.

    Raises VcmError where a place cannot be listed.
    """
    found: dict[Place, None] = {}
    none = []
    for url in sources:
        there = places.below(places.whole(url), endings, recursive=True)
        found |= dict.fromkeys(place for place, _ in there)
        if not there:
            none.append(url)
    return [Task(place, place) for place in found], none


def run(work: Work, todo: Sequence[Task], address: str, jobs: int, group: int = GROUP) -> Iterator[Outcome]:
    """What comes of each file, as it comes. A file whose worker is killed is given to another one; one that
    takes several workers with it fails.

    ``address``: of a scheduler, or :data:`LOCAL` for ``jobs`` processes of this machine. Raises VcmError
    where there is no scheduler, no worker, or the scheduler is lost.
    """
    from distributed import KilledWorker, wait

    queue: deque[list[Task]] = deque(list(todo[at : at + group]) for at in range(0, len(todo), group))
    with _client(address, jobs) as client:
        pending: dict[Any, list[Task]] = {}
        while queue or pending:
            most = AHEAD * max(1, sum(client.nthreads().values()))
            while queue and len(pending) < most:
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

    dask.config.set({"distributed.scheduler.allowed-failures": TRIES})
    with ExitStack() as stack:
        try:
            if address == LOCAL:
                own = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
                client = stack.enter_context(Client(stack.enter_context(own)))
            else:
                client = stack.enter_context(Client(address, timeout=SECONDS))
                client.wait_for_workers(1, timeout=SECONDS)
        except (TimeoutError, OSError, ValueError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            raise VcmError(f"the cluster at {address} cannot be used: {text}") from None
        yield client
