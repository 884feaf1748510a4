"""The questions that nothing was learnt from, and the themes that their topics belong to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from sklearn.feature_extraction.text import CountVectorizer

from bot.inputs import ROOT
from language.folding import fold_text

QUESTIONS = Path(__file__).with_name("questions.jsonl")
OUT_OF_SCOPE = "out_of_scope"
DIALOGUE = "dialogue"

ALIKE = 0.75
"""Two messages that share so much of their four-letter pieces are one message written twice."""

_OWN_WORDS = 4


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


def twins(questions: Sequence[Question], learnt: Sequence[str]) -> dict[str, str]:
    """The questions that are nearly one of the learnt texts, by id, with that text.

    Two or three words are nobody's: all who say thank you do it in the same ones.
    """
    questions = [question for question in questions if len(question.text.split()) >= _OWN_WORDS]
    counter = CountVectorizer(analyzer=_pieces, binary=True)
    known = counter.fit_transform(learnt)
    lengths = known.sum(axis=1).A1
    asked = counter.transform([question.text for question in questions])
    found = {}
    for question, row in zip(questions, asked, strict=True):
        own = len(_pieces(question.text))
        common = (known @ row.T).toarray().ravel()
        alike = common / (own + lengths - common)
        if alike.max() >= ALIKE:
            found[question.id] = learnt[int(alike.argmax())]
    return found


def _pieces(text: str) -> set[str]:
    """The text's four-letter pieces; one of less than four letters is its only piece."""
    folded = fold_text(text)
    return {folded[at : at + 4] for at in range(max(len(folded) - 3, 1))}
