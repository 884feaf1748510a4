"""A talk in the chat page: what is said arrives once, what is read is shown as it is, what is deleted is gone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.page.fake_house import FakeHouse
from tests.browser.page.scene import ARTICLE, field, own, says, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_question_is_answered_by_an_article(visitor: Page, house: FakeHouse) -> None:
    house.answer = lambda talk, text: [ARTICLE]
    await says(visitor, "cfare eshte kanabisi")
    page = visitor.locator(".entry.article")
    await expect(page.get_by_role("heading", name="Kanabisi")).to_be_visible()
    await expect(page.get_by_role("listitem")).to_have_text(["Thuaj jo.", "Fol me dikë."])
    await expect(page.get_by_role("link", name="Burimi: NIDA, 2019")).to_have_attribute("rel", "noopener noreferrer")
    await expect(page.get_by_text("Burimi:")).to_have_count(1)
    await expect(page).to_contain_text("22.11.2026")
    await page.get_by_role("button", name="Më thjesht").click()
    await expect(page.get_by_text("Më thjesht.", exact=True)).to_be_visible()
    await expect(page.get_by_text("Një paragraf.")).to_be_hidden()
    await expect(own(visitor, "cfare eshte kanabisi")).to_contain_text("U ruajt")


async def test_a_tapped_button_is_said_and_disappears(visitor: Page, house: FakeHouse) -> None:
    await house.say(ARTICLE)
    await visitor.get_by_role("button", name="Alkooli").click()
    await expect(own(visitor, "Alkooli")).to_contain_text("U ruajt")
    assert [frame["payload"] for frame in house.said("press")] == ["p-alcohol"]
    await expect(visitor.get_by_role("button", name="Duhani")).to_have_count(0)


async def test_words_end_an_offer_but_a_script_waits_for_a_person(visitor: Page, house: FakeHouse) -> None:
    await house.say(ARTICLE)
    await says(visitor, "diçka tjetër")
    await expect(visitor.get_by_role("button", name="Alkooli")).to_have_count(0)
    buttons = [{"title": "Lexo ndërkohë", "payload": "p-read"}]
    await house.say({"sender": "system", "kind": "script", "text": "Mirë. A je në siguri?", "buttons": buttons})
    await house.turn({"state": "waiting", "level_high": True})
    await says(visitor, "nuk e di")
    await expect(own(visitor, "nuk e di")).to_contain_text("U ruajt")
    await expect(visitor.get_by_role("button", name="Lexo ndërkohë")).to_be_visible()
    await house.turn({"state": "counsellor", "counsellor": "Besa"})
    await expect(visitor.get_by_role("button", name="Lexo ndërkohë")).to_have_count(0)


async def test_a_line_that_the_card_says_is_not_said_twice(visitor: Page, house: FakeHouse) -> None:
    for number in range(12):
        await says(visitor, f"fjali {number}")
    await house.say({"sender": "system", "kind": "script", "text": "Mirë që e the. A je në siguri?"})
    line = house.words["waiting_urgent"]
    await house.say({"sender": "system", "kind": "line", "text": line})
    await house.turn({"state": "waiting", "level_high": True})
    await expect(visitor.get_by_text(line)).to_have_count(2)
    await expect(visitor.locator("#log").get_by_text(line)).to_be_hidden()
    await expect(visitor.locator("#place")).to_have_text(line)
    await house.turn({"state": "waiting", "level_high": True, "nobody": True})
    await expect(visitor.get_by_text("A je në siguri?")).to_be_in_viewport()


async def test_what_is_written_without_connection_arrives_once(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "një")
    await expect(own(visitor, "një")).to_contain_text("U ruajt")
    house.away = True
    await house.drop()
    await says(visitor, "dy")
    await says(visitor, "tre")
    await expect(visitor.get_by_text("Nuk kemi lidhje")).to_be_visible()
    await expect(own(visitor, "tre")).to_contain_text("Po niset")
    house.away = False
    await expect(own(visitor, "tre")).to_contain_text("U ruajt", timeout=15000)
    written = [message["text"] for message in house.talk.messages if message["sender"] == "visitor"]
    assert written == ["një", "dy", "tre"]
    await expect(visitor.locator(".entry.visitor")).to_have_count(3)
    assert len(house.talks) == 1


async def test_a_connection_lost_before_the_answer_makes_no_double(visitor: Page, house: FakeHouse) -> None:
    house.mute = True
    await says(visitor, "ndihmë")
    await until(lambda: len(house.said()) == 1)
    house.mute = False
    await house.drop()
    await expect(own(visitor, "ndihmë")).to_contain_text("U ruajt")
    assert len({frame["client_id"] for frame in house.said()}) == 1
    await expect(own(visitor, "ndihmë")).to_have_count(1)


async def test_a_reload_keeps_talk_draft_and_unsent_words(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "një")
    await expect(own(visitor, "një")).to_contain_text("U ruajt")
    house.mute = True
    await says(visitor, "dy")
    await field(visitor).fill("gjysmë fjali")
    await until(lambda: len(house.said()) == 2)
    house.mute = False
    await visitor.reload()
    await expect(own(visitor, "dy")).to_contain_text("U ruajt")
    await expect(own(visitor, "një")).to_have_count(1)
    await expect(field(visitor)).to_have_value("gjysmë fjali")
    assert len(house.talks) == 1


async def test_a_refused_message_is_sent_again_by_itself(visitor: Page, house: FakeHouse) -> None:
    house.refusals = [{"code": "rate_limited", "message": "…", "retry_after": 1}]
    await says(visitor, "shpejt")
    await expect(visitor.locator("#notice")).to_contain_text(house.numbers["alo"]["number"])
    await expect(own(visitor, "shpejt")).to_contain_text("U ruajt")
    await expect(visitor.locator("#notice")).to_be_empty()


async def test_a_message_that_can_not_be_kept_is_given_back(visitor: Page, house: FakeHouse) -> None:
    house.refusals = [{"code": "bad_frame", "message": "Nuk u ruajt."}]
    await says(visitor, "diçka")
    await expect(own(visitor, "diçka").get_by_text("Nuk u nis").last).to_be_visible()
    await visitor.get_by_role("button", name="Dërgoje përsëri").click()
    await expect(own(visitor, "diçka")).to_have_count(1)
    await expect(own(visitor, "diçka")).to_contain_text("U ruajt")


async def test_a_risk_script_shows_the_number_first_and_the_question_last(visitor: Page, house: FakeHouse) -> None:
    alo = house.numbers["alo"]
    text = f"Mirë që e the. Telefono {alo['number']}, falas. A je në siguri tani?"
    await house.say({"sender": "system", "kind": "script", "text": text})
    await house.turn({"state": "waiting", "level_high": True})
    bubble = visitor.locator(".entry.script .bubble")
    await expect(bubble.locator("> *").first.get_by_role("link")).to_have_attribute("href", f"tel:{alo['tel']}")
    await expect(bubble.locator("> *").last).to_have_text("A je në siguri tani?")
    pinned = visitor.get_by_role("navigation", name="Numrat e ndihmës")
    await expect(pinned.get_by_role("link")).to_have_count(3)
    await expect(visitor.locator("#place")).not_to_contain_text("radhë")
    await house.turn({"state": "counsellor", "counsellor": "Besa"})
    await expect(pinned).to_be_hidden()


async def test_waiting_shows_the_place_until_a_person_is_there(visitor: Page, house: FakeHouse) -> None:
    await house.turn({"state": "waiting", "position": 2, "wait_seconds": 350})
    card = visitor.locator("#waiting")
    await expect(card.locator("#place")).to_contain_text("Vendi yt në radhë: 2 · rreth 6 min")
    await house.turn({"state": "waiting", "position": 1, "wait_seconds": 100})
    await expect(card.locator("#place")).to_contain_text("Vendi yt në radhë: 1 · rreth 2 min")
    await card.get_by_role("button", name="Ushtrim frymëmarrjeje").click()
    await expect(card.get_by_text("Merr frymë ngadalë")).to_be_visible()
    await house.turn({"state": "counsellor", "counsellor": "Besa"})
    await expect(card.locator("#place")).to_be_empty()
    await expect(card.get_by_text("Merr frymë ngadalë")).to_have_count(0)
    await expect(visitor.locator("#speaker")).to_contain_text("Besa")
    await house.say({"sender": "counsellor", "counsellor": "Besa", "text": "Jam këtu."})
    await expect(visitor.locator(".entry.counsellor .who")).to_have_text("Besa, nga këshilluesit")


async def test_nobody_there_is_told_and_the_queue_can_be_left(visitor: Page, house: FakeHouse) -> None:
    await house.turn({"state": "waiting", "position": 1, "nobody": True})
    await expect(visitor.locator("#place")).to_contain_text(house.numbers["alo"]["number"])
    await visitor.get_by_role("button", name="Dil nga radha").click()
    await until(lambda: len(house.said("leave")) == 1)
    await expect(visitor.locator("#place")).to_be_empty()


async def test_both_see_what_the_other_has_read(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "je aty?")
    await expect(own(visitor, "je aty?")).to_contain_text("U ruajt")
    await house.send({"type": "seen", "id": 2})
    await expect(own(visitor, "je aty?")).to_contain_text("✓✓")
    await expect(own(visitor, "je aty?")).to_contain_text("U lexua")
    await house.say({"sender": "counsellor", "counsellor": "Besa", "text": "Po."})
    await until(lambda: house.said("seen")[-1:] == [{"type": "seen", "id": 3}])


async def test_markup_links_and_turned_text_stay_text(visitor: Page, house: FakeHouse) -> None:
    hostile = "<img src=x onerror=alert(1)> https://example.com \u202egnorts /restart"
    await says(visitor, hostile)
    await house.say({"sender": "counsellor", "counsellor": "<b>Besa</b>", "text": "<script>alert(2)</script>"})
    await expect(own(visitor, "<img src=x onerror=alert(1)>")).to_be_visible()
    await expect(visitor.get_by_text("<script>alert(2)</script>")).to_be_visible()
    assert await visitor.locator("#log img, #log script, #log b, .visitor a").count() == 0


async def test_enter_sends_but_not_inside_a_composition(visitor: Page, house: FakeHouse) -> None:
    await field(visitor).fill("ë")
    composing = "f => f.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    await field(visitor).evaluate(composing)
    await field(visitor).press("Shift+Enter")
    assert house.said() == []
    await field(visitor).press("Enter")
    await until(lambda: [frame["text"] for frame in house.said()] == ["ë"])


async def test_the_longest_message_is_counted_in_code_points(visitor: Page, house: FakeHouse) -> None:
    await field(visitor).fill("😀" * 1999)
    await expect(visitor.get_by_text("Edhe 1 shkronja")).to_be_visible()
    await field(visitor).fill("😀" * 2001)
    await field(visitor).press("Enter")
    await expect(field(visitor)).to_have_attribute("aria-invalid", "true")
    assert house.said() == []
    await field(visitor).fill("😀" * 2000)
    await field(visitor).press("Enter")
    await until(lambda: len(house.said()) == 1)


async def test_leaving_quickly_leaves_nothing_and_no_way_back(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "sekret")
    await expect(own(visitor, "sekret")).to_contain_text("U ruajt")
    await visitor.get_by_role("button", name="Dil shpejt").click()
    await visitor.wait_for_url("**/neutral")
    assert await visitor.evaluate("JSON.stringify({...sessionStorage})") == "{}"
    await visitor.go_back()
    assert "/chat" not in visitor.url


async def test_escape_three_times_leaves(visitor: Page) -> None:
    for _ in range(3):
        await visitor.keyboard.press("Escape")
    await visitor.wait_for_url("**/neutral")


async def test_erasing_asks_once_and_leaves_an_empty_page(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "fshije")
    await expect(own(visitor, "fshije")).to_contain_text("U ruajt")
    await visitor.get_by_role("button", name="Fshi bisedën").click()
    await expect(visitor.get_by_role("button", name="Mbaje bisedën")).to_be_focused()
    await visitor.keyboard.press("Escape")
    await expect(visitor.get_by_role("alertdialog")).to_be_hidden()
    assert house.said("erase") == []
    await visitor.get_by_role("button", name="Fshi bisedën").click()
    await visitor.get_by_role("button", name="Fshije bisedën").click()
    await expect(visitor.get_by_text("Biseda u fshi përgjithmonë")).to_be_visible()
    await expect(visitor.locator(".entry")).to_have_count(0)
    assert house.talks == {}
    assert await visitor.evaluate("JSON.stringify({...sessionStorage})") == "{}"
    await visitor.get_by_role("button", name="Fillo një bisedë të re").click()
    await expect(visitor.get_by_text("Jam asistenti automatik")).to_be_visible()


async def test_erasing_without_connection_is_done_when_it_is_back(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "fshije")
    await expect(own(visitor, "fshije")).to_contain_text("U ruajt")
    house.away = True
    await house.drop()
    await visitor.get_by_role("button", name="Fshi bisedën").click()
    await visitor.get_by_role("button", name="Fshije bisedën").click()
    await expect(visitor.locator(".entry")).to_have_count(0)
    house.away = False
    await expect(visitor.get_by_text("Biseda u fshi përgjithmonë")).to_be_visible(timeout=15000)
    assert house.talks == {}


async def test_a_closed_talk_stays_readable_and_another_can_begin(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "faleminderit")
    await expect(own(visitor, "faleminderit")).to_contain_text("U ruajt")
    await house.turn({"state": "closed"})
    await expect(visitor.get_by_text("Kjo bisedë është mbyllur")).to_be_visible()
    await expect(own(visitor, "faleminderit")).to_be_visible()
    await expect(field(visitor)).to_be_hidden()
    await visitor.get_by_role("button", name="Fillo një bisedë të re").click()
    await expect(own(visitor, "faleminderit")).to_have_count(0)
    await until(lambda: len(house.talks) == 2)


async def test_after_long_silence_the_page_starts_empty(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "dje")
    await expect(own(visitor, "dje")).to_contain_text("U ruajt")
    house.page_data = {"idle_minutes": 0.00001}
    await visitor.reload()
    await expect(visitor.get_by_text("Kaloi shumë kohë")).to_be_visible()
    await expect(own(visitor, "dje")).to_have_count(0)


async def test_an_unknown_token_starts_anew_and_loses_no_word(visitor: Page, house: FakeHouse) -> None:
    await says(visitor, "një")
    await expect(own(visitor, "një")).to_contain_text("U ruajt")
    house.talks.clear()
    house.away = True
    await house.drop()
    await says(visitor, "dy")
    house.away = False
    await expect(own(visitor, "dy")).to_contain_text("U ruajt", timeout=15000)
    await expect(own(visitor, "një")).to_have_count(0)
