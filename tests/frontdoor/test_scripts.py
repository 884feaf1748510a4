"""Following a script: yes, no, the sign of danger, something else, and a minute of silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdoor.content import Content, Follow
from frontdoor.conversation import Conversation, Lane, ScriptPlace, State
from frontdoor.routing import HIGH, Plan, Route, after_silence
from frontdoor.words import Words
from tests.frontdoor.arrivals import NOBODY, ON_SHIFT, answered, at_step, found, plan, said, talk


def _open(script: str, step: str = "start", state: State = State.WAITING, level: int = 3) -> Conversation:
    """A conversation in which this step's question is open."""
    before = talk(state, level)
    return talk(state, level, **at_step(before, script, step))


def _stands(of: Plan) -> tuple[str, str] | None:
    return None if of.script is None else (of.script.script, of.script.step)


class TestAnEmergency:
    """While a person is awaited the script goes on by itself."""

    def test_yes_ends_the_questions(self, words: Words) -> None:
        decided = plan(words, _open("suicide-3-self"), answered("yes"))
        assert (decided.level, decided.state, decided.raised, decided.script) == (3, State.WAITING, False, None)
        assert "Rri pranë dikujt" in said(decided)

    def test_no_raises_it_to_four(self, words: Words) -> None:
        decided = plan(words, _open("suicide-3-self"), answered("no"))
        assert (decided.level, decided.raised, decided.state, decided.lane) == (4, True, State.WAITING, Lane.RISK)
        assert "127" in said(decided)

    def test_the_sign_of_danger_counts_where_it_was_agreed_and_afterwards(self, words: Words) -> None:
        assert plan(words, _open("suicide-3-self"), answered("one")).level == 4
        after = plan(words, talk(State.WAITING, 3), answered("one"))
        assert (after.level, after.raised) == (4, True)
        assert after.said
        again = plan(words, talk(State.WAITING, 4), answered("one"))
        assert "129" in said(again)

    def test_something_else_keeps_the_question_open_and_says_nothing(self, words: Words) -> None:
        before = _open("suicide-3-self")
        decided = plan(words, before, found(0))
        assert (decided.said, decided.script, decided.level) == ((), before.script, 3)
        told = plan(words, before, found(0), live=False)
        assert "E ruajtëm" in said(told)
        assert told.script == before.script

    def test_a_tapped_answer_counts_like_a_written_one(self, words: Words) -> None:
        before = _open("suicide-3-self")
        for do, answer in (("answer:yes", "yes"), ("answer:no", "no")):
            tapped = plan(words, before, do=do)
            assert tapped.said == plan(words, before, answered(answer)).said  # type: ignore[arg-type]

    def test_graver_words_are_heard_before_the_answer_in_them(self, words: Words) -> None:
        decided = plan(words, _open("suicide-3-self"), found(4, "suicide", answer="yes"))
        assert (decided.level, decided.raised) == (4, True)
        assert _stands(decided) == ("suicide-4-self", "start")

    def test_while_a_counsellor_talks_no_script_goes_on(self, words: Words) -> None:
        decided = plan(words, _open("suicide-3-self", state=State.COUNSELLOR), answered("no"))
        assert (decided.said, decided.level) == ((), 3)


class TestAnOffer:
    """At level 2 the answer decides whether a person is called."""

    def test_yes_queues(self, words: Words) -> None:
        decided = plan(words, _open("level-2-first", state=State.BOT, level=2), answered("yes"))
        assert (decided.route, decided.state, decided.lane) == (Route.COUNSELLOR, State.WAITING, Lane.RISK)
        assert "Vendi yt në radhë" in said(decided)
        nobody = plan(words, _open("level-2-first", state=State.BOT, level=2), answered("yes"), presence=NOBODY)
        assert "Tani nuk ka këshillues" in said(nobody)

    def test_no_leaves_it_with_the_bot_and_in_sight(self, words: Words) -> None:
        decided = plan(words, _open("level-2-first", state=State.BOT, level=2), answered("no"))
        assert (decided.route, decided.state, decided.watch, decided.script) == (Route.HOUSE, State.BOT, True, None)

    def test_a_question_instead_goes_to_the_bot(self, words: Words) -> None:
        decided = plan(words, _open("level-2-first", state=State.BOT, level=2), found(0))
        assert (decided.asks_bot, decided.script, decided.level) == (True, None, 2)

    def test_the_gentle_question_answered_with_yes_is_an_emergency(self, words: Words) -> None:
        decided = plan(words, _open("level-2-second", state=State.WAITING, level=2), answered("yes"))
        assert (decided.level, decided.lane, decided.epoch_up, decided.raised) == (3, Lane.RISK, True, True)
        assert _stands(decided) == ("level-2-second", "suicide")
        assert decided.silence

    def test_the_same_out_of_the_bots_hands(self, words: Words) -> None:
        decided = plan(words, _open("suicide-2-self", state=State.BOT, level=2), answered("yes"))
        assert (decided.level, decided.state, decided.lane) == (3, State.WAITING, Lane.RISK)
        assert "Vendi" not in said(decided)

    def test_a_joke_is_asked_about_once_and_the_answer_decides(self, words: Words) -> None:
        asked = plan(words, talk(), found(0, check_in=True))
        assert _stands(asked) == ("check-in-any", "start")
        again = plan(words, _open("check-in-any", "again", State.BOT, 0), answered("no"))
        assert (again.level, again.watch, again.state) == (2, True, State.BOT)
        well = plan(words, _open("check-in-any", "again", State.BOT, 0), answered("yes"))
        assert (well.level, well.asks_bot, well.script) == (0, False, None)


