"""The figures of a bench as plain text, as Markdown, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vcmcodec.bench import codecs
from vcmcodec.bench.report.bd_rate import BETTER, WORSE
from vcmcodec.bench.report.figures import BY_KEY, FIGURES, Figure
from vcmcodec.bench.report.summary import Summary
from vcmcodec.bench.run.costs import Cost
from vcmcodec.bench.run.runner import Plan

SHOWN = (
    "psnr", "ms_ssim", "lpips_alex", "dists", "fid", "nme", "found", "identity", "gender", "verification",
)  # fmt: skip
"""The figures that fit a line of text."""


LEAST_OVERLAP = 0.25
"""BD-rates over a smaller share of this codec's range of quality are put in brackets."""

BD_ABOUT = (
    "BD-rate of vcm against each peer in %: how many bytes more (negative: fewer) it needs where both reach "
    "a quality; in brackets where that is under a quarter of its range. Where no quality is common: which of "
    "the two vcm is, or a dash where their rates have nothing in common either."
)

BEST_ABOUT = (
    "vcm / the best that any peer reaches with no more bytes, and which: between two points of a peer by "
    "interpolation; a dash where no peer makes so small a file."
)

GROUPS_ABOUT = "Means of vcm by group of faces, and how many of them there are."

GROUPED = "lpips_alex", "nme", "identity"
"""The figures that are shown by group."""


def measured(summary: Summary) -> list[Figure]:
    """The figures that at least one point has."""
    return [figure for figure in FIGURES if any(figure.key in point.figures for point in summary.points)]


def rows(summary: Summary, figures: Sequence[Figure]) -> list[list[str]]:
    """A row of text for each point, a head first: codec, point, bpp, figures."""
    head = ["codec", "point", "bpp", *(figure.title for figure in figures)]
    body = [
        [
            point.codec,
            point.label,
            f"{point.bpp:.4f}",
            *(figure.show(point.figures.get(figure.key)) for figure in figures),
        ]
        for point in summary.points
    ]
    return [head, *body]


def aligned(table: Sequence[Sequence[str]], markdown: bool = False) -> str:
    """A table of text with its columns aligned, the first two to the left."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            text.ljust(width) if column < 2 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))
        ]
        return "| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip()

    lines = [line(row) for row in table]
    if markdown:
        rule = ["-" * (width + 1) + ("-" if column < 2 else ":") for column, width in enumerate(widths)]
        lines.insert(1, "|" + "|".join(rule) + "|")
    return "\n".join(lines)


def notes(plan: Plan, summary: Summary, failures: Sequence[str]) -> list[str]:
    """What is missing from the figures, a line each."""
    lines = [f"missing {gap}" for gap in plan.gaps]
    lines += [f"skipped {skipped}" for skipped in plan.skipped]
    lines += [
        f"partial {point.codec} {point.label}: means over {point.faces} of {len(plan.faces)} faces"
        for point in summary.points
        if point.faces < len(plan.faces)
    ]
    return lines + [f"failed {failure}" for failure in failures]


def text(plan: Plan, summary: Summary, failures: Sequence[str]) -> str:
    """The report for a terminal."""
    figures = [figure for figure in measured(summary) if figure.key in SHOWN]
    parts = [f"{len(plan.faces)} faces", aligned(rows(summary, figures))]
    for about, table in _tables(summary):
        parts += [about, aligned(table)]
    return "\n\n".join([*parts, *notes(plan, summary, failures)])


def bd(summary: Summary) -> list[list[str]]:
    """BD-rates as a table of text, as BD_ABOUT says: a row a peer, a column a figure."""
    figures = [figure for figure in measured(summary) if figure.key in SHOWN and figure.key in summary.bd]
    peers = list(dict.fromkeys(peer for figure in figures for peer in summary.bd[figure.key]))
    table = [["peer", "", *(figure.title for figure in figures)]]
    for peer in peers:
        cells = []
        for figure in figures:
            found = summary.bd[figure.key].get(peer)
            if found is None:
                cells.append("-")
            elif found.percent is not None:
                text = f"{found.percent:+.0f}"
                cells.append(text if found.overlap >= LEAST_OVERLAP else f"({text})")
            else:
                cells.append({BETTER: "better", WORSE: "worse"}.get(found.reason, "-"))
        table.append([peer, "", *cells])
    return table


def best(summary: Summary) -> list[list[str]]:
    """This codec's points beside the best peers, as BEST_ABOUT says: a row a point, a column a figure."""
    figures = [
        figure
        for figure in measured(summary)
        if figure.key in SHOWN and any(figure.key in found for found in summary.best.values())
    ]
    table = [["point", "", *(figure.title for figure in figures)]]
    for point in summary.points:
        if point.codec != codecs.OWN or point.label not in summary.best:
            continue
        cells = []
        for figure in figures:
            peer = summary.best[point.label].get(figure.key)
            theirs = "-" if peer is None else f"{figure.show(peer.quality)} {peer.codec}"
            cells.append(f"{figure.show(point.figures.get(figure.key))} / {theirs}")
        table.append([point.label, "", *cells])
    return table


