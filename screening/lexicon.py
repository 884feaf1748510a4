"""The lexicon files read, checked and put together; errors name the file, the line and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from frontdoor.assessment import RISK_CATEGORIES
from language.folding import fold_text
from screening.entries import SIGNALS, Entry, LexiconError
from screening.notation import PatternError, Steps, Words, all_words, read_pattern, read_words
from screening.vocabulary import Vocabulary

HERE = Path(__file__).parent / "lexicon"
GROUPS_FILE = "words.yml"

_RISK = {"id", "level", "category", "about", "check_in"}
_GUARD = {"id", "to", "categories", "check_in", "laughing"}
_SIGNAL = {"id", "says"}
_EVERY = {"patterns", "examples", "not", "reviewed_by", "reviewed_on"}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries, and the digest of the files that they come from."""

    entries: tuple[Entry, ...]
    digest: str

    def vocabulary(self) -> Vocabulary:
        """The words that its patterns speak of, with their right spellings."""
        vocabulary = Vocabulary(
            words for entry in self.entries for steps in entry.patterns for words in all_words(steps)
        )
        vocabulary.learn_spellings(self.spellings())
        return vocabulary

    def spellings(self) -> Iterator[str]:
        """The folded words of all examples: right spellings that misspelled words are compared with."""
        for entry in self.entries:
            for example in (*entry.examples, *entry.counterexamples):
                yield from fold_text(example).split()


def load_lexicon(folder: Path = HERE) -> Lexicon:
    """Read all `*.yml` of the folder. Raises LexiconError at the first thing that is wrong."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise LexiconError(folder, None, "no lexicon files here")
    digest = hashlib.sha256()
    contents: dict[Path, str] = {}
    for path in paths:
        try:
            raw = path.read_bytes()
            contents[path] = raw.decode("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise LexiconError(path, None, f"can't be read: {problem}") from problem
        digest.update(path.name.encode() + b"\0" + raw + b"\0")
    groups = _groups(folder / GROUPS_FILE, contents.pop(folder / GROUPS_FILE, ""))
    entries: list[Entry] = []
    ids: dict[str, Entry] = {}
    for path, content in contents.items():
        for entry in _entries(path, content, groups):
            if entry.id in ids:
                first = ids[entry.id]
                raise LexiconError(
                    path, entry.line, f"the id “{entry.id}” is already used in {first.path.name}:{first.line}"
                )
            ids[entry.id] = entry
            entries.append(entry)
    if not any(entry.kind == "risk" for entry in entries):
        raise LexiconError(folder, None, "no entry raises a level")
    return Lexicon(tuple(entries), digest.hexdigest()[:12])


class _Node:
    """A YAML node with its file and line, turned into plain values on demand."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self.path = path
        self.node = node
        self.line = node.start_mark.line + 1

    def error(self, problem: str) -> LexiconError:
        return LexiconError(self.path, self.line, problem)

    def items(self) -> list[_Node]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected here")
        return [_Node(self.path, node) for node in self.node.value]

    def fields(self) -> dict[str, _Node]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("“name: value” lines are expected here")
        fields: dict[str, _Node] = {}
        for key, value in self.node.value:
            name = _Node(self.path, key).text()
            if name in fields:
                raise _Node(self.path, key).error(f"“{name}” stands twice")
            fields[name] = _Node(self.path, value)
        return fields

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.error("a text is expected here")
        return str(self.node.value)

    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"

    def optional_text(self) -> str | None:
        return None if self.is_null() else self.text()

    def flag(self) -> bool:
        if self.text() not in ("true", "false"):
            raise self.error("true or false is expected here")
        return self.text() == "true"

    def level(self) -> int:
        if self.text() not in ("0", "1", "2", "3", "4"):
            raise self.error(f"a level is 0 to 4, not “{self.text()}”")
        return int(self.text())

    def one_of(self, choices: tuple[str, ...], what: str) -> str:
        if self.text() not in choices:
            raise self.error(f"“{self.text()}” is no {what}; there are: {', '.join(choices)}")
        return self.text()


