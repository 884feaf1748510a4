"""`python -m screening`: explained to a person, or line by line to a program."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from screening.__main__ import main


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(arguments, io.StringIO(stdin), out, err), out.getvalue(), err.getvalue()


def screened(*records: dict[str, Any]) -> list[dict[str, Any]]:
    code, out, err = run(stdin="".join(json.dumps(record) + "\n" for record in records))
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_lines_in_lines_out() -> None:
    first, second = screened({"id": "a", "text": "sdua te jetoj me"}, {"id": "b", "text": "si jeni"})
    assert set(first) >= {"id", "level", "categories", "about", "speaker", "evidence", "language", "version"}
    assert (first["id"], first["level"], first["categories"]) == ("a", 3, ["suicide"])
    assert first["evidence"] == [
        {"start": 0, "end": 16, "text": "sdua te jetoj me", "category": "suicide", "source": "lexicon"}
    ]
    assert (second["id"], second["level"], second["evidence"]) == ("b", 0, [])


def test_history_and_facts_are_read() -> None:
    (joined,) = screened({"id": 1, "text": "jeten", "history": ["nuk dua"]})
    assert (joined["level"], joined["evidence"][0]["source"]) == (3, "context")
    (by_bot,) = screened({"id": 2, "text": "jeten", "history": [{"sender": "bot", "text": "nuk dua"}]})
    assert by_bot["level"] < 2
    (young,) = screened({"id": 3, "text": "e pres veten", "facts": {"age": 12, "local_time": "2026-11-22T12:00"}})
    assert young["level"] == 3


def test_a_bad_line_is_named_and_the_others_go_on() -> None:
    code, out, err = run(stdin='{"id": 1}\nnot json\n\n{"id": 2, "text": "\\ud800 po"}\n')
    assert code == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == [2]
    assert "line 1: KeyError" in err
    assert "line 2: JSONDecodeError" in err


def test_an_argument_is_explained() -> None:
    code, out, _ = run("sdua te jetoj me")
    assert code == 0
    assert out.startswith("level 3  suicide")
    assert "suicide.yml:" in out
    assert "lowered to 0" in run("më rrahu në FIFA")[1]
    assert "says: wish" in run("dua te flas me nje njeri")[1]


def test_check_tries_the_examples(tmp_path: Path) -> None:
    entry = '- {id: x, level: 3, category: suicide, patterns: ["dua vdes"], examples: ["%s"], not: ["po"]}\n'
    (tmp_path / "one.yml").write_text(entry % "dua vdes", encoding="utf-8")
    assert run("--check", "--lexicon", str(tmp_path)) == (0, "1 entries, 2 examples, 0 broken\n", "")
    (tmp_path / "one.yml").write_text(entry % "jam mire", encoding="utf-8")
    code, out, err = run("--check", "--lexicon", str(tmp_path))
    assert (code, out) == (1, "1 entries, 2 examples, 1 broken\n")
    assert "one.yml:1: x: “jam mire” does not match" in err


@pytest.mark.parametrize("content", ["- {id: x}\n", "nonsense: [\n"])
def test_a_broken_lexicon_refuses_to_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.yml").write_text(content, encoding="utf-8")
    code, out, err = run("po", "--lexicon", str(tmp_path))
    assert (code, out) == (2, "")
    assert "broken.yml:" in err
