"""The questions that nothing was learnt from, and the themes that their topics belong to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.inputs import ROOT
from language.folding import fold_text

QUESTIONS = Path(__file__).with_name("questions.jsonl")
OUT_OF_SCOPE = "out_of_scope"
DIALOGUE = "dialogue"

ALIKE = 0.75
"""Two messages that share so much of their four-letter pieces are one message written twice."""

_LONG_ENOUGH = 12


@dataclass(frozen=True)
class Question:
    """One message as somebody typed it, the intent it stands for, the kind of it where it has one."""

    id: str
    text: str
    intent: str
    kind: str
    variant: str

    @property
    def in_scope(self) -> bool:
        """Whether the house has an answer to it."""
        return self.intent != OUT_OF_SCOPE


def read_questions(file: Path = QUESTIONS) -> list[Question]:
    """All questions, in the order of the file."""
    questions = []
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        intent, _, kind = row["intent"].partition("/")
        questions.append(Question(row["id"], row["text"], intent, kind, row["variant"]))
    return questions


def themes() -> dict[str, str]:
    """For each topic its theme, in the menu's order."""
    found = {}
    for theme in yaml.safe_load((ROOT / "content" / "themes.yml").read_text(encoding="utf-8")):
        for group in theme["groups"]:
            found.update(dict.fromkeys(group["topics"], theme["theme"]))
    return found


def twins(questions: Sequence[Question], learnt: Sequence[str]) -> list[tuple[str, str]]:
    """The questions that are nearly one of the learnt texts: id, and the text. Two or three words are nobody's."""
    with_piece: dict[str, list[int]] = {}
    pieces = [_pieces(text) for text in learnt]
    for number, own in enumerate(pieces):
        for piece in own:
            with_piece.setdefault(piece, []).append(number)
    found = []
    for question in questions:
        own = _pieces(question.text)
        shared = Counter(number for piece in own for number in with_piece.get(piece, ()))
        near = (n for n, common in shared.items() if common >= ALIKE * len(own | pieces[n]))
        if len(own) >= _LONG_ENOUGH:
            found += [(question.id, learnt[number]) for number in list(near)[:1]]
    return found


def _pieces(text: str) -> set[str]:
    folded = fold_text(text)
    return {folded[at : at + 4] for at in range(len(folded) - 3)}
