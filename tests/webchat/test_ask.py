"""Scenes of an editor who asks the bot single questions: lines in, lines out, and one question shown for reading."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from frontdoor.content import Content
from frontdoor.settings import ROOT, Settings
from tests.bot.process import BotProcess
from tests.processes import bot_for_all, needs_bot
from tests.servers import serving
from webchat.ask import ALTERNATIVES, AT_ONCE, Asker, answer_lines, open_asker, readable

MODEL = "bot-of-this-scene"

running_bot = pytest.fixture(scope="session")(bot_for_all)


class Bot:
    """Speaks as the bot process does; a scene says what it understands and answers."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = [{"kind": "article", "topic": "cannabis"}]
        self.ranking: list[tuple[str, float]] = [
            ("cannabis", 0.7),
            ("more", 0.1),
            ("alcohol", 0.08),
            ("cocaine", 0.05),
            ("addiction", 0.03),
            ("inhalants", 0.01),
            ("smoking", 0.009),
            ("vaping", 0.008),
        ]
        self.heard: list[dict[str, Any]] = []
        self.failures: list[tuple[int, str]] = []
        self.pause: Callable[[str], float] = lambda text: 0.0
        self.at_once = self.most_at_once = 0
        self.app = web.Application()
        routes = [web.get("/health", self._health), web.post("/turn", self._turn), web.post("/parse", self._parse)]
        self.app.add_routes(routes)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ready", "model": MODEL, "detail": None})

    async def _turn(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.heard.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.pause(asked["text"]))
        self.at_once -= 1
        if self.failures:
            status, code = self.failures.pop(0)
            return web.json_response({"error": code, "message": "no"}, status=status)
        replies = [{"custom": custom} for custom in self.replies]
        return web.json_response(
            {"replies": replies, "events": [], "intent": self._named[0], "ranking": self._named[:5], "model": MODEL}
        )

    async def _parse(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return web.json_response(
            {"text": asked["text"], "intent": self._named[0], "ranking": self._named, "model": MODEL}
        )

    @property
    def _named(self) -> list[dict[str, Any]]:
        return [{"name": name, "confidence": confidence} for name, confidence in self.ranking]


@pytest.fixture
def bot() -> Bot:
    """A bot that takes everything for a question about cannabis, until a scene says otherwise."""
    return Bot()


@pytest.fixture
async def listen(bot: Bot) -> AsyncIterator[str]:
    """Where the scene's bot listens."""
    async with serving(bot.app) as url:
        yield url.removeprefix("http://")


@pytest.fixture
async def asker(listen: str, content: Content) -> AsyncIterator[Asker]:
    """Somebody who asks the scene's bot."""
    asker = Asker(listen, content)
    yield asker
    await asker.close()


async def asks(asker: Asker, *lines: Any) -> tuple[bool, list[dict[str, Any]]]:
    """Hands in lines, bytes as they are and the rest as JSON; whether all were answered, and what came out."""

    async def given() -> AsyncIterator[bytes]:
        for line in lines:
            yield line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"

    out = io.StringIO()
    good = await answer_lines(given(), asker, out)
    return good, [json.loads(line) for line in out.getvalue().splitlines()]


class TestALine:
    async def test_a_question_gives_its_topic_the_next_likeliest_and_what_a_visitor_reads(
        self, asker: Asker, bot: Bot
    ) -> None:
        good, (line,) = await asks(asker, {"id": "q1", "text": " a te bon vares bari "})

        assert good
        assert list(line) == ["id", "intent", "topic", "confidence", "alternatives", "reply"]
        assert (line["id"], line["intent"], line["topic"], line["confidence"]) == ("q1", "cannabis", "cannabis", 0.7)
        assert line["alternatives"] == [
            {"topic": "alcohol", "confidence": 0.08},
            {"topic": "cocaine", "confidence": 0.05},
            {"topic": "addiction", "confidence": 0.03},
            {"topic": "inhalants", "confidence": 0.01},
            {"topic": "smoking", "confidence": 0.009},
        ]
        assert len(line["alternatives"]) == ALTERNATIVES
        messages = line["reply"].split("\n\n")
        assert messages[0] == "Kanabisi"
        assert re.fullmatch(r"\[[^\]]+\]( \[[^\]]+\])*", messages[-1])
        assert "{" not in line["reply"]
        (heard,) = bot.heard
        assert heard["events"] == []
        assert heard["text"] == "a te bon vares bari"

    async def test_a_dialogue_intent_has_no_topic(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "phrase", "name": "greet"}]
        bot.ranking.insert(0, ("greet", 0.9))

        _, (line,) = await asks(asker, {"id": 1, "text": "tung"})

        assert (line["id"], line["intent"], line["topic"], line["confidence"]) == (1, "greet", None, 0.9)
        assert [guess["topic"] for guess in line["alternatives"]][:2] == ["cannabis", "alcohol"]
        assert line["reply"].startswith("Përshëndetje!")
        assert line["reply"].endswith("\n\n[Shiko temat] [Fol me një këshillues]")

    async def test_what_is_not_understood_says_so(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "fallback", "times": 1}]
        bot.ranking = [("nlu_fallback", 0.45), ("cannabis", 0.2), ("more", 0.1), ("alcohol", 0.1)]

        good, (line,) = await asks(asker, {"id": "x", "text": "hm"})

        assert good
        assert (line["intent"], line["topic"]) == ("nlu_fallback", None)
        assert [guess["topic"] for guess in line["alternatives"]] == ["cannabis", "alcohol"]
        assert line["reply"].startswith("Nuk e kuptova mirë.")

    async def test_asked_back_between_close_topics_the_likeliest_is_named(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "choices", "topics": ["alcohol", "cannabis"]}]
        bot.ranking = [("nlu_fallback", 0.45), ("alcohol", 0.4), ("cannabis", 0.38), ("cocaine", 0.01)]

        _, (line,) = await asks(asker, {"id": "x", "text": "a eshte keq"})

        assert (line["intent"], line["topic"], line["confidence"]) == ("alcohol", "alcohol", 0.4)
        assert [guess["topic"] for guess in line["alternatives"]] == ["cannabis", "cocaine"]
        assert "[Jo, diçka tjetër]" in line["reply"]

    async def test_asked_who_asks_the_likeliest_is_named(self, asker: Asker, bot: Bot) -> None:
        topics = {"child": "school_bullying", "parent": "parents_child_bullied", "teacher": "teachers_bullying"}
        bot.replies = [{"kind": "audience", "topics": topics}]
        bot.ranking = [("school_bullying", 0.5), ("parents_child_bullied", 0.4)]

        _, (line,) = await asks(asker, {"id": "x", "text": "bullizmi ne shkolle"})

        assert (line["intent"], line["topic"], line["confidence"]) == ("school_bullying", "school_bullying", 0.5)
        assert line["alternatives"] == [{"topic": "parents_child_bullied", "confidence": 0.4}]
        assert len(re.findall(r"\[[^\]]+\]", line["reply"])) == 3

    async def test_how_to_stop_what_keeps_its_own_intent(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "choices", "topics": ["quitting_smoking", "drug_help"]}]
        bot.ranking = [("how_to_stop", 0.9), ("quitting_smoking", 0.05)]

        _, (line,) = await asks(asker, {"id": "x", "text": "si ta le"})

        assert (line["intent"], line["topic"], line["confidence"]) == ("how_to_stop", None, 0.9)

    async def test_a_number_asked_for_is_the_answer_and_the_topic_stays(
        self, asker: Asker, bot: Bot, content: Content
    ) -> None:
        bot.replies = [{"kind": "article", "topic": "emergency_numbers", "service": "police"}]
        bot.ranking = [("emergency_numbers", 0.95)]

        _, (line,) = await asks(asker, {"id": "x", "text": "numri i policise"})

        assert line["topic"] == "emergency_numbers"
        assert content.number("police") in line["reply"]

    async def test_the_wish_for_a_person_is_answered_by_the_house(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "counsellor"}]
        bot.ranking = [("talk_to_counsellor", 1.0)]

        good, (line,) = await asks(asker, {"id": "x", "text": "dua nje njeri"})

        assert good
        assert (line["intent"], line["topic"]) == ("talk_to_counsellor", None)
        assert "këshillues" in line["reply"]


