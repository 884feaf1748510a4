"""Who answers a message: a table of states, levels, wishes and taps, and what holds in every row of it."""

from __future__ import annotations

from itertools import product

import pytest

from frontdoor.assessment import RISK_CATEGORIES, RiskAssessment
from frontdoor.content import Content
from frontdoor.conversation import Conversation, Lane, State
from frontdoor.message import Sender
from frontdoor.ports import Presence
from frontdoor.routing import HIGH, Plan, Route
from frontdoor.words import Words
from tests.frontdoor.arrivals import NOBODY, NOW, ON_SHIFT, answered, at_step, found, plan, said, senders, talk

BOT, WAITING, COUNSELLOR, CLOSED = State.BOT, State.WAITING, State.COUNSELLOR, State.CLOSED
ABUSE, SAD = "physical_abuse", "mental_distress"
SAFE, WISH, UNSCREENED = found(safe_word=True), found(wish=True), RiskAssessment(unscreened=True, version="none")


@pytest.mark.parametrize(
    ("before", "level", "assessment", "route", "state", "level_after"),
    [
        # with the bot
        (BOT, 0, found(0), Route.BOT, BOT, 0),
        (BOT, 0, found(1, SAD), Route.BOT, BOT, 1),
        (BOT, 0, found(2, "self_harm"), Route.HOUSE, BOT, 2),
        (BOT, 0, found(3, "suicide"), Route.COUNSELLOR, WAITING, 3),
        (BOT, 0, found(4, "suicide"), Route.COUNSELLOR, WAITING, 4),
        (BOT, 0, WISH, Route.COUNSELLOR, WAITING, 0),
        (BOT, 1, WISH, Route.COUNSELLOR, WAITING, 1),
        (BOT, 0, SAFE, Route.COUNSELLOR, WAITING, 2),
        (BOT, 0, UNSCREENED, Route.COUNSELLOR, WAITING, 0),
        (BOT, 2, found(0), Route.BOT, BOT, 2),
        (BOT, 2, found(1, SAD), Route.BOT, BOT, 2),
        (BOT, 0, found(0, check_in=True), Route.HOUSE, BOT, 0),
        (BOT, 0, found(0, language="it"), Route.HOUSE, BOT, 0),
        (BOT, 0, found(3, "suicide", language="it"), Route.COUNSELLOR, WAITING, 3),
        (BOT, 0, found(3, "suicide", wish=True), Route.COUNSELLOR, WAITING, 3),
        # a counsellor has closed it with the level that remains
        (BOT, 3, found(0), Route.BOT, BOT, 3),
        (BOT, 3, found(2, SAD), Route.COUNSELLOR, WAITING, 3),
        (BOT, 3, found(3, "suicide"), Route.COUNSELLOR, WAITING, 3),
        (BOT, 3, WISH, Route.COUNSELLOR, WAITING, 3),
        (CLOSED, 0, found(0), Route.BOT, BOT, 0),
        (CLOSED, 0, found(4, "suicide"), Route.COUNSELLOR, WAITING, 4),
        # a person is awaited
        (WAITING, 0, found(0), Route.HELD, WAITING, 0),
        (WAITING, 0, found(2, SAD), Route.HELD, WAITING, 2),
        (WAITING, 0, found(3, "suicide"), Route.HELD, WAITING, 3),
        (WAITING, 3, found(0), Route.HELD, WAITING, 3),
        (WAITING, 3, found(4, "suicide"), Route.HELD, WAITING, 4),
        (WAITING, 4, found(3, "suicide"), Route.HELD, WAITING, 4),
        (WAITING, 0, SAFE, Route.HELD, WAITING, 2),
        (WAITING, 3, SAFE, Route.HELD, WAITING, 3),
        (WAITING, 3, answered("one"), Route.HELD, WAITING, 4),
        (WAITING, 0, answered("one"), Route.HELD, WAITING, 0),
        (WAITING, 0, UNSCREENED, Route.HELD, WAITING, 0),
        # a person has it
        (COUNSELLOR, 0, found(0), Route.HELD, COUNSELLOR, 0),
        (COUNSELLOR, 0, found(4, "suicide"), Route.HELD, COUNSELLOR, 4),
        (COUNSELLOR, 3, found(0), Route.HELD, COUNSELLOR, 3),
        (COUNSELLOR, 0, WISH, Route.HELD, COUNSELLOR, 0),
        (COUNSELLOR, 3, SAFE, Route.HELD, COUNSELLOR, 3),
        (COUNSELLOR, 3, UNSCREENED, Route.HELD, COUNSELLOR, 3),
    ],
)
def test_where_a_message_goes(
    words: Words, before: State, level: int, assessment: RiskAssessment, route: Route, state: State, level_after: int
) -> None:
    decided = plan(words, talk(before, level), assessment)
    assert (decided.route, decided.state, decided.level) == (route, state, level_after)


