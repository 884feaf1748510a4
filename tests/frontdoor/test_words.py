"""What the house says: all blanks filled, numbers from the directory alone, the truth about who is there."""

from __future__ import annotations

import re

import pytest

from frontdoor.content import ALWAYS_SHOWN, Content
from frontdoor.conversation import State
from frontdoor.message import Sender
from frontdoor.ports import BotUnavailable, Presence
from frontdoor.routing import Plan, Route
from frontdoor.words import Words
from tests.fakes import article, phrase
from tests.frontdoor.arrivals import NOBODY, ON_SHIFT

_NUMBER = re.compile(r"(?<![\d.])(\d{3} \d{3}|\d{3})(?!\d)")


def _plan(level: int) -> Plan:
    return Plan(Route.COUNSELLOR, State.WAITING, level, (), "self", "unknown")


class TestThePerson:
    """{PERSON} promises nothing that is not so."""

    def test_somebody_is_told_only_when_somebody_is_there(self, words: Words, content: Content) -> None:
        promised = 0
        for script in content.scripts.values():
            for name, step in script.steps.items():
                if "{PERSON}" not in step.text:
                    continue
                promised += 1
                there = words.step(script, name, _plan(3), ON_SHIFT).text
                nobody = words.step(script, name, _plan(3), NOBODY).text
                assert "Po njoftoj tani një këshillues" in there
                assert "Po njoftoj" not in nobody
                assert "Tani nuk ka këshillues në chat" in nobody
                assert "116 111" in nobody
                assert ("Telefononi 116 111" in nobody) is (script.speaker == "adult"), script.id
        assert promised > 20

    @pytest.mark.parametrize("speaker", ["child", "unknown", "adult"])
    def test_lines_say_ju_to_adults(self, words: Words, speaker: str) -> None:
        adult = speaker == "adult"
        searching = words.line("searching", speaker).text
        assert ("Shkruani" in searching, "Shkruaj " in searching) == (adult, not adult)
        (queued,) = words.queued(Presence(1, 0), speaker, live=True)
        assert ("Vendi juaj" in queued.text) is adult
        assert words.line("left_queue", speaker).text == words.line("left_queue").text

    def test_the_place_said_is_the_one_after_those_who_wait(self, words: Words) -> None:
        assert "Vendi yt në radhë: 1." in words.queued(Presence(1, 0), "unknown", live=True)[0].text
        assert "Vendi yt në radhë: 8." in words.queued(Presence(1, 7), "unknown", live=True)[0].text


class TestNumbers:
    """Only what stands in the directory is shown, as it stands there."""

    def test_placeholders_become_the_directorys_numbers(self, words: Words, content: Content) -> None:
        card = words.emergency_card().text
        for slug in ALWAYS_SHOWN:
            assert content.number(slug) in card

    def test_every_number_said_is_one_of_the_six(self, words: Words, content: Content) -> None:
        numbers = set(content.numbers.values())
        told = [words.step(s, n, _plan(3), ON_SHIFT).text for s in content.scripts.values() for n in s.steps]
        told += [words.text(file, name) for file in ("system", "errors") for name in content.phrases[file]]
        found = {number for text in told for number in _NUMBER.findall(text)}
        assert found
        assert found <= numbers

    def test_calls_are_offered_as_links_at_an_emergency(self, words: Words, content: Content) -> None:
        script = content.scripts["suicide-3-self"]
        step = words.step(script, "start", _plan(3), ON_SHIFT)
        assert "tel:116111" in [link.url for link in step.links]
        assert all(re.fullmatch(r"tel:\d+", link.url) for link in step.links)
        assert "{" not in "".join(link.title for link in step.links)

    def test_no_blank_is_left_anywhere_and_no_two_stops(self, words: Words, content: Content) -> None:
        for file, phrases in content.phrases.items():
            if file == "console":
                continue
            for name in phrases:
                fill = dict.fromkeys(("position", "minutes", "alias", "n", "date", "publisher", "year", "sources"), "x")
                text = words.text(file, name, **fill)
                assert ".." not in text, (file, name)
        for topic in content.articles:
            assert "{" not in words.article(topic).text

    def test_english_where_there_is_some(self, words: Words) -> None:
        assert "counsellor" in words.text("system", "searching", "en")
        assert words.text("system", "searching", "sq") == words.text("system", "searching", "de")

    def test_a_name_that_content_does_not_have_is_an_error(self, words: Words) -> None:
        with pytest.raises(KeyError):
            words.text("system", "no such phrase")


