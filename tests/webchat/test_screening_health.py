"""Scenes of screening that is damaged: how it is opened, what goes on with half of it, and who hears of it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from frontdoor.assessment import Facts, HistoryEntry, RiskAssessment
from frontdoor.content import Content
from frontdoor.message import Inbound
from frontdoor.ports import Bot, Screening, ScreeningState, Wake
from frontdoor.process import unless_stopped
from frontdoor.settings import Settings
from screening.model import DIGESTS, MODELS, Found
from screening.opening import open_screen
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.desk import Desk
from storage.keys import ServiceKey
from tests.cast import Visitor
from tests.fakes import BrokenModel, BrokenScreening, FakeBot, WithoutLexicon, screen_of
from tests.screening.damage import cut_off, flipped, without_weights
from tests.servers import serving
from webchat import rounds
from webchat.app import build_app
from webchat.house import House
from webchat.wiring import open_house

EMERGENCY = "i kam gati hapat do i pi te gjitha sonte"
EVERYDAY = "cfare eshte kanabisi"
COPY = "import shutil, sys; shutil.rmtree(sys.argv[2], ignore_errors=True); shutil.copytree(*sys.argv[1:3])"
WAIT = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A few examples: only that a model was made from them counts here."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "few.txt").write_text("= 0 - everyday self child nodia\nmirëdita\n", encoding="utf-8")
    return folder


@pytest.fixture
def good(tmp_path: Path, examples: Path) -> Path:
    """A model made from these examples, as training would leave it."""
    from screening.train import made_from

    folder = tmp_path / "good"
    shutil.copytree(MODELS, folder)
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    _write(folder, about | {"made_from": made_from(examples)})
    return folder


def _write(folder: Path, about: dict[str, Any]) -> None:
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")
    written = [folder / name for name in ("model.json", "weights.npz")]
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in written}
    (folder / DIGESTS).write_text(json.dumps(digests), encoding="utf-8")


def cut_off_beside(folder: Path) -> None:
    """The other file was."""
    file = folder / "model.json"
    file.write_text(file.read_text(encoding="utf-8")[:1000], encoding="utf-8")


def of_another_shape(folder: Path) -> None:
    """Whole by its digest, but a feature's row is missing."""
    with np.load(folder / "weights.npz") as arrays:
        held = dict(arrays)
    np.savez(folder / "weights.npz", **held | {"weights": held["weights"][1:]})
    _write(folder, json.loads((folder / "model.json").read_text(encoding="utf-8")))


def no_numbers(folder: Path) -> None:
    """Whole by its digest, but with a weight that is none."""
    with np.load(folder / "weights.npz") as arrays:
        held = dict(arrays)
    held["weights"][0, 0] = np.nan
    np.savez(folder / "weights.npz", **held)
    _write(folder, json.loads((folder / "model.json").read_text(encoding="utf-8")))


def outdated(folder: Path) -> None:
    """Made from other examples."""
    _write(folder, json.loads((folder / "model.json").read_text(encoding="utf-8")) | {"made_from": "before"})


def missing(folder: Path) -> None:
    """Never made."""
    shutil.rmtree(folder)


