"""A bench from folders of faces to a folder with a report."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vcmcodec import metrics
from vcmcodec.bench.report import differences, groups, html, listing, verification
from vcmcodec.bench.report.summary import Summary, summarise
from vcmcodec.bench.run import costs, options, runner
from vcmcodec.bench.run.runner import Plan
from vcmcodec.bench.run.score_store import Store
from vcmcodec.errors import ModelError, OutputError, PictureError
from vcmcodec.io import output

RESULTS, REPORT = "results.json", "report.html"

TIMED = 12
"""Pictures that are timed."""


class Settings(NamedTuple):
    """The options of a bench. ``people``: a face's folder names its person; ``landmarks``: ask the second
    detector too; ``by_group``: a CSV file of groups."""

    folders: Sequence[Path]
    output: Path
    codecs: Sequence[str]
    limit: int | None = None
    jobs: int = 1
    landmarks: bool = False
    people: bool = False
    by_group: Path | None = None


class Result(NamedTuple):
    """What came of it: figures, failures by line, and all of it ready for JSON."""

    plan: Plan
    summary: Summary
    failures: list[str]
    data: dict[str, Any]


def bench(settings: Settings, progress: Callable[[str, int, int], None]) -> Result:
    """Run, and write the report. ``progress`` is called with what is being done, how far it is, and of how
    much.

    Raises PictureError where no picture can be read or a list of groups cannot, codecs.UnknownCodec
    for a codec of no known name or form, OutputError where the report cannot be written.
    """
    by_group = None if settings.by_group is None else groups.read(settings.by_group)
    paths = options.listed(settings.folders, settings.limit)
    progress("reading", 0, len(paths))
    chosen = metrics.ALL if settings.landmarks else metrics.NAMES
    plan = runner.plan(settings.folders, paths, settings.codecs, chosen)
    if not plan.faces:
        raise PictureError("; ".join(plan.skipped) or "no pictures")
    try:
        settings.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{settings.output} cannot be written: {error.strerror}") from None
    total = len(plan.faces)
    failures = runner.run(plan, settings.output, settings.jobs, lambda done: progress("scoring", done, total))
    timed = _timed(plan, progress)
    failures += [cost for cost in timed.values() if isinstance(cost, str)]
    known = {codec: cost for codec, cost in timed.items() if isinstance(cost, costs.Cost)}
    if by_group is not None and not any(face.name in by_group for face in plan.faces):
        plan.gaps.append(
            f"groups: {settings.by_group} names none of these faces, such as {plan.faces[0].name}"
        )
    folders = {face.name: face.name.rpartition("/")[0] for face in plan.faces if "/" in face.name}
    people = folders if settings.people else None
    if people is not None and not verification.enough(list(people.values())):
        plan.gaps.append("verification: too few pairs of pictures in one folder (PERSON/x.png)")
    store = Store(settings.output / runner.SCORES)
    try:
        summary = summarise(plan, store, people, by_group)
    finally:
        store.close()
    try:
        summary.differences = differences.differences(summary)
    except ModelError as error:
        plan.gaps.append(f"differences: {error}")
    progress("reporting", 0, 1)
    about = _about()
    data = listing.to_json(plan, summary, failures, known, about)
    output.write(settings.output / RESULTS, json.dumps(data, indent=1, allow_nan=False).encode())
    page = html.html(plan, summary, failures, known, about)
    output.write(settings.output / REPORT, page.encode("utf-8", "backslashreplace"))
    return Result(plan, summary, failures, data)


def _timed(plan: Plan, progress: Callable[[str, int, int], None]) -> dict[str, costs.Cost | str]:
    count = min(TIMED, len(plan.faces))
    paths = [plan.faces[index * len(plan.faces) // count].path for index in range(count)]
    specs = {codec.name: codec.spec for codec in plan.codecs[1:]}
    found = {}
    for number, (name, spec) in enumerate(specs.items()):
        progress("timing", number, len(specs))
        found[name] = costs.apart(spec, paths)
    return found


def _about() -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "Python": platform.python_version(),
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