def _root(path: Path, content: str) -> _Node | None:
    try:
        node = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise LexiconError(path, mark.line + 1 if mark else None, f"not YAML: {problem.problem}") from problem
    except yaml.YAMLError as problem:
        raise LexiconError(path, None, f"not YAML: {problem}") from problem
    return None if node is None else _Node(path, node)


def _groups(path: Path, content: str) -> dict[str, Words]:
    root = _root(path, content)
    groups: dict[str, Words] = {}
    for name, node in (root.fields() if root else {}).items():
        whole: set[str] = set()
        beginnings: set[str] = set()
        for item in node.text().split():
            try:
                words = read_words(item, groups)
            except PatternError as problem:
                raise node.error(f"group “{name}”: {problem}") from problem
            whole |= words.whole
            beginnings |= words.beginnings
        groups[name] = Words(frozenset(whole), frozenset(beginnings))
    return groups


def _entries(path: Path, content: str, groups: Mapping[str, Words]) -> Iterator[Entry]:
    root = _root(path, content)
    for node in root.items() if root else ():
        yield _entry(node, groups)


def _entry(node: _Node, groups: Mapping[str, Words]) -> Entry:
    fields = node.fields()
    if "id" not in fields:
        raise node.error("an entry needs an id")
    name = fields["id"].text()
    kinds = [kind for kind in ("level", "to", "says") if kind in fields]
    if len(kinds) != 1:
        raise node.error(f"“{name}” needs exactly one of level (raises), to (lowers) and says (a signal)")
    allowed = {"level": _RISK, "to": _GUARD, "says": _SIGNAL}[kinds[0]] | set(kinds) | _EVERY
    for field, value in fields.items():
        if field not in allowed:
            raise value.error(f"“{name}” has an unknown field “{field}”")
    for field in ("patterns", "examples"):
        if field not in fields or not fields[field].items():
            raise node.error(f"“{name}” needs {field}")
    common: dict[str, Any] = {
        "id": name,
        "patterns": _patterns(fields["patterns"], groups),
        "examples": _texts(fields, "examples"),
        "counterexamples": _texts(fields, "not"),
        "path": node.path,
        "line": node.line,
        "reviewed_by": fields["reviewed_by"].optional_text() if "reviewed_by" in fields else None,
        "reviewed_on": fields["reviewed_on"].optional_text() if "reviewed_on" in fields else None,
        "check_in": "check_in" in fields and fields["check_in"].flag(),
    }
    if kinds == ["says"]:
        return Entry(kind="signal", says=fields["says"].one_of(SIGNALS, "signal"), **common)  # type: ignore[arg-type]
    if kinds == ["to"]:
        named = fields["categories"].items() if "categories" in fields else []
        return Entry(
            kind="guard",
            level=fields["to"].level(),
            categories=frozenset(category.one_of(RISK_CATEGORIES, "category") for category in named),
            laughing="laughing" in fields and fields["laughing"].flag(),
            **common,
        )
    if "category" not in fields:
        raise node.error(f"“{name}” needs a category")
    about: Any = None
    if "about" in fields and not fields["about"].is_null():
        about = fields["about"].one_of(("self", "other"), "value of about")
    return Entry(
        kind="risk",
        level=fields["level"].level(),
        category=fields["category"].one_of(RISK_CATEGORIES, "category"),
        about=about,
        **common,
    )


def _patterns(node: _Node, groups: Mapping[str, Words]) -> tuple[Steps, ...]:
    patterns: list[Steps] = []
    for item in node.items():
        try:
            patterns.append(read_pattern(item.text(), groups))
        except PatternError as problem:
            raise item.error(f"pattern “{item.text()}”: {problem}") from problem
    return tuple(dict.fromkeys(patterns))


def _texts(fields: Mapping[str, _Node], name: str) -> tuple[str, ...]:
    return tuple(item.text() for item in fields[name].items()) if name in fields else ()
