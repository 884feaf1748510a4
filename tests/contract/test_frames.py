"""The examples in tests/contract/frames, read as the server reads and writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.web import MAX_FRAME, VERSION, BadFrame, Hello, Press, Say, message_frame, read, state_frame, words
from frontdoor.content import Content
from frontdoor.conversation import Conversation, State
from frontdoor.message import Button, Link, Message, Said, Sender
from frontdoor.ports import Presence
from frontdoor.routing import Plan, Route
from frontdoor.words import Words
from tests.contract.shapes import readable, wrong

FRAMES = Path(__file__).parent / "frames"
NOW = datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC)


def _pinned(direction: str, kind: str) -> list[Any]:
    """Each example of one direction with the name it is reported under."""
    found = []
    for path in sorted(FRAMES.glob(f"{direction}-*.json")):
        examples = json.loads(path.read_text("utf-8"))[kind]
        found += [pytest.param(example, id=f"{path.stem}-{n}") for n, example in enumerate(examples)]
    return found


def _taken(frame: dict[str, Any]) -> str:
    """How the server takes a client's frame that no conversation knows of: `ok`, or the code of its error."""
    try:
        arrived = read(json.dumps(frame))
        if isinstance(arrived, Hello) and arrived.version != VERSION:
            return "wrong_version"
        if isinstance(arrived, Say):
            words(arrived.text)
    except BadFrame as bad:
        named = bad.client_id in (None, frame.get("client_id"))
        return "ends the connection" if bad.ends else bad.code if named else "names another frame"
    # which buttons a conversation was given only its store knows: tests/webchat holds that one to be stale
    return "stale_button" if isinstance(arrived, Press) and arrived.payload.startswith(("/", "xxx")) else "ok"


class TestWhatClientsSend:
    """Right frames are taken, wrong ones are refused by the code that is promised."""

    @pytest.mark.parametrize("frame", _pinned("client", "valid"))
    def test_what_is_right_is_taken(self, frame: dict[str, Any]) -> None:
        assert _taken(frame) == "ok"
        assert _taken({**frame, "a_field_of_next_year": {"deep": [1]}}) == "ok"

    @pytest.mark.parametrize("example", _pinned("client", "invalid"))
    def test_what_is_wrong_is_refused(self, example: dict[str, Any]) -> None:
        assert _taken(example["frame"]) == example["code"], example["why"]

    @pytest.mark.parametrize(
        ("raw", "code", "ends"),
        [
            ("", "bad_json", True),
            ("{", "bad_json", True),
            ("hello", "bad_json", True),
            ('{"type": "seen", "id": NaN}', "bad_json", True),
            ('{"type": "seen", "id": -Infinity}', "bad_json", True),
            ('{"type": "typing"} {"type": "typing"}', "bad_json", True),
            ("x" * (MAX_FRAME + 1), "too_large", True),
            ('{"type": "typing", "x": "' + "ë" * (MAX_FRAME // 2) + '"}', "too_large", True),
            ("[]", "bad_frame", False),
            ("null", "bad_frame", False),
            ('"hello"', "bad_frame", False),
            ("{}", "bad_frame", False),
            ('{"type": 1}', "bad_frame", False),
            ('{"type": ["hello"]}', "bad_frame", False),
            ('{"type": "HELLO"}', "unknown_type", False),
            ('{"type": "__class__"}', "unknown_type", False),
            ('{"type": "message", "id": 1}', "unknown_type", False),
            ('{"type": "seen", "id": ' + "9" * 6_000 + "}", "bad_frame", False),
            ('{"type": "seen", "id": 2147483648}', "bad_frame", False),
            ('{"type": "seen", "id": 1.5}', "bad_frame", False),
            ('{"type": "seen", "id": true}', "bad_frame", False),
            ('{"type": "typing", "x": ' + "[" * 16_000 + "]" * 16_000 + "}", "bad_frame", False),
            ("[" * 16_000 + "]" * 16_000, "bad_frame", False),
        ],
        ids=lambda value: ascii(value)[:40],
    )
    def test_what_is_no_frame_at_all(self, raw: str, code: str, ends: bool) -> None:
        with pytest.raises(BadFrame) as refused:
            read(raw)
        assert (refused.value.code, refused.value.ends) == (code, ends)

    def test_the_largest_frame_is_taken(self) -> None:
        frame = {"type": "typing", "x": ""}
        frame["x"] = "x" * (MAX_FRAME - len(json.dumps(frame)))
        assert read(json.dumps(frame))

    @pytest.mark.parametrize("client_id", ["a", "9f2c61d0-a4b8", "s:1/2+3=", "një id", "x" * 64])
    def test_any_short_client_id_is_taken(self, client_id: str) -> None:
        assert _taken({"type": "say", "client_id": client_id, "text": "ckemi"}) == "ok"

    @pytest.mark.parametrize("client_id", ["", "ë" * 33, "a\x00", "a\nb", "\ud800", 7, None, ["a"]])
    def test_other_client_ids_are_refused(self, client_id: Any) -> None:
        assert _taken({"type": "say", "client_id": client_id, "text": "ckemi"}) == "bad_frame"


class TestWords:
    """What is kept of a visitor's text."""

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("  ckemi \n", "ckemi"),
            ("një\ndy\ttre", "një\ndy\ttre"),
            ("a\x00b\x1b[31mc\x7f\x85", "ab[31mc"),
            ("abc\u202eedoc\u2066x\u200e\ufeff", "abcedocx"),
            ("\ufffe\ufdd0a\U0010ffff", "a"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("/restart", "/restart"),
            ("👩\u200d👧", "👩\u200d👧"),
            ("\U0001fae9", "\U0001fae9"),
            ("x" * 2_000, "x" * 2_000),
            (" " * 3_000 + "x", "x"),
        ],
        ids=lambda value: ascii(value)[:30],
    )
    def test_what_stays(self, written: str, kept: str) -> None:
        assert words(written) == kept

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "empty_text"),
            (" \u00a0\u2003\n", "empty_text"),
            ("\x00\x01\u202e", "empty_text"),
            ("\u200b\u2060\u00ad", "empty_text"),
            ("x" * 2_001, "too_long"),
            ("x" * 100_000, "too_long"),
            ("a\ud800", "bad_frame"),
            ("\udfff", "bad_frame"),
        ],
        ids=lambda value: ascii(value)[:30],
    )
    def test_what_is_refused(self, written: str, code: str) -> None:
        with pytest.raises(BadFrame) as refused:
            words(written)
        assert (refused.value.code, refused.value.ends) == (code, False)


