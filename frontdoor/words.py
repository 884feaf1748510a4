"""What the house says, made of content/: lines, scripts, pages and the bot's replies, with all blanks filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from frontdoor.content import PLACEHOLDER, Article, Concern, Content, Phrase, Script, Theme, TopicGroup
from frontdoor.help_finder import said_help
from frontdoor.message import Button, Link, Said, Sender
from frontdoor.ports import BotUnavailable

if TYPE_CHECKING:
    from frontdoor.ports import Presence
    from frontdoor.routing import Plan

_CALLED = ("alo", "police", "ambulance")
_ADULTS = ("parent", "teacher", "professional")
_DISTRESSED = frozenset(("affirm_nothing", "deny_nothing", "not_that", "which_topic"))
"""Empty words that level 1 does not get: its script's words stand in their place."""

_DIRECTORY_TOPICS = frozenset(("emergency_numbers", "child_protection_unit", "how_to_report_online", "missing_child"))
"""Topics whose question for a service is answered by the directory alone."""

_MOST_TOPICS_AT_ONCE = 8
"""A theme with more shows its groups first."""

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
        self._named = content.named

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

    def menu(self, place: str = "") -> Said:
        """The themes; the groups of a theme ("internet"), or its topics where they are few; a group's topics.

        A group is named "internet/photos". What is not there is the menu of the themes.
        """
        name, _, part = place.partition("/")
        theme = self._content.themes.get(name)
        if theme is None:
            themes = tuple(Button(t.title["sq"], f"menu:{t.theme}") for t in self._content.themes.values())
            text = self.text("bot", "help_menu")
            return Said(Sender.SYSTEM, text, themes + self._phrase_buttons("bot", "help_menu"))
        group = next((g for g in theme.groups if g.name == part), None)
        title, buttons = (group.title if group else theme.title)["sq"], self._menu_buttons(theme, group)
        phrase = "menu_theme_adult" if theme.theme == "adults" else "menu_theme"
        return Said(Sender.SYSTEM, self.text("bot", phrase, theme=title), buttons)

    def _menu_buttons(self, theme: Theme, group: TopicGroup | None) -> tuple[Button, ...]:
        if group is None and len(theme.topics) > _MOST_TOPICS_AT_ONCE:
            groups = tuple(Button(g.title["sq"], f"menu:{theme.theme}/{g.name}") for g in theme.groups)
            return groups + self._phrase_buttons("bot", "menu_theme")
        shown = (group,) if group else theme.groups
        topics = tuple(self._topic_button(topic) for g in shown for topic in g.topics)
        pages = tuple(Button(page.title["sq"], page.do) for g in shown for page in g.pages)
        return topics + pages + self._phrase_buttons("bot", "menu_theme")

    def _topic_button(self, topic: str) -> Button:
        return Button(self._content.articles[topic].head.button, f"article:{topic}")

    def article(self, topic: str) -> Said:
        """An article as a page and as plain text, with its sources, its date and what is related."""
        page = self._page(self._content.articles[topic])
        return Said(
            sender=Sender.BOT,
            text=self._plain(page),
            kind="article",
            article=page,
            buttons=self._related(topic),
            links=_source_links(page),
        )

    def concern(self, do: str) -> Concern | None:
        """What a tap on "it concerns me" says of risk: `do` is concerns:<topic>; None for any other tap."""
        kind, _, topic = do.partition(":")
        article = self._content.articles.get(topic)
        return article.head.concern if kind == "concerns" and article else None

    def _related(self, topic: str) -> tuple[Button, ...]:
        related = self._content.articles[topic].head.related
        return tuple(self._topic_button(t) for t in related if t in self._content.articles)[:3]

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

    def from_bot(self, replies: Sequence[dict[str, Any]], *, level: int, speaker: str = "unknown") -> tuple[Said, ...]:
        """The bot's replies in our words; at level 2 each answer ends with the offer of a person.

        An article that is a sign in itself counts as its own level; where it asks whether it concerns the reader,
        that question offers the person. Raises BotUnavailable when there is nothing that can be said.
        """
        said: list[Said] = []
        adult = speaker == "adult"
        for reply in replies:
            custom = reply.get("custom") or {}
            article = self._content.articles.get(str(custom.get("topic")))
            if custom.get("kind") == "article" and article:
                level = max(level, article.head.level_floor)
            # who is given a text for adults is spoken to like one
            adult = adult or custom.get("audience") in _ADULTS or bool(article and article.head.register_ == "ju")
            said += self._reply(custom, level, adult=adult)
        if not said:
            raise BotUnavailable("the turn named nothing that content/ has")
        if (
            level == 2
            and said[-1].kind != "offer"
            and not any(button.do == "counsellor" for button in said[-1].buttons)
        ):
            said.append(self._bot_phrase("offer", adult))
        return tuple(said)

    def _reply(self, custom: dict[str, Any], level: int, *, adult: bool) -> tuple[Said, ...]:
        """One reply of the bot; nothing for what content/ does not have."""
        topic = custom.get("topic") if custom.get("topic") in self._content.articles else None
        topics = [str(t) for t in custom.get("topics") or () if t in self._content.articles]
        match custom.get("kind"):
            case "article" if topic:
                return self._answered(topic, custom, adult)
            case "simple" | "steps" | "source" | "more" if topic:
                return (self._about(topic, custom["kind"], adult),)
            case "help":
                return (self._help(topic, custom, adult),)
            case "choices" if topics:
                chosen = self._bot_phrase("choices", adult)
                return (replace(chosen, buttons=tuple(map(self._topic_button, topics)) + chosen.buttons),)
            case "audience" if custom.get("topics"):
                return (self._who_asks(tuple(custom["topics"])),)
            case "menu":
                return (replace(self.menu(custom.get("theme") or ""), sender=Sender.BOT),)
            case "fallback" if level == 1:
                return (self._distress(),)
            case "fallback":
                return (self._bot_phrase("fallback_1" if custom.get("times", 1) < 2 else "fallback_2", adult),)
            case "concerns" if level >= 2:
                # a yes to what was offered last, or once more to what is known: the person is one tap away
                return (self._bot_phrase("offer", adult),)
            case "concerns":
                return (self._distress() if level == 1 else self._bot_phrase("affirm_nothing", adult),)
            case "concerns_not" if topic and self._content.articles[topic].head.concern:
                return (self._bot_phrase("concern_no", adult),)
            case "concerns_not":
                return (self._distress() if level == 1 else self._bot_phrase("deny_nothing", adult),)
            case "phrase" if custom.get("name") in self._content.phrases["bot"]:
                name = str(custom["name"])
                if level == 1 and (name in _DISTRESSED or name.startswith("out_of_scope")):
                    return (self._distress(),)
                return (self._bot_phrase(name, adult),)
        return ()

    def _answered(self, topic: str, custom: dict[str, Any], adult: bool) -> tuple[Said, ...]:
        """An article, after the help near the place that was named, and before the question whether it concerns."""
        head = self._content.articles[topic].head
        service = custom.get("service") if topic in _DIRECTORY_TOPICS else None
        place = custom.get("municipality") or custom.get("country")
        if service:
            # The number or the place was asked for: that is the whole answer, the article one tap away.
            told = self._help(topic, {**custom, "service": service}, adult)
            return (replace(told, buttons=(self._topic_button(topic), *told.buttons)),)
        first = (self._help(topic, {**custom, "service": None}, adult),) if head.need and place else ()
        asked = () if head.concern is None or adult else (self._concerning(topic),)
        return (*first, self.article(topic), *asked)

    def _concerning(self, topic: str) -> Said:
        asked = self._phrase("bot", "concern", Sender.BOT)
        return replace(asked, buttons=(Button(self.text("bot", "concern_yes"), f"concerns:{topic}"), *asked.buttons))

    def _about(self, topic: str, what: str, adult: bool) -> Said:
        """What was asked about the answer just given: simpler, its steps, its source, or more."""
        article = self._content.articles[topic]
        page = self._page(article)
        related = self._related(topic)
        if what == "simple":
            text = page["simple"] or f"{self.text('bot', 'in_few_words')} {page['paragraphs'][0]}"
            return Said(Sender.BOT, text, related)
        if what == "steps":
            return Said(Sender.BOT, "\n".join((page["title"], *(f"• {step}" for step in page["steps"]))), related)
        if what == "source":
            text = f"{self.text('bot', 'source_where')}\n{self.sources_line(page)}"
            return Said(Sender.BOT, text, links=_source_links(page))
        more = self._bot_phrase("more_about", adult, title=page["title"])
        return replace(more, buttons=related + more.buttons)

    def _help(self, topic: str | None, custom: dict[str, Any], adult: bool) -> Said:
        """Who helps: from the directory where something in it was asked for, else what the article says."""
        article = self._content.articles[topic] if topic else None
        need = article.head.need if article else None
        place = {name: custom.get(name) for name in ("service", "municipality", "country")}
        if need or any(place.values()):
            need = None if place["service"] else need
            return said_help(self, self._content, need=need, audience="parent" if adult else "child", **place)
        told = self._bot_phrase("who_helps", adult)
        return replace(told, text=self._filled(article.help)) if article and article.help else told

    def _who_asks(self, audiences: Sequence[str]) -> Said:
        titles = self._content.phrases["bot"]
        buttons = tuple(Button(titles[f"audience_{who}"].sq, f"intent:audience_{who}") for who in audiences)
        return Said(Sender.BOT, self.text("bot", "audience_question"), buttons)

    def _bot_phrase(self, name: str, adult: bool, **fill: str) -> Said:
        """A phrase of the bot, in "ju" where an adult writes and there is such a form."""
        formal = f"{name}_adult" if f"{name}_adult" in self._content.phrases["bot"] else name
        return self._phrase("bot", formal if adult else name, Sender.BOT, "text", (), **fill)

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
            "register": head.register_,
            "paragraphs": [self._filled(p) for p in article.paragraphs],
            "steps": [self._filled(s) for s in article.steps],
            "help": self._filled(article.help),
            "simple": self._filled(article.simple) if article.simple else None,
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
            named.append(self.text("bot", "draft_note_adult" if page["register"] == "ju" else "draft_note"))
        return "\n".join(dict.fromkeys(named))

    def _filled(self, text: str, **fill: str) -> str:
        values = {**self._named, **fill}
        filled = PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)
        return _CLOSING_DOTS.sub(".", " ".join(filled.split(" "))).strip()


def _source_links(page: dict[str, Any]) -> tuple[Link, ...]:
    return tuple(
        Link(source["publisher"] or source["title"] or source["url"], source["url"])
        for source in page["sources"]
        if (source["url"] or "").startswith("https://")
    )
