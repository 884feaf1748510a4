"""The path of a message in its order: screened, kept, told, answered; and what happens where one of them fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from frontdoor.assessment import Facts, HistoryEntry, RiskAssessment
from frontdoor.conversation import Conversation, ScriptPlace, State
from frontdoor.message import Inbound, Message, Said, Sender
from frontdoor.ports import Due, Kept, Presence, Press, ScreeningState, Unanswered, View, Wake
from frontdoor.reception import Doors, NotKept, Reception, StaleButton
from frontdoor.routing import Plan
from frontdoor.words import Words
from tests.fakes import BrokenScreening, Clock, FakeBot, article, phrase
from tests.frontdoor.arrivals import NOW, found, talk

_TEXT = "përshëndetje"
_GIVEN = (
    *("counsellor", "intent:help_menu", "intent:deny", "article:cannabis", "article:sextortion"),
    *("concerns:sextortion", "concerns:cyberbullying", "menu:internet"),
)
"""What the buttons of the scenes do; here a button's payload is what it does."""


def concerns(topic: str) -> dict[str, Any]:
    """What the bot names when a yes comes right after an article."""
    return {"custom": {"kind": "concerns", "topic": topic}}


class Screened:
    """Screening that finds what the scene says, and remembers what it was shown."""

    version = "test"
    state: ScreeningState = "ok"

    def __init__(self, assessment: RiskAssessment | None = None) -> None:
        self.assessment = assessment or found(0)
        self.seen: list[tuple[str, tuple[str, ...], Facts]] = []

    def screen(self, message: str, history: Sequence[HistoryEntry], facts: Facts) -> RiskAssessment:
        self.seen.append((message, tuple(entry.text for entry in history), facts))
        return self.assessment


class Told:
    """A bus that only writes down."""

    def __init__(self) -> None:
        self.wakes: list[Wake] = []

    async def publish(self, wake: Wake) -> None:
        self.wakes.append(wake)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Wake]]:
        yield self._all()

    async def _all(self) -> AsyncIterator[Wake]:
        for wake in self.wakes:
            yield wake

    async def allow(self, key: str, limit: int, window: float) -> bool:
        return True

    def allow_here(self, key: str, limit: int, window: float) -> bool:
        return True


class Memory:
    """A store of one conversation in memory. `conflicts`: how often somebody else is first."""

    def __init__(self, conversation: Conversation | None = None, conflicts: int = 0) -> None:
        self.conversation = conversation or talk(last_id=0)
        self.exists = conversation is not None
        self.conflicts = conflicts
        self.kept: list[tuple[Inbound | None, str | None, RiskAssessment | None, Plan]] = []
        self.owed: list[Message] = []
        self.answers: list[tuple[Said, ...]] = []
        self.fresh: list[bool] = []

    async def view(self, conversation: str, channel: str, *, fresh: bool = False) -> View:
        self.fresh.append(fresh)
        history = (HistoryEntry(Sender.VISITOR, "më parë", NOW),)
        return View(self.conversation, history, exists=self.exists)

    async def press(self, conversation: str, payload: str) -> Press | None:
        return Press(payload, "Titulli", 3) if payload in _GIVEN else None

    async def keep(
        self, view: View, inbound: Inbound, do: str | None, assessment: RiskAssessment, plan: Plan
    ) -> Kept | None:
        if self.conflicts:
            self.conflicts -= 1
            return None
        self.kept.append((inbound, do, assessment, plan))
        message = Message(self.conversation.last_id + 1, Sender.VISITOR, inbound.text, NOW, do=do)
        if plan.asks_bot:
            self.owed.append(message)
        return self._after(plan, message.id)

    def claimed(self) -> None:
        """A counsellor takes the conversation."""
        self.conversation = replace(
            self.conversation, state=State.COUNSELLOR, epoch=self.conversation.epoch + 1, counsellor=1
        )
        self.owed.clear()

    async def apply(self, view: View, plan: Plan, *, answered: int | None = None) -> Kept | None:
        if self.conflicts:
            self.conflicts -= 1
            return None
        self.kept.append((None, None, None, plan))
        self.owed = [message for message in self.owed if message.id != answered and not plan.epoch_up]
        return self._after(plan, self.conversation.last_id)

    def _after(self, plan: Plan, last: int) -> Kept:
        said = tuple(Message(last + 1 + n, s.sender, s.text, NOW) for n, s in enumerate(plan.said))
        self.conversation = replace(
            self.conversation,
            state=plan.state,
            epoch=self.conversation.epoch + plan.epoch_up,
            level=plan.level,
            categories=plan.categories,
            lane=plan.lane,
            level2_count=plan.level2_count,
            last_id=last + len(said),
            script=plan.script,
        )
        self.exists = True
        return Kept(last, NOW, self.conversation, said)

    async def presence(self) -> Presence:
        return Presence(1, 0)

    async def claim_answer(self, conversation: str, owner: str) -> Unanswered | None:
        return Unanswered(self.conversation, self.owed[0], self.conversation.level, []) if self.owed else None

    async def answer(
        self, owed: Unanswered, owner: str, replies: Sequence[Said], events: list[dict[str, Any]] | None
    ) -> list[Message] | None:
        if owed.conversation.epoch != self.conversation.epoch:
            return None
        self.owed.remove(owed.message)
        self.answers.append(tuple(replies))
        return [Message(90 + n, said.sender, said.text, NOW) for n, said in enumerate(replies)]


