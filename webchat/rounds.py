"""The rounds of each web process: answers still owed after a crash, deadlines, copies to erase, screening's health."""

from __future__ import annotations

import asyncio
import logging
import time

from frontdoor.ports import Due, ScreeningHealth, Wake
from storage.database import StoreUnavailable
from webchat.house import House

log = logging.getLogger(__name__)

OWED_SECONDS = 0.5
DUE_SECONDS = 1.0
ERASE_SECONDS = 600.0
LOOK_SECONDS = 0.5
AGAIN_SECONDS = 10.0
"""A console that was away, or started later, learns within this time that screening is not whole."""


async def answer_owed(house: House) -> None:
    """Take over what another process owed when it ended; its lease of some seconds has run out by then."""
    while True:
        try:
            for conversation in await house.store.owed():
                house.reception.answer(conversation)
        except StoreUnavailable:
            log.error("the store is away; owed answers wait")
        await asyncio.sleep(OWED_SECONDS)


async def fire_deadlines(house: House) -> None:
    """Fire what is due; a deadline that fails comes back after its lease."""
    while True:
        try:
            for due in await house.deadlines.claim():
                await _fire(house, due)
        except StoreUnavailable:
            log.error("the store is away; deadlines wait")
        await asyncio.sleep(DUE_SECONDS)


async def _fire(house: House, due: Due) -> None:
    """One that fails must not hold up the others, nor end the round."""
    try:
        if due.kind == "silence":
            await house.reception.silence(due)
        await house.deadlines.done(due)
    except Exception as error:
        log.error("a deadline waits: %s", type(error).__name__)


async def erase_copies(house: House) -> None:
    """Destroy the staff's copies that have stayed their time."""
    while True:
        try:
            if erased := await house.eraser.erase_due():
                log.info("%d conversations were erased for good", erased)
                await house.bus.publish(Wake("queue"))
        except StoreUnavailable:
            log.error("the store is away; erasing waits")
        await asyncio.sleep(ERASE_SECONDS)


async def tell_of_screening(house: House, *, look: float = LOOK_SECONDS, again: float = AGAIN_SECONDS) -> None:
    """Tell consoles how screening is: on each change, and again and again while it is not whole."""
    told: ScreeningHealth | None = None
    told_at = 0.0
    while True:
        health = house.reception.screening
        if health != told or (health.state != "ok" and time.monotonic() - told_at >= again):
            detail = {"by": house.reception.owner, "state": health.state, "version": health.version}
            await house.bus.publish(Wake("screening", detail=detail))
            told, told_at = health, time.monotonic()
        await asyncio.sleep(look)
