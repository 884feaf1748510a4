"""Signing in and out, changing the password, and breaks."""

from __future__ import annotations

import hashlib

from aiohttp import web

from frontdoor.ports import Wake
from handoff.feed import HUB
from handoff.frames import Break, NewPassword, SignIn, person_json
from handoff.guard import dumps, shape
from handoff.house import HOUSE, PERSON, TOKEN, House, Refused
from storage.staff import (
    LOCK_MINUTES,
    MAX_FAILED,
    MIN_PASSWORD,
    SESSION_HOURS,
    Locked,
    PasswordRefused,
    SignInRefused,
)

_WINDOW = LOCK_MINUTES * 60.0


async def sign_in(request: web.Request) -> web.Response:
    """POST /api/sign-in: a session cookie for a name and its password."""
    house = request.app[HOUSE]
    given = await shape(request, SignIn)
    if not await house.bus.allow(f"sign-in:{_hash(request.remote or '')}", house.sign_ins_per_address, _WINDOW):
        raise Refused(429, "too_many_attempts", minutes=str(LOCK_MINUTES))
    try:
        person, token = await house.accounts.sign_in(given.user_name, given.password)
    except SignInRefused as refused:
        # a name that nobody has is locked like any other, so that the answer tells nothing about it
        name = _hash(given.user_name.strip().lower())
        if not isinstance(refused, Locked) and not await house.bus.allow(f"sign-in-name:{name}", MAX_FAILED, _WINDOW):
            raise Locked(LOCK_MINUTES) from refused
        raise
    response = web.json_response({"person": person_json(person)}, dumps=dumps)
    response.set_cookie(
        house.cookie,
        token,
        max_age=SESSION_HOURS * 3600,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=house.secure,
    )
    return response


async def sign_out(request: web.Request) -> web.Response:
    """POST /api/sign-out: ends the session; refused while conversations are held."""
    house, person = request.app[HOUSE], request[PERSON]
    held = await house.accounts.holding(person.id)
    if held:
        raise Refused(409, "shift_has_open", n=str(held))
    await house.accounts.sign_out(request[TOKEN])
    await request.app[HUB].end(request[TOKEN])
    await house.bus.publish(Wake("presence"))
    response = web.json_response({}, dumps=dumps)
    response.del_cookie(house.cookie, path="/", httponly=True, samesite="Strict", secure=house.secure)
    return response


async def change_password(request: web.Request) -> web.Response:
    """POST /api/password."""
    house, person = request.app[HOUSE], request[PERSON]
    given = await shape(request, NewPassword)
    try:
        await house.accounts.change_password(person, given.current, given.new, request[TOKEN])
    except PasswordRefused as refused:
        raise Refused(400, refused.code, n=str(MIN_PASSWORD)) from refused
    return await _as_now(house, request)


async def take_break(request: web.Request) -> web.Response:
    """POST /api/break: nobody counts on this person until the break ends."""
    house = request.app[HOUSE]
    given = await shape(request, Break)
    await house.accounts.set_break(request[PERSON].id, given.on)
    await house.bus.publish(Wake("presence"))
    return await _as_now(house, request)


async def _as_now(house: House, request: web.Request) -> web.Response:
    person = await house.accounts.session(request[TOKEN])
    if person is None:
        raise Refused(401, "signed_out")
    return web.json_response({"person": person_json(person)}, dumps=dumps)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:24]
