"""The rounds of each web process: answers still owed after a crash, deadlines that have come, copies to erase."""

from __future__ import annotations

import asyncio
import logging

from frontdoor.ports import Due, Wake
from storage.database import StoreUnavailable
from webchat.house import House

log = logging.getLogger(__name__)

OWED_SECONDS = 0.5
DUE_SECONDS = 1.0
ERASE_SECONDS = 600.0


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
