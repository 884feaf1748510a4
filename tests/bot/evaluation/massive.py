"""The pipeline on MASSIVE sq-AL, messages that nobody here wrote: `python -m tests.bot.evaluation.massive --data F`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.quiet import prepare
from tests.bot.evaluation.report import write_massive
from tests.evaluation.shares import Share

_PLAIN = str.maketrans("ëËçÇ", "eEcC")


def main() -> int:
    """Prints the figures, and writes them into docs/evaluation/topics.md."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.evaluation.massive", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.tsv and dev.tsv")
    folder = parser.parse_args().data
    prepare()
    from tests.bot.evaluation.own_rows import trained

    intents, texts = zip(*read_rows(folder / "train.tsv"), strict=True)
    started = time.process_time()
    read = trained(texts, intents)
    seconds = time.process_time() - started
    asked = read_rows(folder / "dev.tsv")
    written, plain = accuracy(lambda text: read(text)[0][0], asked)
    figures = {
        "intent right, dev, as written": str(written),
        "intent right, dev, without ë and ç": str(plain),
        "points lost without ë and ç": f"{written.percent - plain.percent:.1f}",
        "learnt from, intents, seconds of one processor to train": f"{len(texts)}, {len(set(intents))}, {seconds:.0f}",
    }
    for name, share in figures.items():
        print(f"{name}: {share}")
    write_massive(figures)
    return 0


def read_rows(file: Path) -> list[tuple[str, str]]:
    """Intent and text of each line; the columns are id, intent, utt."""
    lines = file.read_text(encoding="utf-8").splitlines()[1:]
    return [(intent, text) for _, intent, text in (line.split("\t") for line in lines)]


def accuracy(name: Callable[[str], str], rows: Sequence[tuple[str, str]]) -> tuple[Share, Share]:
    """How many of the rows get their intent, as written and without ë and ç."""
    written, plain = Share(), Share()
    for intent, text in rows:
        written.count(name(text) == intent)
        plain.count(name(text.translate(_PLAIN)) == intent)
    return written, plain


if __name__ == "__main__":
    sys.exit(main())
