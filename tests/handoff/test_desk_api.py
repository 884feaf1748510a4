"""Scenes at the desk over HTTP: who wins a claim, replies that stand once, closing, and who may read."""

from __future__ import annotations

import asyncio
import logging

import pytest

from storage.tables import audit
from tests.handoff.console import Console
from tests.handoff.scene import Scene

CHILD = "sdua te jetoj me, kam vendosur"


async def test_a_child_is_claimed_heard_answered_and_given_back(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj", at_once=("Faleminderit që ma tregove.",))

    status, said = await era.claims("c1")
    assert (status, said["state"], said["counsellor"]) == (200, "counsellor", "Era")

    status, said = await era.replies("c1", "Jam këtu me ty.")
    assert (status, said["message"]["sender"], said["message"]["id"]) == (200, "counsellor", 4)

    status, whole = await era.reads("c1")
    assert [m["sender"] for m in whole["messages"]] == ["visitor", "system", "system", "counsellor"]
    (evidence,) = whole["messages"][0]["evidence"]
    assert evidence == {"start": 0, "end": 13, "text": "sdua te jetoj", "category": "suicide", "source": "lexicon"}

    status, said = await era.posts("close", conversation="c1", level=0, reason="motra është aty", outcome="helped")
    assert (status, said["message"]["text"]) == (200, "Të përgjigjem prapë unë, asistenti.")
    assert (await scene.row("c1"))["state"] == "bot"


async def test_two_claim_at_once_and_the_loser_is_told_who_has_it(scene: Scene, era: Console, ben: Console) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    answers = await asyncio.gather(era.claims("c1"), ben.claims("c1"))
    assert sorted(status for status, _ in answers) == [200, 409]
    won = next(said for status, said in answers if status == 200)
    lost = next(said for status, said in answers if status == 409)
    assert lost["error"] == "claimed_by_other"
    assert lost["alias"] == won["counsellor"]
    assert won["counsellor"] in lost["message"]


async def test_claiming_twice_by_the_same_hand_is_no_defeat(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    assert (await era.claims("c1"))[0] == 200
    assert (await era.claims("c1"))[0] == 200
    assert [text for sender, text in await scene.said("c1") if sender == "system"] == ["Tani po flet me Era."]


async def test_what_no_longer_waits_is_said_to_be_gone(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", "cfare eshte kanabisi")
    assert (await era.claims("c1"))[1]["error"] == "claim_gone"
    assert (await era.claims("nowhere"))[1]["error"] == "claim_gone"


async def test_next_gives_the_most_urgent_or_says_that_nobody_waits(scene: Scene, era: Console) -> None:
    await scene.visitor_says("wish", "dua nje njeri", wish=True)
    await scene.visitor_says("four", CHILD, level=4)
    assert (await era.posts("next"))[1]["conversation"] == "four"
    assert (await era.posts("next"))[1]["conversation"] == "wish"
    status, said = await era.posts("next")
    assert (status, said["message"]) == (404, "Nuk ka bisedë për t'u marrë.")


async def test_the_same_reply_again_stands_once(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.claims("c1")
    answers = await asyncio.gather(*[era.replies("c1", "Jam këtu.", "same") for _ in range(4)])
    assert {said["message"]["id"] for _, said in answers} == {3}
    assert [text for sender, text in await scene.said("c1") if sender == "counsellor"] == ["Jam këtu."]


async def test_whoever_lost_the_conversation_is_told_and_nothing_is_said(
    scene: Scene, era: Console, ben: Console
) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await ben.claims("c1")
    for path, body in (
        ("reply", {"client_id": "a", "text": "po"}),
        ("close", {"level": 0, "reason": "gabim", "outcome": "other"}),
        ("level", {"level": 0, "reason": "gabim"}),
    ):
        status, said = await era.posts(path, conversation="c1", **body)
        assert (status, said["error"], said["held_by"]) == (409, "no_longer_yours", "Ben")
    assert len(await scene.said("c1")) == 2


async def test_a_level_falls_only_with_a_reason(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.claims("c1")
    assert (await era.posts("close", conversation="c1", level=0, reason=" ok ", outcome="helped"))[1][
        "error"
    ] == "close_reason_missing"
    assert (await era.posts("level", conversation="c1", level=2, reason=""))[1]["error"] == "level_reason_missing"
    assert (await era.posts("level", conversation="c1", level=2, reason="ishte tekst kënge"))[0] == 200
    _, whole = await era.reads("c1")
    assert whole["marks"][-1] | {"at": ""} == {
        "kind": "level_set",
        "at": "",
        "alias": "Era",
        "level": 2,
        "from": 3,
        "reason": "ishte tekst kënge",
        "outcome": None,
        "why": None,
        "version": None,
        "lane": None,
    }
    assert [(mark["why"], mark["version"]) for mark in whole["marks"] if mark["kind"] == "raised"] == [
        ("words", "test-1")
    ]


async def test_who_may_read_what(scene: Scene, era: Console, ben: Console) -> None:
    await scene.visitor_says("waiting", CHILD, level=3)
    await scene.visitor_says("watched", "me bejne bullizem", level=2, category="bullying")
    await scene.visitor_says("private", "cfare eshte kanabisi")
    await scene.visitor_says("held", CHILD, level=3)
    await ben.claims("held")

    assert (await era.reads("waiting"))[0] == 200
    assert (await era.reads("watched"))[0] == 200
    status, said = await era.reads("held")
    assert (status, said["message"]) == (403, "E ka Ben")
    status, said = await era.reads("private")
    assert (status, said["error"]) == (403, "error_not_allowed")
    assert "kanabisi" not in str(said)
    assert (await era.reads("nowhere"))[0] == 404
    assert (await era.reads("' OR 1=1 --"))[0] == 400

    read = [(row["conversation"], row["kind"]) for row in await scene.rows(audit) if row["kind"] == "opened"]
    assert read == [("waiting", "opened"), ("watched", "opened")]


async def test_a_supervisor_reads_what_a_colleague_holds(scene: Scene, address: str, ben: Console) -> None:
    await scene.hires("Vera", role="supervisor")
    vera = Console(address)
    await vera.signs_in("vera")
    await scene.visitor_says("held", CHILD, level=3)
    await ben.claims("held")
    assert (await vera.reads("held"))[0] == 200
    assert (await vera.replies("held", "po"))[0] == 409
    await vera.leaves()


async def test_no_word_of_a_conversation_enters_the_log(
    scene: Scene, era: Console, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await scene.visitor_says("c1", "fjalë sekrete të fëmijës", level=3, words="sekrete")
    await era.opens()
    await era.claims("c1")
    await era.replies("c1", "përgjigje sekrete")
    await era.replies("c1", "përgjigje sekrete\ud800")
    await era.posts("close", conversation="c1", level=0, reason="arsye sekrete", outcome="helped")
    ours = [record for record in caplog.records if not record.name.startswith(("aiosqlite", "asyncio"))]
    assert "sekret" not in " ".join(record.getMessage() for record in ours)


async def test_when_the_store_does_not_answer_the_counsellor_hears_that_nothing_was_changed(
    scene: Scene, era: Console
) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.claims("c1")
    async with scene.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE messages RENAME TO elsewhere")
    status, said = await era.replies("c1", "Jam këtu.")
    assert (status, said["error"]) == (503, "error_store")
    assert "Asgjë nuk u ndryshua" in said["message"]
    async with scene.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO messages")
    assert (await era.replies("c1", "Jam këtu."))[0] == 200
