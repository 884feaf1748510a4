"""Asks the bot single questions: lines of JSON in and out, or one question shown for reading; `python -m webchat.ask`.

Each question is a conversation of its own. Screening takes no part: what is shown is the bot's understanding.
"""

from __future__ import annotations

import argparse
import asyncio
import concurrent.futures
import contextlib
import json
import logging
import os
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from channels.web import BadFrame, words
from frontdoor.content import Content
from frontdoor.message import MAX_TEXT, Said
from frontdoor.ports import BotUnavailable, Presence
from frontdoor.process import CannotStart, run
from frontdoor.settings import ROOT, Settings
from frontdoor.words import Words
from webchat.bot_client import BotClient
from webchat.bot_process import BotProcess

log = logging.getLogger("ask")

ALTERNATIVES = 5
AT_ONCE = 4
WIDTH = 78

_ASK_SECONDS = 10.0
_READY_SECONDS = 120.0
_PAUSES = (0.2, 1.0, 3.0)
_FINAL = frozenset(("bad_request", "too_large", "no_model", "turn_failed"))
"""Reasons of a failure that are the same a moment later."""

_NOT_UNDERSTOOD = "nlu_fallback"
_BAR = 12
_WORTH_SHOWING = 0.005
"""What is less likely would be shown as 0 per cent."""

_NOBODY_WAITS = Presence(on_shift=1, waiting=0)
_TEXT_ERRORS = {
    "bad_frame": "text has half a character in it (a lone surrogate)",
    "empty_text": "text is empty",
    "too_long": f"text is longer than {MAX_TEXT} characters",
}


class Unanswered(Exception):
    """A question that gets no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A topic, and how likely it is meant."""

    topic: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot took a question for, what else it may have meant, and what its visitor would read."""

    intent: str
    topic: str | None
    confidence: float
    alternatives: tuple[Guess, ...]
    said: tuple[Said, ...]

    @property
    def reply(self) -> str:
        """The messages with a blank line between them, then the buttons' titles on one line."""
        return "\n\n".join(filter(None, (*(said.text for said in self.said), self.buttons)))

    @property
    def buttons(self) -> str:
        """The titles of all buttons in square brackets."""
        return " ".join(dict.fromkeys(f"[{button.title}]" for said in self.said for button in said.buttons))

    def line(self, name: str | int) -> dict[str, Any]:
        """As a line of the output."""
        return {
            "id": name,
            "intent": self.intent,
            "topic": self.topic,
            "confidence": self.confidence,
            "alternatives": [{"topic": guess.topic, "confidence": guess.confidence} for guess in self.alternatives],
            "reply": self.reply,
        }


