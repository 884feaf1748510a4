"""The figures of understanding as a page to read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tests.bot.evaluation.understanding import Figures, Limits, Outcome, Understanding
from tests.evaluation.shares import Share

_THRESHOLDS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
_AMBIGUITIES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
_MOST_CONFUSED = 30
_HEADS = ("first", "among three", "answered wrongly", "asked back with buttons", "of these the right one", "refused")


def page(understood: Understanding, examples: int, near: Collection[str]) -> str:
    """The report in Markdown."""
    topics, dialogue, outside = understood.topics, understood.dialogue, understood.out_of_scope
    lines = [
        "# What the bot understands",
        "",
        "Made by `make evaluate` (`bot/.venv/bin/python -m tests.bot.evaluation`); do not edit. The questions of",
        "tests/bot/evaluation/questions.jsonl are invented, by hands that had not seen the training examples. Each is",
        "read by the trained model as the first message of a conversation. Shares in percent with the 95 % interval",
        "of Wilson. “First” and “among three” are the model's likeliest intents before any threshold; the other",
        "columns are what the visitor gets with the thresholds of config.yml. “Refused” is what is in scope and gets",
        "neither an answer nor buttons, or is taken for out of scope.",
        "",
        f"{len(understood.readings)} questions; the model has learnt from {examples} examples. {len(near)} more are",
        "left out: longer than three words, and three quarters of their four-letter pieces are one example's",
        f"({', '.join(near)}).",
        "",
        "| all | share |",
        "|---|---|",
        f"| right topic first | {topics.first} |",
        f"| right topic among three | {topics.three} |",
        f"| dialogue: right intent first | {dialogue.first} |",
        f"| out of scope recognised | {outside.recognised} |",
        f"| … of all these, asked back with buttons | {outside.ending(Outcome.OFFERED_WRONG)} |",
        f"| in scope refused | {understood.in_scope.refused} |",
        f"| in scope asked back with buttons | {_asked(understood.in_scope)} |",
        f"| … the right one among them, of all | {understood.in_scope.ending(Outcome.OFFERED)} |",
        f"| in scope answered wrongly | {understood.in_scope.ending(Outcome.WRONG)} |",
    ]
    kinds = [reading for reading in understood.readings if reading.question.kind]
    if kinds:
        named = Figures(kinds, understood.limits).share(lambda reading: reading.kind == reading.question.kind)
        lines.append(f"| the kind of a question named (has_child_written) | {named} |")
    lines += _groups("theme", [*understood.by_theme().items(), ("dialogue", dialogue)])
    lines += _groups("variant (topics)", understood.by_variant().items())
    lines += ["", "## Thresholds", ""]
    lines += [
        "What becomes of the questions when `bot.doubt` asks for more or less; in bold what config.yml has.",
        "In scope (topics and dialogue): answered rightly, answered wrongly, asked back with buttons (in brackets: the",
        "right one among them), refused. Out of scope: recognised (in brackets: these with buttons).",
    ]
    now = understood.limits
    lines += _limits(understood, [Limits(t, now.ambiguity) for t in sorted({*_THRESHOLDS, now.threshold})])
    lines += _limits(understood, [Limits(now.threshold, a) for a in sorted({*_AMBIGUITIES, now.ambiguity})])
    lines += [
        "",
        f"## The {_MOST_CONFUSED} most frequent confusions",
        "",
        "| meant | taken for | times |",
        "|---|---|---|",
    ]
    for (meant, taken), times in sorted(understood.confusions().items(), key=lambda e: (-e[1], e[0]))[:_MOST_CONFUSED]:
        lines.append(f"| {meant} | {taken} | {times} |")
    lines += ["", "## Misses", "", "The likeliest intent was another.", ""]
    lines += ["| meant | question | taken for | sure | what the visitor gets | text |", "|---|---|---|---|---|---|"]
    for meant, readings in understood.misses().items():
        for reading in readings:
            text = reading.question.text.replace("|", "\\|")
            sure = f"{float(reading.ranking[0]['confidence']):.2f}"
            given = reading.outcome(understood.limits).value
            lines.append(f"| {meant} | {reading.question.id} | {reading.first} | {sure} | {given} | {text} |")
    return "\n".join(lines) + "\n"


def kept(understood: Understanding) -> dict[str, float]:
    """The figures in percent, by name."""
    shares = {
        "topic first": understood.topics.first,
        "topic among three": understood.topics.three,
        "dialogue": understood.dialogue.first,
        "out of scope recognised": understood.out_of_scope.recognised,
        "out of scope asked back": understood.out_of_scope.ending(Outcome.OFFERED_WRONG),
        "in scope refused": understood.in_scope.refused,
        "in scope asked back": _asked(understood.in_scope),
        "in scope answered wrongly": understood.in_scope.ending(Outcome.WRONG),
    }
    for name, figures in understood.by_theme().items():
        shares |= {f"theme {name}: first": figures.first, f"theme {name}: among three": figures.three}
    for name, figures in understood.by_variant().items():
        shares |= {f"variant {name}: first": figures.first, f"variant {name}: among three": figures.three}
    return {name: round(share.percent, 2) for name, share in shares.items()}


def _asked(figures: Figures) -> Share:
    return figures.ending(Outcome.OFFERED, Outcome.OFFERED_WRONG)


def _groups(title: str, groups: Iterable[tuple[str, Figures]]) -> list[str]:
    lines = ["", f"| {title} | {' | '.join(_HEADS)} |", "|---" * (len(_HEADS) + 1) + "|"]
    for name, figures in groups:
        shares = (
            figures.first,
            figures.three,
            figures.ending(Outcome.WRONG),
            _asked(figures),
            figures.ending(Outcome.OFFERED),
            figures.refused,
        )
        lines.append(f"| {name} | {' | '.join(map(str, shares))} |")
    return lines


def _limits(understood: Understanding, tried: Sequence[Limits]) -> list[str]:
    heads = ("threshold", "ambiguity", "rightly", "wrongly", "buttons", "refused", "out of scope recognised")
    lines = ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for limits in tried:
        other = understood.with_limits(limits)
        inside, outside = other.in_scope, other.out_of_scope
        cells = [
            f"{limits.threshold:.2f}",
            f"{limits.ambiguity:.2f}",
            f"{inside.ending(Outcome.RIGHT).percent:.1f}",
            f"{inside.ending(Outcome.WRONG).percent:.1f}",
            f"{_asked(inside).percent:.1f} ({inside.ending(Outcome.OFFERED).percent:.1f})",
            f"{inside.refused.percent:.1f}",
            f"{outside.recognised.percent:.1f} ({outside.ending(Outcome.OFFERED_WRONG).percent:.1f})",
        ]
        if limits == understood.limits:
            cells = [f"**{cell}**" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