_ASSESSMENTS = [
    *(found(level, *categories) for level in range(5) for categories in ((), ("suicide",), (ABUSE, SAD)) if level),
    *(found(0), SAFE, WISH, UNSCREENED, found(0, check_in=True), found(0, language="en"), found(2, speaker="adult")),
    *(answered(given) for given in ("yes", "no", "one")),
]
_TAPS = (
    None,
    *("counsellor", "not_so", "leave", "menu", "menu:internet", "breathing", "article:cannabis"),
    *("article:sextortion", "concerns:sextortion", "concerns:self_harm_info", "concerns:cannabis", "menu:drugs/kinds"),
    *("intent:help_menu", "answer:yes", "answer:no", "article:nothing", "unheard of", ""),
)
_SCRIPTS = (None, "suicide-3-self", "level-2-first", "check-in-any", "a script of last year")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize("script", _SCRIPTS)
def test_what_holds_for_every_message(words: Words, state: State, level: int, script: str | None) -> None:
    for assessment, do, live, presence in product(_ASSESSMENTS, _TAPS, (True, False), (ON_SHIFT, NOBODY)):
        before = talk(state, level)
        if script is not None:
            before = talk(state, level, **at_step(before, script))
        decided = plan(words, before, assessment, do=do, live=live, presence=presence)
        told = (state, level, script, assessment, do, live, presence.on_shift, decided)
        # 3: risk only rises, and no category is forgotten
        assert decided.level >= max(level, assessment.level), told
        assert set(before.categories) | set(assessment.categories) <= set(decided.categories), told
        # 4: while a person has it or is awaited the bot neither is asked nor speaks
        if decided.state in (WAITING, COUNSELLOR):
            assert not decided.asks_bot, told
            assert senders(decided) <= {Sender.SYSTEM}, told
        if state is COUNSELLOR:
            assert decided.state is COUNSELLOR, told
            assert do is not None or assessment.safe_word or not decided.said, told
        # an emergency leaves neither the queue nor the sight of the staff
        if state is WAITING and decided.level >= HIGH:
            assert decided.state is WAITING, told
        if assessment.level >= HIGH and do is None and state is not COUNSELLOR:
            assert (decided.state, decided.lane) == (WAITING, Lane.RISK), told
        # who waits has a lane, who does not has none; who speaks changes only with the epoch
        assert (decided.lane is not None) == (decided.state is WAITING), told
        now = BOT if state is CLOSED else state
        assert decided.epoch_up or decided.state is now, told
        # 6: words without an answer of the house go to somebody who answers
        if not decided.said and do is None and decided.state is BOT:
            assert decided.asks_bot, told
        if not live and do is None and decided.state is WAITING:
            assert decided.said, told
        # 8 and 9: at level 3–4 no place in a queue; every blank is filled
        text = said(decided)
        if decided.level >= HIGH:
            assert "Vendi" not in text, told
        assert "{" not in text, told
        # a person is only promised to who waits for one
        if decided.state is BOT:
            assert "Po kërkojmë një këshillues" not in text, told