def grouped(summary: Summary) -> list[list[str]]:
    """This codec's figures by group: a row a point and figure, a column a group."""
    spreads = {label: found for (codec, label), found in summary.spreads.items() if codec == codecs.OWN}
    sizes: dict[str, int] = {}
    for found in spreads.values():
        for one in found.values():  # landmarks are of fewer faces, where some are not found
            sizes |= {name: max(size, sizes.get(name, 0)) for name, size in one.faces.items()}
    table = [["point", "figure", *(f"{name} ({size})" for name, size in sizes.items())]]
    for label, found in spreads.items():
        for key in GROUPED:
            if key in found:
                means = found[key].means
                cells = [BY_KEY[key].show(means.get(name)) for name in sizes]
                table.append([label, BY_KEY[key].title, *cells])
    return table


def _tables(summary: Summary) -> list[tuple[str, list[list[str]]]]:
    """The tables that compare this codec, with what is to be said of each."""
    found = []
    if summary.best:
        found.append((BEST_ABOUT, best(summary)))
    if summary.bd:
        found.append((BD_ABOUT, bd(summary)))
    if summary.spreads:
        found.append((GROUPS_ABOUT, grouped(summary)))
    return [(about, table) for about, table in found if len(table) > 1]


def markdown(plan: Plan, summary: Summary, made: str) -> str:
    """The tables for a document."""
    figures = [figure for figure in measured(summary) if figure.key in SHOWN]
    judged = "; ".join(judge.version for judge in plan.judges)
    coded = "; ".join(
        f"{codec.name}: {codec.version}" for codec in plan.codecs if codec.name != codecs.ORIGINAL
    )
    units = ", ".join(f"{figure.title} {figure.about}" for figure in figures if figure.about)
    head = (
        f"{len(plan.faces)} faces, {made}. {units}. Rates count whole files, or raw streams of HEVC, VVC and "
        "AV1. `/2` and `/4`: coded at half and a quarter of the size, and enlarged again."
    )
    parts = [head, aligned(rows(summary, figures), markdown=True)]
    for about, table in _tables(summary):
        parts += [about, aligned(table, markdown=True)]
    return "\n\n".join([*parts, f"Judges: {judged}.", f"Codecs: {coded}."])


def _number(value: float | None) -> float | str | None:
    """JSON has no infinity."""
    return str(value) if value is not None and not math.isfinite(value) else value


def to_json(
    plan: Plan, summary: Summary, failures: Sequence[str], costs: dict[str, Cost], about: dict[str, Any]
) -> dict[str, Any]:
    """Everything, ready for JSON; infinite values are the text ``inf``."""

    def numbers(values: dict[str, float | None]) -> dict[str, float | str | None]:
        return {key: _number(value) for key, value in values.items()}

    return {
        **about,
        "codecs": [
            {"name": codec.name, "version": codec.version, "points": list(codec.points)}
            for codec in plan.codecs
        ],
        "judges": [judge.version for judge in plan.judges],
        "figures": {
            figure.key: {"title": figure.title, "higher_is_better": figure.higher, "about": figure.about}
            for figure in measured(summary)
        },
        "gaps": plan.gaps,
        "skipped": plan.skipped,
        "failures": list(failures),
        "faces": [face._asdict() | {"path": str(face.path)} for face in plan.faces],
        "points": [
            {"codec": p.codec, "point": p.label, "faces": p.faces, "bpp": p.bpp, **numbers(dict(p.figures))}
            for p in summary.points
        ],
        "scores": [
            {"face": s.face.name, "codec": s.codec, "point": s.point, "bytes": s.bytes, "bpp": s.bpp}
            | numbers(s.scores)
            for s in summary.scored
        ],
        "bd_rate": {
            key: {
                peer: found._asdict() | {"percent": _number(found.percent)} for peer, found in peers.items()
            }
            for key, peers in summary.bd.items()
        },
        "best_peer_at_no_more_bytes": {
            label: {
                key: None if found is None else {"codec": found.codec, "quality": _number(found.quality)}
                for key, found in by_key.items()
            }
            for label, by_key in summary.best.items()
        },
        "differences": {
            label: {key: found._asdict() | {"real": found.real} for key, found in by_key.items()}
            for label, by_key in summary.differences.items()
        },
        "groups": [
            {
                "codec": codec,
                "point": label,
                "figure": key,
                "gap": _number(found.gap),
                "means": numbers(dict(found.means)),
                "faces": found.faces,
            }
            for (codec, label), by_key in summary.spreads.items()
            for key, found in by_key.items()
            if key in BY_KEY
        ],
        "costs": {codec: cost._asdict() for codec, cost in costs.items()},
    }
