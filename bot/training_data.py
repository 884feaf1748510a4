"""Looks the training examples over before Rasa does, and says in one line each what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.inputs import files_in
from bot.reader import FEWEST_EXAMPLES
from language.folding import fold_text


class Example(NamedTuple):
    """One way to put something, with where it stands; `label` is the intent, with a kind where it is divided."""

    text: str
    label: str
    file: str

    @property
    def intent(self) -> str:
        """Without the kind: out_of_scope of out_of_scope/homework."""
        return self.label.partition("/")[0]


class BrokenTrainingData(Exception):
    """Each line of the message names a file and what is wrong in it."""


def read_examples(folder: Path) -> list[Example]:
    """All examples of the folder's files; a file that can't be read raises BrokenTrainingData."""
    if not folder.is_dir():
        raise BrokenTrainingData(f"{folder}: there is no such folder")
    examples: list[Example] = []
    for file in files_in(folder):
        if file.suffix in (".yml", ".yaml"):
            examples += _examples_of(file)
    if not examples:
        raise BrokenTrainingData(f"{folder}: no examples")
    return examples


def check(examples: Iterable[Example], intents: Iterable[str]) -> None:
    """Raise BrokenTrainingData unless each intent has enough examples and no text stands for two."""
    examples, intents = list(examples), set(intents)
    counts = Counter(example.intent for example in examples)
    wrong = [
        f"{min(e.file for e in examples if e.intent == name)}: the domain has no intent {name}"
        for name in sorted(counts.keys() - intents)
    ]
    wrong += [
        f"{name}: {counts[name]} examples, at least {FEWEST_EXAMPLES} are needed"
        for name in sorted(intents)
        if counts[name] < FEWEST_EXAMPLES
    ]
    first: dict[str, Example] = {}
    for example in examples:
        before = first.setdefault(fold_text(example.text), example)
        if before.label != example.label:
            wrong.append(f"{example.file}: {example.text!r} stands for {example.label} and for {before.label}")
    if wrong:
        raise BrokenTrainingData("\n".join(wrong))


def intents_of(domain: Path) -> set[str]:
    """The intents that examples are needed for: all of the domain's but the one for what is not understood."""
    intents: set[str] = set()
    for file in files_in(domain):
        for intent in _yaml(file).get("intents", ()):
            intents |= set(intent) if isinstance(intent, dict) else {intent}
    return intents - {"nlu_fallback"}


def _examples_of(file: Path) -> list[Example]:
    found = []
    for block in _yaml(file).get("nlu") or ():
        if not isinstance(block, dict) or not isinstance(block.get("examples"), str):
            raise BrokenTrainingData(f"{file.name}: each entry of nlu needs an intent and its examples")
        for line in block["examples"].splitlines():
            if not line.startswith("- ") or not line[2:].strip():
                raise BrokenTrainingData(f"{file.name}: {block.get('intent')}: not an example: {line!r}")
            found.append(Example(line[2:].strip(), str(block.get("intent")), file.name))
    return found


def _yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise BrokenTrainingData(f"{file.name}: {reason}") from error
    if not isinstance(content, dict):
        raise BrokenTrainingData(f"{file.name}: not a mapping")
    return content
