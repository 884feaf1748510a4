"""The only reader of content/: articles, scripts, phrases and the directory of help, checked when the house starts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from frontdoor.assessment import RISK_CATEGORIES

PLACEHOLDER = re.compile(r"\{([a-z_]+|PERSON)\}")
ALWAYS_SHOWN = ("alo", "missing", "police", "ambulance", "fire", "emergency")
"""The numbers that are shown to children even while nobody has verified them."""


# ten times faster than the one in Python, which some builds of PyYAML have alone
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContentError(Exception):
    """A file of content/ is wrong: says which file, where in it, and what was expected."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseButton(_Shape):
    """A button under a phrase, with what it does."""

    title: Mapping[str, str]
    do: str


class Phrase(_Shape):
    """A text of the house, Albanian first."""

    sq: str
    en: str | None = None
    buttons: tuple[PhraseButton, ...] = ()


class Follow(_Shape):
    """What follows an answer: a step, a level (upwards only), a place in the queue."""

    step: str | None = None
    level: int | None = Field(default=None, ge=0, le=4)
    queue: bool = False


class Step(_Shape):
    """A step of a script: what is said, one question, and what follows each answer."""

    text: str
    question: str | None = None
    yes: Follow | None = None
    no: Follow | None = None
    one: Follow | None = None
    other: Follow | None = None
    silence: Follow | None = None


class Script(_Shape):
    """What is said while a person is awaited, for a category, its levels, about whom and to whom."""

    id: str
    category: str
    levels: tuple[int, ...]
    about: Literal["self", "other", "any"] = "any"
    speaker: Literal["child", "adult", "any"] = "any"
    first: str = "start"
    steps: Mapping[str, Step]

    @property
    def digest(self) -> str:
        """What a person signs: the SHA-256 of all that the script can say."""
        said = self.model_dump_json(exclude={"levels"}, exclude_none=True)
        return hashlib.sha256(said.encode()).hexdigest()


class Help(_Shape):
    """An entry of the directory of help; without municipality and county it is for the whole country.

    `country` stands for help outside Albania, and `service` for what the entry is there, like "police".
    """

    slug: str
    name: str
    number: str | None = None
    url: str | None = None
    address: str | None = None
    audience: tuple[str, ...]
    always: bool = False
    hours: str | None = None
    need: tuple[str, ...] = ()
    municipality: str | None = None
    county: str | None = None
    country: str | None = None
    service: str | None = None
    verified: bool
    verified_on: date | None = None
    source: str | None = None
    note: str | None = None

    @property
    def shown(self) -> str | None:
        """The number, or the address without its scheme, that a child may be shown; None while unverified."""
        if not (self.verified or self.always):
            return None
        return self.number or (re.sub(r"^https?://(www\.)?", "", self.url).rstrip("/") if self.url else None)


class ArticleSource(_Shape):
    """Where a group of facts comes from; what is not known is empty."""

    id: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    year: int | None = None
    facts: str | None = None
    verified: bool


class Concern(_Shape):
    """What it means when a reader says that an article's matter concerns them: a category and a level of risk."""

    category: str
    level: int = Field(ge=2, le=4)


class ArticleHead(_Shape):
    """The head of an article."""

    title: str
    button: str = Field(max_length=30)
    topic: str
    theme: str
    audience: Literal["child", "parent", "teacher", "professional"]
    register_: Literal["ti", "ju"] = Field(alias="register")
    sources: tuple[ArticleSource, ...]
    reviewed_by: str | None
    reviewed_on: date | None
    written_on: date
    review_by: date
    related: tuple[str, ...] = ()
    level_floor: int = 0
    concern: Concern | None = None
    need: str | None = None


class Article(BaseModel):
    """An article: its head, and its body in the parts that a page shows."""

    model_config = ConfigDict(frozen=True)
    head: ArticleHead
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...]
    help: str
    simple: str | None


class TopicGroup(_Shape):
    """Topics that stand together in the menu; `pages` are buttons to something else than an article."""

    name: str
    title: Mapping[str, str]
    topics: tuple[str, ...]
    pages: tuple[PhraseButton, ...] = ()