class TestErrors:
    """Each error says what is kept and gives the helpline's number."""

    def test_all_of_them(self, words: Words, content: Content) -> None:
        for code in content.phrases["errors"]:
            for locale in ("sq", "en"):
                assert "116 111" in words.text("errors", code, locale), code
            if code != "unknown_token":
                assert re.search(r"ruajt|ruhe|ruajtura", words.error(code)), code

    def test_each_code_of_the_socket_has_its_words(self, content: Content) -> None:
        codes = (
            *("bad_json", "too_large", "unknown_type", "bad_frame", "wrong_version", "empty_text", "too_long"),
            *("stale_button", "unknown_token", "no_conversation", "rate_limited", "not_kept", "not_ready", "full"),
        )
        assert set(codes) <= set(content.phrases["errors"])


class TestTheBotsReplies:
    """The bot names, the front door says."""

    def test_named_things_become_words(self, words: Words) -> None:
        said = words.from_bot([article("cannabis"), phrase("greet")], level=0)
        assert [(one.sender, one.kind) for one in said] == [(Sender.BOT, "article"), (Sender.BOT, "text")]
        assert "Kanabisi" in said[0].text

    def test_a_menu_is_the_bot_speaking(self, words: Words) -> None:
        (menu,) = words.from_bot([{"custom": {"kind": "menu", "theme": "internet"}}], level=0)
        assert menu.sender is Sender.BOT
        assert menu.buttons

    def test_at_level_two_each_answer_ends_with_the_offer(self, words: Words) -> None:
        said = words.from_bot([article("cannabis")], level=2)
        assert [button.do for button in said[-1].buttons] == ["counsellor"]

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_what_was_not_understood(self, words: Words, times: int) -> None:
        reply = {"custom": {"kind": "fallback", "times": times}}
        (said,) = words.from_bot([reply], level=0)
        assert ("Nuk e kuptova mirë" in said.text) is (times == 1)
        assert "counsellor" in [button.do for button in said.buttons]
        (sad,) = words.from_bot([reply], level=1)
        assert "Po të dëgjoj" in sad.text
        assert "{" not in sad.text

    @pytest.mark.parametrize(
        "replies",
        [
            [],
            [{}],
            [{"text": "fjalë që nuk i shkroi njeri"}],
            [{"custom": None}],
            [{"custom": {"kind": "phrase", "name": "no such phrase"}}],
            [{"custom": {"kind": "article", "topic": "../../etc/passwd"}}],
            [{"custom": {"kind": "run", "name": "greet"}}],
        ],
    )
    def test_what_content_does_not_have_is_not_said(self, words: Words, replies: list[dict[str, object]]) -> None:
        with pytest.raises(BotUnavailable):
            words.from_bot(replies, level=0)


class TestPages:
    """What a visitor opens by a tap."""

    @pytest.mark.parametrize("do", ["", "article:", "article:../secret", "intent:greet", "counsellor", "menus", "x:y"])
    def test_everything_else_is_no_page(self, words: Words, do: str) -> None:
        assert words.page(do) is None

    def test_every_button_of_every_phrase_leads_somewhere(self, words: Words, content: Content) -> None:
        acts = ("counsellor", "not_so", "leave")
        seen = 0
        for file in ("bot", "system"):
            for name, entry in content.phrases[file].items():
                for button in entry.buttons:
                    seen += 1
                    known = button.do in acts or button.do.startswith(("intent:", "answer:"))
                    assert known or words.page(button.do), (name, button.do)
        assert seen > 20

    def test_an_article_names_its_sources_and_how_old_it_is(self, words: Words, content: Content) -> None:
        for topic, kept in content.articles.items():
            said = words.article(topic)
            assert said.article is not None
            line = words.sources_line(said.article)
            day = kept.head.reviewed_on or kept.head.written_on
            assert f"{day.day}.{day.month}.{day.year}" in line
            for source in kept.head.sources:
                if source.publisher:
                    assert source.publisher in line
            assert line in said.text
            assert all(link.url.startswith("https://") for link in said.links)
            assert len(said.buttons) <= 3
