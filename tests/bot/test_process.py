"""The bot as a process: what the front door meets at its socket, on good days and bad ones."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.process import BOT_PYTHON, ROOT, Answered, BotProcess

pytestmark = pytest.mark.bot


def _refused(answer: Answered, status: int, code: str) -> bool:
    assert set(answer.body) == {"error", "message"}
    return (answer.status, answer.body["error"]) == (status, code)


class TestAConversation:
    async def test_a_question_about_a_topic_names_its_article(self, bot: BotProcess) -> None:
        answer = await bot.turn("cfare eshte kanabisi")

        assert answer.said == [{"kind": "article", "topic": "cannabis"}]
        assert answer.body["intent"]["name"] == "cannabis"
        assert answer.body["intent"] == answer.body["ranking"][0]
        assert len(answer.body["ranking"]) == 5
        assert str(answer.body["model"]).startswith("bot-")

    async def test_the_wish_for_a_person_is_named_and_not_acted_on(self, bot: BotProcess) -> None:
        assert (await bot.turn("dua te flas me nje njeri")).said == [{"kind": "counsellor"}]

    async def test_what_is_not_understood_is_asked_again_and_then_a_person_is_offered(self, bot: BotProcess) -> None:
        first = await bot.turn("🫥🫥🫥")
        second = await bot.turn("🫠", first.body["events"])
        yes = await bot.turn("po", second.body["events"])

        assert first.said == [{"kind": "fallback", "times": 1}]
        assert second.said == [{"kind": "fallback", "times": 2}]
        assert yes.said == [{"kind": "counsellor"}]

    async def test_something_understood_in_between_starts_the_count_again(self, bot: BotProcess) -> None:
        first = await bot.turn("🫥🫥🫥")
        between = await bot.turn("faleminderit", first.body["events"])
        again = await bot.turn("🫥🫥🫥", between.body["events"])

        assert between.said == [{"kind": "phrase", "name": "thanks"}]
        assert again.said == [{"kind": "fallback", "times": 1}]

    async def test_a_bare_yes_asks_what_for(self, bot: BotProcess) -> None:
        assert (await bot.turn("po")).said == [{"kind": "phrase", "name": "affirm_nothing"}]

    async def test_a_button_carries_its_intent_and_the_theme(self, bot: BotProcess) -> None:
        assert (await bot.press("help_menu")).said == [{"kind": "menu"}]
        assert (await bot.press("help_menu", theme="drugs")).said == [{"kind": "menu", "theme": "drugs"}]

    async def test_reading_alone_gives_all_intents_and_remembers_nothing(self, bot: BotProcess) -> None:
        answer = await bot.post("/parse", {"text": "Çfarë është HIV?"})

        assert answer.status == 200
        assert answer.body["text"] == "Çfarë është HIV?"
        assert answer.body["intent"]["name"] == "hiv"
        assert len(answer.body["ranking"]) >= 29
        assert sum(entry["confidence"] for entry in answer.body["ranking"]) == pytest.approx(1, abs=0.01)

    async def test_sixty_turns_stay_small(self, bot: BotProcess) -> None:
        events: list[dict[str, Any]] = []
        for number in range(60):
            said = await bot.turn(("cfare eshte kanabisi", "faleminderit", "po ti")[number % 3], events)
            events = said.body["events"]

        kept = json.dumps(events)
        assert len(kept) < 10_000
        assert "kanabisi" not in kept

    async def test_visitors_at_the_same_time_get_each_their_own_answer(self, bot: BotProcess) -> None:
        asked = {"cfare eshte hiv": "hiv", "cfare eshte kanabisi": "cannabis", "cfare eshte vape": "vaping"}

        answers = await asyncio.gather(*(bot.turn(text) for text in list(asked) * 8))

        assert [a.said[0]["topic"] for a in answers] == list(asked.values()) * 8

    async def test_a_flood_is_answered_or_refused_and_then_it_is_quiet_again(self, bot: BotProcess) -> None:
        answers = await asyncio.gather(*(bot.turn("cfare eshte kanabisi") for _ in range(400)))

        answered = [answer for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status != 200]
        assert answered
        assert refused
        assert all(answer.said == [{"kind": "article", "topic": "cannabis"}] for answer in answered)
        assert all(_refused(answer, 503, "busy") for answer in refused)
        assert (await bot.turn("pershendetje")).status == 200


class TestWhatIsWrittenIsNeverACommand:
    @pytest.mark.parametrize(
        "text", ["/restart", "/back", "/session_start", '/inform{"theme":"x"}', "/talk_to_counsellor", " //greet"]
    )
    async def test_a_leading_slash_is_a_sign_like_any_other(self, bot: BotProcess, text: str) -> None:
        before = (await bot.turn("pershendetje")).body["events"]

        answer = await bot.turn(text, before)
        bare = await bot.turn(text.strip().lstrip("/"), before)

        assert answer.body["ranking"] == bare.body["ranking"]
        assert answer.said == bare.said
        assert answer.body["events"][: len(before)] == before
        assert not {"restart", "undo", "rewind"} & {event["event"] for event in answer.body["events"]}
        parsed = [event["parse_data"] for event in answer.body["events"] if event["event"] == "user"]
        # out of scope comes with its kind; nothing that stands in the text becomes an entity
        assert {found["entity"] for message in parsed for found in message["entities"]} <= {"kind"}

    async def test_slashes_alone_are_not_understood(self, bot: BotProcess) -> None:
        assert (await bot.turn("////")).said == [{"kind": "fallback", "times": 1}]

    @pytest.mark.parametrize("intent", ["restart", "back", "session_start", "nlu_fallback", "made_up", ""])
    async def test_a_button_carries_only_what_the_bot_was_taught(self, bot: BotProcess, intent: str) -> None:
        assert _refused(await bot.press(intent), 400, "bad_request")


class TestNonsense:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not json",
            b"\xff\xfe",
            b"[]",
            b"[" * 100_000,
            b'{"text": 1}',
            {"channel": "web", "text": "a"},
            {"conversation": "a", "text": "a"},
            {"conversation": "a", "channel": "fax", "text": "a"},
            {"conversation": "a" * 200, "channel": "web", "text": "a"},
            {"conversation": "a/b", "channel": "web", "text": "a"},
            {"conversation": "a", "channel": "web"},
            {"conversation": "a", "channel": "web", "text": "a", "intent": "greet"},
            {"conversation": "a", "channel": "web", "text": "  "},
            {"conversation": "a", "channel": "web", "text": None},
            {"conversation": "a", "channel": "web", "text": "\ud83d"},
            {"conversation": "a", "channel": "web", "intent": "help_menu", "entities": {"theme": ["x"]}},
            {"conversation": "a", "channel": "web", "text": "a", "events": "none"},
            {"conversation": "a", "channel": "web", "text": "a", "events": [1]},
            {"conversation": "a", "channel": "web", "text": "a", "events": [{}]},
            {"conversation": "a", "channel": "web", "text": "a", "events": [{"event": "made_up"}]},
        ],
    )
    async def test_is_refused_clearly(self, bot: BotProcess, body: Any) -> None:
        assert _refused(await bot.post("/turn", body), 400, "bad_request")

    @pytest.mark.parametrize(
        "body",
        [
            {"conversation": "a", "channel": "web", "text": "a" * 100_000},
            {"conversation": "a", "channel": "web", "text": "a", "events": [{"event": "pause"}] * 3_000},
            b" " * 2_000_000,
        ],
    )
    async def test_too_much_is_refused(self, bot: BotProcess, body: Any) -> None:
        assert _refused(await bot.post("/turn", body), 413, "too_large")

    @pytest.mark.parametrize(
        "text",
        ["\0\x01\x1b[31m", "\u202eabc\u202c", "<script>alert(1)</script>", "{{7*7}} ${x} %s", "ë" * 4_000, "😭" * 500],
    )
    async def test_odd_signs_are_read_as_they_are(self, bot: BotProcess, text: str) -> None:
        answer = await bot.turn(text)

        assert answer.status == 200
        assert len(answer.said) == 1

    async def test_a_path_or_a_method_that_is_not_there(self, bot: BotProcess) -> None:
        assert _refused(await bot.post("/webhooks/rest/webhook", {}), 404, "bad_request")
        assert _refused(await bot.post("/health", {}), 405, "bad_request")

    async def test_goes_on_after_all_of_it_and_logs_no_word(self, bot: BotProcess) -> None:
        await bot.post("/turn", '{"text": "fjalë e fshehtë"'.encode())
        await bot.turn("/fjalë e fshehtë")
        await bot.turn("fjalë e fshehtë", [{"event": "slot", "name": "fshehtë", "value": "fshehtë"}])
        broken = await bot.turn("fjalë e fshehtë", [{"event": "user", "text": "fshehtë"}])

        assert broken.status in (400, 500)
        assert (await bot.turn("pershendetje")).said == [{"kind": "phrase", "name": "greet"}]
        assert "fshehtë" not in bot.log
        assert "Traceback" not in bot.log


@pytest.fixture
def without_model() -> Iterator[BotProcess]:
    """A bot that has nothing to load."""
    bot = BotProcess(None)
    yield bot
    bot.stop()


class TestLifeOfTheProcess:
    async def test_answers_within_a_second_or_two_that_it_is_loading(self, trained_model: Path) -> None:
        bot = BotProcess(trained_model)
        try:
            assert bot.wait_until("loading", 20) < 10
            async with bot.open():
                assert _refused(await bot.turn("pershendetje"), 503, "loading")
                assert _refused(await bot.post("/parse", {"text": "a"}), 503, "loading")
        finally:
            bot.stop()

    async def test_without_a_model_says_so(self, without_model: BotProcess) -> None:
        without_model.wait_until("no_model", 20)

        assert without_model.health() == {
            "status": "no_model",
            "model": None,
            "detail": "train one with python -m bot.train",
        }
        async with without_model.open() as bot:
            assert _refused(await bot.turn("pershendetje"), 503, "no_model")
            assert _refused(await bot.press("greet"), 503, "no_model")

    async def test_a_broken_model_is_failed_and_not_no_answer(self, tmp_path: Path) -> None:
        broken = tmp_path / "bot-0.tar.gz"
        broken.write_bytes(b"not an archive")
        bot = BotProcess(broken)
        try:
            bot.wait_until("failed")
            async with bot.open():
                assert _refused(await bot.turn("pershendetje"), 503, "no_model")
        finally:
            bot.stop()

    def test_the_folder_of_the_model_will_do(self, trained_model: Path) -> None:
        bot = BotProcess(trained_model.parent)
        try:
            bot.wait_until("loading", 20)
            said = bot.health()
            assert said is not None
            assert said["model"] == trained_model.name.removesuffix(".tar.gz")
        finally:
            bot.stop()

    def test_ends_when_its_parent_is_gone_also_while_loading(self, trained_model: Path) -> None:
        bot = BotProcess(trained_model)
        bot.wait_until("loading", 20)
        try:
            bot.close_stdin()
            assert bot.process.wait(10) == 0
            assert not bot.socket.exists()
        finally:
            bot.stop()

    def test_ends_when_told_to(self, without_model: BotProcess) -> None:
        without_model.wait_until("no_model", 20)

        without_model.process.send_signal(signal.SIGTERM)

        assert without_model.process.wait(10) == 0

    def test_its_socket_is_for_its_own_user(self, without_model: BotProcess) -> None:
        without_model.wait_until("no_model", 20)

        assert stat.S_IMODE(os.stat(without_model.socket).st_mode) == 0o600

    def test_a_socket_left_over_by_a_killed_bot_is_taken_over(self, tmp_path: Path) -> None:
        listen = f"unix:{tmp_path / 's'}"
        killed = BotProcess(None, listen=listen)
        while not (tmp_path / "s").exists():
            time.sleep(0.02)
        killed.process.kill()
        killed.process.wait()
        killed.stop()

        after = BotProcess(None, listen=listen)
        try:
            while "listening" not in after.log:
                assert after.process.poll() is None, after.log
                time.sleep(0.02)
        finally:
            after.stop()

    @pytest.mark.parametrize(
        ("listen", "complaint"),
        [
            ("0.0.0.0:5005", "0.0.0.0 is not a loopback address"),
            ("192.168.1.7:5005", "192.168.1.7 is not a loopback address"),
            ("[::]:5005", ":: is not a loopback address"),
            ("127.0.0.1", "expected unix:PATH or HOST:PORT"),
            ("unix:relative", "unix: needs an absolute path"),
            ("unix:/" + "a" * 120, "the socket's path is longer than 107 bytes"),
        ],
    )
    def test_will_not_listen_where_others_could_reach_it(self, listen: str, complaint: str) -> None:
        done = _run("bot.server", "--listen", listen)

        assert done.returncode == 2
        assert complaint in done.stderr

    def test_an_address_in_use_is_one_clear_line(self, without_model: BotProcess) -> None:
        without_model.wait_until("no_model", 20)

        done = _run("bot.server", "--listen", f"unix:{without_model.socket}")

        assert done.returncode == 1
        assert done.stderr == f"bot: can't listen on unix:{without_model.socket}: Address already in use\n"


class TestTraining:
    def test_a_current_model_is_found_in_a_moment(self, trained_model: Path) -> None:
        began = time.monotonic()
        done = _run("bot.train")

        assert done.stdout == f"{trained_model}\n"
        assert time.monotonic() - began < 10

    def test_a_broken_file_is_named_and_nothing_is_left(self, tmp_path: Path) -> None:
        examples = tmp_path / "examples"
        examples.mkdir()
        (examples / "torn.yml").write_text('nlu:\n- intent: "greet\n')

        done = _run("bot.train", "--out", str(tmp_path / "models"), "--examples", str(examples))

        assert done.returncode == 1
        assert done.stderr.startswith("bot: training failed: torn.yml: ")
        assert "Traceback" not in done.stderr
        assert not list((tmp_path / "models").glob("bot-*"))


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BOT_PYTHON, "-m", module, *arguments], cwd=ROOT, text=True, capture_output=True, check=False, timeout=60
    )