class TestManyLines:
    async def test_answers_come_in_the_order_of_the_questions_a_few_at_a_time(self, asker: Asker, bot: Bot) -> None:
        bot.pause = lambda text: 0.05 if text == "q0" else 0.01

        good, lines = await asks(asker, *({"id": n, "text": f"q{n}"} for n in range(40)))

        assert good
        assert [line["id"] for line in lines] == list(range(40))
        assert 1 < bot.most_at_once <= AT_ONCE + 2
        assert {heard["conversation"] for heard in bot.heard} == {"ask"}
        assert all(heard["events"] == [] for heard in bot.heard)

    async def test_an_answer_does_not_wait_for_the_next_question(self, asker: Asker) -> None:
        out = io.StringIO()
        answered = asyncio.Event()

        async def one_after_the_other() -> AsyncIterator[bytes]:
            for n in range(3):
                yield json.dumps({"id": n, "text": "bari"}).encode()
                async with asyncio.timeout(5):
                    while out.getvalue().count("\n") <= n:
                        await asyncio.sleep(0.01)
            answered.set()

        assert await answer_lines(one_after_the_other(), asker, out)
        assert answered.is_set()

    @pytest.mark.parametrize(
        ("line", "name", "why"),
        [
            (b"no json\n", None, "JSON"),
            (b'{"id": "x", "text": "a"\n', None, "JSON"),
            (b"\xff\xfe\n", None, "JSON"),
            (b"[" * 100_000, None, "JSON"),
            ([1], None, "object"),
            ({"text": "bari"}, None, "id"),
            ({"id": True, "text": "bari"}, None, "id"),
            ({"id": {}, "text": "bari"}, None, "id"),
            ({"id": "x"}, "x", "text"),
            ({"id": "x", "text": 7}, "x", "text"),
            ({"id": "x", "text": " \u200b\n"}, "x", "empty"),
            ({"id": "x", "text": "a" * 2001}, "x", "2000"),
            ({"id": "x", "text": "\ud800"}, "x", "surrogate"),
        ],
    )
    async def test_what_cannot_be_asked_is_one_line_and_the_next_goes_on(
        self, asker: Asker, line: Any, name: str | None, why: str
    ) -> None:
        good, (before, wrong, after) = await asks(
            asker, {"id": 1, "text": "bari"}, line, b"\n", {"id": 2, "text": "bari"}
        )

        assert not good
        assert set(wrong) == {"id", "error"}
        assert wrong["id"] == name
        assert why in wrong["error"]
        assert (before["topic"], after["topic"]) == ("cannabis", "cannabis")

    async def test_the_mark_that_editors_put_before_a_file_is_no_error(self, asker: Asker) -> None:
        good, (line,) = await asks(asker, b'\xef\xbb\xbf{"id": "x", "text": "bari"}\r\n')

        assert good
        assert line["id"] == "x"

    async def test_a_bot_that_is_busy_is_asked_again(self, asker: Asker, bot: Bot) -> None:
        bot.failures = [(503, "busy")]

        good, (line,) = await asks(asker, {"id": "x", "text": "bari"})

        assert good
        assert line["topic"] == "cannabis"

    async def test_a_turn_that_fails_is_an_error_of_its_line(self, asker: Asker, bot: Bot) -> None:
        bot.failures = [(500, "turn_failed")]

        good, (wrong, right) = await asks(asker, {"id": "x", "text": "bari"}, {"id": "y", "text": "bari"})

        assert not good
        assert wrong == {"id": "x", "error": "the bot gave no answer: turn_failed"}
        assert right["topic"] == "cannabis"

    async def test_a_reply_that_content_does_not_have_is_an_error_of_its_line(self, asker: Asker, bot: Bot) -> None:
        bot.replies = [{"kind": "article", "topic": "nowhere"}]

        good, (wrong,) = await asks(asker, {"id": "x", "text": "bari"})

        assert not good
        assert "content/" in wrong["error"]


