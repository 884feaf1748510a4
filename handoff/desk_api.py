"""What a counsellor does with conversations over HTTP; each change wakes whoever must see it."""

from __future__ import annotations

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from frontdoor.ports import Claim, Wake
from handoff.feed import HUB
from handoff.frames import (
    Closing,
    Id,
    LevelSet,
    Nothing,
    Place,
    Reply,
    Seen,
    Target,
    conversation_json,
    entry_json,
    transcript_json,
)
from handoff.guard import dumps, shape
from handoff.house import HOUSE, PERSON, House, Refused
from handoff.rights import may_read
from storage.desk import NotYours, ReasonMissing
from storage.desk_reading import Entry

_ID = TypeAdapter(Id)
_PLACE = TypeAdapter(Place)


async def claim(request: web.Request) -> web.Response:
    """POST /api/claim: take this conversation; who loses is told who has it."""
    house = request.app[HOUSE]
    target = await shape(request, Target)
    return await _claimed(house, await house.desk.claim(target.conversation, request[PERSON].id))


async def claim_next(request: web.Request) -> web.Response:
    """POST /api/next: take the most urgent."""
    house = request.app[HOUSE]
    await shape(request, Nothing)
    won = await house.desk.claim_next(request[PERSON].id)
    if won is None:
        raise Refused(404, "claim_nothing")
    return await _claimed(house, won)


async def _claimed(house: House, claim: Claim) -> web.Response:
    if not claim.won or claim.conversation is None:
        if claim.held_by is not None:
            raise Refused(409, "claimed_by_other", alias=claim.held_by)
        raise Refused(409, "claim_gone")
    await _changed(house, claim.conversation.id, claim.conversation.last_id)
    return web.json_response(conversation_json(claim.conversation), dumps=dumps)


async def reply(request: web.Request) -> web.Response:
    """POST /api/reply: the counsellor's words, kept before they are sent."""
    house = request.app[HOUSE]
    given = await shape(request, Reply)
    try:
        message = await house.desk.reply(given.conversation, request[PERSON].id, given.client_id, given.text)
    except NotYours as error:
        raise _not_yours(error) from error
    await house.bus.publish(Wake("conversation", given.conversation, message.id))
    return web.json_response({"message": entry_json(Entry(message))}, dumps=dumps)


async def close(request: web.Request) -> web.Response:
    """POST /api/close: back to the assistant, at the level that remains."""
    house = request.app[HOUSE]
    given = await shape(request, Closing)
    try:
        line = await house.desk.close(given.conversation, request[PERSON].id, given.level, given.reason, given.outcome)
    except NotYours as error:
        raise _not_yours(error) from error
    except ReasonMissing as error:
        raise Refused(400, "close_reason_missing") from error
    await _changed(house, given.conversation, line.id)
    return web.json_response({"message": entry_json(Entry(line))}, dumps=dumps)


async def set_level(request: web.Request) -> web.Response:
    """POST /api/level: the level by the counsellor's hand."""
    house = request.app[HOUSE]
    given = await shape(request, LevelSet)
    try:
        await house.desk.set_level(given.conversation, request[PERSON].id, given.level, given.reason)
    except NotYours as error:
        raise _not_yours(error) from error
    except ReasonMissing as error:
        raise Refused(400, "level_reason_missing") from error
    await _changed(house, given.conversation, 0)
    return web.json_response({}, dumps=dumps)


async def seen(request: web.Request) -> web.Response:
    """POST /api/seen: read up to an id."""
    house = request.app[HOUSE]
    given = await shape(request, Seen)
    if await house.desk.seen(given.conversation, request[PERSON].id, given.id):
        await house.bus.publish(Wake("seen", given.conversation, given.id))
    return web.json_response({}, dumps=dumps)


async def typing(request: web.Request) -> web.Response:
    """POST /api/typing: the child sees that somebody writes; never stored."""
    house, person = request.app[HOUSE], request[PERSON]
    given = await shape(request, Target)
    if request.app[HUB].holds(person.id, given.conversation):
        await house.bus.publish(Wake("typing", given.conversation, 0, {"by": "counsellor"}))
    return web.json_response({}, dumps=dumps)


async def transcript(request: web.Request) -> web.Response:
    """GET /api/transcript: a conversation that waits, is watched, or is one's own."""
    house, person = request.app[HOUSE], request[PERSON]
    try:
        wanted = _ID.validate_python(request.query.get("conversation", ""))
        after = _PLACE.validate_python(int(request.query.get("after", "0")))
    except (ValidationError, ValueError) as error:
        raise Refused(400, "error_bad_request") from error
    found = await house.desk.transcript(wanted, after)
    if found is None:
        raise Refused(404, "error_not_found")
    if not may_read(found.conversation, person):
        holder = found.conversation.counsellor_alias
        raise Refused(403, "held_by", alias=holder) if holder else Refused(403, "error_not_allowed")
    if found.conversation.counsellor != person.id:
        await house.desk.opened(wanted, person.id)
    return web.json_response(transcript_json(found), dumps=dumps)


def _not_yours(error: NotYours) -> Refused:
    if error.held_by is None:
        return Refused(409, "no_longer_yours")
    return Refused(409, "no_longer_yours", held_by=error.held_by)


async def _changed(house: House, conversation: str, last_id: int) -> None:
    """Who speaks, or how urgent it is, has changed: for the visitor, for the lists, for places in the queue."""
    await house.bus.publish(Wake("conversation", conversation, last_id))
    await house.bus.publish(Wake("queue", conversation, last_id))
