"""Written examples of what visitors say, each with its level, read from plain text files.

A line that begins with "= " says what the messages under it are, until the next such line:

    = level categories kind about speaker variant
    = 3 suicide hinted self child gheg
    = 0 none idiom self child slang

Each further line is one message. Empty lines and lines that begin with "#" are left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO, cast, get_args

from frontdoor.assessment import RISK_CATEGORIES, About, Level, Speaker
from language.folding import fold_text

HERE = Path(__file__).parent / "examples"

Variant = Literal["std", "nodia", "gheg", "slang", "mixed", "foreign"]
"""Standard with ë and ç · without them · Gheg · chat spelling · Albanian mixed with another language · another."""

DANGER = ("explicit", "hinted")
"""The danger is said in words, or only hinted at: level 2 and more."""
HARMLESS = (
    "mild",
    "idiom",
    "affection",
    "joke",
    "game",
    "story",
    "homework",
    "information",
    "everyday",
    "negated",
    "homonym",
    "work",
)
"""Kinds of level 0 and 1: mild distress, and the classes of harmless words that sound like danger."""


class ExamplesError(ValueError):
    """A file of examples that can't be read; the message names file, line and what was expected."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message and what a careful reader makes of it."""

    text: str
    level: Level
    categories: tuple[str, ...]
    kind: str
    about: About
    speaker: Speaker
    variant: Variant
    heading: str
    """File and line of the heading: what stands under the same one was written in one go."""
    source: str
    """File and line."""


def read_examples(folder: Path = HERE) -> list[Example]:
    """All examples of the folder's .txt files in order. Raises ExamplesError, also for a message said twice."""
    examples = [example for path in sorted(folder.glob("*.txt")) for example in _of_file(path)]
    first: dict[str, Example] = {}
    for example in examples:
        earlier = first.setdefault(fold_text(example.text), example)
        if earlier is not example and earlier.level != example.level:
            raise ExamplesError(f"{example.source}: level {example.level}, but {earlier.level} at {earlier.source}")
    return list(first.values())


def _of_file(path: Path) -> Iterator[Example]:
    heading: Example | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        where = f"{path.name}:{number}"
        if not text or text.startswith("#"):
            continue
        if text.startswith("= "):
            heading = _heading(text[2:].split(), where)
        elif heading is None:
            raise ExamplesError(f"{where}: a message before the first “= …” line")
        else:
            yield Example(
                text,
                heading.level,
                heading.categories,
                heading.kind,
                heading.about,
                heading.speaker,
                heading.variant,
                heading.source,
                where,
            )


def _heading(fields: Sequence[str], where: str) -> Example:
    if len(fields) != 6:
        raise ExamplesError(f"{where}: expected “= level categories kind about speaker variant”")
    level, categories, kind, about, speaker, variant = fields
    if level not in ("0", "1", "2", "3", "4"):
        raise ExamplesError(f"{where}: level {level} is not 0 to 4")
    names = () if categories == "none" else tuple(categories.split("+"))
    wrong = [name for name in names if name not in RISK_CATEGORIES]
    if wrong:
        raise ExamplesError(f"{where}: {wrong[0]} is none of {', '.join(RISK_CATEGORIES)}")
    kinds = DANGER if int(level) >= 2 else HARMLESS
    if kind not in kinds:
        raise ExamplesError(f"{where}: at level {level} the kind is one of {', '.join(kinds)}, not {kind}")
    if int(level) >= 2 and not names:
        raise ExamplesError(f"{where}: level {level} needs a category")
    for value, known in ((about, About), (speaker, Speaker), (variant, Variant)):
        if value not in get_args(known):
            raise ExamplesError(f"{where}: {value} is none of {', '.join(get_args(known))}")
    return Example(
        "",
        int(level),
        names,
        kind,
        cast(About, about),
        cast(Speaker, speaker),
        cast(Variant, variant),
        where,
        where,
    )


def main(arguments: Sequence[str], out: TextIO) -> int:
    """`python -m screening.examples [FOLDER]`: how many of what, or what is wrong; exit code 1 then."""
    folder = Path(arguments[0]) if arguments else HERE
    try:
        examples = read_examples(folder)
    except ExamplesError as problem:
        print(problem, file=out)
        return 1
    print(f"{len(examples)} messages", file=out)
    for title, counted in (
        ("level", Counter(str(example.level) for example in examples)),
        ("kind", Counter(example.kind for example in examples)),
        ("variant", Counter(example.variant for example in examples)),
        ("about", Counter(example.about for example in examples)),
        ("speaker", Counter(example.speaker for example in examples)),
        ("category", Counter(name for example in examples if example.level >= 2 for name in example.categories)),
    ):
        print(f"  {title:9}", " ".join(f"{name} {count}" for name, count in counted.most_common()), file=out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
