"""Scenes of the weekly list: what counts as a blind spot, in which week, which words may be shown, and to whom."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontdoor.content import Content
from frontdoor.settings import ROOT
from handoff.blind_spots import Printed
from handoff.blind_spots_api import findings_json
from handoff.house import console_texts
from handoff.unknown_words import unknown_words
from storage.blind_spots import Findings, Week
from storage.database import Database
from storage.erasing import Eraser
from storage.keys import ServiceKey
from tests.handoff.console import Console
from tests.handoff.scene import Scene
from tests.handoff.week import REASON, Corrections


@pytest.fixture
def scene(database: Database) -> Scene:
    """The store by the real clock."""
    return Scene.by_the_real_clock(database)


@pytest.fixture
async def corrections(scene: Scene) -> Corrections:
    """The week that runs, with a counsellor in it."""
    return Corrections(scene, await scene.hires("Era"))


def seen(findings: Findings) -> list[tuple[str, str, str, int, int | None]]:
    """What a list says, without the rest."""
    return [(spot.conversation, spot.kind, spot.why, spot.program, spot.person) for spot in findings.spots]


class TestWhatCounts:
    """A miss, a false alarm, a near miss."""

    async def test_a_level_raised_by_hand_is_a_miss(self, corrections: Corrections) -> None:
        await corrections.raises("c1", to=4)
        (spot,) = (await corrections.found()).spots
        assert (spot.kind, spot.why, spot.program, spot.person) == ("miss", "raised", 2, 4)
        assert (spot.channel, spot.categories, spot.language, spot.version) == (
            "web",
            ("mental_distress",),
            "sq",
            "test-1",
        )

    async def test_a_level_lowered_by_hand_is_a_false_alarm(self, corrections: Corrections) -> None:
        await corrections.lowers("c1")
        assert seen(await corrections.found()) == [("c1", "false_alarm", "lowered", 4, 1)]

    async def test_so_is_a_visitor_who_says_it_is_not_so(self, corrections: Corrections) -> None:
        await corrections.denies("c1")
        assert seen(await corrections.found()) == [("c1", "false_alarm", "not_so", 3, None)]

    async def test_who_asks_for_a_person_at_level_0_was_nearly_missed(self, corrections: Corrections) -> None:
        await corrections.asks_for_a_person("c1", "tung", channel="telegram")
        await corrections.scene.visitor_says("c2", "jam keq", level=1, wish=True)
        findings = await corrections.found()
        assert seen(findings) == [("c1", "near_miss", "wish", 0, None)]
        assert findings.spots[0].channel == "telegram"

    async def test_what_nothing_screened_is_not_a_wish(self, corrections: Corrections) -> None:
        await corrections.scene.visitor_says("c1", "tung", unscreened=True)
        assert (await corrections.found()).spots == ()

    async def test_a_slip_of_the_hand_is_no_correction(self, corrections: Corrections) -> None:
        await corrections.raises("c1", to=4)
        await corrections.scene.desk.set_level("c1", corrections.person, 2, "gabim i dorës")
        assert (await corrections.found()).spots == ()

    async def test_what_the_program_raises_after_the_hand_stands_apart(self, corrections: Corrections) -> None:
        await corrections.lowers("c1", to=1)
        await corrections.scene.visitor_says("c1", "dua te vdes", level=3)
        await corrections.scene.desk.set_level("c1", corrections.person, 4, REASON)
        assert seen(await corrections.found()) == [
            ("c1", "false_alarm", "lowered", 4, 1),
            ("c1", "miss", "raised", 3, 4),
        ]

    async def test_closing_at_a_lower_level_is_no_false_alarm(self, corrections: Corrections) -> None:
        await corrections.scene.visitor_says("c1", "dua te vdes", level=4)
        await corrections.scene.desk.claim("c1", corrections.person)
        await corrections.scene.desk.close("c1", corrections.person, 0, REASON, "helped")
        assert (await corrections.found()).spots == ()

    async def test_counts_are_of_conversations_and_shares_of_those_they_could_be(
        self, corrections: Corrections
    ) -> None:
        await corrections.raises("c1")
        await corrections.lowers("c2")
        await corrections.denies("c3")
        await corrections.asks_for_a_person("c4")
        await corrections.writes("c5", "tung")
        findings = await corrections.found()
        assert (findings.conversations, findings.raised) == (5, 3)
        assert [findings.count(kind) for kind in ("miss", "false_alarm", "near_miss")] == [1, 2, 1]
        assert [findings.out_of(kind) for kind in ("miss", "false_alarm", "near_miss")] == [5, 3, 5]

    async def test_what_is_erased_vanishes(self, corrections: Corrections) -> None:
        scene = corrections.scene
        await corrections.raises("c1", to=4)
        await corrections.lowers("c2", to=1)
        await corrections.raises("c3", to=3)
        eraser = Eraser(scene.database, scene.key, 30)
        erased = [await eraser.erase(name) for name in ("c1", "c2")]
        # of the emergency the staff's copy stays; here it is gone like the other
        assert [one.kept_days if one else -1 for one in erased] == [30, None]
        findings = await corrections.found()
        assert [spot.conversation for spot in findings.spots] == ["c3"]
        assert findings.conversations == 1

    async def test_an_empty_week(self, corrections: Corrections) -> None:
        await corrections.raises("c1")
        findings = await corrections.found(corrections.week.moved(-1))
        assert (findings.spots, findings.conversations, findings.raised, findings.words) == ((), 0, 0, ())


class TestWeeks:
    """Weeks are Tirana's, from Monday to Sunday."""

    @pytest.mark.parametrize(
        ("at", "week"),
        [
            # 22.11.2026 is a Sunday; Tirana is an hour ahead in winter and two in summer
            (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), "2026-W47"),
            (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026-W48"),
            (datetime(2026, 7, 5, 21, 59, 59, tzinfo=UTC), "2026-W27"),
            (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), "2026-W28"),
            # the week in which the clocks go back
            (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), "2026-W43"),
            (datetime(2027, 1, 3, 12, 0, tzinfo=UTC), "2026-W53"),
        ],
    )
    async def test_a_correction_belongs_to_the_week_of_tirana(
        self, corrections: Corrections, at: datetime, week: str
    ) -> None:
        await corrections.raises("c1")
        await corrections.was("c1", at)
        wanted = Week.named(week)
        for other in (wanted.moved(-1), wanted.moved(1)):
            assert (await corrections.found(other)).spots == ()
        assert [spot.at for spot in (await corrections.found(wanted)).spots] == [at]

    def test_the_last_full_week_is_over(self) -> None:
        sunday = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
        assert str(Week.last_full(sunday)) == "2026-W46"
        assert str(Week.last_full(sunday + timedelta(minutes=1))) == "2026-W47"
        assert str(Week.named("2026-W53").moved(1)) == "2027-W01"

    @pytest.mark.parametrize("name", ["2026-47", "2026-W54", "2025-W53", "2026-W00", "W47", "", "9999-W52", "0000-W01"])
    def test_what_is_no_week_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="week"):
            Week.named(name)


