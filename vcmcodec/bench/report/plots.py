"""Curves as SVG, drawn by matplotlib."""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from vcmcodec.bench import codecs
from vcmcodec.bench.report.figures import Figure
from vcmcodec.bench.report.summary import Summary, cumulative
from vcmcodec.errors import ModelError

_STYLES = ("-", "--", ":")


def _axes(width: float = 6.4, height: float = 4.4) -> tuple[Any, Any]:
    try:
        matplotlib = importlib.import_module("matplotlib")
    except ImportError:
        raise ModelError("the package matplotlib is not installed: it draws curves") from None
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure = importlib.import_module("matplotlib.figure").Figure(
        figsize=(width, height), layout="constrained"
    )
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    drawing = out.getvalue()
    return drawing[drawing.index("<svg") :]


def _look(codec: str, names: Sequence[str]) -> dict[str, Any]:
    """Line and marker of a codec: this one thick and black, variants of one codec in one colour."""
    if codec == codecs.OWN:
        return {"color": "black", "linewidth": 2.6, "marker": "o", "zorder": 5}
    family, _, shrunk = codec.partition("/")
    families = list(dict.fromkeys(name.partition("/")[0] for name in names if name != codecs.OWN))
    style = _STYLES[{"": 0, "2": 1, "4": 2}.get(shrunk, 0)]
    return {"color": f"C{families.index(family) % 10}", "linestyle": style, "marker": ".", "linewidth": 1.3}


def rate_quality(summary: Summary, metric: Figure) -> str:
    """One figure over bits per pixel, a curve a codec, as SVG.

    Raises ModelError where matplotlib is missing.
    """
    figure, axes = _axes()
    shown = [p for p in summary.points if metric.key in p.figures and p.codec != codecs.ORIGINAL]
    names = list(dict.fromkeys(point.codec for point in shown))
    for name in names:
        curve = sorted((p.bpp, metric.scale * p.figures[metric.key]) for p in shown if p.codec == name)
        axes.plot(*zip(*curve), label=name, **_look(name, names))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "235" else "")
    axes.set_xlabel("bits per pixel")
    axes.set_ylabel(f"{metric.title} ({'more' if metric.higher else 'less'} is better)")
    figure.legend(loc="outside right upper", fontsize=7)
    return _svg(figure)


def cumulative_error(summary: Summary, chosen: Sequence[tuple[str, str]]) -> str:
    """Cumulative error curves of landmarks (Hu et al. 2020, Fig. 5) of (codec, point) pairs, as SVG.

    Raises ModelError where matplotlib is missing.
    """
    figure, axes = _axes()
    names = [codec for codec, _ in chosen]
    seen: dict[str, int] = {}
    for codec, label in chosen:
        errors, shares = cumulative(summary, codec, label)
        bpp = next(p.bpp for p in summary.points if (p.codec, p.label) == (codec, label))
        look = {**_look(codec, names), "marker": None}
        if codec == codecs.OWN:
            look["linestyle"] = _STYLES[seen.get(codec, 0) % len(_STYLES)]
        seen[codec] = seen.get(codec, 0) + 1
        axes.step(100 * errors, 100 * shares, where="post", label=f"{codec} {label}, {bpp:.3f} bpp", **look)
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 101)
    axes.set_xlabel("landmark error (NME), %")
    axes.set_ylabel("faces at or under it, %")
    figure.legend(loc="outside right upper", fontsize=7)
    return _svg(figure)


def roc(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], title: str) -> str:
    """Receiver operating characteristics, as SVG: by codec false accept rates, rising, and the true accept
    rates there, both 0..1.

    Raises ModelError where matplotlib is missing.
    """
    figure, axes = _axes()
    for codec, (fars, tars) in curves.items():
        look = {**_look(codec, list(curves)), "marker": None}
        percent = ([100 * rate for rate in rates] for rates in (fars, tars))
        axes.plot(*percent, label=codec, drawstyle="steps-post", **look)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(0, 101)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel("false accept rate, %")
    axes.set_ylabel("true accept rate, %")
    figure.legend(loc="outside right upper", fontsize=7)
    return _svg(figure)