class TestOpening:
    """A model that cannot be used is refused and made anew; where that fails the lexicon works alone, and says so."""

    @pytest.mark.parametrize(
        "damage",
        [flipped, cut_off, cut_off_beside, of_another_shape, no_numbers, outdated, missing, without_weights],
        ids=lambda damage: damage.__name__,
    )
    async def test_a_damaged_model_is_refused_and_made_anew(
        self,
        damage: Callable[[Path], None],
        good: Path,
        examples: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        models = tmp_path / "models" / "screening"
        shutil.copytree(good, models)
        damage(models)
        training = (sys.executable, "-c", COPY, str(good), str(models))

        screen = await open_screen(training, models, examples)

        assert screen.state == "ok"
        assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
        refused, waits = (record.getMessage() for record in caplog.records)
        assert refused.startswith(f"the screening model is refused: {models}: ")
        assert "waits" in waits
        assert screen.screen(EMERGENCY).level == 4
        caplog.clear()
        assert (await open_screen(("nowhere",), models, examples)).state == "ok"
        assert caplog.records == []

    @pytest.mark.parametrize(
        "training",
        [(sys.executable, "-c", "import sys; sys.exit(3)"), ("/nowhere/python",), (sys.executable, "-c", "")],
    )
    async def test_where_training_fails_the_lexicon_works_alone(
        self, training: tuple[str, ...], examples: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        screen = await open_screen(training, tmp_path / "none", examples)
        assert screen.state == "lexicon"
        assert screen.screen(EMERGENCY).level == 4
        alarms = [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]
        assert len(alarms) == 1
        assert alarms[0].startswith("screening works with the lexicon alone: ")

    async def test_two_that_start_at_once_train_once(self, good: Path, examples: Path, tmp_path: Path) -> None:
        models, times = tmp_path / "models" / "screening", tmp_path / "times"
        counted = f"import sys; open({str(times)!r}, 'a').write('x'); {COPY}"
        training = (sys.executable, "-c", counted, str(good), str(models))
        opened = await asyncio.gather(*[open_screen(training, models, examples) for _ in range(3)])
        assert [screen.state for screen in opened] == ["ok"] * 3
        assert times.read_text() == "x"

    async def test_who_stops_while_it_trains_leaves_nobody_behind(self, examples: Path, tmp_path: Path) -> None:
        stopping, file = asyncio.Event(), tmp_path / "pid"
        training = (sys.executable, "-c", WAIT, str(file))
        opening = asyncio.create_task(unless_stopped(stopping, open_screen(training, tmp_path / "none", examples)))
        while not file.exists() or not file.read_text():
            await asyncio.sleep(0.02)
        stopping.set()
        assert await opening is None
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)


class SureModel(BrokenModel):
    """A model that finds the level it is told to."""

    version = "sure"

    def __init__(self, level: int) -> None:
        """`level` of each message."""
        self.level = level

    def read(self, *tokens: Any) -> Found:
        """The same for whatever is said."""
        return Found(self.level, {"suicide": 0.9} if self.level else {}, (), False, False)


class Only:
    """Screening that fails for all words but an emergency's."""

    version = "only"
    state: ScreeningState = "ok"

    def screen(self, message: str, history: Sequence[HistoryEntry], facts: Facts) -> RiskAssessment:
        """Raises unless the words are the emergency's."""
        if message != EMERGENCY:
            raise RuntimeError("damaged")
        return RiskAssessment(level=4, categories=("suicide",), language="sq", version=self.version)


@pytest.fixture
def opened(
    settings: Settings, content: Content, database: Database, key: ServiceKey, bus: RedisBus, bot: Bot
) -> Callable[[Screening], House]:
    """A house with screening of the scene's own."""
    return lambda screening: open_house(settings, content, database, key, bus, bot, screening)


async def told_of(house: House, bus: RedisBus, screened: Sequence[str]) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Each text is said by a visitor of its own; gives the states told over the bus, /ready, and the visitors."""
    states: list[str] = []

    async def hear() -> None:
        async with bus.listen() as wakes:
            async for wake in wakes:
                if wake.kind == "screening":
                    states.append(wake.detail["state"])

    hearing = asyncio.create_task(hear())
    await asyncio.sleep(0)
    visitors = []
    async with serving(build_app(house)) as address:
        await asyncio.sleep(0.1)
        for text in screened:
            visitor = Visitor(address)
            await visitor.opens()
            await visitor.says(text)
            visitors.append(visitor)
        await asyncio.sleep(2 * rounds.LOOK_SECONDS)
        async with aiohttp.ClientSession() as session, session.get(f"{address}/ready") as answer:
            ready = await answer.json()
        for visitor in visitors:
            await visitor.closes()
    hearing.cancel()
    return states, ready, visitors


class TestRunning:
    """A half that fails while it runs is said once, and no message is lost or goes to the bot unread."""

    async def test_a_model_that_raises_leaves_the_lexicon_and_one_alarm(
        self, opened: Callable[[Screening], House], bus: RedisBus, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        house = opened(screen_of(Screen, BrokenModel()))
        states, ready, visitors = await told_of(house, bus, [EVERYDAY, EMERGENCY, EVERYDAY])
        assert states == ["ok", "lexicon"]
        assert ready["screening"]["state"] == "lexicon"
        assert ready["screening"]["version"].endswith("-broken")
        assert "screening" in ready["degraded"]
        (waiting,) = await desk.queue()
        assert (waiting.conversation.id, waiting.conversation.level) == (visitors[1].conversation, 4)
        alarms = [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]
        assert alarms == ["the screening model failed: FloatingPointError; the lexicon decides alone"]
        assert EMERGENCY not in caplog.text

    @pytest.mark.parametrize(("level", "lane"), [(0, "unscreened"), (2, "unscreened"), (3, "risk"), (4, "risk")])
    async def test_a_lexicon_that_raises_leaves_the_model(
        self, opened: Callable[[Screening], House], bus: RedisBus, bot: FakeBot, desk: Desk, level: int, lane: str
    ) -> None:
        house = opened(screen_of(WithoutLexicon, SureModel(level)))
        states, ready, visitors = await told_of(house, bus, [EVERYDAY])
        assert states == ["ok", "model"]
        assert ready["screening"]["state"] == "model"
        (waiting,) = await desk.queue()
        assert (waiting.conversation.lane, waiting.conversation.level) == (lane, level)
        told = any("Po ia kaloj mesazhin tënd një këshilluesi" in text for _, text in visitors[0].transcript)
        assert told == (lane == "unscreened")
        assert bot.heard == []

    @pytest.mark.parametrize(
        "screening", [screen_of(WithoutLexicon, BrokenModel()), BrokenScreening()], ids=["both halves", "all of it"]
    )
    async def test_when_nothing_works_a_person_reads_and_the_child_is_told(
        self,
        opened: Callable[[Screening], House],
        bus: RedisBus,
        bot: FakeBot,
        desk: Desk,
        caplog: pytest.LogCaptureFixture,
        screening: Screening,
    ) -> None:
        states, ready, visitors = await told_of(opened(screening), bus, [EMERGENCY, EVERYDAY])
        assert states[-1] == "none"
        assert ready["screening"]["state"] == "none"
        assert {(raised.conversation.lane, raised.conversation.level) for raised in await desk.queue()} == {
            ("unscreened", 0)
        }
        for visitor in visitors:
            assert any("Po ia kaloj mesazhin tënd një këshilluesi" in text for _, text in visitor.transcript)
        assert bot.heard == []
        assert EMERGENCY not in caplog.text

    async def test_an_emergency_among_a_thousand_unscreened_stands_on_top(
        self, opened: Callable[[Screening], House], bot: FakeBot, desk: Desk
    ) -> None:
        house = opened(Only())

        def inbound(number: int) -> Inbound:
            text = EMERGENCY if number == 500 else f"mesazhi {number}"
            mark = hashlib.sha256(str(number).encode()).digest()
            return Inbound(f"c{number}", "web", f"m{number}", text, token_hash=mark)

        for start in range(0, 1001, 100):
            batch = range(start, min(start + 100, 1001))
            await asyncio.gather(*[house.reception.receive(inbound(number)) for number in batch])
        queue = await desk.queue()
        assert queue[0].conversation.id == "c500"
        assert queue[0].conversation.level == 4
        assert {raised.conversation.lane for raised in queue[1:]} == {"unscreened"}
        assert bot.heard == []


class TestTelling:
    """Other processes hear of screening on each change, and again while it is not whole."""

    async def test_what_is_not_whole_is_repeated_and_what_is_well_is_not(
        self, opened: Callable[[Screening], House], bus: RedisBus
    ) -> None:
        screening = BrokenScreening()
        house = opened(screening)
        heard: list[Wake] = []

        async def hear() -> None:
            async with bus.listen() as wakes:
                async for wake in wakes:
                    heard.append(wake)

        tasks = [
            asyncio.create_task(hear()),
            asyncio.create_task(rounds.tell_of_screening(house, look=0.01, again=0.1)),
        ]
        await asyncio.sleep(0.3)
        assert [wake.detail["state"] for wake in heard] == ["ok"]
        screening.state = "lexicon"
        await asyncio.sleep(0.35)
        assert len(heard) >= 3
        assert {wake.detail["state"] for wake in heard[1:]} == {"lexicon"}
        screening.state = "ok"
        await asyncio.sleep(0.3)
        assert [wake.detail["state"] for wake in heard].count("ok") == 2
        assert {wake.kind for wake in heard} == {"screening"}
        assert {frozenset(wake.detail) for wake in heard} == {frozenset({"by", "state", "version"})}
        for task in tasks:
            task.cancel()
