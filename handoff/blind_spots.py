"""`python -m handoff.blind_spots`: a week's list of what screening did not see, or saw for nothing."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime

from frontdoor.content import Content
from frontdoor.process import run
from frontdoor.settings import ROOT, Settings
from handoff.frames import code_of
from handoff.house import LANGUAGES, console_texts
from handoff.unknown_words import unknown_words
from screening.entries import LexiconError
from storage.blind_spots import KINDS, SHOWN_FROM, TIRANE, BlindSpots, Findings, Spot, Week
from storage.database import Database
from storage.migrate import REFUSALS, open_key, require_head


class Printed:
    """The list as lines for a terminal, in one language."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]], language: str) -> None:
        """`texts` are the console's phrases, as `console_texts` makes them."""
        self._texts = texts
        self._language = language

    def lines(self, findings: Findings) -> list[str]:
        """The counts first, then the words, then one line for each spot."""
        week = findings.week
        title = self._say("blind_spots_week", week=str(week), first=_day(week.first_day), last=_day(week.last_day))
        lines = [f"{self._say('blind_spots')} · {title}", ""]
        if findings.spots:
            lines += [self._count(findings, number) for number in range(len(KINDS))]
            words = ", ".join(f"{word} ({count})" for word, count in findings.words)
            lines += ["", f"{self._say('unknown_words')}: {words or self._say('unknown_words_none')}", ""]
            lines += [self._spot(spot) for spot in findings.spots]
        else:
            lines.append(self._say("blind_spots_empty"))
        return [*lines, "", self._say("blind_spots_no_text", n=str(SHOWN_FROM))]

    def _count(self, findings: Findings, number: int) -> str:
        kind = KINDS[number]
        count, of = findings.count(kind), findings.out_of(kind)
        share = "blind_spots_share_raised" if kind == "false_alarm" else "blind_spots_share"
        told = self._say(share, n=str(count), of=str(of), share=str(round(100 * count / of)) if of else "0")
        return f"{self._say(f'spot_{kind}')}: {told}"

    def _spot(self, spot: Spot) -> str:
        local = spot.at.astimezone(TIRANE)
        parts = [
            f"{_day(local)} {local:%H:%M}",
            code_of(spot.conversation),
            self._say(f"channel_{spot.channel}"),
            self._say(f"spot_{spot.kind}"),
            f"{spot.program} → {'–' if spot.person is None else spot.person}",
            ", ".join(self._say(f"category_{category}") for category in spot.categories) or "–",
            self._say(f"language_{spot.language or 'unknown'}"),
            self._say("lane_unscreened") if spot.version == "none" else spot.version or "–",
            self._say(f"spot_why_{spot.why}"),
            ", ".join(spot.words),
        ]
        return " · ".join(part for part in parts if part)

    def _say(self, name: str, **fill: str) -> str:
        text = self._texts[name][self._language] if name in self._texts else name
        for blank, value in fill.items():
            text = text.replace("{" + blank + "}", value)
        return text


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def _week(name: str) -> Week:
    try:
        return Week.named(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


async def main(settings: Settings) -> int:
    """Print the list; nothing of it is kept anywhere."""
    parser = argparse.ArgumentParser(prog="python -m handoff.blind_spots", description=__doc__)
    parser.add_argument("--week", type=_week, help="such as 2026-W47; the last that is over, without it")
    parser.add_argument("--language", choices=LANGUAGES, default="sq")
    options = parser.parse_args()
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await require_head(database)
        key = await open_key(database, settings.service_key_file, may_create=False)
        week = options.week or Week.last_full(datetime.now(UTC))
        findings = await BlindSpots(database, key).of(week, unknown_words())
    texts = console_texts(Content(ROOT / "content"))
    print("\n".join(Printed(texts, options.language).lines(findings)))
    return 0


if __name__ == "__main__":
    sys.exit(run(main, (LexiconError, *REFUSALS)))
