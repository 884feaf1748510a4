"""Turns of the loaded model: what is answered on each path, and what happens when an action misbehaves."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from actions.topics import TOPICS
from bot.dialogue import Dialogue
from bot.events import TURNS_KEPT
from bot.outcome import Answer, Reading, TurnFailed, UnreadableEvents
from bot.running import InProcessActions, actions_of

Reply = dict[str, Any]


PERSON = "dua te flas me nje njeri"
COUNSELLOR = {"kind": "counsellor"}
BULLYING = {"child": "school_bullying", "parent": "parents_child_bullied", "teacher": "teachers_bullying"}


def phrase(name: str, **details: str) -> Reply:
    return {"kind": "phrase", "name": name, **details}


def article(topic: str, **details: str) -> Reply:
    return {"kind": "article", "topic": topic, **details}


REPLIES: dict[str, Reply] = {
    "greet": phrase("greet"),
    "goodbye": phrase("goodbye"),
    "thanks": phrase("thanks"),
    "affirm": phrase("affirm_nothing"),
    "deny": phrase("deny_nothing"),
    "bot_challenge": phrase("bot_challenge"),
    "out_of_scope": phrase("out_of_scope"),
    "talk_to_counsellor": COUNSELLOR,
    "help_menu": {"kind": "menu"},
    "more": phrase("which_topic"),
    "simpler": phrase("which_topic"),
    "source": phrase("source_general"),
    "how_to_stop": {"kind": "choices", "topics": ["quitting_smoking", "drug_help", "gaming"]},
    "who_helps": {"kind": "help"},
    "not_that": phrase("not_that"),
    "audience_child": phrase("audience_noted"),
    "audience_parent": phrase("audience_noted", audience="parent"),
    "audience_teacher": phrase("audience_noted", audience="teacher"),
    "audience_professional": phrase("audience_noted", audience="professional"),
    **{topic: article(topic) for topic in sorted(TOPICS)},
}
"""What each intent brings as the first word of a conversation."""

Where = Callable[[Callable[..., Any]], Dialogue]


class Talk:
    """A visitor's conversation with the bot, turn after turn; each turn has exactly one reply."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.events: list[dict[str, Any]] = []
        self.understood = ""

    def says(self, text: str) -> Reply:
        """The reply to these words."""
        return self._reply(self._dialogue.turn("c", "web", self.events, said=text))

    def taps(self, intent: str, **entities: str) -> Reply:
        """The reply to a button."""
        return self._reply(self._dialogue.turn("c", "web", self.events, intent=intent, entities=entities))

    def goes(self, path: Sequence[str]) -> Reply:
        """Through the path, where "/x" is the button x; gives the last reply."""
        replies = [self.taps(step[1:]) if step.startswith("/") else self.says(step) for step in path]
        return replies[-1]

    def _reply(self, answer: Answer) -> Reply:
        self.events, self.understood = answer.events, answer.reading.intent["name"]
        (reply,) = answer.replies
        return dict(reply["custom"])


class MindReader(Dialogue):
    """The bot, but words written like "hiv 0.5, hpv 0.4" are understood as said; all others as the model does."""

    def read(self, text: str) -> Reading:
        """`? x 0.3, y 0.2` is what the classifier withholds because it is unsure."""
        withheld = text.startswith("? ")
        said = re.findall(r"(\w+) (0\.\d+)", text)
        if not said:
            return super().read(text)
        ranking = [{"name": name, "confidence": float(chance)} for name, chance in said]
        if withheld:
            ranking.insert(0, {"name": "nlu_fallback", "confidence": 0.7})
        return Reading(ranking[0], ranking, [])


UNCLEAR = "? x 0.02"
BOTH_CLOSE = "school_bullying 0.55, parents_child_bullied 0.40"


@pytest.fixture
def talk(dialogue: Dialogue) -> Talk:
    """A conversation in which nothing has been said yet."""
    return Talk(dialogue)


@pytest.fixture(scope="session")
def mind_reader(model: Path) -> Dialogue:
    """The bot of scenes that say themselves how sure it is."""
    return MindReader(model, InProcessActions(actions_of("actions")))


@pytest.fixture
def understood(mind_reader: Dialogue) -> Talk:
    """A conversation in which the bot understands what the scene says it does."""
    return Talk(mind_reader)


