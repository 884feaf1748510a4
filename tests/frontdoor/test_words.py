"""What the house says: all blanks filled, numbers from the directory alone, the truth about who is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from frontdoor.content import ALWAYS_SHOWN, Content
from frontdoor.conversation import State
from frontdoor.message import Said, Sender
from frontdoor.ports import BotUnavailable, Presence
from frontdoor.routing import Plan, Route
from frontdoor.words import Words
from tests.fakes import article, phrase
from tests.frontdoor.arrivals import NOBODY, ON_SHIFT

Reply = dict[str, Any]

AUDIENCES = ("child", "parent", "teacher", "professional")
FILLED = (
    *("menu_theme", "menu_theme_adult", "more_about", "more_about_adult", "source_with_year", "source_without_year"),
    *("source_line", "written_line", "reviewed_line"),
)
"""Phrases of bot.yml with blanks of their own, which no reply names."""

_NUMBER = re.compile(r"(?<![\d.])(\d{3} \d{3}|\d{3})(?!\d)")


def _plan(level: int) -> Plan:
    return Plan(Route.COUNSELLOR, State.WAITING, level, (), "self", "unknown")


def named(kind: str, **details: object) -> Reply:
    """A reply of this kind, as the bot process sends it."""
    return {"custom": {"kind": kind, **{name: value for name, value in details.items() if value is not None}}}


def does(said: Said) -> list[str]:
    """What the buttons do, in their order."""
    return [button.do for button in said.buttons]


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
        (menu,) = words.from_bot([named("menu", theme="internet")], level=0)
        assert menu.sender is Sender.BOT
        assert menu.buttons
        (themes,) = words.from_bot([named("menu")], level=0)
        assert (themes.sender, themes.buttons) == (Sender.BOT, words.menu().buttons)

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_what_was_not_understood(self, words: Words, times: int) -> None:
        reply = named("fallback", times=times)
        (said,) = words.from_bot([reply], level=0)
        assert ("Nuk e kuptova mirë" in said.text) is (times == 1)
        assert "counsellor" in does(said)
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
            [{"custom": {"kind": "choices", "topics": ["no such topic"]}}],
            [{"custom": {"kind": "audience", "topics": {}}}],
            [{"custom": {"kind": "simple"}}],
            [{"custom": {"kind": "more", "topic": "no such topic"}}],
        ],
    )
    def test_what_content_does_not_have_is_not_said(self, words: Words, replies: list[dict[str, object]]) -> None:
        with pytest.raises(BotUnavailable):
            words.from_bot(replies, level=0)

    @pytest.mark.parametrize("level", range(5))
    @pytest.mark.parametrize("speaker", ["child", "adult", "unknown"])
    def test_no_blank_is_left_in_any_reply_on_any_topic(
        self, words: Words, content: Content, level: int, speaker: str
    ) -> None:
        replies = [
            named(kind, topic=topic, **place)
            for topic in content.articles
            for kind in ("article", "simple", "steps", "source", "more", "help", "concerns", "concerns_not")
            for place in (
                ({}, {"municipality": "vlore"}, {"service": "police"}) if kind in ("article", "help") else ({},)
            )
        ]
        replies += [named("choices", topics=list(content.articles)[:3]), named("menu"), named("help")]
        replies += [named("audience", topics=dict.fromkeys(AUDIENCES, "cannabis"))]
        replies += [named("phrase", name=name) for name in content.phrases["bot"] if name not in FILLED]
        replies += [named("fallback", times=times) for times in (1, 2)]
        for reply in replies:
            for audience in (None, "parent"):
                asked = {"custom": {**reply["custom"], **({"audience": audience} if audience else {})}}
                for said in words.from_bot([asked], level=level, speaker=speaker):
                    shown = [said.text, *(b.title for b in said.buttons), *(one.title for one in said.links)]
                    assert all(part.strip() for part in shown), (asked, shown)
                    assert not re.search(r"[{}]|\bNone\b|\.\.", "".join(shown)), (asked, shown)
                    assert len({button.do for button in said.buttons}) == len(said.buttons), asked


class TestArticlesAsAnswers:
    """An article, the help near a place before it, the question whether it concerns the reader after it."""

    def test_alone(self, words: Words) -> None:
        (said,) = words.from_bot([article("cannabis")], level=0)
        assert (said.kind, said.article and said.article["topic"]) == ("article", "cannabis")

    def test_help_near_the_place_that_was_named_comes_first(self, words: Words) -> None:
        near, page = words.from_bot([named("article", topic="hiv_testing", municipality="durres")], level=0)
        assert "Durrës" in near.text
        assert page.kind == "article"

    def test_where_nobody_helps_at_a_place_the_place_is_passed_over(self, words: Words, content: Content) -> None:
        assert content.articles["cannabis"].head.need is None
        (said,) = words.from_bot([named("article", topic="cannabis", municipality="durres")], level=0)
        assert said.kind == "article"

    @pytest.mark.parametrize(
        ("topic", "service", "place", "says"),
        [
            ("emergency_numbers", "police", None, "129"),
            ("emergency_numbers", "ambulance", None, "127"),
            ("missing_child", "missing", None, "116 000"),
            ("child_protection_unit", "child_protection", "shkoder", "Shkodër"),
        ],
    )
    def test_a_number_that_was_asked_for_is_the_answer_and_the_article_one_tap_away(
        self, words: Words, topic: str, service: str, place: str | None, says: str
    ) -> None:
        reply = named("article", topic=topic, service=service, municipality=place)
        (said,) = words.from_bot([reply], level=0)
        assert says in said.text
        assert (said.kind, does(said)) == ("text", [f"article:{topic}", "counsellor"])
        assert said.links

    def test_a_service_beside_another_topic_is_passed_over(self, words: Words) -> None:
        (said,) = words.from_bot([named("article", topic="drugs_and_law", service="police")], level=0)
        assert said.kind == "article"

    def test_whether_it_concerns_the_reader_is_asked_once_with_three_answers(
        self, words: Words, content: Content
    ) -> None:
        grave = [topic for topic, kept in content.articles.items() if kept.head.concern]
        assert len(grave) > 15
        for topic in grave:
            page, asked = words.from_bot([article(topic)], level=0)
            assert page.kind == "article"
            assert asked.text.count("?") == 1
            assert does(asked) == [f"concerns:{topic}", "intent:deny", "counsellor"]
            told = words.concern(f"concerns:{topic}")
            assert told == content.articles[topic].head.concern

    @pytest.mark.parametrize("reply", [named("article", topic="sextortion", audience="parent"), article("sextortion")])
    def test_an_adult_is_not_asked(self, words: Words, reply: Reply) -> None:
        speaker = "unknown" if "audience" in reply["custom"] else "adult"
        (said,) = words.from_bot([reply], level=0, speaker=speaker)
        assert said.kind == "article"

    def test_no_article_for_adults_asks(self, content: Content) -> None:
        for_adults = [kept.head for kept in content.articles.values() if kept.head.register_ == "ju"]
        assert for_adults
        assert [head.topic for head in for_adults if head.concern] == []

    @pytest.mark.parametrize(
        "do", ["", "concerns", "concerns:", "concerns:nothing", "concerns:cannabis", "article:hiv"]
    )
    def test_no_other_tap_says_that_something_concerns(self, words: Words, do: str) -> None:
        assert words.concern(do) is None

    def test_no_is_taken_kindly_and_leaves_the_door_open(self, words: Words) -> None:
        (said,) = words.from_bot([named("concerns_not", topic="sextortion")], level=0)
        assert "Në rregull" in said.text
        assert "116 111" in said.text
        (other,) = words.from_bot([named("concerns_not", topic="cannabis")], level=0)
        assert other.text == words.text("bot", "deny_nothing")

    @pytest.mark.parametrize("level", [0, 2, 3])
    def test_a_yes_to_nothing_that_was_asked(self, words: Words, level: int) -> None:
        (said,) = words.from_bot([named("concerns", topic="cannabis")], level=level)
        assert said.text == words.text("bot", "offer" if level else "affirm_nothing")
        assert "counsellor" in does(said)


class TestAboutTheLastAnswer:
    """Simpler, the steps, the source, more, and who helps."""

    def test_simpler(self, words: Words, content: Content) -> None:
        written = {topic: kept.simple for topic, kept in content.articles.items()}
        assert any(written.values())
        assert not all(written.values())
        for topic, simple in written.items():
            page = words.article(topic).article
            assert page is not None
            (said,) = words.from_bot([named("simple", topic=topic)], level=0)
            assert said.text == (page["simple"] or f"Me pak fjalë: {page['paragraphs'][0]}")
            assert bool(simple) is not said.text.startswith("Me pak fjalë")
            assert len(said.text) < len(words.article(topic).text)

    def test_the_steps(self, words: Words, content: Content) -> None:
        (said,) = words.from_bot([named("steps", topic="gaming")], level=0)
        title, *steps = said.text.split("\n")
        assert title == content.articles["gaming"].head.title
        assert len(steps) == len(content.articles["gaming"].steps) > 1
        assert all(step.startswith("• ") for step in steps)

    def test_the_source_with_its_date_and_that_it_is_a_draft(self, words: Words, content: Content) -> None:
        for topic, kept in content.articles.items():
            (said,) = words.from_bot([named("source", topic=topic)], level=0)
            assert said.text.startswith("Këto i kam nga:")
            assert "Shkruar më" in said.text or "Kontrolluar më" in said.text
            assert ("nuk është kontrolluar ende" in said.text) is (kept.head.reviewed_on is None)
            known = [source.url for source in kept.head.sources if source.url]
            assert [link.url for link in said.links] == [url for url in known if url.startswith("https://")]

    def test_more_says_that_this_was_all_and_what_is_near(self, words: Words, content: Content) -> None:
        (said,) = words.from_bot([named("more", topic="hiv")], level=0)
        assert content.articles["hiv"].head.title in said.text
        related = [f"article:{topic}" for topic in content.articles["hiv"].head.related][:3]
        assert related
        assert does(said) == [*related, "counsellor"]

    def test_who_helps_with_a_need_is_read_from_the_directory(self, words: Words) -> None:
        (said,) = words.from_bot([named("help", topic="hiv_testing", municipality="tirane")], level=0)
        assert "Tiranë" in said.text
        (anywhere,) = words.from_bot([named("help", topic="violence_at_home")], level=0)
        assert "129" in anywhere.text

    def test_who_helps_without_one_is_what_the_article_says(self, words: Words, content: Content) -> None:
        assert content.articles["cannabis"].head.need is None
        (said,) = words.from_bot([named("help", topic="cannabis")], level=0)
        page = words.article("cannabis").article
        assert page is not None
        assert said.text == page["help"]
        assert does(said) == ["counsellor"]

    def test_who_helps_with_nothing_yet(self, words: Words) -> None:
        (said,) = words.from_bot([named("help")], level=0)
        assert "116 111" in said.text
        (police,) = words.from_bot([named("help", service="police")], level=0)
        assert "129" in police.text


class TestAskingBack:
    """Close calls, and who asks."""

    def test_each_choice_is_a_button_and_one_is_none_of_them(self, words: Words, content: Content) -> None:
        (said,) = words.from_bot([named("choices", topics=["smoking", "no such topic", "vaping"])], level=0)
        assert does(said) == ["article:smoking", "article:vaping", "intent:not_that"]
        assert [button.title for button in said.buttons[:2]] == [
            content.articles[topic].head.button for topic in ("smoking", "vaping")
        ]

    def test_only_those_who_would_be_answered_otherwise_are_asked_for(self, words: Words) -> None:
        topics = {"child": "school_bullying", "parent": "parents_child_bullied", "teacher": "teachers_bullying"}
        (said,) = words.from_bot([named("audience", topics=topics)], level=0)
        assert "kush po pyet" in said.text
        assert does(said) == ["intent:audience_child", "intent:audience_parent", "intent:audience_teacher"]
        assert len({button.title for button in said.buttons}) == 3


class TestRegister:
    """Adults are spoken to with "ju", whoever has found out that they are adults."""

    @pytest.mark.parametrize("level", [0, 2])
    def test_each_phrase_that_has_both_forms(self, words: Words, content: Content, level: int) -> None:
        both = [name for name in content.phrases["bot"] if f"{name}_adult" in content.phrases["bot"]]
        formal = [name for name in both if name not in ("offer", "choices", "fallback_1", "fallback_2", "draft_note")]
        assert len(formal) >= 6
        for name in formal:
            child, adult = words.text("bot", name), words.text("bot", f"{name}_adult")
            assert child != adult
            assert words.from_bot([phrase(name)], level=level)[0].text == child
            assert words.from_bot([phrase(name)], level=level, speaker="adult")[0].text == adult
            for who in ("parent", "teacher", "professional"):
                assert words.from_bot([named("phrase", name=name, audience=who)], level=level)[0].text == adult

    @pytest.mark.parametrize(
        ("reply", "name"),
        [
            (named("fallback", times=1), "fallback_1"),
            (named("fallback", times=2), "fallback_2"),
            (named("choices", topics=["smoking"]), "choices"),
        ],
    )
    def test_and_of_the_other_replies(self, words: Words, reply: Reply, name: str) -> None:
        assert words.from_bot([reply], level=0, speaker="child")[0].text == words.text("bot", name)
        assert words.from_bot([reply], level=0, speaker="adult")[0].text == words.text("bot", f"{name}_adult")

    @pytest.mark.parametrize("topic", ["parents_self_harm_signs", "parents_child_online_harm"])
    def test_who_reads_a_text_for_adults_is_offered_a_person_as_one(self, words: Words, topic: str) -> None:
        page, offered = words.from_bot([article(topic)], level=0)
        assert page.article is not None
        assert page.article["register"] == "ju"
        assert offered.text == words.text("bot", "offer_adult")

    def test_the_note_of_a_draft_has_the_form_of_its_text(self, words: Words, content: Content) -> None:
        for topic, kept in content.articles.items():
            if kept.head.reviewed_on is None:
                note = "draft_note_adult" if kept.head.register_ == "ju" else "draft_note"
                assert words.text("bot", note) in words.article(topic).text, topic


class TestLevelsInTheBotsAnswers:
    """Level 1 gets the words of its script instead of empty ones; level 2 the offer of a person, once."""

    EMPTY = ("affirm_nothing", "deny_nothing", "not_that", "which_topic", "out_of_scope", "out_of_scope_joke")

    @pytest.mark.parametrize("name", EMPTY)
    def test_empty_words_are_none_to_who_is_sad(self, words: Words, name: str) -> None:
        (said,) = words.from_bot([phrase(name)], level=1)
        assert "Po të dëgjoj" in said.text
        assert "counsellor" in does(said)
        assert words.from_bot([phrase(name)], level=0)[0].text == words.text("bot", name)

    @pytest.mark.parametrize("kind", ["concerns", "concerns_not", "fallback"])
    def test_nor_what_was_not_understood(self, words: Words, kind: str) -> None:
        (said,) = words.from_bot([named(kind, topic="cannabis")], level=1)
        assert "Po të dëgjoj" in said.text

    @pytest.mark.parametrize("reply", [phrase("greet"), phrase("thanks"), article("hiv"), named("menu")])
    def test_what_says_something_is_said(self, words: Words, reply: Reply) -> None:
        assert words.from_bot([reply], level=1) == words.from_bot([reply], level=0)

    @pytest.mark.parametrize(
        "reply", [article("cannabis"), phrase("thanks"), named("simple", topic="hiv"), named("choices", topics=["hiv"])]
    )
    def test_at_level_two_each_answer_ends_with_the_offer(self, words: Words, reply: Reply) -> None:
        *_, offered = words.from_bot([reply], level=2)
        assert offered.text == words.text("bot", "offer")
        assert does(offered) == ["counsellor"]
        assert words.from_bot([reply], level=0) == words.from_bot([reply], level=2)[:-1]

    @pytest.mark.parametrize(
        "reply",
        [
            phrase("greet"),
            named("help", topic="hiv_testing"),
            named("more", topic="hiv"),
            named("fallback", times=2),
            article("sextortion"),
            article("suicide_info"),
            named("concerns", topic="cannabis"),
            named("article", topic="emergency_numbers", service="police"),
        ],
    )
    def test_but_not_twice(self, words: Words, reply: Reply) -> None:
        said = words.from_bot([reply], level=2)
        assert sum("counsellor" in does(one) for one in said) == 1
        assert "counsellor" in does(said[-1])

    def test_a_text_that_is_a_sign_in_itself_offers_a_person_at_level_nought(
        self, words: Words, content: Content
    ) -> None:
        floors = {topic: kept.head.level_floor for topic, kept in content.articles.items()}
        assert {0, 1, 2} == set(floors.values())
        for topic, floor in floors.items():
            page, *more = words.from_bot([article(topic)], level=0)
            assert page.kind == "article"
            asks = content.articles[topic].head.concern is not None
            assert len(more) == (1 if asks or floor == 2 else 0), topic
            assert all("counsellor" in does(one) for one in more)

    def test_about_such_a_text_nothing_is_offered_again(self, words: Words) -> None:
        (said,) = words.from_bot([named("simple", topic="suicide_info")], level=0)
        assert "counsellor" not in does(said)


class TestMenu:
    """Themes, their groups, their topics, the article: each in at most three taps."""

    def test_every_article_is_three_taps_away_at_most(self, words: Words, content: Content) -> None:
        reached, open_ = set(), [words.menu()]
        for _ in range(3):
            taps = [button.do for said in open_ for button in said.buttons]
            reached |= {do.removeprefix("article:") for do in taps if do.startswith("article:")}
            open_ = [page for do in taps if do.startswith("menu:") for page in words.page(do) or ()]
        assert reached == set(content.articles)

    def test_the_first_page_has_the_themes_in_their_order(self, words: Words, content: Content) -> None:
        said = words.menu()
        assert does(said) == [*(f"menu:{theme}" for theme in content.themes), "counsellor"]
        assert [button.title for button in said.buttons[:-1]] == [t.title["sq"] for t in content.themes.values()]

    def test_a_large_theme_shows_groups_and_a_small_one_its_topics(self, words: Words, content: Content) -> None:
        for name, theme in content.themes.items():
            buttons = does(words.menu(name))
            if len(theme.topics) > 8:
                assert buttons == [*(f"menu:{name}/{group.name}" for group in theme.groups), "menu"]
            else:
                assert buttons == [*(f"article:{topic}" for topic in theme.topics), "menu"]
        assert {len(theme.topics) > 8 for theme in content.themes.values()} == {True, False}

    def test_each_group_has_its_topics_its_pages_and_the_way_back(self, words: Words, content: Content) -> None:
        pages = 0
        for name, theme in content.themes.items():
            for group in theme.groups:
                said = words.menu(f"{name}/{group.name}")
                assert group.title["sq"] in said.text
                extra = [page.do for page in group.pages]
                pages += len(extra)
                assert does(said) == [*(f"article:{topic}" for topic in group.topics), *extra, "menu"]
                assert all(words.page(do) for do in does(said))
                assert len(said.buttons) <= 10
        assert pages

    def test_no_title_stands_twice_on_one_page(self, words: Words, content: Content) -> None:
        places = ["", *content.themes]
        places += [f"{name}/{group.name}" for name, theme in content.themes.items() for group in theme.groups]
        for place in places:
            titles = [button.title for button in words.menu(place).buttons]
            assert len(set(titles)) == len(titles), place

    @pytest.mark.parametrize("place", ["nothing", "nothing/photos", "/photos", "../internet"])
    def test_a_theme_that_is_not_there_is_the_menu_of_all(self, words: Words, place: str) -> None:
        assert words.menu(place) == words.menu()

    @pytest.mark.parametrize("place", ["internet/", "internet/nothing", "internet/photos/x"])
    def test_a_group_that_is_not_there_is_its_theme(self, words: Words, place: str) -> None:
        assert does(words.menu(place)) == does(words.menu("internet"))


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

    def test_a_button_to_a_part_of_the_menu_leads_to_that_part(self, words: Words, content: Content) -> None:
        phrases = [entry for file in ("bot", "system", "help") for entry in content.phrases[file].values()]
        named_parts = [b.do.removeprefix("menu:") for entry in phrases for b in entry.buttons if "menu:" in b.do]
        assert "adults" in named_parts
        for part in named_parts:
            assert words.menu(part) != words.menu(), part

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
