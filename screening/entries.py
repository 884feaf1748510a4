"""What the lexicon is made of: entries that raise, guards that lower, signals that say something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from screening.notation import Steps

Signal = Literal[
    "wish",
    "safe_word",
    "yes",
    "no",
    "one",
    "adult",
    "child",
    "other",
    "self",
    "alone",
    "intoxicated",
    "means",
    "near",
    "young",
]
SIGNALS: tuple[Signal, ...] = get_args(Signal)


class LexiconError(Exception):
    """A lexicon file that can't be used: which one, where, and what is wrong."""

    def __init__(self, path: Path | str, line: int | None, problem: str) -> None:
        self.path = str(path)
        self.line = line
        self.problem = problem
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a lexicon file; which of the three kinds it is says `kind`.

    A "risk" raises to `level` in `category`. A "guard" lowers what lies wholly inside its own words to at most
    `level`, in `categories` when named, and asks for a check-in when `check_in`. A "signal" says `says`.
    """

    id: str
    kind: Literal["risk", "guard", "signal"]
    patterns: tuple[Steps, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    path: Path
    line: int
    level: int = 0
    category: str = ""
    about: Literal["self", "other"] | None = None
    categories: frozenset[str] = frozenset()
    check_in: bool = False
    laughing: bool = False
    says: Signal | None = None
    reviewed_by: str | None = None
    reviewed_on: str | None = None