class Asker(BotClient):
    """The bot's client for somebody who waits longer than a visitor, and wants to know what was understood."""

    def __init__(self, listen: str, content: Content) -> None:
        """`listen` as in the settings."""
        super().__init__(listen)
        self._content = content
        self._words = Words(content)

    async def ask(self, text: str) -> Answer:
        """What the bot answers to the first words of a conversation. Raises Unanswered."""
        try:
            asked = words(text)
        except BadFrame as error:
            raise Unanswered(_TEXT_ERRORS.get(str(error), str(error))) from None
        try:
            # /turn ranks few intents and says what was done; /parse ranks all.
            turn = await self._patiently(
                "/turn", {"conversation": "ask", "channel": "web", "events": [], "text": asked}
            )
            read = await self._patiently("/parse", {"text": asked})
            return self._answer(turn, read["ranking"])
        except BotUnavailable as error:
            raise Unanswered(f"the bot gave no answer: {error}") from error

    async def _patiently(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        for pause in (*_PAUSES, None):
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    return await self._post(path, body)
            except (BotUnavailable, TimeoutError) as error:
                reason = str(error) or "timeout"
                if pause is None or reason in _FINAL:
                    raise BotUnavailable(reason) from error
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _answer(self, turn: dict[str, Any], ranking: Sequence[dict[str, Any]]) -> Answer:
        named = [reply.get("custom") or {} for reply in turn["replies"]]
        intent, confidence = turn["intent"]["name"], turn["intent"]["confidence"]
        likely = [Guess(e["name"], e["confidence"]) for e in ranking if e["name"] in self._content.articles]
        if intent == _NOT_UNDERSTOOD and likely and any(custom.get("kind") == "choices" for custom in named):
            # Asked back between close topics: understood, but for which of them.
            intent, confidence = likely[0].topic, likely[0].confidence
        if any(custom.get("kind") == "counsellor" for custom in named):
            said = self._words.queued(_NOBODY_WAITS, "unknown", live=True)
        else:
            said = self._words.from_bot(turn["replies"], level=0)
        others = [guess for guess in likely if guess.topic != intent][:ALTERNATIVES]
        topic = intent if intent in self._content.articles else None
        return Answer(intent, topic, confidence, tuple(others), said)


async def answer_lines(lines: AsyncIterator[bytes], asker: Asker, out: TextIO) -> bool:
    """Answer each line of JSON in its turn, a few at a time; whether all could be answered."""
    begun: asyncio.Queue[asyncio.Task[dict[str, Any]] | None] = asyncio.Queue(AT_ONCE)
    good = True

    async def begin() -> None:
        async for line in lines:
            if line.strip():
                await begun.put(group.create_task(_answered(line, asker)))
        await begun.put(None)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(begin())
            while (task := await begun.get()) is not None:
                answered = await task
                good = good and "error" not in answered
                print(json.dumps(answered, ensure_ascii=False), file=out, flush=True)
    except* BrokenPipeError:
        # Nobody reads on (`| head`): nothing is left to be said at the end, either.
        good = False
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    return good


async def _answered(line: bytes, asker: Asker) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "the line is not JSON"}
    if not isinstance(asked, dict):
        return {"id": None, "error": "the line is not a JSON object"}
    name, text = asked.get("id"), asked.get("text")
    if isinstance(name, bool) or not isinstance(name, str | int):
        return {"id": None, "error": "id is missing, or neither a string nor a whole number"}
    if not isinstance(text, str):
        return {"id": name, "error": "text is missing, or no string"}
    try:
        return (await asker.ask(text)).line(name)
    except Unanswered as error:
        return {"id": name, "error": str(error)}


def readable(question: str, answer: Answer, content: Content) -> Iterator[str]:
    """The answer for an editor: what was understood and how surely, what else it may have been, and the reply."""
    say = Words(content).text

    def titled(intent: str) -> str:
        if intent in content.articles:
            return f"{content.articles[intent].head.button} ({intent})"
        label = f"intent_{intent}"
        return f"{say('ask', label)} ({intent})" if label in content.phrases["ask"] else intent

    yield from _wrapped(f"{say('ask', 'question')}: {question}")
    yield ""
    if answer.intent == _NOT_UNDERSTOOD:
        yield say("ask", "not_understood")
    else:
        yield f"{say('ask', 'understood')}:"
        yield _bar(answer.confidence, titled(answer.intent))
    possible = [guess for guess in answer.alternatives if guess.confidence >= _WORTH_SHOWING]
    if possible:
        yield f"{say('ask', 'alternatives')}:"
        yield from (_bar(guess.confidence, titled(guess.topic)) for guess in possible)
    yield from ("", f"── {say('ask', 'reply')} ".ljust(WIDTH, "─"))
    yield from _wrapped(answer.reply)


def _bar(share: float, title: str) -> str:
    full = round(share * _BAR)
    return f"  {share * 100:3.0f} % {'█' * full}{'·' * (_BAR - full)} {title}"


