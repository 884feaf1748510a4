"""The actions alone: what is done with a ranking, a slot, and what was said before, without a trained model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import ActionAffirm, ActionDeny
from actions.fallback import ActionFallback
from actions.last_topic import STOPPING, ActionLastTopic
from actions.phrases import ActionOutOfScope
from actions.topic import ActionTopic
from actions.topics import MATTERS, TOPICS, for_audience, meant_for, one_matter, unclear_audience

Reply = dict[str, Any]

BULLYING = {"child": "school_bullying", "parent": "parents_child_bullied", "teacher": "teachers_bullying"}


def ranked(*named: tuple[str, float]) -> list[Reply]:
    """A ranking as Rasa hands it on, the likeliest first."""
    return [{"name": name, "confidence": chance} for name, chance in named]


def unsure(*named: tuple[str, float]) -> list[Reply]:
    """The same when the likeliest was too unlikely, or too near the next one."""
    return ranked(("nlu_fallback", 0.7), *named)


def turn(intent: str, *replies: Reply) -> list[Reply]:
    """A turn before: what was understood, and what the bot said."""
    said: list[Reply] = [{"event": "user", "parse_data": {"intent": {"name": intent}, "entities": []}}]
    return said + [{"event": "bot", "data": {"custom": reply}} for reply in replies]


def reply_of(
    action: Action,
    ranking: list[Reply],
    before: list[Reply] | None = None,
    audience: str | None = None,
    **entities: str,
) -> Reply:
    """The one reply that the action gives."""
    latest = {
        "intent": ranking[0],
        "intent_ranking": ranking,
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
    }
    now: Reply = {"event": "user", "parse_data": latest}
    events = [*(before or []), now]
    tracker = Tracker("c", {"audience": audience}, latest, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    asyncio.run(action.run(dispatcher, tracker, {}))
    (message,) = dispatcher.messages
    return dict(message["custom"])


def article(topic: str, **details: str) -> Reply:
    return {"kind": "article", "topic": topic, **details}


FIRST_UNCLEAR = turn("nlu_fallback", {"kind": "fallback", "times": 1})
ASKED_BACK = turn("nlu_fallback", {"kind": "choices", "topics": ["smoking", "vaping"]})


class TestMatters:
    """The same matter, written for different people."""

    def test_each_is_written_for_a_child_and_for_an_adult_and_has_its_articles(self) -> None:
        for matter in MATTERS:
            assert "child" in matter
            assert set(matter) - {"child"} <= {"parent", "teacher", "professional"}
            assert len(matter) >= 2
            assert set(matter.values()) <= TOPICS

    def test_the_articles_for_stopping_are_there(self) -> None:
        assert set(STOPPING) | set(STOPPING.values()) <= TOPICS

    @pytest.mark.parametrize(
        ("ranking", "audience", "meant"),
        [
            # the parents' article is given to a parent when it was possible, else what was asked for
            ([("school_bullying", 0.8), ("parents_child_bullied", 0.1)], "parent", "parents_child_bullied"),
            ([("school_bullying", 0.8), ("parents_child_bullied", 0.01)], "parent", None),
            ([("parents_child_bullied", 0.8), ("school_bullying", 0.1)], "child", "school_bullying"),
            ([("school_bullying", 0.8), ("teachers_bullying", 0.1)], "parent", None),
            ([("school_bullying", 0.8), ("teachers_bullying", 0.1)], "teacher", "teachers_bullying"),
            ([("school_bullying", 0.8), ("parents_child_bullied", 0.1)], None, None),
            ([("school_bullying", 0.8), ("parents_child_bullied", 0.1)], "professional", None),
            ([("cannabis", 0.6), ("parents_talk_about_drugs", 0.3)], "parent", None),
            # one article for parents stands for three matters of children
            ([("grooming", 0.6), ("parents_child_online_harm", 0.3)], "parent", "parents_child_online_harm"),
            ([("parents_child_online_harm", 0.6), ("sextortion", 0.3)], "child", "sextortion"),
            ([("hiv", 1.0)], "parent", None),
        ],
    )
    def test_the_article_for_who_asks(
        self, ranking: list[tuple[str, float]], audience: str | None, meant: str | None
    ) -> None:
        assert for_audience(ranked(*ranking), audience) == meant

    @pytest.mark.parametrize(
        ("ranking", "unclear"),
        [
            ([("school_bullying", 0.5), ("parents_child_bullied", 0.4)], True),
            ([("parents_child_bullied", 0.5), ("school_bullying", 0.2)], True),
            ([("school_bullying", 0.5), ("teachers_bullying", 0.3)], True),
            ([("school_bullying", 0.7), ("parents_child_bullied", 0.2)], False),
            ([("school_bullying", 0.5), ("cyberbullying", 0.4)], False),
            ([("school_bullying", 1.0)], False),
            ([("hiv", 0.5), ("hiv_testing", 0.4)], False),
        ],
    )
    def test_it_is_unclear_who_asks_when_two_of_one_matter_are_close(
        self, ranking: list[tuple[str, float]], unclear: bool
    ) -> None:
        assert unclear_audience(ranked(*ranking)) == (BULLYING if unclear else None)

    @pytest.mark.parametrize(
        ("topics", "child"),
        [
            (["school_bullying", "parents_child_bullied"], "school_bullying"),
            (["teachers_bullying", "parents_child_bullied"], "school_bullying"),
            (["parents_child_online_harm", "grooming"], "grooming"),
            (["school_bullying", "parents_child_bullied", "violence_at_school"], None),
            (["sextortion", "grooming"], None),
            (["school_bullying"], None),
            ([], None),
        ],
    )
    def test_close_topics_may_all_be_one_matter(self, topics: list[str], child: str | None) -> None:
        matter = one_matter(topics)
        assert (matter["child"] if matter else None) == child

    @pytest.mark.parametrize(
        ("audience", "given"),
        [
            ("child", "self_harm_info"),
            ("parent", "parents_self_harm_signs"),
            ("teacher", "parents_self_harm_signs"),
            ("professional", "parents_self_harm_signs"),
        ],
    )
    def test_an_adult_gets_an_adults_article(self, audience: str, given: str) -> None:
        assert meant_for({"child": "self_harm_info", "parent": "parents_self_harm_signs"}, audience) == given


class TestAsking:
    """Who asks is asked where it decides the answer, and never of whom has said it."""

    CLOSE = ranked(("school_bullying", 0.55), ("parents_child_bullied", 0.35), ("cyberbullying", 0.05))

    def test_both_articles_are_close(self) -> None:
        assert reply_of(ActionTopic(), self.CLOSE) == {"kind": "audience", "topics": BULLYING}

    @pytest.mark.parametrize(
        ("audience", "given"),
        [
            ("child", article("school_bullying")),
            ("parent", article("parents_child_bullied", audience="parent")),
            ("professional", article("school_bullying", audience="professional")),
        ],
    )
    def test_whom_we_know_is_answered(self, audience: str, given: Reply) -> None:
        assert reply_of(ActionTopic(), self.CLOSE, audience=audience) == given

    @pytest.mark.parametrize("audience", [None, "child", "parent", "teacher", "professional"])
    def test_it_does_not_matter_for_most_topics(self, audience: str | None) -> None:
        given = reply_of(ActionTopic(), ranked(("hiv", 0.5), ("hiv_testing", 0.4)), audience=audience)
        assert given.pop("audience", None) == (None if audience in (None, "child") else audience)
        assert given == article("hiv")

    def test_a_button_names_its_article_whoever_taps(self) -> None:
        tapped = ranked(("school_bullying", 1.0))
        assert reply_of(ActionTopic(), tapped, audience="parent") == article("school_bullying", audience="parent")


class TestCloseCalls:
    """Two or three topics to choose from, when one of them is meant rather than not."""

    @pytest.mark.parametrize(
        ("ranking", "choices"),
        [
            ([("smoking", 0.35), ("vaping", 0.33), ("shisha", 0.05)], ["smoking", "vaping"]),
            (
                [("smoking", 0.3), ("vaping", 0.2), ("shisha", 0.15), ("cannabis", 0.12)],
                ["smoking", "vaping", "shisha"],
            ),
            ([("hiv", 0.3), ("out_of_scope", 0.2), ("hiv_testing", 0.2)], ["hiv", "hiv_testing"]),
            # sure enough of one, but not enough to answer
            ([("hiv", 0.3), ("greet", 0.05), ("hpv", 0.02)], None),
            ([("hiv", 0.46), ("greet", 0.44)], ["hiv"]),
            # anyone's guess
            ([("hiv", 0.2), ("hiv_testing", 0.12), ("hpv", 0.1)], None),
            ([("hiv", 0.09), ("hiv_testing", 0.08)], None),
            # something else than a topic stands first
            ([("out_of_scope", 0.4), ("hiv", 0.35), ("hiv_testing", 0.2)], None),
            ([("greet", 0.4), ("thanks", 0.35)], None),
            ([], None),
        ],
    )
    def test_what_is_asked_back(self, ranking: list[tuple[str, float]], choices: list[str] | None) -> None:
        given = reply_of(ActionFallback(), unsure(*ranking))
        assert given == ({"kind": "choices", "topics": choices} if choices else {"kind": "fallback", "times": 1})

    SAME_MATTER = (("school_bullying", 0.41), ("parents_child_bullied", 0.39))

    def test_between_a_childs_article_and_the_parents_it_is_asked_who_asks(self) -> None:
        assert reply_of(ActionFallback(), unsure(*self.SAME_MATTER)) == {"kind": "audience", "topics": BULLYING}

    @pytest.mark.parametrize(
        ("audience", "given"),
        [
            ("child", article("school_bullying")),
            ("parent", article("parents_child_bullied", audience="parent")),
            ("teacher", article("teachers_bullying", audience="teacher")),
            ("professional", article("parents_child_bullied", audience="professional")),
        ],
    )
    def test_and_whom_we_know_is_answered(self, audience: str, given: Reply) -> None:
        assert reply_of(ActionFallback(), unsure(*self.SAME_MATTER), audience=audience) == given

    def test_not_twice_in_a_row(self) -> None:
        close = unsure(("smoking", 0.35), ("vaping", 0.33))
        asked_who = turn("nlu_fallback", {"kind": "audience", "topics": BULLYING})
        person = {"kind": "fallback", "times": 2}
        assert reply_of(ActionFallback(), close, ASKED_BACK) == person
        assert reply_of(ActionFallback(), unsure(*self.SAME_MATTER), asked_who) == person
        assert reply_of(ActionFallback(), close, FIRST_UNCLEAR)["kind"] == "choices"

    @pytest.mark.parametrize("intent", ["nlu_fallback", "not_that"])
    def test_unclear_after_unclear_offers_a_person(self, intent: str) -> None:
        before = turn(intent, {"kind": "fallback", "times": 1})
        assert reply_of(ActionFallback(), unsure(), before) == {"kind": "fallback", "times": 2}

    def test_something_understood_in_between_starts_the_count_again(self) -> None:
        before = [*FIRST_UNCLEAR, *turn("thanks", {"kind": "phrase", "name": "thanks"})]
        assert reply_of(ActionFallback(), unsure(), before) == {"kind": "fallback", "times": 1}

    def test_a_place_that_was_answered_was_understood(self) -> None:
        before = turn("nlu_fallback", {"kind": "help", "topic": "hiv_testing", "municipality": "tirane"})
        assert reply_of(ActionFallback(), unsure(), before) == {"kind": "fallback", "times": 1}


class TestPlaces:
    """A place or a service named in words that are otherwise unclear."""

    def test_a_place_alone_goes_on_about_the_last_topic(self) -> None:
        before = turn("hiv_testing", article("hiv_testing", municipality="durres"))
        given = reply_of(ActionFallback(), unsure(), before, municipality="tirane")
        assert given == {"kind": "help", "topic": "hiv_testing", "municipality": "tirane"}

    def test_a_place_alone_without_a_topic_says_nothing(self) -> None:
        assert reply_of(ActionFallback(), unsure(), municipality="tirane") == {"kind": "fallback", "times": 1}

    def test_a_service_is_enough(self) -> None:
        assert reply_of(ActionFallback(), unsure(), service="police") == {"kind": "help", "service": "police"}

    ELSEWHERE = (
        article("hiv_testing", service="hiv_test", municipality="durres"),
        {"kind": "help", "topic": "hiv_testing", "country": "kosovo"},
    )

    @pytest.mark.parametrize("last", ELSEWHERE)
    @pytest.mark.parametrize(("action", "intent"), [(ActionAffirm(), "affirm"), (ActionOutOfScope(), "out_of_scope")])
    def test_and_elsewhere_whatever_it_sounds_like(self, last: Reply, action: Action, intent: str) -> None:
        given = reply_of(action, ranked((intent, 0.9)), turn("hiv_testing", last), municipality="tirane")
        assert given == {"kind": "help", "topic": "hiv_testing", "municipality": "tirane"}

    def test_a_yes_with_a_place_after_an_article_that_named_none_is_a_yes(self) -> None:
        before = turn("grooming", article("grooming"))
        given = reply_of(ActionAffirm(), ranked(("affirm", 0.9)), before, municipality="tirane")
        assert given == {"kind": "concerns", "topic": "grooming"}

    def test_the_weather_somewhere_is_not_about_help(self) -> None:
        before = turn("hiv", article("hiv"))
        given = reply_of(ActionOutOfScope(), ranked(("out_of_scope", 0.9)), before, municipality="tirane")
        assert given == {"kind": "phrase", "name": "out_of_scope"}

    def test_who_helps_near_the_place_that_was_named(self) -> None:
        before = turn("violence_at_home", article("violence_at_home"))
        given = reply_of(ActionLastTopic(), ranked(("who_helps", 0.9)), before, municipality="vlore")
        assert given == {"kind": "help", "topic": "violence_at_home", "municipality": "vlore"}


class TestYesAndNo:
    """A bare word answers what the bot said last."""

    YES, NO = ranked(("affirm", 0.9)), ranked(("deny", 0.9))

    @pytest.mark.parametrize(
        ("last", "yes", "no"),
        [
            (
                article("sextortion"),
                {"kind": "concerns", "topic": "sextortion"},
                {"kind": "concerns_not", "topic": "sextortion"},
            ),
            # adults were not asked whether it concerns them
            (
                article("sextortion", audience="parent"),
                {"kind": "phrase", "name": "affirm_nothing"},
                {"kind": "phrase", "name": "deny_nothing"},
            ),
            (
                {"kind": "choices", "topics": ["vaping", "smoking"]},
                article("vaping"),
                {"kind": "fallback", "times": 2},
            ),
            (
                {"kind": "fallback", "times": 2},
                {"kind": "counsellor"},
                {"kind": "phrase", "name": "deny_nothing"},
            ),
            (
                {"kind": "fallback", "times": 1},
                {"kind": "phrase", "name": "affirm_nothing"},
                {"kind": "phrase", "name": "deny_nothing"},
            ),
            (
                {"kind": "simple", "topic": "sextortion"},
                {"kind": "phrase", "name": "affirm_nothing"},
                {"kind": "phrase", "name": "deny_nothing"},
            ),
            (
                {"kind": "menu"},
                {"kind": "phrase", "name": "affirm_nothing"},
                {"kind": "phrase", "name": "deny_nothing"},
            ),
        ],
    )
    def test_after(self, last: Reply, yes: Reply, no: Reply) -> None:
        before = turn("some", last)
        assert reply_of(ActionAffirm(), self.YES, before) == yes
        assert reply_of(ActionDeny(), self.NO, before) == no

    @pytest.mark.parametrize(
        ("action", "ranking"),
        [
            (ActionOutOfScope(), ranked(("out_of_scope", 0.68), ("affirm", 0.23))),
            (ActionDeny(), ranked(("deny", 0.61), ("affirm", 0.38))),
            (ActionFallback(), unsure(("fake_profile", 0.4), ("affirm", 0.39))),
        ],
    )
    def test_perhaps_is_no_no_to_whether_it_concerns(self, action: Action, ranking: list[Reply]) -> None:
        asked = turn("sextortion", article("sextortion"))
        concerns = {"kind": "concerns", "topic": "sextortion"}
        assert reply_of(action, ranking, asked) == concerns
        # an adult was not asked, and what was said before the last answer is no question any more
        for before in (turn("x", article("sextortion", audience="parent")), [*asked, *turn("greet", {"kind": "menu"})]):
            assert reply_of(action, ranking, before) != concerns
        assert reply_of(action, [{**entry, "confidence": 0.1} for entry in ranking], asked) != concerns

    def test_before_anything(self) -> None:
        assert reply_of(ActionAffirm(), self.YES) == {"kind": "phrase", "name": "affirm_nothing"}
        assert reply_of(ActionDeny(), self.NO) == {"kind": "phrase", "name": "deny_nothing"}
