"""`python -m screening "text"` explains; without an argument JSONL in, JSONL out; `--check` tries all examples."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from frontdoor.assessment import Facts, HistoryEntry
from frontdoor.message import Sender
from language.detection import detect_language
from screening.entries import LexiconError
from screening.explain import broken_examples, explained
from screening.lexicon import HERE
from screening.model import Model, ModelError
from screening.opening import load_model, loading
from screening.screen import Screen

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    """Trains nothing: where there is no model the lexicon works alone.

    The exit code: 0 good, 1 examples broken or a line unreadable, 2 the lexicon can't be used.
    """
    parser = argparse.ArgumentParser(prog="python -m screening", description=__doc__)
    parser.add_argument("text", nargs="*", help="a message to explain")
    parser.add_argument("--check", action="store_true", help="try every example of the lexicon")
    parser.add_argument("--lexicon", type=Path, default=HERE, help="folder of the lexicon files")
    options = parser.parse_args(arguments)
    # the examples of the lexicon try the lexicon alone
    model = None if options.check else _model(stderr)
    try:
        with loading():
            screen = Screen(options.lexicon, model)
    except LexiconError as problem:
        print(problem, file=stderr)
        return 2
    if options.check:
        return _check(screen, stdout, stderr)
    if options.text:
        print(explained(screen, " ".join(options.text)), file=stdout)
        return 0
    return _screen_lines(screen, stdin, stdout, stderr)


def _model(stderr: TextIO) -> Model | None:
    try:
        return load_model()
    except ModelError as problem:
        print(f"{problem}; the lexicon works alone, `make model` trains the model", file=stderr)
        return None


def _check(screen: Screen, stdout: TextIO, stderr: TextIO) -> int:
    problems = list(broken_examples(screen))
    for problem in problems:
        print(problem, file=stderr)
    entries = screen.lexicon.entries
    examples = sum(len(entry.examples) + len(entry.counterexamples) for entry in entries)
    print(f"{len(entries)} entries, {examples} examples, {len(problems)} broken", file=stdout)
    return 1 if problems else 0


def _screen_lines(screen: Screen, lines: Iterable[str], stdout: TextIO, stderr: TextIO) -> int:
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = _screened(screen, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            print(f"line {number}: {type(problem).__name__}: {problem}", file=stderr)
            code = 1
            continue
        print(json.dumps(record), file=stdout, flush=True)
    return code


def _screened(screen: Screen, record: dict[str, Any]) -> dict[str, Any]:
    history = [_history_entry(entry) for entry in record.get("history", [])]
    facts = record.get("facts", {})
    local_time = facts.get("local_time")
    result = screen.screen(
        str(record["text"]),
        history,
        Facts(
            local_time=datetime.fromisoformat(local_time) if local_time else None,
            age=facts.get("age"),
            repeated=bool(facts.get("repeated", False)),
        ),
    )
    return {"id": record.get("id"), **asdict(result)}


def _history_entry(entry: str | dict[str, Any]) -> HistoryEntry:
    """A message before: its text alone, or with sender, time and level."""
    if isinstance(entry, str):
        return HistoryEntry(Sender.VISITOR, entry, _NO_TIME, language=detect_language(entry))
    at, text = entry.get("at"), str(entry["text"])
    return HistoryEntry(
        Sender(entry.get("sender", "visitor")),
        text,
        datetime.fromisoformat(at) if at else _NO_TIME,
        int(entry.get("level", 0)),
        detect_language(text),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout, sys.stderr))
