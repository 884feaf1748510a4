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
from tests.fakes import BrokenScreening, Clock, FakeBot, phrase
from tests.frontdoor.arrivals import NOW, found, talk

_TEXT = "përshëndetje"


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
        return Press(payload, "Titulli", 3) if payload in ("counsellor", "intent:help_menu") else None

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

    async def apply(self, view: View, plan: Plan, *, answered: int | None = None) -> Kept | None:
        if self.conflicts:
            self.conflicts -= 1
            return None
        self.kept.append((None, None, None, plan))
        if plan.epoch_up:
            self.owed.clear()
        return self._after(plan, self.conversation.last_id)

    def _after(self, plan: Plan, last: int) -> Kept:
        said = tuple(Message(last + 1 + n, s.sender, s.text, NOW) for n, s in enumerate(plan.said))
        self.conversation = replace(
            self.conversation, state=plan.state, level=plan.level, last_id=last + len(said), script=plan.script
        )
        self.exists = True
        return Kept(last, NOW, self.conversation, said)

    async def presence(self) -> Presence:
        return Presence(1, 0)

    async def claim_answer(self, conversation: str, owner: str) -> Unanswered | None:
        return Unanswered(self.conversation, self.owed[0], 0, []) if self.owed else None

    async def answer(
        self, owed: Unanswered, owner: str, replies: Sequence[Said], events: list[dict[str, Any]] | None
    ) -> list[Message] | None:
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
