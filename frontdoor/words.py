"""What the house says, made of content/: lines, scripts, pages and the bot's replies, with all blanks filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from frontdoor.content import PLACEHOLDER, Article, Content, Phrase, Script
from frontdoor.message import Button, Link, Said, Sender
from frontdoor.ports import BotUnavailable

if TYPE_CHECKING:
    from frontdoor.ports import Presence
    from frontdoor.routing import Plan

_CALLED = ("alo", "police", "ambulance")
_CLOSING_DOTS = re.compile(r"\.\.+")


def _shown(day: str) -> str:
    """A date as Albanian readers write it: 22.11.2026."""
    year, month, of_month = day.split("-")
    return f"{int(of_month)}.{int(month)}.{year}"


class Words:
    """Turns names into Said: what is said, by whom, with which buttons."""

    def __init__(self, content: Content) -> None:
        """`content` has been checked already."""
        self._content = content
        self._numbers = content.numbers

    def text(self, file: str, name: str, locale: str = "sq", **fill: str) -> str:
        """A phrase as plain text; raises KeyError for a name that content/ does not have."""
        phrase = self._content.phrases[file][name]
        return self._filled(phrase.en if locale == "en" and phrase.en else phrase.sq, **fill)

    def line(self, name: str, speaker: str = "unknown", **fill: str) -> Said:
        """A line of the system to the visitor, from content/phrases/system.yml; adults get theirs with "ju"."""
        name = self._for(name, speaker)
        return self._phrase("system", name, Sender.SYSTEM, "line", (), **fill)

    def error(self, code: str) -> str:
        """What a visitor reads when something failed; each says what is kept and names the helpline."""
        return self.text("errors", code)

    def opening(self) -> Said:
        """The first words: who speaks, who reads, and where help is."""
        return self._phrase("bot", "opening", Sender.BOT, "text", extra=self._phrase_buttons("bot", "greet"))

    def emergency_card(self) -> Said:
        """The numbers with what each is for: the answer to the safe word."""
        return self.line("emergency_card")

    def queued(self, presence: Presence, speaker: str, *, live: bool) -> tuple[Said, ...]:
        """Told on entering the queue by wish; the truth when nobody is on shift.

        A `live` channel shows beside the talk what happens to what is written meanwhile.
        """
        if presence.on_shift == 0:
            nobody = self.line("person_nobody", speaker)
            return (nobody,) if live else (nobody, self.line("searching_nobody", speaker))
        return (self.line("queued", speaker, position=str(presence.waiting + 1)),)

    def other_language(self, language: str) -> Said | None:
        """One sentence in the visitor's language, where we have one."""
        name = f"other_language_{language}"
        return self._phrase("bot", name, Sender.BOT, "text") if name in self._content.phrases["bot"] else None

    def page(self, do: str) -> tuple[Said, ...] | None:
        """A page that the visitor opened by a tap: an article, a menu, the breathing exercise; else None."""
        kind, _, name = do.partition(":")
        if kind == "article" and name in self._content.articles:
            return (self.article(name),)
        if kind == "breathing":
            return (self._phrase("bot", "breathing", Sender.SYSTEM, "article"),)
        if kind == "menu":
            return (self.menu(name),)
        return None

    def menu(self, theme: str = "") -> Said:
        """The themes, or the topics of one."""
        name = f"menu_{theme}" if f"menu_{theme}" in self._content.phrases["bot"] else "help_menu"
        return self._phrase("bot", name, Sender.SYSTEM, "text")

    def article(self, topic: str) -> Said:
        """An article as a page and as plain text, with its sources, its date and what is related."""
        article = self._content.articles[topic]
        page = self._page(article)
        related = [t for t in article.head.related if t in self._content.articles][:3]
        return Said(
            sender=Sender.BOT,
            text=self._plain(page),
            kind="article",
            article=page,
            buttons=tuple(Button(self._content.articles[t].head.title, f"article:{t}") for t in related),
            links=tuple(
                Link(source["publisher"] or source["title"] or source["url"], source["url"])
                for source in page["sources"]
                if (source["url"] or "").startswith("https://")
            ),
        )

    def script(self, name: str) -> Script:
        """A script by its id."""
        return self._content.scripts[name]

    def script_for(self, plan: Plan) -> Script:
        """The script for what the plan has found."""
        category = plan.categories[0] if plan.categories else "any"
        return self._content.script_for(category, plan.level, plan.about, plan.speaker)

    def step(self, script: Script, step: str, plan: Plan, presence: Presence) -> Said:
        """One step of a script as it is said: the person filled in truthfully, one question at its end."""
        told = script.steps[step]
        person = self._for("person_on_shift" if presence.on_shift else "person_nobody", script.speaker)
        text = " ".join(part for part in (told.text.strip(), (told.question or "").strip()) if part)
        return Said(
            sender=Sender.SYSTEM,
            text=self._filled(text, PERSON=self.text("system", person)),
            kind="script",
            links=self._calls(text, plan.level),
            buttons=self._script_buttons(plan, bool(told.question)),
        )

    def bot_down(self) -> Said:
        """What is said when the bot gives no answer."""
        return self._phrase("system", "bot_down", Sender.SYSTEM, "line")

    def from_bot(self, replies: Sequence[dict[str, Any]], *, level: int) -> tuple[Said, ...]:
        """The bot's replies in our words; at level 2 each answer ends with the offer of a person.

        Raises BotUnavailable when there is nothing in them that can be said.
        """
        said = [words for reply in replies if (words := self._reply(reply, level)) is not None]
        if not said:
            raise BotUnavailable("the turn named nothing that content/ has")
        if level == 2 and said[-1].kind != "offer":
            offer = self._phrase("bot", "offer", Sender.BOT, "text")
            said.append(offer)
        return tuple(said)

    def _reply(self, reply: dict[str, Any], level: int) -> Said | None:
        custom = reply.get("custom") or {}
        match custom.get("kind"):
            case "article" if custom.get("topic") in self._content.articles:
                return self.article(custom["topic"])
            case "menu":
                menu = self.menu(custom.get("theme") or "")
                return Said(Sender.BOT, menu.text, menu.buttons, menu.links)
            case "fallback" if level == 1:
                return self._distress()
            case "fallback":
                return self._phrase("bot", "fallback_1" if custom.get("times", 1) < 2 else "fallback_2", Sender.BOT)
            case "phrase" if custom.get("name") in self._content.phrases["bot"]:
                if level == 1 and custom["name"] in ("out_of_scope", "affirm_nothing", "deny_nothing"):
                    return self._distress()
                return self._phrase("bot", custom["name"], Sender.BOT)
        return None

    def _distress(self) -> Said:
        """Level 1 without an article: the words of its script."""
        script = self._content.script_for("any", 1, "self", "unknown")
        told = script.steps[script.first]
        text = " ".join(part for part in (told.text.strip(), (told.question or "").strip()) if part)
        return Said(Sender.BOT, self._filled(text, PERSON=""), self._phrase_buttons("bot", "offer"))

    def _phrase(
        self, file: str, name: str, sender: Sender, kind: str = "text", extra: tuple[Button, ...] = (), **fill: str
    ) -> Said:
        return Said(
            sender=sender,
            text=self.text(file, name, **fill),
            buttons=self._phrase_buttons(file, name) + extra,
            kind=kind,
        )

    def _phrase_buttons(self, file: str, name: str) -> tuple[Button, ...]:
        phrase: Phrase = self._content.phrases[file][name]
        return tuple(Button(button.title["sq"], button.do) for button in phrase.buttons)

    def _script_buttons(self, plan: Plan, asks: bool) -> tuple[Button, ...]:
        """Level 3–4: what may be read meanwhile, and «not so»; level 2: a person, or not now."""
        titles = self._content.phrases["system"]
        if plan.level >= 3:
            return (
                Button(titles["read_meanwhile"].sq, "breathing"),
                Button(titles["not_so"].sq, "not_so"),
            )
        return (Button(titles["counsellor"].sq, "counsellor"),) if plan.level == 2 or asks else ()

    def _calls(self, text: str, level: int) -> tuple[Link, ...]:
        """The numbers that a script names, as links to call; at level 3–4 the helpline's always."""
        named = [slug for slug in PLACEHOLDER.findall(text) if slug in _CALLED]
        if level >= 3:
            named.append("alo")
        return tuple(
            Link(self.text("visitor", f"emergency_{slug}"), f"tel:{self._numbers[slug].replace(' ', '')}")
            for slug in dict.fromkeys(named)
        )

    def _for(self, name: str, speaker: str) -> str:
        """The name of the phrase for an adult, where there is one and an adult writes."""
        adult = f"{name}_adult"
        return adult if speaker == "adult" and adult in self._content.phrases["system"] else name

    def _page(self, article: Article) -> dict[str, Any]:
        head = article.head
        reviewed = head.reviewed_on
        return {
            "topic": head.topic,
            "title": head.title,
            "paragraphs": [self._filled(p) for p in article.paragraphs],
            "steps": [self._filled(s) for s in article.steps],
            "help": self._filled(article.help),
            "short": self._filled(article.short) if article.short else None,
            "sources": [
                {"publisher": s.publisher, "title": s.title, "year": s.year, "url": s.url} for s in head.sources
            ],
            "draft": reviewed is None,
            "reviewed_on": reviewed.isoformat() if reviewed else None,
            "written_on": head.written_on.isoformat(),
        }

    def _plain(self, page: dict[str, Any]) -> str:
        parts = [page["title"], *page["paragraphs"]]
        if page["steps"]:
            parts.append("\n".join(f"• {step}" for step in page["steps"]))
        if page["help"]:
            parts.append(page["help"])
        parts.append(self.sources_line(page))
        return "\n\n".join(parts)

    def sources_line(self, page: dict[str, Any]) -> str:
        """Sources and date of an article in one line; a draft says that it is one."""
        named = []
        for source in page["sources"]:
            publisher = source["publisher"] or source["title"]
            if publisher:
                year = {"year": str(source["year"])} if source["year"] else {}
                name = "source_with_year" if year else "source_without_year"
                named.append(self.text("bot", name, publisher=publisher, **year))
        dated = "reviewed_line" if page["reviewed_on"] else "written_line"
        named.append(self.text("bot", dated, date=_shown(page["reviewed_on"] or page["written_on"])))
        if page["draft"]:
            named.append(self.text("bot", "draft_note"))
        return "\n".join(dict.fromkeys(named))

    def _filled(self, text: str, **fill: str) -> str:
        values = {**self._numbers, **fill}
        filled = PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)
        return _CLOSING_DOTS.sub(".", " ".join(filled.split(" "))).strip()