class Theme(_Shape):
    """A theme of the menu with its topics in groups."""

    theme: str
    title: Mapping[str, str]
    groups: tuple[TopicGroup, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics of the theme in the menu's order."""
        return tuple(topic for group in self.groups for topic in group.topics)


class Signature(_Shape):
    """A person's signature under a script's digest."""

    digest: str
    signed_by: str
    signed_on: date


class Content:
    """All of content/, read once; raises ContentError when anything in it is wrong."""

    def __init__(self, root: Path) -> None:
        """`root` is the folder content/."""
        self._root = root
        self.directory = self._directory()
        self.phrases: dict[str, dict[str, Phrase]] = {
            path.stem: self._phrases(path) for path in sorted((root / "phrases").glob("*.yml"))
        }
        self.scripts = {script.id: script for script in self._scripts()}
        self.articles = {article.head.topic: article for article in self._articles()}
        self.themes = {theme.theme: theme for theme in self._list(root / "themes.yml", None, Theme)}
        self.signatures = {
            signature.digest: signature for signature in self._list(root / "signatures.yml", "signatures", Signature)
        }
        self._check_placeholders()
        self._check_menu()

    def number(self, slug: str) -> str:
        """The number to show for one of the six that are always shown."""
        return self.directory[slug].number or ""

    @property
    def numbers(self) -> dict[str, str]:
        """The six numbers that are always shown, by slug: what placeholders are filled from."""
        return {slug: self.number(slug) for slug in ALWAYS_SHOWN}

    @property
    def named(self) -> dict[str, str]:
        """What each entry's placeholder becomes: its number or address where children may see it, else its name.

        The six that are always shown stand there with their numbers, verified or not.
        """
        return {slug: entry.shown or entry.name for slug, entry in self.directory.items()}

    @property
    def signed_scripts(self) -> int:
        """How many scripts carry a person's signature as they stand."""
        return sum(script.digest in self.signatures for script in self.scripts.values())

    def script_for(self, category: str, level: int, about: str, speaker: str) -> Script:
        """The most specific script; raises ContentError when nothing fits, which the start has ruled out."""
        fitting = [
            script
            for script in self.scripts.values()
            if level in script.levels
            and script.category in (category, "any")
            and script.about in (about, "any")
            and script.speaker in (("adult",) if speaker == "adult" else ("child",)) + ("any",)
            and not script.id.startswith(("check-in", "level-2-second"))
        ]
        if not fitting:
            raise ContentError(f"no script for {category} at level {level}, about {about}, speaker {speaker}")
        return max(
            fitting,
            key=lambda s: (s.category == category, s.speaker == "adult", s.about != "any", s.speaker != "any"),
        )

    def _read(self, path: Path) -> Any:
        try:
            return yaml.load(self._text(path), Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            raise ContentError(f"{self._name(path)}{line}: {getattr(error, 'problem', error)}") from error

    def _text(self, path: Path) -> str:
        try:
            return path.read_text("utf-8")
        except OSError as error:
            raise ContentError(f"{self._name(path)}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ContentError(f"{self._name(path)}: byte {error.start} is not UTF-8") from error

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._root.parent))

    def _shape[S: BaseModel](self, path: Path, where: str, shape: type[S], data: Any) -> S:
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(str(part) for part in (where, *first["loc"]))
            raise ContentError(f"{self._name(path)}, {at}: {first['msg']}") from error

    def _list[S: BaseModel](self, path: Path, key: str | None, shape: type[S]) -> Iterator[S]:
        data = self._read(path)
        if key is not None:
            data = (data or {}).get(key)
        if not isinstance(data, list):
            raise ContentError(f"{self._name(path)}: a list was expected{f' under {key!r}' if key else ''}")
        for index, entry in enumerate(data):
            name = entry.get("slug") or entry.get("id") or index if isinstance(entry, dict) else index
            yield self._shape(path, str(name), shape, entry)

    def _directory(self) -> dict[str, Help]:
        path = self._root / "directory.yml"
        entries: dict[str, Help] = {}
        for entry in self._list(path, "entries", Help):
            if entry.slug in entries:
                raise ContentError(f"{self._name(path)}, {entry.slug}: there is another entry of this name")
            entries[entry.slug] = entry
        for slug in ALWAYS_SHOWN:
            if slug not in entries or not entries[slug].number or not entries[slug].always:
                raise ContentError(f"{self._name(path)}: {slug} must be there, with a number and `always: true`")
        return entries

    def _phrases(self, path: Path) -> dict[str, Phrase]:
        data = self._read(path)
        if not isinstance(data, dict):
            raise ContentError(f"{self._name(path)}: names with their texts were expected")
        return {name: self._shape(path, name, Phrase, entry) for name, entry in data.items()}

    def _scripts(self) -> Iterator[Script]:
        seen: set[str] = set()
        for path in sorted((self._root / "scripts").glob("*.yml")):
            for script in self._list(path, None, Script):
                if script.id in seen:
                    raise ContentError(f"{self._name(path)}, {script.id}: there is another script of this name")
                seen.add(script.id)
                if script.category != "any" and script.category not in RISK_CATEGORIES:
                    raise ContentError(f"{self._name(path)}, {script.id}: unknown category {script.category!r}")
                named = {script.first} | {
                    follow.step
                    for step in script.steps.values()
                    for follow in (step.yes, step.no, step.one, step.other, step.silence)
                    if follow and follow.step
                }
                for missing in named - set(script.steps):
                    raise ContentError(f"{self._name(path)}, {script.id}: step {missing!r} is named but not there")
                yield script

    def _articles(self) -> Iterator[Article]:
        for path in sorted((self._root / "articles").glob("*.md")):
            text = self._text(path)
            parts = text.split("---\n", 2)
            if len(parts) != 3 or parts[0].strip():
                raise ContentError(f"{self._name(path)}: a head between two lines of --- was expected")
            try:
                data = yaml.load(parts[1], Loader=_Loader)
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                line = f", line {mark.line + 2}" if mark else ""
                raise ContentError(f"{self._name(path)}{line}: {getattr(error, 'problem', error)}") from error
            head = self._shape(path, "head", ArticleHead, data)
            if head.topic != path.stem:
                raise ContentError(f"{self._name(path)}: topic {head.topic!r} must be the file's name")
            yield self._body(path, head, parts[2])

    def _body(self, path: Path, head: ArticleHead, body: str) -> Article:
        opening, *sections = re.split(r"^## +", body, flags=re.MULTILINE)
        named = {title.strip(): text.strip() for title, _, text in (section.partition("\n") for section in sections)}
        unknown = set(named) - {
            "Çfarë mund të bësh",
            "Çfarë mund të bëni",
            "Kush të ndihmon",
            "Kush ju ndihmon",
            "Më thjesht",
        }
        if unknown:
            raise ContentError(f"{self._name(path)}: unknown heading {sorted(unknown)[0]!r}")
        steps = named.get("Çfarë mund të bësh") or named.get("Çfarë mund të bëni") or ""
        return Article(
            head=head,
            paragraphs=tuple(" ".join(p.split()) for p in opening.strip().split("\n\n") if p.strip()),
            steps=tuple(" ".join(line[1:].split()) for line in steps.split("\n") if line.startswith("-")),
            help=" ".join((named.get("Kush të ndihmon") or named.get("Kush ju ndihmon") or "").split()),
            simple=" ".join(named["Më thjesht"].split()) if "Më thjesht" in named else None,
        )

    def _check_menu(self) -> None:
        """Each article is found from the menu, in its theme; the menu and related topics lead to articles."""
        offered = {topic: theme.theme for theme in self.themes.values() for topic in theme.topics}
        for topic, article in self.articles.items():
            if offered.get(topic) != article.head.theme:
                raise ContentError(f"content/themes.yml: {topic} must stand under {article.head.theme}")
            if article.head.concern and article.head.concern.category not in RISK_CATEGORIES:
                raise ContentError(f"article {topic}: unknown category {article.head.concern.category!r}")
        for topic in offered.keys() - self.articles.keys():
            raise ContentError(f"content/themes.yml: there is no article {topic}")

    def _check_placeholders(self) -> None:
        """Numbers and addresses stand only in the directory: scripts may name six, articles all that it has."""
        said = [
            (f"script {s.id}", step.text + (step.question or ""), {*ALWAYS_SHOWN, "PERSON"})
            for s in self.scripts.values()
            for step in s.steps.values()
        ]
        said += [
            (f"article {topic}", " ".join((*a.paragraphs, *a.steps, a.help, a.simple or "")), set(self.directory))
            for topic, a in self.articles.items()
        ]
        for where, text, known in said:
            for name in PLACEHOLDER.findall(text):
                if name not in known:
                    raise ContentError(f"{where}: {{{name}}} is not an entry of the directory")