class TestSilence:
    """A minute without an answer."""

    def test_the_step_for_it_is_said_and_its_question_stays_open(self, words: Words) -> None:
        decided = after_silence(_open("suicide-3-self"), words, ON_SHIFT)
        assert decided is not None
        assert _stands(decided) == ("suicide-3-self", "waiting")
        assert (decided.level, decided.state, decided.silence) == (3, State.WAITING, False)
        assert "Jemi ende këtu" in said(decided)

    def test_nothing_follows_the_second_minute(self, words: Words) -> None:
        assert after_silence(_open("suicide-3-self", "waiting"), words, ON_SHIFT) is None

    @pytest.mark.parametrize("state", [State.BOT, State.COUNSELLOR, State.CLOSED])
    def test_nor_where_nobody_is_awaited(self, words: Words, state: State) -> None:
        assert after_silence(_open("suicide-3-self", state=state), words, ON_SHIFT) is None

    def test_nor_where_nothing_was_asked(self, words: Words) -> None:
        assert after_silence(talk(State.WAITING, 3), words, ON_SHIFT) is None
        assert after_silence(_open("a script of last year"), words, ON_SHIFT) is None
        assert after_silence(_open("suicide-3-self", "a step of last year"), words, ON_SHIFT) is None


class TestEveryScript:
    """Each answer to each question of each script."""

    def test_no_answer_lowers_anything_or_leads_nowhere(self, words: Words, content: Content) -> None:
        followed = 0
        for script in content.scripts.values():
            for name, step in script.steps.items():
                if step.question is None:
                    continue
                for level in script.levels or (0, 2, 3):
                    state = State.WAITING if level >= HIGH else State.BOT
                    for given, follow in (("yes", step.yes), ("no", step.no), ("one", step.one)):
                        before = _open(script.id, name, state, level)
                        decided = plan(words, before, answered(given))  # type: ignore[arg-type]
                        assert decided.level >= max(level, (follow or Follow()).level or 0)
                        if follow is None or follow.step is None:
                            continue
                        followed += 1
                        assert decided.said, (script.id, name, given)
                        assert "{" not in said(decided)
                        if decided.level >= HIGH:
                            assert decided.state is State.WAITING, (script.id, name, given)
                        if follow.queue:
                            assert decided.state is State.WAITING, (script.id, name, given)
        assert followed > 200

    def test_a_script_that_has_changed_since_is_passed_over(self, words: Words) -> None:
        for place in (ScriptPlace("a script of last year", "start", 4), ScriptPlace("suicide-3-self", "gone", 4)):
            waiting = talk(State.WAITING, 3, script=place)
            assert plan(words, waiting, answered("yes")).said == ()
            with_bot = talk(State.BOT, 2, script=place)
            assert plan(words, with_bot, answered("yes")).asks_bot


def test_a_chosen_script_is_the_most_specific_one(tmp_path: Path, content: Content) -> None:
    chosen = {
        (category, level, about, speaker): content.script_for(category, level, about, speaker).id
        for category, level, about, speaker in (
            ("suicide", 3, "self", "unknown"),
            ("suicide", 3, "self", "child"),
            ("suicide", 3, "other", "child"),
            ("mental_distress", 1, "self", "unknown"),
        )
    }
    assert chosen[("suicide", 3, "self", "unknown")] == chosen[("suicide", 3, "self", "child")] == "suicide-3-self"
    assert content.scripts[chosen[("suicide", 3, "other", "child")]].about == "other"
    adult = content.script_for("suicide", 3, "other", "adult")
    assert adult.speaker == "adult"
