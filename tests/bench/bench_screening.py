"""How long screening takes: a message of a sentence, of 300 characters, of 2,000; the start; a thousand lines."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

from frontdoor.message import MAX_TEXT
from screening.model import Model
from screening.opening import loading
from screening.screen import Screen
from tests.bench.figures import percentile
from tests.evaluation.screening import sets

ROOT = Path(__file__).resolve().parent.parent.parent
_TEXTS = 400


def main() -> None:
    """Print the figures: whole, and each half alone."""
    examples = [example.text for part in sets().values() for example in part]
    with loading():
        whole, lexicon = Screen(model=Model.load()), Screen()
    for length in (60, 300, MAX_TEXT):
        texts = _of_length(examples, length)
        for name, screen in (("whole", whole), ("lexicon alone", lexicon)):
            took = [_seconds(screen, text) for text in texts]
            print(
                f"screening, {length} characters, {name:13}  "
                f"p50 {percentile(took, 0.5) * 1000:6.2f} ms  p99 {percentile(took, 0.99) * 1000:6.2f} ms",
                flush=True,
            )
    lines = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in zip(range(1000), cycle(examples)))
    for name, given in (("no message", ""), ("1,000 messages", lines)):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "screening"], input=given, text=True, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        print(f"python -m screening, {name:14}  {time.perf_counter() - begun:5.2f} s", flush=True)


def _of_length(examples: list[str], length: int) -> list[str]:
    """Texts of exactly that many characters, made of messages one after another."""
    given = cycle(examples)
    texts = []
    for _ in range(_TEXTS):
        text = ""
        while len(text) < length:
            text += next(given) + " "
        texts.append(text[:length])
    return texts


def _seconds(screen: Screen, text: str) -> float:
    begun = time.perf_counter()
    screen.screen(text)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
