"""The figures as a page to read, and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from frontdoor.assessment import RISK_CATEGORIES
from tests.evaluation.screening import WORST, Figures
from tests.evaluation.shares import Share

_LEVELS = (
    *(f"explicit, level {level} at {min(level, 3)} or more" for level in (4, 3, 2)),
    "explicit, level 2 and more at 2 or more",
    *(f"hinted, level {level} at {min(level, 3)} or more" for level in (4, 3, 2)),
    "hinted, level 2 and more at 2 or more",
)


def page(
    figures: Mapping[str, Figures],
    alone: Mapping[str, Mapping[str, Figures]],
    drops: Mapping[str, Mapping[str, tuple[Share, Share]]],
    version: str,
) -> str:
    """The report in Markdown: the whole screen, each half alone, other ways of typing, the worst misses."""
    lines = [
        "# Screening: what is found, what is raised for nothing",
        "",
        "Made by `make evaluate`; do not edit. Shares in percent with the 95 % interval of Wilson. “Explicit” danger",
        "is said in words, “hinted” is not; level 4 counts as found from 3 up. No message of these sets was learnt;",
        "what each set was used for stands in tests/screening/evaluation/README.md.",
        "",
        f"Version of screening: `{version}`.",
    ]
    for name, counted in figures.items():
        shares = counted.shares
        lines += ["", f"## The {name} set", "", "![what is found](screening_" + name + ".svg)", ""]
        lines += _table("danger", _LEVELS, {"": shares, **{half: alone[half][name].shares for half in alone}})
        lines += _rows("harmless messages", (key for key in shares if key.startswith("raised to")), shares)
        lines += _rows("variant", (key for key in shares if key.startswith("variant")), shares)
        lines += _rows("category", (f"category {category} at 2 or more" for category in RISK_CATEGORIES), shares)
        lines += _rows(
            "of what is found",
            (
                "a right category among those named",
                "a right category named first",
                "about",
                "an adult known as one",
                "a child taken for an adult",
                "level 2 raised to 3 or more",
                "level 3 raised to 4",
            ),
            shares,
        )
        lines += _drops(drops[name])
        lines += ["", f"### The {WORST} worst misses", "", "| level | found | kind | message |", "|---|---|---|---|"]
        for _, example, result in counted.misses[:WORST]:
            text = example.text.replace("|", "\\|")
            lines.append(
                f"| {example.level} {'+'.join(example.categories)} | {result.level} | {example.kind} | {text} |"
            )
    return "\n".join(lines) + "\n"


def _table(title: str, keys: Sequence[str], columns: Mapping[str, Mapping[str, Share]]) -> list[str]:
    heads = [name or "both together" for name in columns]
    lines = [f"| {title} | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for key in (*keys, "raised to 2 or more: all"):
        lines.append(f"| {key} | " + " | ".join(str(shares.get(key, Share())) for shares in columns.values()) + " |")
    return lines


def _rows(title: str, keys: Iterable[str], shares: Mapping[str, Share]) -> list[str]:
    known = sorted(key for key in keys if key in shares) if title != "category" else [k for k in keys if k in shares]
    return ["", f"| {title} | share |", "|---|---|", *(f"| {key} | {shares[key]} |" for key in known)]


def _drops(drops: Mapping[str, tuple[Share, Share]]) -> list[str]:
    lines = ["", "| typed in another way | as written | typed so | points lost |", "|---|---|---|---|"]
    for name, (before, after) in drops.items():
        lost = before.percent - after.percent
        lines.append(f"| {name} | {before.percent:.1f} of {before.all} | {after.percent:.1f} | {lost:+.1f} |")
    return lines


def plot(counted: Figures, file: Path) -> None:
    """What is found and what is raised for nothing, with intervals, as an SVG that changes only with the figures."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "screening"
    from matplotlib import pyplot

    found = [key for key in _LEVELS if key in counted.shares]
    raised = sorted(key for key in counted.shares if key.startswith("raised to 2"))
    figure: Any
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
    _bars(left, found, counted.shares, "#2f6f5e", "danger found, %")
    _bars(right, raised, counted.shares, "#a8502f", "harmless messages raised to 2 or more, %")
    left.set_xlim(0, 100)
    figure.savefig(file, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def _bars(axes: Any, keys: Sequence[str], shares: Mapping[str, Share], colour: str, title: str) -> None:
    values = [shares[key].percent for key in keys]
    below = [max(shares[key].percent - shares[key].interval[0], 0) for key in keys]
    above = [max(shares[key].interval[1] - shares[key].percent, 0) for key in keys]
    places = range(len(keys))
    axes.barh(places, values, color=colour, xerr=[below, above], error_kw={"capsize": 3, "ecolor": "#333333"})
    axes.set_yticks(places, [key.removeprefix("raised to 2 or more: ") for key in keys], fontsize=8)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=10)