class TestWords:
    """A lone word is shown when three conversations share it and it can be nobody's name or secret."""

    async def test_three_conversations_must_share_it(self, corrections: Corrections) -> None:
        for name in ("c1", "c2", "c3"):
            await corrections.asks_for_a_person(name, "jam qorrollisur sot")
        for name in ("c1", "c2"):
            await corrections.writes(name, "po qarravitem shume", "po qarravitem prape", "qarravitem")
        # what comes after the correction does not belong to it
        await corrections.writes("c3", "po qarravitem")
        findings = await corrections.found()
        assert findings.words == (("qorrollisur", 3),)
        assert {spot.words for spot in findings.spots} == {("qorrollisur",)}

    async def test_the_same_word_in_other_spellings_is_one(self, corrections: Corrections) -> None:
        for name, spelled in (("c1", "qarkëz"), ("c2", "qarkez"), ("c3", "qarkëz")):
            await corrections.asks_for_a_person(name, f"kam {spelled}")
        assert (await corrections.found()).words == (("qarkëz", 3),)

    @pytest.mark.parametrize(
        "texts",
        [
            ["shoku im Qamili me rreh", "qamili me rreh", "prape qamili", "ai qamili"],
            ["Qamili me rreh", "Mirë. Qamili me rreh", "Qamili!"],
            ["fjalekalimi im qen77", "eshte qen77", "qen77", "qen77"],
            ["me shkruaj te qafa@example.al", "te qafa@example.al", "qafa@example.al"],
            ["jam @qerimi_al", "jam @qerimi_al", "shiko @qerimi_al"],
            ["QAMILI ME RREH", "QAMILI", "QAMILI KETU"],
            ["qq", "qq", "qq"],
            ["q" * 30, "q" * 30, "q" * 30],
            ["emri eshte qA", "qa", "qa", "qa"],
        ],
    )
    async def test_what_may_be_a_name_or_a_secret_never_comes_out(
        self, corrections: Corrections, texts: list[str]
    ) -> None:
        for number, text in enumerate(texts):
            await corrections.asks_for_a_person(f"c{number}", text)
        findings = await corrections.found()
        assert len(findings.spots) == len(texts)
        assert findings.words == ()
        assert {spot.words for spot in findings.spots} == {()}

    async def test_a_buttons_words_and_a_talk_before_are_not_read(self, corrections: Corrections) -> None:
        scene = corrections.scene
        for name in ("c1", "c2", "c3"):
            await corrections.lowers(name, "qerrata")
            await scene.desk.close(name, corrections.person, 0, REASON, "helped")
            await corrections.asks_for_a_person(name)
        findings = await corrections.found()
        assert {(spot.kind, spot.words) for spot in findings.spots} == {
            ("false_alarm", ("qerrata",)),
            ("near_miss", ()),
        }

    async def test_no_text_no_reason_and_no_alias_is_in_it(
        self, corrections: Corrections, content: Content, caplog: pytest.LogCaptureFixture
    ) -> None:
        text = "babai im pi raki dhe thote fjale qe nuk i kuptoj"
        await corrections.raises("c1", text)
        await corrections.lowers("c2", text)
        await corrections.denies("c3", text)
        findings = await corrections.found()
        printed = "\n".join(Printed(console_texts(content), "sq").lines(findings))
        whole = json.dumps(findings_json(findings, corrections.week)) + printed + repr(asdict(findings)) + caplog.text
        for secret in (text, "raki", "jam keq", "vrava", REASON, "ishte ndryshe", "Era"):
            assert secret not in whole

    async def test_a_message_that_does_not_open_hides_no_week(self, corrections: Corrections) -> None:
        await corrections.raises("c1", "qerrata")
        corrections.scene.key = ServiceKey(b"x" * 32)
        assert [spot.kind for spot in (await corrections.found()).spots] == ["miss"]

    def test_nobody_knows_a_word_that_neither_lexicon_nor_everyday_has(self) -> None:
        unknown = unknown_words()
        assert [word for word in ("shkolle", "ckemi", "vetvrasje", "vrasje", "hapat") if unknown(word)] == []
        assert [word for word in ("zbrazaqi", "gjindollur") if not unknown(word)] == []


