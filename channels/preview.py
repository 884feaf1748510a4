"""`python -m channels.preview` (`make content`): checks the texts, and shows articles as each channel shows them."""

from __future__ import annotations

import argparse
import difflib
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

from channels import telegram, web
from channels.telegram.writing import keyboard, shown
from frontdoor import safe_messaging
from frontdoor.content import Content, ContentError
from frontdoor.message import Message
from frontdoor.safe_messaging import Finding, Severity
from frontdoor.settings import ROOT
from frontdoor.spelling import INSTALL, OwnWords, Spelling, dictionary, find_dictionary
from frontdoor.words import Words

WIDTH = 78
_SHOWN_WARNINGS = 3
_UNREADABLE = 'Një tekst nuk lexohet dot. Gabimi është te rreshti i poshtëm; shih docs/editing.md, "Kur del gabim".'
_REASONS = {
    "Field required": "mungon ky rresht i kokës",
    "Extra inputs are not permitted": "ky rresht nuk njihet; kontrollo si është shkruar emri",
    "should have at most 30 characters": "lejohen deri në 30 shkronja",
    "valid date": "data shkruhet kështu: 2026-11-22",
    "valid integer": "këtu duhet numër, pa thonjëza",
    "valid boolean": "këtu shkruhet true ose false",
    "'ti' or 'ju'": "këtu shkruhet ti ose ju",
    "'child', 'parent'": "këtu shkruhet child, parent, teacher ose professional",
    "valid string": "këtu duhet tekst, brenda thonjëzave",
    "mapping values are not allowed": "teksti që ka dy pika (:) futet brenda thonjëzave",
    "a head between two lines": "koka nis dhe mbaron me nga një rresht ---",
    "unknown heading": "ky titull pjese nuk njihet; shih docs/editing.md",
    "is not an entry of the directory": "ky emër në kllapa nuk është te content/directory.yml",
    "must be the file's name": "«topic» duhet të jetë si emri i skedarit",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """The texts of the house with all that was found in them."""

    content: Content
    words: Words
    findings: tuple[Finding, ...]
    spelled: bool

    def say(self, name: str, /, **fill: str) -> str:
        """A phrase of content/phrases/checks.yml."""
        return self.words.text("checks", name, **fill)

    def of(self, topic: str) -> tuple[Finding, ...]:
        """What was found in one article, or everything where no article is named."""
        return tuple(f for f in self.findings if not topic or f.where.startswith(f"articles/{topic}.md,"))


def check(root: Path, today: date) -> Checked:
    """Reads and checks all of content/; raises ContentError when it cannot be read."""
    content = Content(root)
    words = Words(content)

    def say(name: str, /, **fill: str) -> str:
        return words.text("checks", name, **fill)

    spelling = None
    if found := find_dictionary():
        spelling = Spelling(dictionary(found), OwnWords.read((root / "words.txt").read_text("utf-8")))
    findings = safe_messaging.check(content, safe_messaging.bodies(root), today, say, spelling)
    return Checked(content, words, tuple(findings), spelling is not None)


def main(arguments: Sequence[str], out: TextIO, root: Path = ROOT / "content", today: date | None = None) -> int:
    """The exit code: 0 good, 1 something must be mended, 2 there is no such article."""
    parser = argparse.ArgumentParser(prog="make content", description=__doc__)
    parser.add_argument("topic", nargs="?", default="", help="one article, by the name of its file")
    parser.add_argument("--report", action="store_true", help="the report alone, without the preview")
    parser.add_argument("--all", action="store_true", help="each warning, not only the first of a kind")
    options = parser.parse_args(arguments)
    topic = Path(options.topic).name.removesuffix(".md")
    try:
        checked = check(root, today or date.today())
    except ContentError as error:
        _print(out, [_UNREADABLE, _explained(str(error))])
        return 1
    if topic and topic not in checked.content.articles:
        _print(out, [_no_article(checked, topic)])
        return 2
    if not options.report:
        for name in [topic] if topic else checked.content.articles:
            _print(out, [*preview(checked, name), ""])
    _print(out, report(checked, topic, today or date.today(), everything=options.all or bool(topic)))
    return 1 if any(finding.severity is Severity.ERROR for finding in checked.of(topic)) else 0


def preview(checked: Checked, topic: str) -> Iterator[str]:
    """An article as the page shows its parts, and as Telegram's messages with their buttons."""
    said = checked.words.article(topic)
    message = Message(
        id=1,
        sender=said.sender,
        text=said.text,
        at=datetime(2000, 1, 1, tzinfo=UTC),
        buttons=said.buttons,
        links=said.links,
        kind=said.kind,
        article=said.article,
    )
    yield _ruled(f"{topic} · {checked.say('preview_web')}")
    yield from _on_the_page(checked, web.message_frame(message))
    parts = telegram.split(shown(message))
    for number, part in enumerate(parts, 1):
        yield _ruled(f"{topic} · {checked.say('preview_telegram', n=str(number), of=str(len(parts)))}")
        yield from _wrapped(part)
        buttons = keyboard(message.buttons) if number == len(parts) else None
        if buttons is not None:
            yield ""
            yield from (f"  [ {button.text} ]" for row in buttons.inline_keyboard for button in row)


def _on_the_page(checked: Checked, frame: dict[str, Any]) -> Iterator[str]:
    """The parts of the frame that the chat page gets, in the order in which it shows them."""
    page, text = frame["article"], checked.words.text
    yield from (page["title"].upper(), "")
    if page["simple"]:
        yield from (f"  [ {text('visitor', 'more_simple')} ]", "")
    for paragraph in page["paragraphs"]:
        yield from (*_wrapped(paragraph), "")
    yield text("visitor", "article_steps_adult" if page["register"] == "ju" else "article_steps")
    for number, step in enumerate(page["steps"], 1):
        yield from _wrapped(step, f"{number}. ", "   ")
    yield from ("", *_wrapped(page["help"]), "")
    yield from _wrapped(checked.words.sources_line(page))
    if page["simple"]:
        yield from ("", text("visitor", "more_simple"), *_wrapped(page["simple"]))
    if "buttons" in frame:
        yield from ("", *(f"  [ {button['title']} ]" for button in frame["buttons"]))


def report(checked: Checked, topic: str, today: date, *, everything: bool) -> Iterator[str]:
    """What was found and how the texts stand: how many, unsigned, unverified, about to expire."""
    content, say = checked.content, checked.say
    found = checked.of(topic)
    errors = [f for f in found if f.severity is Severity.ERROR]
    warnings = [f for f in found if f.severity is Severity.WARNING]
    yield _ruled(say("report_of", topic=topic) if topic else say("report"))
    for finding in errors:
        yield from _finding(checked, finding)
    yield from _warnings(checked, warnings, everything=everything)
    articles = [content.articles[topic]] if topic else list(content.articles.values())
    sources = [source for article in articles for source in article.head.sources]
    left = [(article.head.review_by - today).days for article in articles]

    def of(some: int, all_: int) -> str:
        return say("report_of_all", n=str(some), of=str(all_))

    texts = safe_messaging.visitor_texts(content, say)
    rows = [
        ("report_articles", str(len(articles))),
        ("report_drafts", of(sum(a.head.reviewed_on is None for a in articles), len(articles))),
        ("report_unverified", of(sum(not source.verified for source in sources), len(sources))),
        ("report_expiring", str(sum(days <= safe_messaging.WARN_DAYS for days in left))),
    ]
    if not topic:
        scripts, entries = len(content.scripts), content.directory.values()
        rows[:1] = [("report_texts", str(len(texts))), rows[0]]
        rows += [
            ("report_scripts", of(scripts - content.signed_scripts, scripts)),
            ("report_directory", of(sum(not entry.verified for entry in entries), len(entries))),
        ]
    rows += [("report_warnings", str(len(warnings))), ("report_errors", str(len(errors)))]
    days = str(safe_messaging.WARN_DAYS)
    for name, value in rows:
        label = say(name, n=days)
        yield f"{label} {'.' * (60 - len(label))} {value}"
    if not checked.spelled:
        yield from _wrapped(say("spelling_unchecked", command=INSTALL))
    yield ""
    yield say("report_bad" if errors else "report_good")


def _finding(checked: Checked, finding: Finding) -> Iterator[str]:
    level = checked.say(f"level_{finding.severity.value}")
    yield from _wrapped(f"{level}  {finding.where}", "", "  ")
    if finding.words:
        yield from _wrapped(f"«{finding.words}»", "  ", "  ")
    yield from (*_wrapped(f"→ {finding.advice}", "  ", "    "), "")


def _warnings(checked: Checked, warnings: Sequence[Finding], *, everything: bool) -> Iterator[str]:
    kinds: dict[str, list[Finding]] = {}
    for finding in warnings:
        kinds.setdefault(finding.rule, []).append(finding)
    for alike in kinds.values():
        for finding in alike if everything else alike[:_SHOWN_WARNINGS]:
            yield from _finding(checked, finding)
        if not everything and len(alike) > _SHOWN_WARNINGS:
            yield from (checked.say("report_more", n=str(len(alike) - _SHOWN_WARNINGS)), "")


def _no_article(checked: Checked, topic: str) -> str:
    like = difflib.get_close_matches(topic, checked.content.articles, 1)
    if like:
        return checked.say("no_article_like", topic=topic, like=like[0])
    return checked.say("no_article", topic=topic)


def _explained(error: str) -> str:
    """The error with its reason in Albanian, where it is one of those that happen when an article is edited."""
    reason = next((said for shape, said in _REASONS.items() if shape in error), "")
    return f"{error}\n→ {reason}." if reason else error


def _ruled(title: str) -> str:
    return f"── {title} ".ljust(WIDTH, "─")


def _wrapped(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    for line in text.split("\n"):
        yield from textwrap.wrap(
            line, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
        ) or [""]


def _print(out: TextIO, lines: Sequence[str] | Iterator[str]) -> None:
    for line in lines:
        print(line, file=out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