class TestLevels:
    """What each level is told, and what the staff see of it."""

    def test_levels_three_and_four_hear_the_script_and_that_a_person_is_sought(self, words: Words) -> None:
        decided = plan(words, talk(), found(3, "suicide"))
        assert (decided.lane, decided.raised, decided.epoch_up, decided.silence) == (Lane.RISK, True, True, True)
        assert decided.script is not None
        assert decided.script.script == "suicide-3-self"
        assert "A je në siguri tani?" in decided.said[0].text
        assert "Po kërkojmë një këshillues" in decided.said[1].text
        assert [button.do for button in decided.said[0].buttons] == ["breathing", "not_so"]

    def test_the_first_level_two_is_offered_a_person_and_watched(self, words: Words) -> None:
        decided = plan(words, talk(), found(2, "self_harm"))
        assert (decided.watch, decided.lane, decided.level2_count, decided.epoch_up) == (True, None, 1, False)
        assert decided.script is not None
        assert [button.do for button in decided.said[-1].buttons] == ["counsellor"]

    def test_the_second_level_two_is_queued(self, words: Words) -> None:
        decided = plan(words, talk(level=2, level2_count=1), found(2, "self_harm"))
        assert (decided.state, decided.lane, decided.level2_count) == (WAITING, Lane.RISK, 2)
        assert decided.script is not None
        assert decided.script.script == "level-2-second"

    def test_the_same_words_again_raise_nobody_again(self, words: Words) -> None:
        decided = plan(words, talk(WAITING, 3), found(3, "suicide"))
        assert (decided.raised, decided.said) == (False, ())

    def test_something_new_is_raised_and_has_its_own_words(self, words: Words) -> None:
        decided = plan(words, talk(WAITING, 3), found(3, ABUSE))
        assert decided.raised
        assert decided.categories == ("suicide", ABUSE)
        assert decided.script is not None
        assert words.script(decided.script.script).category == ABUSE

    def test_a_wish_that_turns_out_to_be_an_emergency_changes_its_lane(self, words: Words) -> None:
        decided = plan(words, talk(WAITING, 0), found(3, "suicide"))
        assert (decided.lane, decided.epoch_up, decided.raised) == (Lane.RISK, True, True)

    def test_what_is_found_while_a_counsellor_talks_is_raised_silently(self, words: Words) -> None:
        decided = plan(words, talk(COUNSELLOR, 0), found(4, "suicide"))
        assert (decided.level, decided.raised, decided.said) == (4, True, ())

    def test_who_it_is_about_and_who_speaks_are_remembered(self, words: Words) -> None:
        first = plan(words, talk(), found(2, "suicide", about="other", speaker="adult"))
        assert (first.about, first.speaker) == ("other", "adult")
        later = plan(words, talk(level=2, about="other", speaker="adult"), found(0))
        assert (later.about, later.speaker) == ("other", "adult")

    def test_an_unscreened_message_waits_in_its_own_lane(self, words: Words) -> None:
        decided = plan(words, talk(), UNSCREENED)
        assert (decided.lane, decided.level) == (Lane.UNSCREENED, 0)
        assert "116 111" in said(decided)


class TestWishes:
    """The wish for a person, and the safe word, at any level."""

    def test_who_wishes_is_told_the_place_when_somebody_is_there(self, words: Words) -> None:
        decided = plan(words, talk(), WISH)
        assert "Vendi yt në radhë: 5" in said(decided)
        assert "Vendi juaj në radhë: 5" in said(plan(words, talk(speaker="adult"), WISH))

    def test_and_the_truth_when_nobody_is(self, words: Words) -> None:
        for live in (True, False):
            text = said(plan(words, talk(), WISH, presence=NOBODY, live=live))
            assert "Tani nuk ka këshillues" in text
            assert "Vendi" not in text
            assert ("mesazhet ruhen" in text) is not live

    @pytest.mark.parametrize("do", ["counsellor", None])
    def test_at_level_three_a_person_is_sought_without_a_place(self, words: Words, do: str | None) -> None:
        decided = plan(words, talk(BOT, 3), found(0) if do else WISH, do=do)
        assert (decided.state, decided.lane) == (WAITING, Lane.RISK)
        assert "Po kërkojmë një këshillues" in said(decided)

    @pytest.mark.parametrize("state", [BOT, WAITING, COUNSELLOR])
    @pytest.mark.parametrize("level", [0, 3, 4])
    def test_the_safe_word_always_shows_the_numbers(self, words: Words, state: State, level: int) -> None:
        text = said(plan(words, talk(state, level), SAFE))
        for number in ("129", "127", "116 111", "116 000", "128", "112"):
            assert number in text
        assert "Jashtë Shqipërisë: 112." in text

    def test_leaving_the_queue(self, words: Words) -> None:
        decided = plan(words, talk(WAITING, 2, watch_since=NOW), do="leave")
        assert (decided.state, decided.lane, decided.epoch_up, decided.watch) == (BOT, None, True, True)
        refused = plan(words, talk(WAITING, 3), do="leave")
        assert (refused.state, refused.lane, refused.epoch_up) == (WAITING, Lane.RISK, False)
        assert "116 111" in said(refused)
        assert plan(words, talk(COUNSELLOR, 0), do="leave").state is COUNSELLOR


