"""How often the language of one message alone is told right: a table of what was written and what was said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from language.detection import detect_language
from tests.evaluation.shares import Share

LANGUAGES = Path(__file__).parents[1] / "language" / "languages.jsonl"
_LENGTHS = ("1", "2", "3-5", "6+")


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the set with what it was taken for; `right` holds every language that it truly is."""

    text: str
    language: str
    variant: str
    right: frozenset[str]
    said: str

    @property
    def length(self) -> str:
        """The class of its number of words."""
        words = len(self.text.split())
        return str(words) if words <= 2 else "3-5" if words <= 5 else "6+"


def read(path: Path = LANGUAGES) -> list[Line]:
    """The set with what each message is taken for when it is the first of a conversation."""
    lines = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        right = frozenset([row["language"], *row.get("either", [])])
        lines.append(Line(row["text"], row["language"], row["variant"], right, detect_language(row["text"])))
    return lines


def confusion(path: Path = LANGUAGES) -> dict[str, dict[str, int]]:
    """Language written → language said → messages; what belongs to several languages counts as each of them."""
    table: dict[str, Counter[str]] = {}
    for line in read(path):
        said = line.language if line.said in line.right else line.said
        table.setdefault(line.language, Counter())[said] += 1
    return {language: dict(said) for language, said in table.items()}


def recognised(lines: Iterable[Line]) -> Share:
    """Albanian messages taken for Albanian."""
    share = Share()
    for line in lines:
        if line.language == "sq":
            share.count(line.said in line.right)
    return share


def taken_for_albanian(lines: Iterable[Line]) -> Share:
    """Messages of other languages that were called Albanian and are not."""
    share = Share()
    for line in lines:
        if line.language != "sq":
            share.count(line.said == "sq" and "sq" not in line.right)
    return share


def report(path: Path = LANGUAGES) -> str:
    """The figures as a page in Markdown."""
    lines = read(path)
    albanian = [line for line in lines if line.language == "sq"]
    languages = sorted({line.language for line in lines} - {"sq"})
    rows = [
        "# Languages: what Albanian is recognised, what is taken for it",
        "",
        "Made by `make evaluate`; do not edit. Each message stands alone, as the first of a conversation;",
        "the 95 % interval is Wilson's. A message of fewer than four words in another language is called “unknown”",
        "unless it opens with a word like “hello”.",
        "",
        "| Albanian | recognised |",
        "|---|---|",
        f"| all | {recognised(albanian)} |",
    ]
    for variant in sorted({line.variant for line in albanian}):
        rows.append(f"| {variant} | {recognised(line for line in albanian if line.variant == variant)} |")
    for length in _LENGTHS:
        words = "1 word" if length == "1" else f"{length} words"
        rows.append(f"| {words} | {recognised(line for line in albanian if line.length == length)} |")
    rows += ["", "| Others | taken for Albanian |", "|---|---|", f"| all | {taken_for_albanian(lines)} |"]
    for language in languages:
        rows.append(f"| {language} | {taken_for_albanian(line for line in lines if line.language == language)} |")
    table = confusion(path)
    said = [*sorted({name for row in table.values() for name in row} - {"unknown"}), "unknown"]
    rows += ["", "| written \\ said | " + " | ".join(said) + " |", "|---" * (len(said) + 1) + "|"]
    for language in ["sq", *languages]:
        rows.append(f"| {language} | " + " | ".join(str(table[language].get(name, 0)) for name in said) + " |")
    return "\n".join(rows) + "\n"
