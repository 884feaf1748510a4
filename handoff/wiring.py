"""The one place where the staff service is put together."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from frontdoor.content import Content
from frontdoor.settings import Settings
from frontdoor.words import Words
from handoff.app import build_app
from handoff.house import HouseStatus, Status, console_texts
from storage.blind_spots import BlindSpots
from storage.bus import RedisBus
from storage.database import Database
from storage.desk import Desk
from storage.keys import ServiceKey
from storage.staff import StaffAccounts


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """What this service sees by itself when the public side runs elsewhere: the bus, and unsigned scripts."""

    content: Content
    bus: RedisBus

    async def __call__(self) -> HouseStatus:
        """See handoff.house.Status."""
        return HouseStatus(bus=self.bus.up, draft_scripts=drafts(self.content))


def drafts(content: Content) -> int:
    """How many scripts carry no person's signature."""
    return len(content.scripts) - content.signed_scripts


def open_console(
    settings: Settings, content: Content, database: Database, key: ServiceKey, bus: RedisBus, status: Status
) -> tuple[web.Application, StaffAccounts]:
    """The console's application, and the accounts behind it."""
    accounts = StaffAccounts(database)
    app = build_app(
        desk=Desk(database, key, Words(content)),
        accounts=accounts,
        bus=bus,
        texts=console_texts(content),
        status=status,
        secure=settings.secure_cookies,
        blind_spots=BlindSpots(database, key),
    )
    return app, accounts