def press(dialogue: Dialogue, intent: str, events: Any = (), **entities: str) -> list[dict[str, Any]]:
    answer = dialogue.turn("c", "web", events, intent=intent, entities=entities)
    return [reply["custom"] for reply in answer.replies]


def test_the_bot_knows_these_intents_and_no_command_of_rasa(dialogue: Dialogue) -> None:
    assert dialogue.intents == set(REPLIES)


@pytest.mark.parametrize("intent", REPLIES)
def test_each_intent_has_one_answer(dialogue: Dialogue, intent: str) -> None:
    assert press(dialogue, intent) == [REPLIES[intent]]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("pershendetje", phrase("greet")),
        ("ckemi", phrase("greet")),
        ("flm shume", phrase("thanks")),
        ("naten e mire", phrase("goodbye")),
        ("a je robot apo njeri", phrase("bot_challenge")),
        (PERSON, COUNSELLOR),
        ("cfare mund te te pyes", {"kind": "menu"}),
        ("cfare eshte kanabisi", article("cannabis")),
        ("ÇFARË ËSHTË KANABISI???", article("cannabis")),
        ("c'eshte hiv", article("hiv")),
        ("kush i lexon mesazhet e mia", article("confidentiality")),
        ("dua te fshij biseden time", article("delete_my_data")),
    ],
)
def test_what_is_said_in_words(talk: Talk, text: str, reply: Reply) -> None:
    assert talk.says(text) == reply


class TestLimits:
    """What is declined, each in its own words."""

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("ma zgjidh kete ushtrim matematike", "homework"),
            ("ma shkruaj nje ese per skenderbeun", "homework"),
            ("me trego nje barcalete", "joke"),
            ("kendo nje kenge", "joke"),
            ("je budalla", "insult"),
            ("je kot fare", "insult"),
            ("kam temperature cfare ilaci te pi", "medical"),
            ("me dhemb gjuri cfare kam", "medical"),
            ("si behet pasaporta", "legal"),
            ("sa eshte gjoba per parkim", "legal"),
        ],
    )
    def test_each_kind_in_its_words(self, talk: Talk, text: str, kind: str) -> None:
        assert talk.says(text) == phrase(f"out_of_scope_{kind}")

    @pytest.mark.parametrize("text", ["si eshte moti neser", "kush fitoi ndeshjen dje", "receta e byrekut me spinaq"])
    def test_all_the_rest_in_one(self, talk: Talk, text: str) -> None:
        assert talk.says(text) == phrase("out_of_scope")

    @pytest.mark.parametrize(
        "text", ["ju ka shkruar djali im?", "a ka folur vajza ime me ju", "a ju ka shkruar femija im"]
    )
    def test_nobody_learns_whether_a_child_has_written(self, talk: Talk, text: str) -> None:
        assert talk.says(text) == phrase("has_child_written", topic="confidentiality")

    def test_declining_forgets_nothing(self, talk: Talk) -> None:
        talk.says("cfare eshte kanabisi")
        talk.says("me trego nje barcalete")
        assert talk.says("ma thuaj me thjesht") == {"kind": "simple", "topic": "cannabis"}


class TestAboutTheLastAnswer:
    """More of it, simpler, its source, how to stop, who helps: understood by what was talked about last."""

    ASKED: ClassVar = [
        ("trego me shume", "more"),
        ("s'e kuptova, me thjesht", "simple"),
        ("nga e di kete?", "source"),
        ("kush mund te me ndihmoje per kete", "help"),
    ]

    @pytest.mark.parametrize(("text", "kind"), ASKED)
    @pytest.mark.parametrize("topic", ["hiv", "sextortion", "parents_behaviour"])
    def test_after_an_article(self, talk: Talk, topic: str, text: str, kind: str) -> None:
        talk.taps(topic)
        assert talk.says(text) == {"kind": kind, "topic": topic}

    def test_one_after_the_other(self, talk: Talk) -> None:
        talk.says("cfare eshte kanabisi")
        assert talk.says("ma thuaj me thjesht") == {"kind": "simple", "topic": "cannabis"}
        assert talk.says("nga e di kete?") == {"kind": "source", "topic": "cannabis"}
        assert talk.says("trego me shume") == {"kind": "more", "topic": "cannabis"}
        assert talk.says("kush mund te me ndihmoje per kete") == {"kind": "help", "topic": "cannabis"}

    def test_more_after_the_simple_words_is_the_whole_article(self, talk: Talk) -> None:
        talk.taps("hiv")
        talk.taps("simpler")
        assert talk.says("trego me shume") == article("hiv")

    @pytest.mark.parametrize("intent", ["more", "simpler", "source", "how_to_stop", "who_helps"])
    def test_after_nothing(self, talk: Talk, intent: str) -> None:
        talk.says("pershendetje")
        assert talk.taps(intent) == REPLIES[intent]

    @pytest.mark.parametrize("kind", ["more", "simple", "source", "help"])
    def test_the_last_topic_counts_and_no_earlier_one(self, talk: Talk, kind: str) -> None:
        intent = {"more": "more", "simple": "simpler", "source": "source", "help": "who_helps"}[kind]
        talk.goes(["/cannabis", f"/{intent}", "/greet", "/hiv", "/thanks"])
        assert talk.taps(intent) == {"kind": kind, "topic": "hiv"}


