"""Scenes at the console's door: signing in, the first password, foreign pages, strict headers."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from frontdoor.content import Content
from handoff.frames import cleaned, code_of
from storage.bus import RedisBus
from storage.tables import staff_sessions
from tests.handoff.conftest import Health
from tests.handoff.console import Console
from tests.handoff.scene import PASSWORD, Scene


async def test_the_first_administrator_chooses_a_password_before_anything_else(scene: Scene, address: str) -> None:
    first = await scene.accounts.ensure_admin()
    assert first is not None
    admin = Console(address)
    status, said = await admin.signs_in("admin", first)
    assert (status, said["person"]["must_change"]) == (200, True)

    assert (await admin.posts("next"))[1]["error"] == "change_password_first"
    status, said = await admin.posts("password", current=first, new="tepër")
    assert (status, said["error"]) == (400, "password_too_short")
    assert "12" in said["message"]

    status, said = await admin.posts("password", current=first, new=PASSWORD)
    assert (status, said["person"]["must_change"]) == (200, False)
    assert (await admin.posts("next"))[1]["error"] == "claim_nothing"
    await admin.leaves()


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(scene: Scene, address: str) -> None:
    await scene.hires("Era")
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{address}/api/sign-in",
            json={"user_name": "era", "password": PASSWORD},
            headers={"Origin": address},
        ) as answer,
    ):
        cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert cookie.split("=", 1)[1].split(";")[0] not in str(await scene.rows(staff_sessions))


async def test_over_https_the_cookie_travels_only_so(scene: Scene, bus: RedisBus, content: Content) -> None:
    await scene.hires("Era")
    app = scene.app(bus, content, Health(), secure=True)
    async with TestClient(TestServer(app)) as client:
        address = str(client.make_url("")).rstrip("/")
        answer = await client.post(
            "/api/sign-in", json={"user_name": "era", "password": PASSWORD}, headers={"Origin": address}
        )
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-desk=")
        assert "Secure" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_wrong_words_at_the_door_tell_nothing_about_who_works_here(scene: Scene, address: str) -> None:
    await scene.hires("Era")
    console = Console(address)
    known = [await console.signs_in("era", "wrong") for _ in range(10)]
    unknown = [await console.signs_in("nobody", "wrong") for _ in range(10)]
    assert known == unknown
    assert [status for status, _ in known] == [403] * 8 + [429] * 2
    assert known[0][1]["error"] == "wrong_password"
    assert known[-1][1]["error"] == "too_many_attempts"
    assert "15" in known[-1][1]["message"]
    await console.leaves()


async def test_without_a_session_nothing_is_read_or_changed(scene: Scene, address: str) -> None:
    await scene.visitor_says("c1", "sdua te jetoj", level=3)
    stranger = Console(address)
    for path in ("claim", "next", "reply", "close", "level", "seen", "typing", "break", "password", "sign-out"):
        status, said = await stranger.posts(path, conversation="c1")
        assert (status, said["error"]) == (401, "signed_out")
    assert (await stranger.reads("c1"))[0] == 401
    status, text, _ = await stranger.asks("/feed", headers={"Origin": address})
    assert status == 401
    assert "jetoj" not in text
    await stranger.leaves()


@pytest.mark.parametrize("origin", [None, "https://example.org", "null", "http://127.0.0.1.example.org", "http://"])
async def test_another_sites_page_can_do_nothing(scene: Scene, era: Console, address: str, origin: str | None) -> None:
    await scene.visitor_says("c1", "sdua te jetoj", level=3)
    headers = {} if origin is None else {"Origin": origin}
    status, text, _ = await era.asks("/api/claim", "POST", json={"conversation": "c1"}, headers=headers)
    assert (status, json.loads(text)["error"]) == (403, "error_not_allowed")
    assert (await era.asks("/feed", headers=headers))[0] == 403
    assert (await scene.row("c1"))["state"] == "waiting"


async def test_a_form_of_another_site_is_not_json(era: Console, address: str) -> None:
    status, text, _ = await era.asks(
        "/api/next", "POST", data="{}", headers={"Origin": address, "Content-Type": "text/plain"}
    )
    assert (status, json.loads(text)["error"]) == (415, "error_bad_request")


@pytest.mark.parametrize(
    "path", ["/", "/health", "/static/main.js", "/static/tokens.css", "/api/transcript", "/nowhere"]
)
async def test_whatever_leaves_the_house_carries_strict_headers(era: Console, path: str) -> None:
    _, _, headers = await era.asks(path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/static/..%2fapp.py", "/static/index.html", "/static/%2e%2e/app.py", "/static/tokens.css.bak", "/static/x.js"],
)
async def test_nothing_but_the_consoles_own_files_is_given_out(era: Console, path: str) -> None:
    status, text, _ = await era.asks(path)
    assert status == 404
    assert "import" not in text


async def test_the_page_holds_its_words_as_data_that_cannot_end_its_element(era: Console) -> None:
    status, text, _ = await era.asks("/")
    assert status == 200
    inside = text.split('<script id="data" type="application/json">')[1].split("</script>")[0]
    assert "<" not in inside
    data = json.loads(inside)
    assert data["person"]["alias"] == "Era"
    assert data["texts"]["queue"] == "Radha"
    assert text.count("<script") == 2


async def test_the_console_speaks_the_language_that_is_chosen(era: Console, address: str) -> None:
    headers = {"Origin": address, "Cookie": f"desk={era.cookies['desk']}; lang=en"}
    status, text, _ = await era.asks("/api/next", "POST", json={}, headers=headers)
    assert (status, json.loads(text)["message"]) == (404, "There is no conversation to claim.")


async def test_signing_out_waits_until_nobody_depends_on_it(scene: Scene, era: Console) -> None:
    await scene.visitor_says("c1", "sdua te jetoj", level=3)
    await era.claims("c1")
    status, said = await era.posts("sign-out")
    assert (status, said["error"], said["n"]) == (409, "shift_has_open", "1")
    await era.posts("close", conversation="c1", level=0, reason="folëm gjatë", outcome="helped")
    assert (await era.posts("sign-out"))[0] == 200
    assert (await era.posts("next"))[0] == 401


BAD: list[tuple[str, Any]] = [
    ("claim", {}),
    ("claim", {"conversation": ""}),
    ("claim", {"conversation": "../../etc"}),
    ("claim", {"conversation": "c1", "more": 1}),
    ("claim", {"conversation": 7}),
    ("reply", {"conversation": "c1", "client_id": "a", "text": "  \u0000 \u202e "}),
    ("reply", {"conversation": "c1", "client_id": "a", "text": "x" * 2001}),
    ("reply", {"conversation": "c1", "client_id": "a b", "text": "x"}),
    ("reply", {"conversation": "c1", "client_id": "a", "text": "\ud800"}),
    ("close", {"conversation": "c1", "level": 5, "reason": "arsye", "outcome": "helped"}),
    ("close", {"conversation": "c1", "level": "0", "reason": "arsye", "outcome": "helped"}),
    ("close", {"conversation": "c1", "level": 0, "reason": "arsye", "outcome": "gone home"}),
    ("level", {"conversation": "c1", "level": -1, "reason": "arsye"}),
    ("seen", {"conversation": "c1", "id": 2**40}),
    ("break", {"on": "yes"}),
    ("sign-in", {"user_name": "era", "password": ["x"]}),
]


@pytest.mark.parametrize(("path", "body"), BAD)
async def test_a_wrong_request_gets_a_code_and_a_sentence(scene: Scene, era: Console, path: str, body: Any) -> None:
    await scene.visitor_says("c1", "sdua te jetoj", level=3)
    await era.claims("c1")
    before = await scene.row("c1")
    status, said = await era.posts(path, **body)
    assert (status, said["error"]) == (400, "error_bad_request")
    assert said["message"].startswith("Kërkesa nuk ishte e plotë")
    assert await scene.row("c1") == before


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"x"', "[" * 20_000, "{" + '"a":' * 3])
async def test_what_is_not_json_gets_the_same_answer(era: Console, address: str, body: str) -> None:
    headers = {"Origin": address, "Content-Type": "application/json"}
    status, text, _ = await era.asks("/api/claim", "POST", data=body, headers=headers)
    assert (status, json.loads(text)["error"]) == (400, "error_bad_request")
    assert "Traceback" not in text


async def test_a_body_that_is_too_large_is_refused(era: Console, address: str) -> None:
    headers = {"Origin": address, "Content-Type": "application/json"}
    status, text, _ = await era.asks("/api/claim", "POST", data="x" * 100_000, headers=headers)
    assert (status, json.loads(text)["error"]) == (413, "error_bad_request")


def test_a_reply_keeps_its_lines_and_loses_what_is_not_writing() -> None:
    assert cleaned(" Po.\r\n\u202eJo\u0007\u0000 ") == "Po.\nJo"


def test_a_short_name_says_nothing_and_stays_the_same() -> None:
    names = {code_of(f"conversation-{number}") for number in range(200)}
    assert len(names) > 195
    assert code_of("c1") == code_of("c1")
    assert all(len(name) == 5 for name in names)