class TestTerminal:
    """`python -m handoff.blind_spots`."""

    @pytest.mark.parametrize("language", ["sq", "en"])
    async def test_the_list_as_lines(self, corrections: Corrections, content: Content, language: str) -> None:
        await corrections.raises("c1")
        await corrections.lowers("c2")
        lines = Printed(console_texts(content), language).lines(await corrections.found())
        whole = "\n".join(lines)
        assert str(corrections.week) in lines[0]
        shares = {"sq": "1 nga 2 biseda (50%)", "en": "1 of 2 conversations (50%)"}
        assert shares[language] in whole
        assert "2 → 4" in whole
        assert "4 → 1" in whole
        assert "{" not in whole
        assert not [line for line in lines if "spot_" in line or "category_" in line]

    async def test_an_empty_week_says_so(
        self, database: Database, database_url: str, key: ServiceKey, tmp_path: Path
    ) -> None:
        async def run(*arguments: str) -> tuple[int | None, str, str]:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "handoff.blind_spots",
                *arguments,
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(tmp_path)},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
            return process.returncode, out.decode(), err.decode()

        code, out, err = await run("--week", "2026-W01")
        assert (code, err) == (0, "")
        assert out.startswith("Pikat e verbra · Java 2026-W01: 29.12.2025 – 4.1.2026\n")
        assert "Në këtë javë nuk ka asnjë ndreqje." in out
        assert "askush nuk ka dhënë pëlqim" in out
        code, out, err = await run("--week", "2026-54")
        assert (code, out) == (2, "")
        assert "2026-W47" in err


class TestPage:
    """What the console is given, and who is given it."""

    @pytest.mark.parametrize(("role", "status"), [("counsellor", 403), ("supervisor", 200), ("admin", 200)])
    async def test_only_who_answers_for_the_house_reads_it(
        self, scene: Scene, address: str, role: str, status: int
    ) -> None:
        await scene.hires("Vera", role)
        console = Console(address)
        assert (await console.asks("/api/blind-spots"))[0] == 401
        await console.signs_in("vera")
        assert (await console.asks("/api/blind-spots"))[0] == status
        await console.leaves()

    async def test_a_week_and_its_neighbours(self, scene: Scene, corrections: Corrections, address: str) -> None:
        await scene.hires("Vera", "supervisor")
        await corrections.raises("c1")
        console = Console(address)
        await console.signs_in("vera")
        status, text, headers = await console.asks("/api/blind-spots", params={"week": str(corrections.week)})
        answer = json.loads(text)
        assert (status, headers["Cache-Control"]) == (200, "no-store")
        assert (answer["week"], answer["before"], answer["after"]) == (
            str(corrections.week),
            str(corrections.week.moved(-1)),
            None,
        )
        assert answer["counts"]["miss"] == [1, 1]
        (spot,) = answer["spots"]
        assert (spot["program"], spot["person"], spot["kind"]) == (2, 4, "miss")
        assert "c1" not in text
        last = json.loads((await console.asks("/api/blind-spots"))[1])
        assert (last["week"], last["after"]) == (str(corrections.week.moved(-1)), str(corrections.week))
        for week, expected in (("2026-54", 400), ("1999-W01", 400), (str(corrections.week.moved(1)), 404)):
            assert (await console.asks("/api/blind-spots", params={"week": week}))[0] == expected
        await console.leaves()