class House:
    """Reception with all that it works with."""

    def __init__(self, words: Words, store: Memory | None = None, screening: Any = None) -> None:
        self.store = store or Memory()
        self.screening = screening or Screened()
        self.bot = FakeBot()
        self.bus = Told()
        clock = Clock(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
        self.reception = Reception(Doors(self.store, self.screening, self.bot, words, self.bus, clock, "me"))

    async def receives(self, text: str = _TEXT, payload: str | None = None) -> Kept:
        kept = await self.reception.receive(Inbound("c", "web", "a", text, payload))
        await self.reception.close()
        return kept

    async def taps(self, do: str) -> Kept:
        return await self.receives("", do)

    def understands(self, *replies: dict[str, Any]) -> None:
        """From now on the bot answers so, whatever is said."""
        self.bot._answer = lambda text: list(replies)

    @property
    def plan(self) -> Plan:
        return self.store.kept[-1][3]

    @property
    def said(self) -> list[str]:
        return [said.text for replies in self.store.answers for said in replies]


@pytest.fixture
def house(words: Words) -> House:
    """A house in which nothing has been said yet."""
    return House(words)


class TestTheOrder:
    """Screen, keep, tell, answer."""

    async def test_a_message_is_screened_against_what_was_said_kept_told_and_answered(self, house: House) -> None:
        kept = await house.receives()
        ((text, history, facts),) = house.screening.seen
        assert (text, history) == (_TEXT, ("më parë",))
        assert facts.local_time is not None
        # midnight has passed in Tirana
        assert (facts.local_time.day, facts.local_time.hour) == (23, 0)
        assert [(i.text if i else None, a) for i, _, a, _ in house.store.kept] == [(_TEXT, found(0))]
        assert [(w.kind, w.conversation, w.last_id) for w in house.bus.wakes] == [
            ("conversation", "c", kept.id),
            ("conversation", "c", 90),
        ]
        assert house.bot.heard == [_TEXT]
        assert "asistenti automatik" in house.said[0]

    async def test_risk_calls_the_staff_and_not_the_bot(self, words: Words) -> None:
        house = House(words, screening=Screened(found(3, "suicide")))
        kept = await house.receives()
        assert [w.kind for w in house.bus.wakes] == ["conversation", "queue"]
        assert house.bus.wakes[0].last_id == kept.said[-1].id
        assert house.bot.heard == []

    async def test_where_somebody_was_first_it_is_screened_again_from_a_fresh_view(self, words: Words) -> None:
        house = House(words, Memory(conflicts=3))
        await house.receives()
        assert house.store.fresh == [False, True, True, True]
        assert len(house.screening.seen) == 4
        assert len(house.store.kept) == 1

    async def test_one_that_never_holds_still_is_not_kept(self, words: Words) -> None:
        house = House(words, Memory(conflicts=1_000))
        with pytest.raises(NotKept):
            await house.receives()
        assert (house.bus.wakes, house.bot.heard) == ([], [])

    async def test_what_was_kept_before_is_neither_told_nor_answered_again(self, words: Words) -> None:
        class Again(Memory):
            async def keep(self, *args: Any) -> Kept | None:
                kept = await super().keep(*args)
                return replace(kept, again=True) if kept else None

        house = House(words, Again())
        await house.receives()
        assert (house.bus.wakes, house.bot.heard) == ([], [])


class TestButtons:
    """A tap is looked up, never believed."""

    async def test_one_that_was_not_given_changes_nothing(self, house: House) -> None:
        with pytest.raises(StaleButton):
            await house.receives("", "menu")
        assert (house.store.kept, house.screening.seen) == ([], [])

    async def test_a_tap_is_kept_as_its_title_and_raises_nothing(self, words: Words) -> None:
        house = House(words, screening=Screened(found(4, "suicide")))
        await house.receives("", "counsellor")
        inbound, do, assessment, plan = house.store.kept[0]
        assert inbound is not None
        assert assessment is not None
        assert (inbound.text, do, assessment.level, assessment.version) == ("Titulli", "counsellor", 0, "test")
        assert plan.state is State.WAITING

    async def test_an_intent_reaches_the_bot_as_one(self, house: House) -> None:
        await house.receives("", "intent:help_menu")
        assert house.bot.heard == ["/help_menu"]


class TestArticles:
    """An article is the bot's answer while it has the conversation, and a page otherwise."""

    async def test_the_bot_gives_it_and_knows_what_simpler_will_be_about(self, house: House) -> None:
        house.understands(article("cannabis"))
        await house.taps("article:cannabis")
        assert house.bot.heard == ["/cannabis"]
        ((page,),) = house.store.answers
        assert (page.kind, page.sender) == ("article", Sender.BOT)

    async def test_with_the_question_whether_it_concerns(self, house: House) -> None:
        house.understands(article("sextortion"))
        await house.taps("article:sextortion")
        ((page, asked),) = house.store.answers
        assert page.kind == "article"
        assert [button.do for button in asked.buttons] == ["concerns:sextortion", "intent:deny", "counsellor"]

    @pytest.mark.parametrize("state", [State.WAITING, State.COUNSELLOR])
    @pytest.mark.parametrize("do", ["article:cannabis", "article:sextortion"])
    async def test_it_is_a_page_while_a_person_has_it(self, words: Words, state: State, do: str) -> None:
        house = House(words, Memory(talk(state, 3)))
        kept = await house.taps(do)
        page = words.article(do.removeprefix("article:"))
        assert [(said.sender, said.text) for said in kept.said] == [(Sender.SYSTEM, page.text)]
        assert (house.bot.heard, house.store.answers) == ([], [])

    @pytest.mark.parametrize("do", ["article:cannabis", "article:sextortion"])
    async def test_it_opens_when_the_bot_is_down(self, words: Words, house: House, do: str) -> None:
        house.bot.down = True
        await house.taps(do)
        assert house.said == [words.article(do.removeprefix("article:")).text]

    async def test_an_intent_does_not(self, words: Words, house: House) -> None:
        house.bot.down = True
        await house.taps("intent:help_menu")
        assert house.said == [words.bot_down().text]


class TestItConcernsMe:
    """The question under an article on a grave matter, answered by a tap or in words."""

    @pytest.mark.parametrize(
        ("topic", "level", "category", "state"),
        [
            ("sextortion", 3, "online_sexual_exploitation", State.WAITING),
            ("cyberbullying", 2, "bullying", State.BOT),
        ],
    )
    @pytest.mark.parametrize("typed", [False, True])
    async def test_yes_raises_to_the_articles_level_with_its_script(
        self, words: Words, house: House, topic: str, level: int, category: str, state: State, typed: bool
    ) -> None:
        house.understands(concerns(topic))
        kept = await (house.receives("po") if typed else house.taps(f"concerns:{topic}"))
        assert house.bot.heard == (["po"] if typed else [])
        assert house.store.answers == []
        assert house.store.owed == []
        after = house.store.conversation
        assert (after.state, after.level, after.categories) == (state, level, (category,))
        assert after.script is not None
        assert level in words.script(after.script.script).levels
        assert house.plan.raised
        assert "116 111" in "".join(said.text for said in house.plan.said) or level == 2
        assert "queue" in [wake.kind for wake in house.bus.wakes]
        assert kept.id == 1

    async def test_the_tap_is_kept_with_its_words_and_what_it_means(self, house: House) -> None:
        await house.taps("concerns:sextortion")
        ((inbound, do, assessment, _),) = house.store.kept
        assert inbound is not None
        assert assessment is not None
        assert (inbound.text, do) == ("Titulli", "concerns:sextortion")
        assert (assessment.level, assessment.categories, assessment.speaker, assessment.version) == (
            *(3, ("online_sexual_exploitation",)),
            *("child", "test"),
        )
        assert house.screening.seen == []

    async def test_the_typed_words_are_kept_and_screened_like_all_others(self, house: House) -> None:
        house.understands(concerns("sextortion"))
        await house.receives("po, mua")
        assert [inbound.text if inbound else None for inbound, *_ in house.store.kept] == ["po, mua", None]
        assert [text for text, *_ in house.screening.seen] == ["po, mua"]

    @pytest.mark.parametrize("level", range(5))
    @pytest.mark.parametrize("topic", ["sextortion", "cyberbullying"])
    @pytest.mark.parametrize("typed", [False, True])
    async def test_it_never_lowers(self, words: Words, level: int, topic: str, typed: bool) -> None:
        house = House(words, Memory(talk(State.BOT, level)))
        house.understands(concerns(topic))
        await (house.receives("po") if typed else house.taps(f"concerns:{topic}"))
        after = house.store.conversation
        assert after.level == max(level, 3 if topic == "sextortion" else 2)
        assert set(talk(State.BOT, level).categories) < set(after.categories)

    @pytest.mark.parametrize("typed", [False, True])
    async def test_no_raises_nothing(self, words: Words, house: House, typed: bool) -> None:
        house.understands({"custom": {"kind": "concerns_not", "topic": "sextortion"}})
        await (house.receives("jo") if typed else house.taps("intent:deny"))
        assert house.bot.heard == ["jo" if typed else "/deny"]
        assert house.said == [words.text("bot", "concern_no")]
        assert (house.store.conversation.state, house.store.conversation.level) == (State.BOT, 0)
        assert [wake.kind for wake in house.bus.wakes] == ["conversation"] * 2

    async def test_a_yes_to_an_article_that_asks_nothing_raises_nothing(self, words: Words, house: House) -> None:
        house.understands(concerns("cannabis"))
        await house.receives("po")
        assert house.said == [words.text("bot", "affirm_nothing")]
        assert house.store.conversation.level == 0

    async def test_an_adult_was_not_asked_and_so_raises_nothing(self, words: Words) -> None:
        house = House(words, Memory(talk(speaker="adult")))
        house.understands(concerns("sextortion"))
        await house.receives("po")
        assert (house.store.conversation.state, house.store.conversation.level) == (State.BOT, 0)
        assert house.said == [words.text("bot", "affirm_nothing_adult")]

    async def test_another_yes_to_what_is_known_is_no_second_sign(self, words: Words) -> None:
        known = talk(State.BOT, 2, categories=("bullying",), level2_count=1)
        house = House(words, Memory(known))
        house.understands(concerns("cyberbullying"))
        await house.receives("ok")
        assert (house.store.conversation.state, house.store.conversation.level2_count) == (State.BOT, 1)
        assert house.said == [words.text("bot", "offer")]

    async def test_a_yes_that_a_claim_overtook_is_raised_without_a_word(self, house: House) -> None:
        house.understands(concerns("sextortion"))
        house.bot.gate = asyncio.Event()
        await house.reception.receive(Inbound("c", "web", "a", "po"))
        await asyncio.sleep(0.01)
        house.store.claimed()
        house.bot.gate.set()
        await house.reception.close()
        assert (house.store.conversation.state, house.store.conversation.level) == (State.COUNSELLOR, 3)
        assert (house.plan.said, house.store.answers) == ((), [])


async def test_an_answer_that_a_claim_overtook_is_not_said(house: House) -> None:
    house.understands(article("sextortion"))
    house.bot.gate = asyncio.Event()
    await house.reception.receive(Inbound("c", "web", "a", "", "article:sextortion"))
    await asyncio.sleep(0.01)
    assert house.bot.heard == ["/sextortion"]
    house.store.claimed()
    house.bot.gate.set()
    await house.reception.close()
    assert house.store.answers == []
    assert [wake.kind for wake in house.bus.wakes] == ["conversation"]


class TestWhenSomethingFails:
    """Nobody is left without a word, and nothing goes to the bot unscreened."""

    async def test_broken_screening_sends_to_a_person(self, words: Words, caplog: pytest.LogCaptureFixture) -> None:
        house = House(words, screening=BrokenScreening())
        for _ in range(2):
            await house.receives()
        assert (house.reception.screening.state, house.reception.screening.version) == ("none", "broken")
        assert house.plan.state is State.WAITING
        assert house.bot.heard == []
        told = [record.getMessage() for record in caplog.records if "screening failed" in record.getMessage()]
        assert len(told) == 1
        assert _TEXT not in caplog.text

    @pytest.mark.parametrize(
        "answer",
        [
            lambda text: [],
            lambda text: [{"custom": "no such thing"}],
            lambda text: [{"custom": {"kind": "phrase", "name": ["unhashable"]}}],
            lambda text: ["nor this"],
            lambda text: [phrase("no such phrase")],
        ],
    )
    async def test_an_answer_that_cannot_be_said_is_none(
        self, house: House, answer: Callable[[str], list[dict[str, Any]]]
    ) -> None:
        house.bot._answer = answer
        await house.receives()
        assert "Mesazhi yt u ruajt" in house.said[0]
        assert house.store.owed == []

    async def test_a_bot_that_is_down(self, house: House) -> None:
        house.bot.down = True
        await house.receives()
        assert "116 111" in house.said[0]

    async def test_a_wish_that_only_the_bot_has_understood(self, house: House) -> None:
        house.bot._answer = lambda text: [phrase("greet"), {"custom": {"kind": "counsellor"}}]
        await house.receives()
        assert (house.plan.state, house.store.answers) == (State.WAITING, [])
        assert [w.kind for w in house.bus.wakes] == ["conversation", "conversation", "queue"]

    async def test_a_store_that_is_away_while_answering_leaves_it_owed(
        self, words: Words, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Away(Memory):
            async def answer(self, *args: Any, **named: Any) -> list[Message] | None:
                raise OSError("words of the conversation")

        house = House(words, Away())
        await house.receives()
        assert len(house.store.owed) == 1
        assert "the answer stays owed" in caplog.text
        assert "words of the conversation" not in caplog.text


class TestUrgent:
    """What no limit may hold back."""

    @pytest.mark.parametrize(
        ("assessment", "urgent"),
        [
            (found(0), False),
            (found(1, "mental_distress"), False),
            (found(2, "self_harm"), True),
            (found(4, "suicide"), True),
            (found(wish=True), True),
            (found(safe_word=True), True),
            (RiskAssessment(unscreened=True), True),
        ],
    )
    def test_by_what_is_found(self, words: Words, assessment: RiskAssessment, urgent: bool) -> None:
        assert House(words, screening=Screened(assessment)).reception.urgent("x") is urgent

    def test_what_cannot_be_screened_is(self, words: Words) -> None:
        assert House(words, screening=BrokenScreening()).reception.urgent("x")


class TestWithoutAMessage:
    """Leaving, and a minute of silence."""

    async def test_leaving_what_was_never_kept(self, house: House) -> None:
        assert await house.reception.leave("c", "web") is None
        assert house.store.kept == []

    async def test_leaving_is_tried_again_when_somebody_was_first(self, words: Words) -> None:
        house = House(words, Memory(talk(State.WAITING, 0), conflicts=2))
        kept = await house.reception.leave("c", "web")
        assert kept is not None
        assert kept.conversation.state is State.BOT
        house.store.conflicts = 1_000
        with pytest.raises(NotKept):
            await house.reception.leave("c", "web")

    @pytest.mark.parametrize(("asked", "says"), [(4, True), (3, False), (None, False)])
    async def test_silence_counts_for_the_question_that_is_still_open(
        self, words: Words, asked: int | None, says: bool
    ) -> None:
        waiting = talk(State.WAITING, 3, script=ScriptPlace("suicide-3-self", "start", 4))
        house = House(words, Memory(waiting))
        await house.reception.silence(Due(1, "c", "silence", 1, {"asked": asked}))
        assert bool(house.store.kept) is says
        assert bool(house.bus.wakes) is says

    async def test_silence_in_a_conversation_that_is_gone(self, house: House) -> None:
        await house.reception.silence(Due(1, "c", "silence", 1, {"asked": 4}))
        assert house.store.kept == []


async def test_closing_waits_shortly_for_the_bot_and_leaves_the_rest_owed(words: Words) -> None:
    house = House(words)
    house.bot.gate = asyncio.Event()
    await house.reception.receive(Inbound("c", "web", "a", _TEXT))
    async with asyncio.timeout(3):
        await house.reception.close()
    assert len(house.store.owed) == 1