class TestHowToStop:
    """«And how do I stop?» depends on what."""

    @pytest.mark.parametrize(
        ("before", "reply"),
        [
            ("a e demton duhani mushkerine", article("quitting_smoking")),
            ("cfare ka brenda nje vape", article("quitting_smoking")),
            ("cfare eshte kanabisi", article("drug_help")),
            ("cfare te ben alkooli", article("drug_help")),
            ("luaj lojera video gjithe diten", {"kind": "steps", "topic": "gaming"}),
            ("/gambling", {"kind": "steps", "topic": "gambling"}),
            ("/quitting_smoking", {"kind": "steps", "topic": "quitting_smoking"}),
        ],
    )
    def test_it_is_what_was_talked_about(self, talk: Talk, before: str, reply: Reply) -> None:
        assert talk.goes([before, "po si ta le?"]) == reply

    def test_nothing_was_talked_about(self, talk: Talk) -> None:
        asked = talk.says("po si ta le?")
        assert asked == REPLIES["how_to_stop"]
        assert talk.taps(asked["topics"][2]) == article("gaming")
        assert talk.says("po si ta le?") == {"kind": "steps", "topic": "gaming"}

    def test_a_thing_that_is_named_is_no_question_about_the_last_one(self, talk: Talk) -> None:
        assert talk.goes(["/gaming", "si ta le cigaren"]) == article("quitting_smoking")


class TestUnclear:
    """Close calls are asked back; what is unclear twice is offered a person."""

    CLOSE = "? smoking 0.35, vaping 0.33"
    CHOICES: ClassVar[Reply] = {"kind": "choices", "topics": ["smoking", "vaping"]}

    def test_close_topics_become_buttons_and_a_tap_answers(self, understood: Talk) -> None:
        assert understood.says(self.CLOSE) == self.CHOICES
        assert understood.taps("vaping") == article("vaping")
        assert understood.taps("simpler") == {"kind": "simple", "topic": "vaping"}

    def test_yes_means_the_likeliest(self, understood: Talk) -> None:
        understood.says(self.CLOSE)
        assert understood.says("po") == article("smoking")

    def test_no_to_all_of_them_offers_a_person(self, understood: Talk) -> None:
        understood.says(self.CLOSE)
        assert understood.says("jo") == {"kind": "fallback", "times": 2}
        assert understood.says("po") == COUNSELLOR

    def test_the_button_for_something_else(self, understood: Talk) -> None:
        understood.says(self.CLOSE)
        assert understood.goes(["/not_that"]) == {"kind": "fallback", "times": 2}
        assert understood.says("cfare eshte kanabisi") == article("cannabis")

    def test_unclear_twice_and_yes_to_a_person(self, talk: Talk) -> None:
        assert talk.says("🫥🫥🫥") == {"kind": "fallback", "times": 1}
        assert talk.says("🫠") == {"kind": "fallback", "times": 2}
        assert talk.says("po") == COUNSELLOR

    def test_unclear_twice_and_no_to_a_person(self, talk: Talk) -> None:
        talk.goes(["🫥🫥🫥", "🫠"])
        assert talk.says("jo") == phrase("deny_nothing")
        assert talk.says("cfare eshte kanabisi") == article("cannabis")

    def test_close_and_then_unclear_is_twice(self, understood: Talk) -> None:
        understood.says(self.CLOSE)
        assert understood.says(UNCLEAR) == {"kind": "fallback", "times": 2}

    def test_what_was_understood_in_between_starts_the_count_again(self, talk: Talk) -> None:
        talk.goes(["🫥🫥🫥", "cfare eshte kanabisi"])
        assert talk.says("🫥🫥🫥") == {"kind": "fallback", "times": 1}

    def test_not_that_asks_anew_and_the_second_time_offers_a_person(self, talk: Talk) -> None:
        talk.says("cfare eshte kanabisi")
        assert talk.says("nuk te pyeta per kete") == phrase("not_that")
        assert talk.says("jo kete, gabim e ke") == {"kind": "fallback", "times": 2}
        assert talk.says("po") == COUNSELLOR

    def test_not_that_and_then_what_was_meant(self, talk: Talk) -> None:
        talk.goes(["/hiv", "/not_that"])
        assert talk.says("cfare eshte kanabisi") == article("cannabis")
        assert talk.taps("not_that") == phrase("not_that")


