"""Where help is: finds the entries of the directory that fit a question, and says them.

What has not been checked is at most named; numbers and addresses are told only of checked entries and of the six
that are always shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from frontdoor.content import Content, Help
from frontdoor.message import Button, Link, Said, Sender
from language.places import COUNTRIES, MUNICIPALITIES, Municipality

if TYPE_CHECKING:
    from frontdoor.words import Words

CHILD_PROTECTION = "child_protection"
EMERGENCY = ("police", "ambulance", "fire", "emergency")
"""Services that have one number for a whole country, and 112 beside it."""

_MOST_NAMED = 3
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class HelpFound:
    """What the directory has for a question, nearest first.

    `shown` may be told with its contacts. `named` has not been checked: its names alone may be told. `in_place` says
    that what was found belongs to the municipality that was asked for, `instead` that it is the common emergency
    number for a service that is not known there, `asks_place` that naming a municipality would help. `danger` is whom
    to call there in danger.
    """

    service: str | None
    need: str | None
    municipality: Municipality | None
    country: str | None
    shown: tuple[Help, ...]
    named: tuple[Help, ...]
    in_place: bool
    instead: bool
    asks_place: bool
    danger: Help

    @property
    def child_protection(self) -> bool:
        """Whether the question was for a child protection unit in Albania."""
        return self.country is None and CHILD_PROTECTION in (self.service, self.need)


def find_help(
    content: Content,
    *,
    need: str | None = None,
    service: str | None = None,
    municipality: str | None = None,
    country: str | None = None,
    audience: str = "child",
) -> HelpFound:
    """The entries for a service ("police", a slug) or a need ("hiv_test"), without either those for danger.

    A municipality that is not in our list, or a country, is as if none had been named. With both the municipality
    counts. What the asker's audience is not meant to see is left out.
    """
    place = MUNICIPALITIES.get(municipality or "")
    there = country if country in COUNTRIES and not place else None
    visible = [
        entry
        for entry in content.directory.values()
        if entry.country == there and (entry.always or audience in entry.audience)
    ]
    fitting = _fitting(visible, service, need)
    near = [entry for entry in fitting if _distance(entry, place) is not None]
    near.sort(key=lambda entry: _distance(entry, place) or 0)
    shown = [entry for entry in near if _may_be_shown(entry)][:_MOST_SHOWN]
    danger = _danger(content, visible, there)
    instead = bool(there and not shown and service in EMERGENCY)
    if instead:
        shown = [_emergency(content, visible)]
    hidden = [] if shown else [entry for entry in near if not _may_be_shown(entry)]
    named = [entry for entry in hidden if _distance(entry, place) == _distance(hidden[0], place)]
    nearest = (shown or named)[:1]
    return HelpFound(
        service=service,
        need=need,
        municipality=place,
        country=there,
        shown=tuple(shown),
        named=tuple(named[:_MOST_NAMED]),
        in_place=bool(place and nearest and nearest[0].municipality == place.slug),
        instead=instead,
        asks_place=place is None and any(entry.municipality and _says_something(entry) for entry in fitting),
        danger=danger,
    )


def said_help(
    words: Words,
    content: Content,
    need: str | None = None,
    service: str | None = None,
    municipality: str | None = None,
    country: str | None = None,
    audience: str = "child",
) -> Said:
    """The answer to a question for help, with links to call and the offer of a person."""
    found = find_help(
        content, need=need, service=service, municipality=municipality, country=country, audience=audience
    )
    return _Saying(words, content, found).said()


class _Saying:
    """Puts one answer together, line by line."""

    def __init__(self, words: Words, content: Content, found: HelpFound) -> None:
        self._words = words
        self._content = content
        self._found = found

    def said(self) -> Said:
        found = self._found
        lines = [*self._place(), *self._what(), *(self._outside() if found.country else self._closing())]
        text = "\n".join(lines)
        return Said(
            sender=Sender.BOT,
            text=text,
            buttons=(Button(self._text("counsellor"), "counsellor"),),
            links=self._links(text),
        )

    def _place(self) -> list[str]:
        found = self._found
        if found.municipality:
            return [self._text("place_municipality", place=found.municipality.name)]
        if found.country and f"country_{found.country}" in self._content.phrases["help"]:
            return [self._text("place_country", place=self._text(f"country_{found.country}"))]
        return []

    def _what(self) -> list[str]:
        found = self._found
        lines = []
        if found.instead:
            lines.append(self._text("instead"))
        if found.shown:
            if found.municipality and not found.in_place:
                lines.append(self._text("nearest" if found.shown[0].county else "national_only"))
            lines += [self._entry(entry) for entry in found.shown]
            shown = {entry.slug for entry in found.shown}
            if shown & set(EMERGENCY) and "emergency" not in shown:
                lines.append(self._text("no_answer"))
        else:
            lines.append(self._text("unknown"))
            if found.child_protection:
                lines.append(self._text("child_protection"))
            elif found.named:
                lines.append(self._text("named", names="; ".join(entry.name for entry in found.named)))
        if found.asks_place and not found.in_place:
            lines.append(self._text("which_municipality"))
        return lines

    def _entry(self, entry: Help) -> str:
        if entry.number:
            name = "entry_number_hours" if entry.hours else "entry_number"
            return self._text(name, entry=entry.name, number=entry.number, hours=entry.hours or "")
        if entry.shown:
            return self._text("entry_number", entry=entry.name, number=entry.shown)
        if entry.address and entry.verified:
            return self._text("entry_address", entry=entry.name, address=entry.address)
        return entry.name

    def _closing(self) -> list[str]:
        shown = {entry.slug for entry in self._found.shown}
        if {"alo", "police"} <= shown:
            return []
        if "alo" in shown:
            return [self._text("closing_danger")]
        return [self._text("closing_talk" if shown & set(EMERGENCY) else "closing")]

    def _outside(self) -> list[str]:
        lines = [self._text("outside_alo")]
        danger = self._found.danger
        if self._found.service not in EMERGENCY and danger not in self._found.shown:
            name = "outside_danger_police" if danger.service == "police" else "outside_danger"
            lines.insert(0, self._text(name, number=danger.number or ""))
        return lines

    def _links(self, text: str) -> tuple[Link, ...]:
        """What was found, and the other numbers that the text names."""
        found, directory = self._found, self._content.directory
        others = [found.danger] if found.country else [directory[slug] for slug in ("police", "emergency", "alo")]
        entries = [*found.shown, *(entry for entry in others if entry.number and entry.number in text)]
        links = [self._link(slug) for slug in dict.fromkeys(entry.slug for entry in entries)]
        return tuple(link for link in links if link)

    def _link(self, slug: str) -> Link | None:
        entry = self._content.directory[slug]
        name = entry.name.split(",")[0]
        if entry.number:
            return Link(self._text("link", number=entry.number, entry=name), f"tel:{entry.number.replace(' ', '')}")
        if entry.verified and entry.url:
            return Link(name, entry.url)
        return None

    def _text(self, name: str, **fill: str) -> str:
        return self._words.text("help", name, **fill)


def _fitting(entries: list[Help], service: str | None, need: str | None) -> list[Help]:
    """The entries for the service; where there are none, or none was named, those for the need."""
    if service:
        fitting = [entry for entry in entries if service in (entry.service, entry.slug, *entry.need)]
        if fitting or not need:
            return fitting
    return [entry for entry in entries if (need or "danger") in entry.need]


def _may_be_shown(entry: Help) -> bool:
    return entry.verified or entry.always


def _says_something(entry: Help) -> bool:
    """Whether it can be told, or named: of child protection units each municipality has one, which names nothing."""
    return _may_be_shown(entry) or CHILD_PROTECTION not in entry.need


def _distance(entry: Help, place: Municipality | None) -> int | None:
    """0 in the municipality, 1 in its county, 2 for the whole country; None when it is elsewhere.

    A child protection unit helps its own municipality alone.
    """
    if entry.municipality is None and entry.county is None:
        return 2
    if place is None:
        return None
    if entry.municipality == place.slug:
        return 0
    elsewhere = entry.county != place.county or (entry.municipality and CHILD_PROTECTION in entry.need)
    return None if elsewhere else 1


def _danger(content: Content, there: list[Help], country: str | None) -> Help:
    """Whom to call in danger: the police, abroad the number that has been checked."""
    if country is None:
        return content.directory["police"]
    police = [entry for entry in there if entry.service == "police" and _may_be_shown(entry)]
    return police[0] if police else _emergency(content, there)


def _emergency(content: Content, there: list[Help]) -> Help:
    """The common emergency number of a country, where it has been checked, else the one that we name for abroad."""
    known = [entry for entry in there if entry.service == "emergency" and _may_be_shown(entry)]
    return known[0] if known else content.directory["emergency"]
