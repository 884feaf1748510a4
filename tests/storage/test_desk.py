"""Scenes at the desk: the order of the queue, claims, replies, closing, and what is left behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from frontdoor.conversation import State
from frontdoor.message import Said, Sender
from frontdoor.ports import Claim, Unanswered
from storage.database import Database
from storage.desk import NotYours, ReasonMissing
from storage.tables import audit, contact_facts, outbox
from tests.handoff.scene import Scene

CHILD = "sdua te jetoj me, kam vendosur"


@pytest.fixture
def scene(database: Database) -> Scene:
    """The house with its desk."""
    return Scene(database)


async def queue_of(scene: Scene) -> list[str]:
    """Who waits, most urgent first."""
    return [raised.conversation.id for raised in await scene.desk.queue()]


async def test_the_words_that_raised_it_stand_in_the_queue(scene: Scene) -> None:
    await scene.visitor_says("c1", "pershendetje")
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj")
    (raised,) = await scene.desk.queue()
    assert raised.words == ("sdua te jetoj",)
    assert raised.conversation.level == 3
    assert raised.conversation.categories == ("suicide",)
    assert raised.conversation.waiting_since == scene.clock.now
    assert raised.language == "sq"


async def test_the_gravest_words_come_first_and_none_twice(scene: Scene) -> None:
    await scene.visitor_says("c1", "jam shume keq", level=3, words="shume keq")
    await scene.visitor_says("c1", "po shkoj te ura tani", level=4, words="ura tani")
    await scene.visitor_says("c1", "jam shume keq", level=3, words="shume keq")
    (raised,) = await scene.desk.queue()
    assert raised.words == ("ura tani", "shume keq")


async def test_the_most_urgent_stands_first_whatever_it_has_waited(scene: Scene) -> None:
    await scene.visitor_says("wish", "dua nje njeri", wish=True)
    scene.clock.passes(hours=3)
    await scene.visitor_says("unscreened", "?", unscreened=True)
    scene.clock.passes(hours=1)
    await scene.visitor_says("three", CHILD, level=3)
    scene.clock.passes(minutes=1)
    await scene.visitor_says("three-later", CHILD, level=3)
    scene.clock.passes(minutes=1)
    await scene.visitor_says("four", CHILD, level=4)
    assert await queue_of(scene) == ["four", "three", "three-later", "unscreened", "wish"]


async def test_who_waits_long_rises_among_the_lower_levels_only(scene: Scene) -> None:
    await scene.visitor_says("one", "jam i merzitur", level=1, wish=True)
    scene.clock.passes(minutes=14)
    await scene.visitor_says("two", "me bejne bullizem", level=2, wish=True)
    assert await queue_of(scene) == ["two", "one"]
    await scene.since("one", waiting_since=scene.clock.now - timedelta(minutes=16))
    assert await queue_of(scene) == ["one", "two"]


async def test_who_rises_to_four_is_measured_from_then_on(scene: Scene) -> None:
    await scene.visitor_says("long", "dua nje njeri", wish=True)
    scene.clock.passes(minutes=30)
    await scene.visitor_says("first-four", CHILD, level=4)
    scene.clock.passes(minutes=1)
    await scene.visitor_says("long", CHILD, level=4)
    assert await queue_of(scene) == ["first-four", "long"]


async def test_level_two_with_the_assistant_stands_in_the_watch_list_not_in_the_queue(scene: Scene) -> None:
    await scene.visitor_says("c1", "me bejne bullizem", level=2, words="bullizem", category="bullying")
    await scene.visitor_says("c2", "cfare eshte kanabisi")
    assert await queue_of(scene) == []
    (watched,) = await scene.desk.watch()
    assert (watched.conversation.id, watched.words) == ("c1", ("bullizem",))
    assert watched.conversation.watch_since is not None


async def test_a_claim_silences_the_bot_and_tells_the_child_who_is_there(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj")
    await scene.bot_owes("c1")
    before = await scene.row("c1")

    claim = await scene.desk.claim("c1", era)

    assert (claim.won, claim.held_by) == (True, "Era")
    after = await scene.row("c1")
    assert (after["state"], after["counsellor"]) == ("counsellor", era)
    assert after["epoch"] == before["epoch"] + 1
    assert after["last_id"] == before["last_id"] + 1
    assert after["asked_id"] == after["answered_id"]
    assert await queue_of(scene) == []
    assert (await scene.said("c1"))[-1] == ("system", "Tani po flet me Era.")


async def test_an_answer_of_the_bot_that_was_under_way_is_never_said(scene: Scene) -> None:
    era = await scene.hires("Era")
    kept = await scene.visitor_says("c1", CHILD, level=2)
    await scene.bot_owes("c1")
    owed_view = (await scene.visitors.view("c1", "web", fresh=True)).conversation
    message = (await scene.visitors.after("c1", 0))[-1]
    owed = Unanswered(owed_view, message, 2, [])
    assert (await scene.desk.claim("c1", era)).won
    answered = await scene.visitors.answer(owed, "web-1", [Said(Sender.BOT, "bota")], [])
    assert answered is None
    assert [sender for sender, _ in await scene.said("c1")] == ["visitor", "system"]
    assert kept.id == 1


async def test_two_counsellors_claim_at_once_and_exactly_one_wins(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    for number in range(10):
        conversation = f"c{number}"
        await scene.visitor_says(conversation, CHILD, level=3)
        claims: list[Claim] = await asyncio.gather(
            *[scene.desk.claim(conversation, person) for person in (era, ben, era, ben)]
        )
        winner = (await scene.row(conversation))["counsellor"]
        alias = {era: "Era", ben: "Ben"}[winner]
        assert {claim.held_by for claim in claims} == {alias}
        assert [claim.won for claim in claims] == [person == winner for person in (era, ben, era, ben)]
        joined = [text for sender, text in await scene.said(conversation) if sender == "system"]
        assert joined == [f"Tani po flet me {alias}."]


async def test_a_claim_meets_a_message_of_the_child_and_neither_is_lost(scene: Scene) -> None:
    era = await scene.hires("Era")
    for number in range(10):
        conversation = f"c{number}"
        await scene.visitor_says(conversation, CHILD, level=3)

        async def writes(conversation: str = conversation) -> None:
            for _ in range(5):
                try:
                    await scene.visitor_says(conversation, "je aty")
                    return
                except AssertionError:
                    continue

        claim, _ = await asyncio.gather(scene.desk.claim(conversation, era), writes())
        assert claim.won
        assert sorted(sender for sender, _ in await scene.said(conversation)) == ["system", "visitor", "visitor"]
        assert (await scene.row(conversation))["state"] == "counsellor"


async def test_what_does_not_wait_cannot_be_claimed(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("calm", "cfare eshte kanabisi")
    assert await scene.desk.claim("calm", era) == Claim(False, None, (await scene.desk.conversation("calm")))
    assert await scene.desk.claim("nowhere", era) == Claim(False, None, None)
    assert await scene.said("calm") == [("visitor", "cfare eshte kanabisi")]


async def test_next_takes_the_most_urgent_and_each_only_once(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    await scene.visitor_says("wish", "dua nje njeri", wish=True)
    await scene.visitor_says("four", CHILD, level=4)
    first = await scene.desk.claim_next(era)
    second = await scene.desk.claim_next(ben)
    assert first is not None
    assert second is not None
    assert first.conversation is not None
    assert second.conversation is not None
    assert (first.conversation.id, second.conversation.id) == ("four", "wish")
    assert await scene.desk.claim_next(era) is None


async def test_many_who_press_next_at_once_get_different_children(scene: Scene) -> None:
    people = [await scene.hires(f"Alias{n}") for n in range(4)]
    for number in range(4):
        await scene.visitor_says(f"c{number}", CHILD, level=3)
    claims = await asyncio.gather(*[scene.desk.claim_next(person) for person in people])
    got = [claim.conversation.id for claim in claims if claim and claim.conversation]
    assert sorted(got) == ["c0", "c1", "c2", "c3"]


async def test_a_reply_sent_again_stands_once(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    first = await scene.desk.reply("c1", era, "abc", "Jam këtu.")
    again = await scene.desk.reply("c1", era, "abc", "Jam këtu.")
    assert first.id == again.id
    assert (first.sender, first.counsellor) == (Sender.COUNSELLOR, "Era")
    assert (await scene.said("c1"))[-2:] == [("system", "Tani po flet me Era."), ("counsellor", "Jam këtu.")]
    assert (await scene.visitors.after("c1", first.id - 1))[0].text == "Jam këtu."


async def test_only_who_holds_it_may_reply_close_or_set_the_level(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    for attempt in (
        scene.desk.reply("c1", ben, "x", "po"),
        scene.desk.close("c1", ben, 0, "mirë tani", "helped"),
        scene.desk.set_level("c1", ben, 0, "gabim"),
    ):
        with pytest.raises(NotYours) as refused:
            await attempt
        assert refused.value.held_by == "Era"
    with pytest.raises(NotYours) as nobody:
        await scene.desk.reply("nowhere", ben, "x", "po")
    assert nobody.value.held_by is None
    assert (await scene.row("c1"))["level"] == 3


async def test_closing_gives_the_bot_back_and_begins_anew(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj")
    await scene.desk.claim("c1", era)
    await scene.visitor_says("c1", "po kam nje shoqe")
    await scene.since("c1", not_so=True, tracker=b"x", tracker_epoch=1, asked_id=3)

    line = await scene.desk.close("c1", era, 0, "shoqja është me të", "helped")

    row = await scene.row("c1")
    assert (row["state"], row["level"], row["counsellor"], row["tracker"]) == ("bot", 0, None, None)
    assert row["mark"] == row["last_id"] == line.id
    assert row["asked_id"] == row["answered_id"]
    assert not row["not_so"]
    assert await queue_of(scene) == []
    assert await scene.desk.watch() == []
    assert (await scene.said("c1"))[-1] == ("system", "Të përgjigjem prapë unë, asistenti.")
    view = await scene.visitors.view("c1", "web", fresh=True)
    assert view.history == ()

    await scene.visitor_says("c1", CHILD, level=3, words="kam vendosur")
    (raised,) = await scene.desk.queue()
    assert raised.words == ("kam vendosur",)


async def test_a_level_falls_only_with_a_reason(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    for reason in ("", "  ", "ok"):
        with pytest.raises(ReasonMissing):
            await scene.desk.close("c1", era, 2, reason, "helped")
        with pytest.raises(ReasonMissing):
            await scene.desk.set_level("c1", era, 1, reason)
    assert (await scene.row("c1"))["state"] == "counsellor"
    await scene.desk.set_level("c1", era, 4, "")
    assert (await scene.row("c1"))["level"] == 4


async def test_what_the_visitor_screened_against_an_old_level_is_screened_again(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    before = (await scene.row("c1"))["epoch"]
    await scene.desk.set_level("c1", era, 1, "ishte tekst kënge")
    row = await scene.row("c1")
    assert (row["level"], row["epoch"]) == (1, before + 1)
    await scene.visitor_says("c1", "faleminderit")
    assert (await scene.row("c1"))["level"] == 1


@pytest.mark.parametrize("level", [2, 3, 4])
async def test_a_risk_that_remains_stays_in_the_watch_list_and_can_be_claimed_again(scene: Scene, level: int) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=4)
    await scene.desk.claim("c1", era)
    await scene.desk.close("c1", era, level, "doli nga biseda", "left")
    (watched,) = await scene.desk.watch()
    assert watched.conversation.level == level
    assert (await scene.desk.claim("c1", era)).won


async def test_closing_leaves_codes_that_lead_back_to_nobody(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    scene.clock.passes(minutes=10)
    await scene.desk.close("c1", era, 0, "mirë tani", "referred")
    (fact,) = await scene.rows(contact_facts)
    del fact["id"]
    # 23:15 UTC on the last Sunday of November is a quarter past midnight in Tirana
    assert fact == {
        "month": "2026-11",
        "hour": 0,
        "municipality": None,
        "channel": "web",
        "level": 3,
        "categories": ["suicide"],
        "about": "self",
        "speaker": "child",
        "outcome": "referred",
    }


async def test_the_audit_says_who_did_what_and_holds_no_words(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj")
    await scene.desk.claim("c1", era)
    await scene.desk.reply("c1", era, "a", "Jam këtu me ty.")
    await scene.desk.set_level("c1", era, 4, "ka marrë pilula")
    await scene.desk.close("c1", era, 2, "nëna është aty", "helped")
    rows = await scene.rows(audit)
    assert [row["kind"] for row in rows] == ["raised", "claimed", "level_set", "closed"]
    kept = str(rows)
    for words in ("jetoj", "pilula", "nëna", "këtu"):
        assert words not in kept
    transcript = await scene.desk.transcript("c1")
    assert transcript is not None
    assert [(mark.kind, mark.alias, mark.before, mark.level, mark.reason) for mark in transcript.marks] == [
        ("raised", None, 0, 3, None),
        ("claimed", "Era", None, 3, None),
        ("level_set", "Era", 3, 4, "ka marrë pilula"),
        ("closed", "Era", 4, 2, "nëna është aty"),
    ]


async def test_a_transcript_shows_why_each_message_counted(scene: Scene) -> None:
    text = "😀 sdua te jetoj me"
    await scene.visitor_says("c1", text, level=3, words="sdua te jetoj", at_once=("Faleminderit që ma tregove.",))
    transcript = await scene.desk.transcript("c1")
    assert transcript is not None
    child, script = transcript.entries
    (evidence,) = child.evidence
    assert text[evidence.start : evidence.end] == "sdua te jetoj"
    assert (child.level, child.level_after, child.version, child.language) == (3, 3, "test-1", "sq")
    assert (script.message.kind, script.level, script.evidence) == ("script", None, ())
    assert transcript.conversation.state is State.WAITING
    later = await scene.desk.transcript("c1", after=1)
    assert later is not None
    assert [entry.message.id for entry in later.entries] == [2]
    assert await scene.desk.transcript("nowhere") is None


async def test_unread_counts_the_childs_messages_until_they_are_seen(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.visitor_says("c1", "je aty")
    await scene.desk.claim("c1", era)
    assert [held.unread for held in await scene.desk.mine(era)] == [2]
    assert await scene.desk.seen("c1", era, 2)
    assert [held.unread for held in await scene.desk.mine(era)] == [0]
    await scene.visitor_says("c1", "?")
    assert [held.unread for held in await scene.desk.mine(era)] == [1]
    assert not await scene.desk.seen("c1", era, 1)
    assert not await scene.desk.seen("c1", ben, 3)
    assert not await scene.desk.seen("c1", era, 99)
    assert await scene.desk.mine(ben) == []


async def test_news_of_many_conversations_comes_at_once_each_from_its_own_place(scene: Scene) -> None:
    era = await scene.hires("Era")
    for number in range(5):
        await scene.visitor_says(f"c{number}", "një")
        await scene.visitor_says(f"c{number}", "dy")
    await scene.visitor_says("c0", CHILD, level=3)
    await scene.desk.claim("c0", era)
    await scene.desk.reply("c0", era, "a", "Jam këtu.")
    news = await scene.desk.news({"c0": 3, "c1": 1, "c2": 2, "gone": 0})
    assert set(news) == {"c0", "c1", "c2"}
    assert [(e.message.id, e.message.sender.value, e.message.counsellor) for e in news["c0"].entries] == [
        (4, "system", None),
        (5, "counsellor", "Era"),
    ]
    assert news["c0"].conversation.counsellor_alias == "Era"
    assert [e.message.text for e in news["c1"].entries] == ["dy"]
    assert news["c2"].entries == []


async def test_a_counsellor_who_disappears_gives_the_child_back_to_the_queue(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    await scene.on_shift(era, ben)
    await scene.visitor_says("hers", CHILD, level=3)
    await scene.visitor_says("his", CHILD, level=3)
    await scene.desk.claim("hers", era)
    await scene.desk.claim("his", ben)

    scene.clock.passes(seconds=100)
    await scene.on_shift(ben)
    assert await scene.desk.release_abandoned(60) == []
    scene.clock.passes(seconds=10)
    assert await scene.desk.release_abandoned(60) == ["hers"]
    assert await scene.desk.release_abandoned(60) == []

    row = await scene.row("hers")
    assert (row["state"], row["counsellor"], row["lane"], row["epoch"]) == ("waiting", None, "risk", 3)
    assert (await scene.said("hers"))[-1] == ("system", "Po kërkojmë një këshillues.")
    assert await queue_of(scene) == ["hers"]
    with pytest.raises(NotYours):
        await scene.desk.reply("hers", era, "late", "Jam kthyer.")
    assert (await scene.desk.claim("hers", ben)).won


async def test_when_nobody_is_left_the_child_hears_the_truth(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.on_shift(era)
    await scene.visitor_says("c1", CHILD, level=3)
    await scene.desk.claim("c1", era)
    scene.clock.passes(minutes=5)
    results = await asyncio.gather(scene.desk.release_abandoned(60), scene.desk.release_abandoned(60))
    assert sorted(results) == [[], ["c1"]]
    assert (await scene.said("c1"))[-1] == ("system", "Tani nuk ka këshillues në chat.")


async def test_a_messengers_child_is_sent_what_the_desk_says(scene: Scene) -> None:
    era = await scene.hires("Era")
    await scene.visitor_says("t1", CHILD, level=3, channel="telegram")
    await scene.desk.claim("t1", era)
    await scene.desk.reply("t1", era, "a", "Jam këtu.")
    await scene.desk.close("t1", era, 0, "mirë tani", "helped")
    carried = await scene.rows(outbox)
    assert [row["message"] for row in carried] == [2, 3, 4]