class TestConcerns:
    """Yes and no to the question under a grave matter, which the front door has put there."""

    @pytest.mark.parametrize("text", ["po", "po, ka te beje me mua", "ndoshta"])
    def test_yes(self, talk: Talk, text: str) -> None:
        talk.taps("sextortion")
        assert talk.says(text) == {"kind": "concerns", "topic": "sextortion"}

    @pytest.mark.parametrize("how", ["jo", "/deny"])
    def test_no(self, talk: Talk, how: str) -> None:
        assert talk.goes(["/sextortion", how]) == {"kind": "concerns_not", "topic": "sextortion"}

    def test_an_adult_was_not_asked(self, talk: Talk) -> None:
        talk.says("jam mami i nje djali")
        talk.taps("violence_at_home")
        assert talk.says("po") == phrase("affirm_nothing", audience="parent")

    def test_a_yes_later_on_is_none_to_that_question(self, talk: Talk) -> None:
        assert talk.goes(["/sextortion", "/simpler", "po"]) == phrase("affirm_nothing")


class TestWhoAsks:
    """Asked where it decides the answer, remembered, and not asked again."""

    @pytest.mark.parametrize("asked", [BOTH_CLOSE, "? school_bullying 0.41, parents_child_bullied 0.39"])
    @pytest.mark.parametrize(
        ("told", "reply"),
        [
            ("jam nxenes", article("school_bullying")),
            ("/audience_child", article("school_bullying")),
            ("jam mami i nje djali", article("parents_child_bullied", audience="parent")),
            ("/audience_parent", article("parents_child_bullied", audience="parent")),
            ("jam mesuese", article("teachers_bullying", audience="teacher")),
            ("/audience_teacher", article("teachers_bullying", audience="teacher")),
            # none of their own: that of other adults
            ("/audience_professional", article("parents_child_bullied", audience="professional")),
        ],
    )
    def test_the_answer_brings_the_article(self, understood: Talk, asked: str, told: str, reply: Reply) -> None:
        assert understood.says(asked) == {"kind": "audience", "topics": BULLYING}
        assert understood.goes([told]) == reply

    @pytest.mark.parametrize(
        ("told", "topic", "audience"),
        [
            ("/audience_child", "school_bullying", None),
            ("/audience_parent", "parents_child_bullied", "parent"),
            ("/audience_teacher", "school_bullying", "teacher"),
        ],
    )
    def test_it_is_remembered_and_never_asked_again(
        self, understood: Talk, told: str, topic: str, audience: str | None
    ) -> None:
        register = {"audience": audience} if audience else {}
        understood.goes([BOTH_CLOSE, told])
        for _ in range(3):
            assert understood.says(BOTH_CLOSE) == article(topic, **register)
            assert understood.taps("thanks") == phrase("thanks", **register)

    def test_it_outlives_the_turns_that_are_kept(self, understood: Talk) -> None:
        understood.says("jam mami i nje djali")
        understood.goes(["/greet", "/hiv", "/simpler"] * TURNS_KEPT)
        assert understood.says(BOTH_CLOSE) == article("parents_child_bullied", audience="parent")

    def test_who_said_it_before_is_not_asked(self, understood: Talk) -> None:
        assert understood.says("jam babai i nje vajze") == phrase("audience_noted", audience="parent")
        assert understood.says(BOTH_CLOSE) == article("parents_child_bullied", audience="parent")

    def test_who_corrects_it_is_believed(self, understood: Talk) -> None:
        understood.goes([BOTH_CLOSE, "/audience_parent"])
        assert understood.taps("audience_child") == phrase("audience_noted")
        assert understood.says(BOTH_CLOSE) == article("school_bullying")

    def test_where_it_does_not_matter_it_is_not_asked(self, understood: Talk) -> None:
        assert understood.says("hiv 0.5, hiv_testing 0.4") == article("hiv")
        assert understood.says("school_bullying 0.9, parents_child_bullied 0.05") == article("school_bullying")

    @pytest.mark.parametrize("intent", ["greet", "goodbye", "thanks", "affirm", "deny", "not_that", "out_of_scope"])
    def test_whoever_is_known_is_spoken_to_in_their_form(self, talk: Talk, intent: str) -> None:
        talk.taps("audience_teacher")
        assert talk.taps(intent) == {**REPLIES[intent], "audience": "teacher"}

    def test_a_child_is_spoken_to_as_before(self, talk: Talk) -> None:
        talk.taps("audience_child")
        assert talk.taps("thanks") == REPLIES["thanks"]


