"""The files of the report: the questions' part and MASSIVE's part are measured apart and keep each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.inputs import ROOT

PAGE = ROOT / "docs" / "evaluation" / "topics.md"
FIGURES = PAGE.with_suffix(".json")
_HEADING = "\n## MASSIVE sq-AL\n"
_ABOUT = """
Messages to a voice assistant that nobody here wrote: MASSIVE 1.1, Albanian (sq-AL), by Amazon (FitzGerald et al. 2022,
arXiv 2204.08582, licence CC BY 4.0), derived from SLURP. They are no part of this project. To repeat it, fetch
`amazon-massive-dataset-1.1.tar.gz` from https://github.com/alexa/massive, take `data/sq-AL.jsonl`, and write its lines
of partition `train` and of partition `dev` into a folder as `train.tsv` and `dev.tsv`: a head line
`id<TAB>intent<TAB>utt`, then these three fields of each line. Then

    bot/.venv/bin/python -m tests.bot.evaluation.massive --data FOLDER

trains the tokenizer and the classifier of config.yml on the train part and asks the dev part.
"""


def write_questions(page: str, figures: Mapping[str, float]) -> None:
    """The questions' part anew; MASSIVE's as it was."""
    _write({**_kept(), "questions": figures}, page)


def write_massive(figures: Mapping[str, str]) -> None:
    """MASSIVE's part anew; the questions' as it was."""
    page = PAGE.read_text(encoding="utf-8").partition(_HEADING)[0] if PAGE.exists() else ""
    _write({**_kept(), "massive": figures}, page)


def _kept() -> dict[str, Any]:
    return dict(json.loads(FIGURES.read_text(encoding="utf-8"))) if FIGURES.exists() else {}


def _write(figures: Mapping[str, Any], page: str) -> None:
    rows = "".join(f"| {name} | {share} |\n" for name, share in figures.get("massive", {}).items())
    table = f"\n| MASSIVE | |\n|---|---|\n{rows}" if rows else "\nNot measured yet.\n"
    PAGE.write_text(page + _HEADING + _ABOUT + table, encoding="utf-8")
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