class TestTaps:
    """What a tapped button does."""

    @pytest.mark.parametrize(
        ("state", "do"),
        [
            *product((BOT, WAITING, COUNSELLOR), ("breathing", "menu", "menu:internet", "menu:internet/photos")),
            *product((WAITING, COUNSELLOR), ("article:cannabis", "article:sextortion")),
        ],
    )
    def test_a_page_is_opened_at_any_time_and_changes_nothing(self, words: Words, state: State, do: str) -> None:
        before = talk(state, 3, **at_step(talk(state, 3), "suicide-3-self"))
        decided = plan(words, before, do=do)
        assert decided.said
        assert (decided.state, decided.level, decided.script) == (state, 3, before.script)
        assert (decided.asks_bot, decided.epoch_up, decided.raised, decided.silence) == (False, False, False, False)
        if state is not BOT:
            assert senders(decided) == {Sender.SYSTEM}

    @pytest.mark.parametrize("do", ["article:cannabis", "article:sextortion"])
    def test_who_is_held_by_a_person_reads_an_article_without_its_question(self, words: Words, do: str) -> None:
        for state in (WAITING, COUNSELLOR):
            (page,) = plan(words, talk(state, 0), do=do).said
            assert (page.kind, page.sender) == ("article", Sender.SYSTEM)

    @pytest.mark.parametrize("state", [BOT, CLOSED])
    @pytest.mark.parametrize("level", range(5))
    def test_an_article_is_the_bots_answer_while_it_speaks(self, words: Words, state: State, level: int) -> None:
        decided = plan(words, talk(state, level), do="article:cannabis")
        assert (decided.route, decided.asks_bot, decided.said) == (Route.BOT, True, ())
        assert (decided.state, decided.level, decided.epoch_up, decided.raised) == (BOT, level, False, False)

    @pytest.mark.parametrize(
        ("topic", "speaker", "stays_open"),
        [
            ("cannabis", "unknown", True),
            ("suicide_info", "unknown", False),
            ("suicide_info", "child", False),
            ("suicide_info", "adult", True),
        ],
    )
    def test_a_yes_answers_what_was_asked_last(self, words: Words, topic: str, speaker: str, stays_open: bool) -> None:
        offered = talk(BOT, 2, speaker=speaker)
        offered = talk(BOT, 2, speaker=speaker, **at_step(offered, "level-2-first"))
        tapped = plan(words, offered, do=f"article:{topic}")
        assert (tapped.script == offered.script) is stays_open
        assert tapped.script is None or stays_open
        then = talk(BOT, 2, speaker=speaker, script=tapped.script)
        yes = plan(words, then, answered("yes"))
        assert (yes.state, yes.asks_bot) == ((WAITING, False) if stays_open else (BOT, True))

    def test_not_so_is_noted_and_lowers_nothing(self, words: Words) -> None:
        decided = plan(words, talk(WAITING, 4), do="not_so")
        assert (decided.not_so, decided.level, decided.state) == (True, 4, WAITING)

    def test_an_intent_is_the_bots_business_only_while_it_speaks(self, words: Words) -> None:
        assert plan(words, talk(), do="intent:help_menu").asks_bot
        for state in (WAITING, COUNSELLOR):
            assert not plan(words, talk(state), do="intent:help_menu").asks_bot

    def test_a_voice_or_a_picture_is_answered_by_the_house(self, words: Words) -> None:
        decided = plan(words, talk(), unread=True)
        assert (decided.route, decided.level, decided.asks_bot) == (Route.HOUSE, 1, False)
        assert "Nuk i dëgjoj dot mesazhet me zë" in said(decided)
        assert plan(words, talk(COUNSELLOR, 3), unread=True).level == 3