class TestPlacesAndServices:
    """What is asked for, and where."""

    @pytest.mark.parametrize(
        ("text", "reply"),
        [
            ("sa eshte numri i policise", article("emergency_numbers", service="police")),
            ("numri i policise", article("emergency_numbers", service="police")),
            (
                "ku eshte njesia e mbrojtjes se femijes ne shkoder",
                article("child_protection_unit", service="child_protection", municipality="shkoder"),
            ),
            (
                "ku bej testin e hiv ne durres",
                article("hiv_testing", service="hiv_test", municipality="durres"),
            ),
        ],
    )
    def test_they_go_along_with_the_article(self, talk: Talk, text: str, reply: Reply) -> None:
        assert talk.says(text) == reply

    @pytest.mark.parametrize(("text", "place"), [("po ne tirone?", "tirane"), ("po ne vlore", "vlore")])
    def test_and_elsewhere(self, talk: Talk, text: str, place: str) -> None:
        talk.says("ku bej testin e hiv ne durres")
        for _ in range(2):
            assert talk.says(text) == {"kind": "help", "topic": "hiv_testing", "municipality": place}
            talk.says("po ne korce")

    def test_and_abroad(self, talk: Talk) -> None:
        talk.says("ku bej testin e hiv ne durres")
        assert talk.says("po ne kosove?") == {"kind": "help", "topic": "hiv_testing", "country": "kosovo"}

    def test_who_helps_there(self, talk: Talk) -> None:
        talk.taps("violence_at_home")
        said = talk.says("kush mund te me ndihmoje ne elbasan")
        assert said == {"kind": "help", "topic": "violence_at_home", "municipality": "elbasan"}

    def test_no_place_is_carried_over_to_another_question(self, talk: Talk) -> None:
        talk.says("ku bej testin e hiv ne durres")
        assert talk.says("cfare eshte kanabisi") == article("cannabis")


PATHS: dict[str, list[str]] = {
    "small talk": ["pershendetje", "a je robot apo njeri", "faleminderit"],
    "menu": ["/help_menu", "/cannabis", "/more"],
    "an article and what is asked about it": ["cfare eshte kanabisi", "/simpler", "/more", "/source", "/who_helps"],
    "how to stop": ["/how_to_stop", "/gaming", "/how_to_stop"],
    "a grave matter, yes": ["/sextortion", "po"],
    "a grave matter, no": ["/sextortion", "jo"],
    "close topics": ["? smoking 0.35, vaping 0.33", "/vaping"],
    "close topics, none of them": ["? smoking 0.35, vaping 0.33", "/not_that"],
    "who asks": [BOTH_CLOSE, "/audience_parent", BOTH_CLOSE],
    "who asks, unanswered": ["? school_bullying 0.41, parents_child_bullied 0.39"],
    "unclear twice": [UNCLEAR, UNCLEAR, "jo"],
    "misunderstood twice": ["/hiv", "/not_that", "/not_that"],
    "a place": ["ku bej testin e hiv ne durres", "po ne tirone?"],
    "has my son written to you": ["ju ka shkruar djali im?"],
    "declined": ["je budalla", "ma zgjidh kete ushtrim matematike"],
}
POINTS = [pytest.param(path[:to], id=f"{name}, {to}") for name, path in PATHS.items() for to in range(1, len(path) + 1)]


