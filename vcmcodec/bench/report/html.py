"""The report of a bench as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vcmcodec.bench import codecs
from vcmcodec.bench.report import listing, plots
from vcmcodec.bench.report.contact import contact_sheet, matched
from vcmcodec.bench.report.figures import BY_KEY, FIGURES
from vcmcodec.bench.report.summary import Summary
from vcmcodec.bench.run.costs import Cost
from vcmcodec.bench.run.runner import Plan
from vcmcodec.errors import ModelError

FACES_SHOWN = 7

_TEMPLATE = Path(__file__).parent / "report.html.jinja"


class Table(NamedTuple):
    """``rows`` of text, a head first. The first ``text`` columns are words; rows whose column ``own`` is this
    codec's name are set apart; ``marks``: classes of cells by row and column."""

    rows: Sequence[Sequence[str]]
    text: int = 1
    own: int | None = None
    marks: Mapping[tuple[int, int], list[str]] = {}


def _best(summary: Summary) -> Table:
    """This codec's points beside the best peer at no more bytes."""
    figures = [f for f in listing.measured(summary) if any(f.key in found for found in summary.best.values())]
    rows = [["point", "bpp", "", *(figure.title for figure in figures)]]
    wins: dict[tuple[int, int], list[str]] = {}
    for point in summary.points:
        if point.codec != codecs.OWN or point.label not in summary.best:
            continue
        found = summary.best[point.label]
        own, peer, name = [], [], []
        for column, figure in enumerate(figures, start=3):
            best, value = found.get(figure.key), point.figures.get(figure.key)
            own.append(figure.show(value))
            peer.append("none so low" if best is None else figure.show(best.quality))
            name.append("" if best is None else best.codec)
            if best is not None and value is not None and value != best.quality:
                wins[len(rows), column] = ["win" if (value > best.quality) == figure.higher else "lose"]
        rows.append([point.label, f"{point.bpp:.4f}", "vcm", *own])
        rows.append(["", "", "best peer", *peer])
        rows.append(["", "", "which", *name])
    return Table(rows, marks=wins)


def _bd(summary: Summary) -> Table:
    keys = list(summary.bd)
    rows = [["peer", *(BY_KEY[key].title for key in keys)]]
    for peer in dict.fromkeys(peer for key in keys for peer in summary.bd[key]):
        cells = []
        for key in keys:
            found = summary.bd[key].get(peer)
            if found is None:
                cells.append("-")
            elif found.percent is None:
                cells.append(found.reason)
            else:
                cells.append(f"{found.percent:+.1f} % (over {100 * found.overlap:.0f} %)")
        rows.append([peer, *cells])
    return Table(rows)


def _groups(summary: Summary) -> Iterable[tuple[str, Table]]:
    for figure in FIGURES:
        found = {
            point: by_key[figure.key] for point, by_key in summary.spreads.items() if figure.key in by_key
        }
        if not found:
            continue
        names = list(dict.fromkeys(group for spread in found.values() for group in spread.means))
        sizes = next(iter(found.values())).faces
        rows = [["codec", "point", *(f"{name} ({sizes.get(name, 0)})" for name in names), "gap"]]
        for (codec, label), spread in found.items():
            means = (figure.show(spread.means.get(name)) for name in names)
            rows.append([codec, label, *means, figure.show(spread.gap)])
        yield figure.title, Table(rows, 2, own=0)


def _costs(costs: dict[str, Cost]) -> Table:
    rows = [["codec", "point", "encode, ms", "decode, ms", "peak memory, MiB"]]
    for codec, cost in costs.items():
        peak = "-" if cost.peak_mib is None else f"{cost.peak_mib:.0f}"
        rows.append([codec, cost.point, f"{cost.encode_ms:.1f}", f"{cost.decode_ms:.1f}", peak])
    return Table(rows, 2, own=0)


def _differences(summary: Summary) -> Table:
    """Each point of this codec less the best peer's with no more bytes, and whether that is real."""
    found = summary.differences
    keys = {key for by_key in found.values() for key in by_key}
    figures = [figure for figure in listing.measured(summary) if figure.key in keys]
    rows = [["point", *(figure.title for figure in figures)]]
    marks: dict[tuple[int, int], list[str]] = {}
    for label, by_key in found.items():
        cells = []
        for column, figure in enumerate(figures, start=1):
            one = by_key.get(figure.key)
            if one is None:
                cells.append("-")
                continue
            bounds = (one.mean, one.low, one.high)
            mean, low, high = (figure.form.format(figure.scale * value) for value in bounds)
            cells.append(f"{mean} ({low} to {high}), {one.codec} {one.label}")
            if one.real:
                marks[len(rows), column] = ["win" if (one.mean > 0) == figure.higher else "lose"]
        rows.append([label, *cells])
    return Table(rows, marks=marks)


def _curves(summary: Summary) -> Iterable[str]:
    for figure in listing.measured(summary):
        yield plots.rate_quality(summary, figure)
    if any("nme" in point.figures for point in summary.points):
        chosen = [(point.codec, point.label) for point in matched(summary)]
        yield plots.cumulative_error(summary, chosen)


def html(
    plan: Plan, summary: Summary, failures: Sequence[str], costs: dict[str, Cost], about: dict[str, Any]
) -> str:
    """The whole report.

    Raises ModelError where Jinja2 is not installed.
    """
    try:
        jinja2: Any = importlib.import_module("jinja2")
        markup: Any = importlib.import_module("markupsafe").Markup
    except ImportError:
        raise ModelError("the package Jinja2 is not installed: it fills the report") from None
    curves, not_drawn = list[Any](), ""
    try:
        curves = [markup(curve) for curve in _curves(summary)]
    except ModelError as error:
        not_drawn = str(error)
    figures = listing.measured(summary)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page: str = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        own=codecs.OWN,
        faces=len(plan.faces),
        date=about["date"],
        machine=", ".join(f"{key} {value}" for key, value in about["machine"].items()),
        missing=listing.notes(plan, summary, failures),
        best=_best(summary) if summary.best else None,
        differences=_differences(summary) if summary.differences else None,
        curves=curves,
        not_drawn=not_drawn,
        shown=min(FACES_SHOWN, len(plan.faces)),
        sheet=base64.b64encode(contact_sheet(plan, summary, FACES_SHOWN)).decode(),
        figures="; ".join(f"{figure.title}: {figure.about}" for figure in figures if figure.about),
        points=Table(listing.rows(summary, figures), 2, own=0),
        bd=_bd(summary) if summary.bd else None,
        groups=list(_groups(summary)),
        costs=_costs(costs) if costs else None,
        versions=[
            *(f"{codec.name}: {codec.version}" for codec in plan.codecs),
            *(judge.version for judge in plan.judges),
        ],
    )
    return page