class TestForReading:
    async def test_an_editor_sees_what_was_understood_how_surely_and_the_reply(
        self, asker: Asker, content: Content
    ) -> None:
        answer = await asker.ask("a te bon vares bari")
        lines = list(readable("a te bon vares bari", answer, content))

        assert lines[0] == "Pyetja: a te bon vares bari"
        assert "   70 % ████████···· Kanabisi (cannabis)" in lines
        assert any(re.fullmatch(r" +8 % █·{11} .+ \(alcohol\)", line) for line in lines)
        assert max(map(len, lines)) <= 78
        assert "Kanabisi" in lines
        assert lines[-1].startswith("[")

    async def test_what_is_not_understood_is_said_in_words(self, asker: Asker, bot: Bot, content: Content) -> None:
        bot.replies = [{"kind": "fallback", "times": 1}]
        bot.ranking = [("nlu_fallback", 0.45), ("cannabis", 0.3)]

        lines = list(readable("hm", await asker.ask("hm"), content))

        assert "Nuk u kuptua" in lines
        assert any("(cannabis)" in line for line in lines)

    def test_each_intent_that_is_no_topic_has_a_name_for_editors(self, content: Content) -> None:
        domain = yaml.safe_load((ROOT / "bot" / "domain" / "dialogue.yml").read_text("utf-8"))
        intents = {name for intent in domain["intents"] for name in intent} - {"nlu_fallback"}
        named = {name.removeprefix("intent_") for name in content.phrases["ask"] if name.startswith("intent_")}

        assert named == intents