@pytest.mark.parametrize("path", POINTS)
class TestAtEachPointOfEachPath:
    """Nobody is held in a path: a person, or another question, at any point."""

    def test_a_person_can_be_asked_for(self, understood: Talk, path: list[str]) -> None:
        understood.goes(path)
        assert understood.says(PERSON) == COUNSELLOR

    def test_another_topic_can_be_asked_about(self, understood: Talk, path: list[str]) -> None:
        understood.goes(path)
        told = {"audience": "parent"} if "/audience_parent" in path else {}
        assert understood.says("c'eshte hiv") == article("hiv", **told)
        assert understood.taps("simpler") == {"kind": "simple", "topic": "hiv"}
        assert understood.taps("how_to_stop") == {"kind": "steps", "topic": "hiv"}

    def test_the_menu_can_be_opened(self, understood: Talk, path: list[str]) -> None:
        understood.goes(path)
        assert understood.taps("help_menu") == {"kind": "menu"}

    def test_what_is_kept_has_no_words_and_is_small(self, understood: Talk, path: list[str]) -> None:
        understood.goes(path)
        kept = json.dumps(understood.events, ensure_ascii=False)
        for said in (step for step in path if " " in step):
            assert said not in kept
        assert '"text"' not in kept
        assert "intent_ranking" not in kept
        assert len(kept) < 700 * (len(path) + 1)


def test_a_long_conversation_stays_small(understood: Talk) -> None:
    for _ in range(2):
        for path in PATHS.values():
            understood.goes(path)

    kept = json.dumps(understood.events)
    assert sum(event["event"] == "user" for event in understood.events) == TURNS_KEPT
    assert len(kept) < 10_000
    assert "kanabisi" not in kept


def test_a_channel_is_told_to_rasa(dialogue: Dialogue) -> None:
    events = dialogue.turn("c", "telegram", [], intent="greet").events

    assert [event["input_channel"] for event in events if event["event"] == "user"] == ["telegram"]


def test_an_action_that_raises_fails_the_turn_and_prints_no_word(
    dialogue_where: Where, capfd: pytest.CaptureFixture[str]
) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        raise ValueError(f"fshehtë {tracker.latest_message}")

    with pytest.raises(TurnFailed, match=r"^action_help_menu: ValueError$"):
        press(dialogue_where(run), "help_menu", theme="fshehtë")

    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


def test_an_action_that_hangs_fails_the_turn_in_time(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(TurnFailed, match="TimeoutError"):
        press(dialogue_where(run), "help_menu")


def test_an_action_without_a_word_is_no_empty_success(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return []

    with pytest.raises(TurnFailed, match="no reply to help_menu"):
        press(dialogue_where(run), "help_menu")


def test_an_action_with_a_malformed_result_fails_the_turn(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        return [{"event": "slot", "timestamp": "yesterday"}]

    with pytest.raises(TurnFailed, match="ValidationError"):
        press(dialogue_where(run), "help_menu")


def test_actions_that_call_each_other_without_end_fail_the_turn(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        return [{"event": "followup", "name": "action_help_menu"}]

    with pytest.raises(TurnFailed, match="too many actions"):
        press(dialogue_where(run), "help_menu")


def test_a_reminder_fails_the_turn_since_nobody_would_be_there_to_keep_it(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        when = "2030-01-01T00:00:00"
        return [{"event": "reminder", "intent": "greet", "date_time": when, "kill_on_user_msg": False}]

    with pytest.raises(TurnFailed, match="reminder"):
        press(dialogue_where(run), "help_menu")


def test_an_action_that_could_not_be_stopped_is_refused_at_the_start(dialogue_where: Where) -> None:
    def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return []

    with pytest.raises(TypeError, match="action_help_menu has to be async"):
        dialogue_where(run)


def test_after_a_failed_turn_the_next_one_is_as_if_nothing_had_been(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError

    bot = dialogue_where(run)
    with pytest.raises(TurnFailed):
        press(bot, "help_menu")

    assert press(bot, "talk_to_counsellor") == [COUNSELLOR]


def test_a_conversation_that_a_person_holds_is_not_answered(dialogue: Dialogue) -> None:
    with pytest.raises(TurnFailed, match="no reply"):
        press(dialogue, "greet", [{"event": "action", "name": "action_listen"}, {"event": "pause"}])


@pytest.mark.parametrize("event", [{}, {"event": "made_up"}, {"event": "user"}, {"event": None}])
def test_events_that_rasa_does_not_know(dialogue: Dialogue, event: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEvents):
        press(dialogue, "greet", [event])