class TestItConcernsMe:
    """A tap under an article on a grave matter: its level and category, with the script for them."""

    @staticmethod
    def _tapped(words: Words, before: Conversation, topic: str, presence: Presence = ON_SHIFT) -> Plan:
        concern = words.concern(f"concerns:{topic}")
        assert concern is not None
        assessment = found(concern.level, concern.category, speaker="child")
        return plan(words, before, assessment, do=f"concerns:{topic}", presence=presence)

    def test_each_of_them_has_its_level_its_category_and_words_of_its_own(self, words: Words, content: Content) -> None:
        grave = {topic: kept.head.concern for topic, kept in content.articles.items() if kept.head.concern}
        assert {concern.level for concern in grave.values()} == {2, 3}
        for topic, concern in grave.items():
            for presence in (ON_SHIFT, NOBODY):
                decided = self._tapped(words, talk(), topic, presence)
                assert (decided.level, decided.categories, decided.raised) == (concern.level, (concern.category,), True)
                assert decided.script is not None, topic
                script = words.script(decided.script.script)
                assert script.category in (concern.category, "any"), topic
                assert concern.level in script.levels, topic
                assert script.speaker != "adult", topic
                assert not decided.asks_bot, topic
                if concern.level == 2:
                    assert (decided.state, decided.watch, decided.level2_count) == (BOT, True, 1), topic
                    assert "counsellor" in [button.do for one in decided.said for button in one.buttons], topic
                else:
                    assert (decided.state, decided.lane, decided.epoch_up) == (WAITING, Lane.RISK, True), topic

    @pytest.mark.parametrize("state", [BOT, WAITING, COUNSELLOR, CLOSED])
    @pytest.mark.parametrize("level", range(5))
    @pytest.mark.parametrize("topic", ["sextortion", "cyberbullying", "suicide_info"])
    def test_it_never_lowers_and_forgets_nothing(self, words: Words, state: State, level: int, topic: str) -> None:
        concern = words.concern(f"concerns:{topic}")
        assert concern is not None
        decided = self._tapped(words, talk(state, level), topic)
        assert decided.level == max(level, concern.level)
        assert concern.category in decided.categories
        assert set(talk(state, level).categories) <= set(decided.categories)
        assert senders(decided) <= {Sender.SYSTEM}

    def test_while_a_counsellor_talks_it_is_raised_silently(self, words: Words) -> None:
        decided = self._tapped(words, talk(COUNSELLOR, 0), "sextortion")
        assert (decided.level, decided.raised, decided.said, decided.state) == (3, True, (), COUNSELLOR)

    def test_who_waits_on_wish_waits_from_now_on_for_risk(self, words: Words) -> None:
        decided = self._tapped(words, talk(WAITING, 0), "violence_at_home")
        assert (decided.lane, decided.level, decided.epoch_up) == (Lane.RISK, 3, True)
        assert decided.said

    def test_the_second_matter_of_level_two_calls_a_person(self, words: Words) -> None:
        first = self._tapped(words, talk(), "cyberbullying")
        before = talk(BOT, 2, level2_count=first.level2_count, script=first.script, categories=first.categories)
        decided = self._tapped(words, before, "pregnancy")
        assert (decided.state, decided.lane, decided.level) == (WAITING, Lane.RISK, 2)
        assert decided.categories == ("bullying", "pregnancy_crisis")

    def test_no_raises_nothing(self, words: Words) -> None:
        decided = plan(words, talk(), do="intent:deny")
        assert (decided.route, decided.asks_bot, decided.level, decided.raised) == (Route.BOT, True, 0, False)


@pytest.mark.parametrize("category", RISK_CATEGORIES)
@pytest.mark.parametrize("about", ["self", "other"])
@pytest.mark.parametrize("speaker", ["child", "adult", "unknown"])
@pytest.mark.parametrize("level", [2, 3, 4])
def test_every_kind_of_risk_hears_something_of_its_own(
    words: Words, category: str, about: str, speaker: str, level: int
) -> None:
    for presence in (ON_SHIFT, NOBODY, Presence(1, 0)):
        decided = plan(words, talk(), found(level, category, about=about, speaker=speaker), presence=presence)
        assert decided.script is not None
        script = words.script(decided.script.script)
        assert level in script.levels
        assert script.category in (category, "any")
        assert script.about in (about, "any")
        assert script.speaker != ("adult" if speaker != "adult" else "child")
        assert decided.said[0].text
