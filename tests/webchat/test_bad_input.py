"""Whatever is sent to the socket: a clear error or a right answer, nothing executed, nothing leaked."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from channels.web import MAX_FRAME
from frontdoor.message import Sender
from frontdoor.ports import BotTurn
from storage.database import Database
from storage.tables import conversations, messages
from tests.fakes import FakeBot
from tests.webchat.careful import INSIDE, CarefulVisitor, Stranger, is_clear
from tests.webchat.conftest import Visits
from webchat.house import House

SECRET = "trendafili i kuq në dritare"


async def _is_served(public: str) -> None:
    """A visitor who comes now is served as ever."""
    someone = CarefulVisitor(public)
    await someone.opens()
    await someone.says("cfare eshte kanabisi")
    await someone.sees("Kanabisi", sender="bot")
    await someone.closes()


async def _counts(database: Database) -> tuple[int, int]:
    async with database.read() as connection:
        return (
            await connection.scalar(select(func.count()).select_from(conversations)) or 0,
            await connection.scalar(select(func.count()).select_from(messages)) or 0,
        )


class TestWhatIsNoFrame:
    """Not JSON and too large end the connection; all else leaves it open."""

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ("pershendetje", "bad_json"),
            ('{"type": "hello", "version": 1', "bad_json"),
            ("", "bad_json"),
            (b'{"type": "hello", "version": 1}', "bad_json"),
            (b"\x00\xff\xfe", "bad_json"),
            ("x" * (MAX_FRAME + 1), "too_large"),
            (json.dumps({"type": "say", "client_id": "a", "text": "a" * 100_000}), "too_large"),
            (json.dumps({"type": "say", "client_id": "a", "text": "😀" * 100_000}, ensure_ascii=False), "too_large"),
        ],
        ids=lambda value: ascii(value)[:40],
    )
    async def test_it_gets_its_error_and_the_connection_ends(
        self, stranger: Stranger, public: str, sent: str | bytes, code: str, database: Database
    ) -> None:
        await stranger.hello()
        await stranger.sends(sent)
        assert is_clear(await stranger.hears(), code)
        await stranger.is_sent_away()
        assert await _counts(database) == (0, 0)
        await _is_served(public)

    async def test_bytes_that_are_no_text_end_the_connection(self, stranger: Stranger, public: str) -> None:
        await stranger.hello()
        await stranger.sends_text(b'{"type": "say", "client_id": "a", "text": "\xed\xa0\x80"}')
        assert await stranger.is_sent_away() == 1007
        await _is_served(public)

    async def test_megabytes_end_the_connection(self, stranger: Stranger, public: str) -> None:
        await stranger.hello()
        await stranger.sends("x" * 3_000_000)
        assert await stranger.is_sent_away() == 1009
        await _is_served(public)

    async def test_json_that_is_no_frame_leaves_it_open(self, stranger: Stranger, database: Database) -> None:
        await stranger.hello()
        for frame, code in (
            ([], "bad_frame"),
            (None, "bad_frame"),
            (7, "bad_frame"),
            ("hello", "bad_frame"),
            ({}, "bad_frame"),
            ({"type": None}, "bad_frame"),
            ({"type": {"type": "say"}}, "bad_frame"),
            ({"type": "restart"}, "unknown_type"),
            ({"type": "\ud800"}, "unknown_type"),
            ({"type": "kept", "client_id": "a", "id": 1}, "unknown_type"),
            ({"type": "say"}, "bad_frame"),
            ({"type": "say", "client_id": "a", "text": {"$ne": 1}}, "bad_frame"),
            ({"type": "say", "client_id": ["a"], "text": "a"}, "bad_frame"),
            ({"type": "press", "client_id": "a", "payload": 0}, "bad_frame"),
            ({"type": "seen", "id": -1}, "bad_frame"),
            ({"type": "seen", "id": 10**30}, "bad_frame"),
            ({"type": "hello", "version": 1}, "bad_frame"),
            ({"type": "hello", "version": 2}, "wrong_version"),
            ({"type": "leave"}, "no_conversation"),
            ({"type": "erase"}, "no_conversation"),
        ):
            await stranger.sends(json.dumps(frame))
            assert is_clear(await stranger.hears(), code), frame
        for bomb in ("[" * 16_000 + "]" * 16_000, '{"type": "typing", "x": ' + '{"a":' * 4_000 + "1" + "}" * 4_001):
            await stranger.sends(bomb)
            assert is_clear(await stranger.hears(), "bad_frame")
        await stranger.sends({"type": "say", "client_id": "z", "text": "a je aty"})
        assert (await stranger.hears())["type"] == "kept"
        assert (await _counts(database))[0] == 1

    async def test_nothing_is_taken_before_hello(self, stranger: Stranger, database: Database) -> None:
        for frame in (
            {"type": "say", "client_id": "a", "text": "pershendetje"},
            {"type": "press", "client_id": "a", "payload": "0.x"},
            {"type": "typing"},
            {"type": "seen", "id": 1},
            {"type": "leave"},
            {"type": "erase"},
        ):
            await stranger.sends(frame)
            error = await stranger.hears()
            assert is_clear(error, "bad_frame")
            assert error.get("client_id") == frame.get("client_id")
        assert await _counts(database) == (0, 0)
        assert [m["id"] for m in (await stranger.hello())["messages"]] == [0]


class TestTexts:
    """What a visitor may write: anything; it stays words."""

    async def test_what_cannot_be_kept_is_refused_and_says_which(
        self, visitor: CarefulVisitor, database: Database
    ) -> None:
        for n, (text, code) in enumerate(
            (
                ("", "empty_text"),
                (" \n\t\u00a0 ", "empty_text"),
                ("\x00\x07\u202e\u200b", "empty_text"),
                ("a" * 2_001, "too_long"),
                ("😀" * 2_001, "too_long"),
                ("a\ud83d", "bad_frame"),
                ("\udc00\ud800", "bad_frame"),
            )
        ):
            await visitor.sends({"type": "say", "client_id": f"t{n}", "text": text})
            assert is_clear(await visitor.errs(code, client_id=f"t{n}"), code)
        assert await _counts(database) == (0, 0)
        await visitor.says("a" * 2_000)

    async def test_everything_else_is_kept_as_words(
        self, visitor: CarefulVisitor, visits: Visits, house: House
    ) -> None:
        written = {
            "<script>alert(1)</script><img src=x onerror=alert(1)>": None,
            "</script><!--{{alo}}--> {alo} {PERSON} %s %(x)s ${7*7}": None,
            "'; DROP TABLE messages; --": None,
            "/restart": None,
            '/greet{"name": "x"}': None,
            "javascript:alert(1) https://example.org/?q=1": None,
            "para\x00pas\x1b[2J\x08": "parapas[2J",
            "kthe\u202eeht\u2066m\u200e": "ktheehtm",
            "një\r\ndy": "një\ndy",
            "👩\u200d👩\u200d👧 ̈ñ": None,
        }
        for text in written:
            await visitor.says(text)
        kept = [m.text for m in await house.store.after(visitor.conversation, 0) if m.sender is Sender.VISITOR]
        wanted = [clean or text for text, clean in written.items()]
        assert kept == wanted
        again = await visits(visitor.token)
        assert [m["text"] for m in again.welcome["messages"] if m["sender"] == "visitor"] == wanted
        shown = [m for m in again.welcome["messages"] if m["sender"] == "visitor"]
        assert not [m for m in shown if m.get("links") or m.get("buttons") or m["kind"] != "text"]

    async def test_a_slash_is_a_word_for_the_bot_never_an_order(self, visitor: CarefulVisitor, bot: FakeBot) -> None:
        asked: list[tuple[str | None, str | None]] = []
        turn = bot.turn

        async def listening(
            conversation: str,
            channel: str,
            events: list[dict[str, Any]],
            *,
            text: str | None = None,
            intent: str | None = None,
        ) -> BotTurn:
            asked.append((text, intent))
            return await turn(conversation, channel, events, text=text, intent=intent)

        bot.turn = listening  # type: ignore[method-assign]
        await visitor.says("/restart")
        await visitor.says("/greet pershendetje si je")
        await visitor.sees("asistenti automatik i ALO-s")
        async with asyncio.timeout(5):
            while len(asked) < 2:
                await asyncio.sleep(0.02)
        assert asked == [("/restart", None), ("/greet pershendetje si je", None)]


_TYPES = ("hello", "say", "press", "typing", "seen", "leave", "erase", "welcome", "kept", "x")
_any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_any_text, inner, max_size=3),
    max_leaves=6,
)
_texts = _any_text | st.sampled_from(
    (
        "sdua te jetoj me",
        "dua te flas me nje njeri",
        "cfare eshte kanabisi",
        "po",
        "1",
        "ndihme",
        "/restart",
        "a" * 2_500,
    )
)
_frames = st.one_of(
    # right in shape, with anything in their fields
    st.builds(lambda name, text: {"type": "say", "client_id": name, "text": text}, _any_text, _texts),
    st.builds(lambda text: {"type": "say", "client_id": secrets.token_hex(8), "text": text}, _texts),
    st.builds(lambda name, text: {"type": "press", "client_id": name, "payload": text}, _any_text, _any_text),
    st.builds(lambda number: {"type": "seen", "id": number}, st.integers(-5, 2**33)),
    st.sampled_from([{"type": "typing"}, {"type": "leave"}, {"type": "erase"}, {"type": "hello", "version": 1}]),
    # wrong in shape
    st.dictionaries(
        st.sampled_from(("type", "client_id", "text", "payload", "id", "version", "token", "after", "locale")),
        _values | st.sampled_from(_TYPES),
        max_size=6,
    ),
    st.builds(lambda name, rest: {**rest, "type": name}, st.sampled_from(_TYPES), st.dictionaries(_any_text, _values)),
    _values,
)
_sent = _frames.map(json.dumps) | st.text(max_size=40)


class TestAnything:
    """Frames that nobody thought of."""

    async def test_a_clear_error_or_a_right_answer(
        self, public: str, visits: Visits, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        other = await visits()
        await other.says(SECRET)
        line = _Line(public)

        @settings(
            max_examples=100,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(_sent)
        def collect(sent: str) -> None:
            line.to_send.append(sent)

        # the examples are made first and then sent in one go: they share one server and its loop
        collect()
        assert len(line.to_send) >= 80
        await line.sends_all()
        heard = json.dumps(line.heard, ensure_ascii=False)
        assert SECRET not in heard
        assert not INSIDE.search(" ".join(frame["message"] for frame in line.heard if frame["type"] == "error"))
        assert {"error", "kept", "welcome"} <= {frame["type"] for frame in line.heard}
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR], caplog.text
        await other.says("a jam ende këtu", "still")
        await _is_served(public)


class _Line:
    """Sends one thing after another, and after each makes sure that the connection lives as it should."""

    def __init__(self, public: str) -> None:
        self._public = public
        self._stranger: Stranger | None = None
        self.to_send: list[str] = []
        self.heard: list[dict[str, Any]] = []

    async def sends_all(self) -> None:
        for sent in self.to_send:
            if self._stranger is None:
                self._stranger = await Stranger.comes(self._public)
                self.heard.append(await self._stranger.hello())
            await self._stranger.sends(sent)
            if not _is_json(sent):
                assert is_clear(await self._stranger.hears_until("error"), "bad_json")
                await self._stranger.is_sent_away()
                await self._stranger.goes()
                self._stranger = None
                continue
            # a tap on a button that nobody was given is answered, after all that came before it
            probe = secrets.token_hex(8)
            await self._stranger.sends({"type": "press", "client_id": probe, "payload": "none"})
            while True:
                frame = await self._stranger.hears()
                if frame.get("client_id") == probe:
                    break
                self.heard.append(frame)
                assert frame["type"] != "error" or is_clear(frame, frame["code"])
            if frame["code"] == "bad_frame":
                # it was erased: another conversation begins on the same connection
                self.heard.append(await self._stranger.hello())
            else:
                assert frame["code"] == "stale_button"
        if self._stranger is not None:
            await self._stranger.goes()


def _is_json(sent: str) -> bool:
    try:
        json.loads(sent, parse_constant=lambda name: json.loads(name.lower()))
    except json.JSONDecodeError:
        return False
    return True


async def test_a_plain_request_at_the_socket_is_told_whom_to_call(public: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{public}/chat/socket") as response:
        text = await response.text()
    assert response.status == 400
    assert "116 111" in text
    assert not INSIDE.search(text)
