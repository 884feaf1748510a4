"""Who comes back to a conversation, and from which pages: only who was given its token, only from ours."""

from __future__ import annotations

import json

import aiohttp
import pytest

from tests.webchat.careful import CarefulVisitor, Stranger, is_clear
from tests.webchat.conftest import Visits
from webchat.house import House

SECRET = "trendafili i kuq në dritare"


class TestTokens:
    """Only who was given a token comes back with it."""

    async def test_a_forged_token_leads_to_an_empty_page(
        self, visitor: CarefulVisitor, public: str, house: House
    ) -> None:
        await visitor.says(SECRET)
        mine = visitor.token or ""
        _, elsewhere = house.tokens.new()
        conversation, given, secret, signature = mine.split(".")
        for forged in (
            "k3Yp1mQz7bV0sX4nC8rW2dF6hJ9tL5aG",
            conversation,
            f"{conversation}.{given}.{secret}",
            f"{conversation}.{given}.{secret}.",
            f"{conversation}.{given}.{secret}.{signature[:-1]}",
            f"{conversation}.{given}.{secret}.{signature[::-1]}",
            f"{conversation}.{elsewhere.split('.', 1)[1]}",
            f"{conversation}.{int(given) + 1}.{secret}.{signature}",
            f"{mine}.{signature}",
            mine.upper(),
            f" {mine}",
            "' OR '1'='1",
            "../../../etc/passwd",
            "ë" * 100,
            "...",
            "",
        ):
            someone = await Stranger.comes(public)
            welcome = await someone.hello(token=forged)
            if forged:
                assert is_clear(welcome["error"], "unknown_token"), forged
            assert welcome["conversation"] != visitor.conversation
            assert SECRET not in json.dumps(welcome, ensure_ascii=False)
            assert [m["id"] for m in welcome["messages"]] == [0]
            await someone.goes()

    async def test_a_wrong_token_is_a_wrong_frame(self, stranger: Stranger) -> None:
        for token in (7, ["a"], {"a": 1}, True, "\ud800", "x" * 5_000):
            await stranger.sends({"type": "hello", "version": 1, "token": token})
            assert is_clear(await stranger.hears(), "bad_frame")
        await stranger.hello()

    async def test_another_conversations_token_changes_nothing_on_an_open_connection(
        self, visitor: CarefulVisitor, visits: Visits, house: House
    ) -> None:
        other = await visits()
        await other.says(SECRET)
        await visitor.says("pershendetje")
        await visitor.sends({"type": "hello", "version": 1, "token": other.token})
        await visitor.errs("bad_frame")
        await visitor.says("a je aty", "mine")
        assert "mine" in [m.client_id for m in await house.store.after(visitor.conversation, 0)]
        assert SECRET not in json.dumps(visitor.frames, ensure_ascii=False)
        assert "mine" not in [m.client_id for m in await house.store.after(other.conversation, 0)]


async def test_pages_of_other_sites_cannot_speak_for_a_visitor(public: str) -> None:
    for origin in ("https://example.org", "null", "http://[", "http://127.0.0.1:1"):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await Stranger.comes(public, {"Origin": origin})
    ours = await Stranger.comes(public, {"Origin": public})
    await ours.hello()
    await ours.goes()