class TestWhichBot:
    async def test_a_running_bot_with_the_present_model_is_used(
        self, listen: str, tmp_path: Path, content: Content
    ) -> None:
        (tmp_path / f"{MODEL}.tar.gz").touch()
        environ = {"BOT_LISTEN": listen, "MODELS_DIR": str(tmp_path), "BOT_PYTHON": "/nowhere/python"}

        async with open_asker(Settings.from_env(environ), content, environ) as asker:
            answer = await asker.ask("bari")

        assert answer.topic == "cannabis"

    def test_without_a_model_it_is_said_what_makes_one(self, tmp_path: Path) -> None:
        done = ask(b"", MODELS_DIR=str(tmp_path))

        assert (done.returncode, done.stdout) == (1, b"")
        assert b"run `make model`" in done.stderr

    def test_a_running_bot_with_another_model_is_not_used(self, tmp_path: Path) -> None:
        (tmp_path / "bot-other.tar.gz").touch()
        done = ask(b"", MODELS_DIR=str(tmp_path), BOT_LISTEN="127.0.0.1:1", BOT_PYTHON="/nowhere/python")

        assert (done.returncode, done.stdout) == (1, b"")
        assert b"the bot at BOT_LISTEN is not used" in done.stderr
        assert b"run `make setup`" in done.stderr


def ask(lines: bytes, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Ask as from a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "webchat.ask", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        input=lines,
        capture_output=True,
        timeout=150,
        check=False,
    )


@pytest.mark.bot
class TestTheRealBot:
    QUESTIONS = (
        b'{"id": "one", "text": "cfare eshte kanabisi"}\n'
        b"none\n"
        b'{"id": "two", "text": "dua te flas me nje njeri"}\n'
        b'{"id": "three", "text": "pershendetje"}\n'
    )

    def test_one_is_started_asked_and_ended(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        needs_bot()
        folder = tmp_path_factory.mktemp("a")
        done = ask(self.QUESTIONS, TMPDIR=str(folder), BOT_LISTEN="")
        lines = [json.loads(line) for line in done.stdout.splitlines()]

        assert done.returncode == 1, done.stderr
        assert [(line["id"], line.get("intent")) for line in lines] == [
            ("one", "cannabis"),
            (None, None),
            ("two", "talk_to_counsellor"),
            ("three", "greet"),
        ]
        assert len(lines[0]["alternatives"]) == ALTERNATIVES
        assert lines[0]["reply"].startswith("Kanabisi\n\n")
        assert list(folder.iterdir()) == []

    def test_one_question_is_shown_for_reading(self, running_bot: BotProcess) -> None:
        done = ask(b"", "--", "cfare eshte kanabisi", BOT_LISTEN=f"unix:{running_bot.socket}")
        shown = done.stdout.decode()

        assert done.returncode == 0, done.stderr
        assert shown.startswith("Pyetja: cfare eshte kanabisi\n")
        assert "(cannabis)" in shown
        assert max(map(len, shown.splitlines())) <= 78
        assert b"starting the bot" not in done.stderr
