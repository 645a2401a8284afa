"""The report of a bench as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from vcmcodec.bench import codecs
from vcmcodec.bench.report import listing, plots
from vcmcodec.bench.report.contact import contact_sheet, matched
from vcmcodec.bench.report.figures import BY_KEY, FIGURES
from vcmcodec.bench.report.summary import Summary
from vcmcodec.bench.run.costs import Cost
from vcmcodec.bench.run.runner import Plan
from vcmcodec.errors import ModelError

FACES_SHOWN = 7

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
       max-width: 1500px; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { margin-top: 2.2rem; font-size: 1.2rem; }
p, li { max-width: 62rem; } .quiet { color: #666; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .22rem .6rem; text-align: right; border-bottom: 1px solid #e4e4e4; }
th { position: sticky; top: 0; background: #fff; border-bottom: 2px solid #888; }
th.text, td.text { text-align: left; }
tr.own td { background: #eef5ea; font-weight: 600; }
td.win { background: #d9efd2; } td.lose { background: #f8dfd9; }
summary { cursor: pointer; font-weight: 600; margin: .4rem 0; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 1rem; }
.curves svg { width: 100%; height: auto; }
img { max-width: none; }
"""


def _table(rows: Sequence[Sequence[str]], text: int = 1, own: int | None = None, marks: Any = None) -> str:
    """Rows of text as a table, a head first. The first ``text`` columns are words; rows that start with
    this codec's name are set apart, ``marks(row, column)`` names the class of a cell."""
    lines = ["<div class=scroll><table>"]
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        cells = []
        for column, cell in enumerate(row):
            names = ["text"] if column < text else []
            if number and marks is not None and (mark := marks(number, column)):
                names.append(mark)
            attribute = f' class="{" ".join(names)}"' if names else ""
            cells.append(f"<{tag}{attribute}>{escape(cell)}</{tag}>")
        mine = number and own is not None and row[own] == codecs.OWN
        lines.append(f"<tr{' class=own' if mine else ''}>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table></div>"])


def _best(summary: Summary) -> str:
    """This codec's points beside the best peer at no more bytes."""
    figures = [f for f in listing.measured(summary) if any(f.key in found for found in summary.best.values())]
    rows = [["point", "bpp", "", *(figure.title for figure in figures)]]
    wins: dict[tuple[int, int], str] = {}
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
                wins[len(rows), column] = "win" if (value > best.quality) == figure.higher else "lose"
        rows.append([point.label, f"{point.bpp:.4f}", "vcm", *own])
        rows.append(["", "", "best peer", *peer])
        rows.append(["", "", "which", *name])
    return _table(rows, 1, marks=lambda row, column: wins.get((row, column)))


def _bd(summary: Summary) -> str:
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
    return _table(rows)


def _groups(summary: Summary) -> Iterable[str]:
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
        yield f"<details><summary>{escape(figure.title)}</summary>{_table(rows, 2, own=0)}</details>"


def _costs(costs: dict[str, Cost]) -> str:
    rows = [["codec", "point", "encode, ms", "decode, ms", "peak memory, MiB"]]
    for codec, cost in costs.items():
        peak = "-" if cost.peak_mib is None else f"{cost.peak_mib:.0f}"
        rows.append([codec, cost.point, f"{cost.encode_ms:.1f}", f"{cost.decode_ms:.1f}", peak])
    return _table(rows, 2, own=0)


def _curves(summary: Summary) -> Iterable[str]:
    for figure in listing.measured(summary):
        yield f"<div>{plots.rate_quality(summary, figure)}</div>"
    if any("nme" in point.figures for point in summary.points):
        chosen = [(point.codec, point.label) for point in matched(summary)]
        yield f"<div>{plots.cumulative_error(summary, chosen)}</div>"


def _section(title: str, about: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>\n<p>{escape(about)}</p>\n{body}"


def html(
    plan: Plan, summary: Summary, failures: Sequence[str], costs: dict[str, Cost], about: dict[str, Any]
) -> str:
    """The whole report."""
    try:
        drawn = f"<div class=curves>{''.join(_curves(summary))}</div>"
    except ModelError as error:
        drawn = f"<p>Not drawn: {escape(str(error))}</p>"
    sheet = base64.b64encode(contact_sheet(plan, summary, FACES_SHOWN)).decode()
    figures = listing.measured(summary)
    missing = listing.notes(plan, summary, failures)
    machine = ", ".join(f"{key} {value}" for key, value in about["machine"].items())
    parts = [
        "<h1>vcm bench</h1>",
        f"<p class=quiet>{len(plan.faces)} faces, {escape(about['date'])}; {escape(machine)}</p>",
    ]
    if missing:
        lines = "".join(f"<li>{escape(line)}</li>" for line in missing)
        parts.append(f"<h2>Not measured</h2><ul>{lines}</ul>")
    if summary.best:
        text = (
            "Each of this codec's points, and the best that any peer reaches with no more bytes: between two "
            "of its points by a line over log rate, never beyond them. Green: this codec is better."
        )
        parts.append(_section("Against the best peer at no more bytes", text, _best(summary)))
    parts.append(_section("Rate and quality", "Means over faces; rates on a log axis.", drawn))
    text = (
        f"{min(FACES_SHOWN, len(plan.faces))} of the faces, each codec at the operating point whose mean "
        "rate is nearest to this codec's with all colours (of this codec also the base layer alone)."
    )
    picture = (
        f'<div class=scroll><img alt="faces through every codec" src="data:image/webp;base64,{sheet}"></div>'
    )
    parts.append(_section("The same faces through every codec", text, picture))
    text = "; ".join(f"{figure.title}: {figure.about}" for figure in figures if figure.about)
    parts.append(_section("All points", text, _table(listing.rows(summary, figures), 2, own=0)))
    if summary.bd:
        text = (
            "Bytes that this codec needs more (negative: less) than a peer at equal quality (Bjontegaard, "
            "PCHIP over log rate), and the share of its own range of quality that this is a mean over. "
            "Nothing is extrapolated: where no quality is reached by both, that is said."
        )
        parts.append(_section("BD-rate", text, _bd(summary)))
    if summary.spreads:
        text = "Means by group of faces, the number of faces beside its name; the gap is best less worst."
        parts.append(_section("Groups", text, "".join(_groups(summary))))
    if costs:
        text = (
            "Medians over pictures, one after the other, each codec in a fresh process; libraries are called "
            "in it, ffmpeg and shell commands are programs whose start is counted. Memory is the process's "
            "peak, or that of the largest program that it ran."
        )
        parts.append(_section("Speed and memory", text, _costs(costs)))
    versions = [
        *(f"{codec.name}: {codec.version}" for codec in plan.codecs),
        *(judge.version for judge in plan.judges),
    ]
    parts.append("<h2>Versions</h2><ul>" + "".join(f"<li>{escape(line)}</li>" for line in versions) + "</ul>")
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>vcm bench</title>\n'
        f'<meta name="viewport" content="width=device-width">\n<style>{_STYLE}</style>\n'
        f"<body>\n{body}\n</body></html>\n"
    )
