"""The page of blind spots as the console asks for it: a week's list, for supervisors."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from handoff.frames import code_of
from handoff.guard import dumps
from handoff.house import HOUSE, PERSON, Refused
from handoff.rights import supervises
from handoff.unknown_words import unknown_words
from storage.blind_spots import KINDS, SHOWN_FROM, Findings, Spot, Week

FIRST = Week(2000, 1)


async def blind_spots(request: web.Request) -> web.Response:
    """GET /api/blind-spots: the list of `week`, else of the last that is over."""
    house = request.app[HOUSE]
    if not supervises(request[PERSON]):
        raise Refused(403, "error_not_allowed")
    last = Week.last_full(datetime.now(UTC))
    try:
        week = Week.named(request.query["week"]) if "week" in request.query else last
    except ValueError as error:
        raise Refused(400, "error_bad_request") from error
    if house.blind_spots is None or week > last.moved(1):
        raise Refused(404, "error_not_found")
    findings = await house.blind_spots.of(week, await asyncio.to_thread(unknown_words))
    return web.json_response(findings_json(findings, last), dumps=dumps)


def findings_json(findings: Findings, last: Week) -> dict[str, Any]:
    """A week's list; the week that still runs comes after the last full one."""
    week = findings.week
    return {
        "week": str(week),
        "first_day": week.first_day.isoformat(),
        "last_day": week.last_day.isoformat(),
        "before": str(week.moved(-1)) if week > FIRST else None,
        "after": str(week.moved(1)) if week <= last else None,
        "counts": {kind: [findings.count(kind), findings.out_of(kind)] for kind in KINDS},
        "words": [list(word) for word in findings.words],
        "shown_from": SHOWN_FROM,
        "spots": [_spot_json(spot) for spot in findings.spots],
    }


def _spot_json(spot: Spot) -> dict[str, Any]:
    return {
        "kind": spot.kind,
        "why": spot.why,
        "code": code_of(spot.conversation),
        "at": spot.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "channel": spot.channel,
        "program": spot.program,
        "person": spot.person,
        "categories": list(spot.categories),
        "language": spot.language,
        "version": spot.version,
        "words": list(spot.words),
    }