class TestWhatTheServerSends:
    """The examples fit the documented shapes, and so does all that our code writes."""

    @pytest.mark.parametrize("frame", _pinned("server", "valid"))
    def test_right_examples_fit(self, frame: dict[str, Any]) -> None:
        assert readable(frame)
        assert not wrong(frame) or "mood" in frame

    @pytest.mark.parametrize("example", _pinned("server", "invalid"))
    def test_wrong_examples_do_not(self, example: dict[str, Any]) -> None:
        assert not readable(example["frame"]), example["why"]

    def test_every_article_line_and_card_fits(self, content: Content) -> None:
        house = Words(content)
        said = [house.article(topic) for topic in content.articles]
        said += [house.line(name) for name in content.phrases["system"]]
        said += [house.opening(), house.menu(), house.emergency_card(), house.bot_down()]
        frames = [message_frame(_placed(n, words)) for n, words in enumerate(said)]
        assert len(frames) > 50
        for frame in frames:
            assert not wrong(frame), (wrong(frame), frame)

    def test_what_a_button_does_and_whose_words_they_are_stay_in_the_house(self) -> None:
        frame = message_frame(
            Message(
                7,
                Sender.COUNSELLOR,
                "Jam këtu.",
                NOW,
                buttons=(Button("Po", "answer:yes", "7.abc"),),
                links=(Link("Telefono", "tel:116111"),),
                client_id="s:staff",
                counsellor="Besa",
                do="menu",
            )
        )
        assert not wrong(frame)
        assert "answer:yes" not in json.dumps(frame)
        assert "client_id" not in frame
        assert (frame["at"], frame["counsellor"]) == ("2026-11-22T13:02:05.000Z", "Besa")

    @pytest.mark.parametrize("level", range(5))
    @pytest.mark.parametrize("state", list(State))
    def test_every_state_fits_and_an_emergency_has_no_place(self, state: State, level: int) -> None:
        conversation = Conversation("c", "web", state=state, level=level, counsellor_alias="Besa")
        for place, wait, nobody in ((None, None, True), (3, None, False), (3, 720, True)):
            frame = state_frame(conversation, place, wait, nobody=nobody)
            assert not wrong(frame), (wrong(frame), frame)
            assert frame.get("position") == (place if state is State.WAITING and level < 3 else None)
            assert frame.get("level_high", False) is (level >= 3 and state is not State.COUNSELLOR)
            assert frame.get("counsellor") == ("Besa" if state is State.COUNSELLOR else None)

    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    def test_every_step_of_every_script_fits(self, content: Content, level: int) -> None:
        house = Words(content)
        plan = Plan(Route.COUNSELLOR, State.WAITING, level, (), "self", "unknown")
        for script in content.scripts.values():
            for step in script.steps:
                said = house.step(script, step, plan, Presence(1, 0))
                frame = message_frame(_placed(1, said))
                assert not wrong(frame), (wrong(frame), frame)
                assert "{" not in frame["text"]


def _placed(number: int, said: Said) -> Message:
    """Words at a place, as the store gives them."""
    buttons = tuple(Button(b.title, b.do, f"{number}.opaque") for b in said.buttons)
    return Message(number, said.sender, said.text, NOW, buttons, said.links, said.kind, said.article)