def _wrapped(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        hang = "  " if line.startswith("• ") else ""
        yield from textwrap.wrap(
            line, WIDTH, subsequent_indent=hang, break_on_hyphens=False, break_long_words=False
        ) or [""]


@contextlib.asynccontextmanager
async def open_asker(settings: Settings, content: Content, environ: Mapping[str, str]) -> AsyncIterator[Asker]:
    """The bot that runs already, if it has the present model, else one started for this while. Raises CannotStart."""
    model = _present_model(settings.models_dir)
    async with contextlib.AsyncExitStack() as stack:
        if settings.bot_listen is not None:
            asker = Asker(settings.bot_listen, content)
            stack.push_async_callback(asker.close)
            health = await asker.health()
            if (health["status"], health["model"]) == ("ready", model):
                yield asker
                return
            log.info("the bot at BOT_LISTEN is not used: %s, model %s", health["status"], health["model"])
        if not settings.bot_python.exists():
            raise CannotStart(f"the bot's Python {settings.bot_python} is not there: run `make setup`")
        log.info("starting the bot with the model %s", model)
        process = BotProcess(settings.bot_python, ROOT, settings.models_dir, environ)
        stack.push_async_callback(process.stop)
        running = asyncio.create_task(process.run())
        stack.callback(running.cancel)
        asker = Asker(process.listen, content)
        stack.push_async_callback(asker.close)
        await _ready(asker)
        yield asker


def _present_model(folder: Path) -> str:
    """The model that a bot started now would load."""
    found = sorted(folder.glob("bot-*.tar.gz"), key=lambda model: model.stat().st_mtime)
    if not found:
        raise CannotStart(f"there is no model of the bot in {folder}: run `make model`")
    return found[-1].name.removesuffix(".tar.gz")


async def _ready(asker: Asker) -> None:
    health: dict[str, Any] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_READY_SECONDS):
            while (health := await asker.health())["status"] in ("down", "loading"):  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.1)
    if health.get("status") != "ready":
        raise CannotStart(f"the bot is not ready: {health.get('detail') or health.get('status')}")


async def lines_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """Lines as they come, read by a thread: a file can't be awaited, and a terminal may never end."""
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[bytes | None] = asyncio.Queue(AT_ONCE)

    def hand_on(line: bytes | None) -> None:
        if not loop.is_closed():
            asyncio.run_coroutine_threadsafe(read.put(line), loop).result()

    def read_all() -> None:
        # Cancelled when nobody wants to hear more.
        with contextlib.suppress(concurrent.futures.CancelledError):
            try:
                for line in file:
                    hand_on(line)
            except OSError as error:
                log.error("standard input cannot be read: %s", error.strerror)
            hand_on(None)

    threading.Thread(target=read_all, name="standard input", daemon=True).start()
    while (line := await read.get()) is not None:
        yield line


async def _ask_one(question: str, asker: Asker, content: Content, out: TextIO) -> bool:
    try:
        answer = await asker.ask(question)
    except Unanswered as error:
        log.error("%s", error)
        return False
    print("\n".join(readable(question, answer, content)), file=out, flush=True)
    return True


def main(arguments: Sequence[str], stdin: BinaryIO, out: TextIO) -> int:
    """Exit code 0 when all was answered, 1 when something was not or the bot cannot be started."""
    parser = argparse.ArgumentParser(prog="python -m webchat.ask", description=__doc__)
    parser.add_argument("question", nargs="*", help="shown for reading; without it, lines of JSON are read")
    question = " ".join(parser.parse_args(arguments).question)

    async def ask(settings: Settings) -> int:
        content = Content(ROOT / "content")
        async with open_asker(settings, content, os.environ) as asker:
            if question:
                good = await _ask_one(question, asker, content, out)
            else:
                good = await answer_lines(lines_of(stdin), asker, out)
        return 0 if good else 1

    return run(ask, ())


def _alone_on_standard_output() -> TextIO:
    """Standard output for the answers; what else would go there, the bot's libraries' words too, goes to the errors."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    return out


if __name__ == "__main__":
    # Never closed: that would wait for the thread that reads, which waits for who types.
    sys.exit(main(sys.argv[1:], open(0, "rb", closefd=False), _alone_on_standard_output()))  # noqa: SIM115
