"""Those who work here: accounts, signing in, sessions, and who is on shift."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import RowMapping, and_, delete, func, insert, or_, select, update

from frontdoor.ports import Clock
from storage.database import Conflict, Database
from storage.moment import clock_ms
from storage.placing import instant
from storage.tables import conversations, staff, staff_sessions

SESSION_HOURS = 12
PRESENT_SECONDS = 45
MAX_FAILED = 8
LOCK_MINUTES = 15
MIN_PASSWORD = 12
MAX_PASSWORD = 200
FIRST_ADMIN = "admin"
FIRST_ALIAS = "Ekipi ALO"
ROLES = ("counsellor", "supervisor", "admin")

# without look-alikes, because somebody copies it from a screen at night
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class SignInRefused(Exception):
    """Name or password does not fit; says no more than that."""


class Locked(SignInRefused):
    """Too many wrong passwords; `minutes` until the next try counts."""

    def __init__(self, minutes: int) -> None:
        """`minutes` is at least 1."""
        super().__init__(f"locked for {minutes} minutes")
        self.minutes = minutes


class PasswordRefused(Exception):
    """The new password is not taken; `code` is the phrase that says why."""

    def __init__(self, code: str) -> None:
        """`code` names a phrase of the console."""
        super().__init__(code)
        self.code = code


class NameRefused(Exception):
    """The user name or the alias is taken, or is not one."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who works here; `alias` is the only name that others see."""

    id: int
    user_name: str
    alias: str
    role: str
    must_change: bool
    on_break: bool


class StaffAccounts:
    """The accounts in the database. Passwords are hashed in threads, at most two at a time."""

    def __init__(self, database: Database, clock: Clock | None = None, *, hasher: PasswordHasher | None = None) -> None:
        """Without `clock` the database's own clock decides; `hasher` sets the cost of a password."""
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(2)
        # verified against when nobody has that name, so that the time taken tells nothing
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    async def ensure_admin(self) -> str | None:
        """Create the first administrator when nobody works here yet; gives the one-time password, once."""
        anybody = select(func.count()).select_from(staff)
        async with self._database.read() as connection:
            if await connection.scalar(anybody):
                return None
        password = one_time_password()
        hashed = await self._hash(password)
        try:
            async with self._database.write() as connection:
                if await connection.scalar(anybody):
                    return None
                now = await clock_ms(connection, self._clock)
                values = _account(FIRST_ADMIN, FIRST_ALIAS, "admin", hashed, now)
                await connection.execute(insert(staff).values(values))
        except Conflict:
            # another process has started at the same moment and was first; its password is the one that counts
            return None
        return password

    async def add(self, user_name: str, alias: str, role: str = "counsellor") -> str:
        """Add a person; gives the one-time password. Raises NameRefused."""
        user_name, alias = user_name.strip().lower(), " ".join(alias.split())
        if not (2 <= len(user_name) <= 64 and user_name.isprintable() and 2 <= len(alias) <= 40 and role in ROLES):
            raise NameRefused("a user name has 2 to 64 characters, an alias 2 to 40")
        password = one_time_password()
        hashed = await self._hash(password)
        try:
            async with self._database.write() as connection:
                taken = select(func.count()).where(or_(staff.c.user_name == user_name, staff.c.alias == alias))
                if await connection.scalar(taken):
                    raise NameRefused("the user name or the alias is taken")
                now = await clock_ms(connection, self._clock)
                await connection.execute(insert(staff).values(_account(user_name, alias, role, hashed, now)))
        except Conflict as error:
            raise NameRefused("the user name or the alias is taken") from error
        return password

    async def reset_password(self, user_name: str) -> str:
        """A new one-time password; ends the person's sessions. Raises NameRefused for an unknown name."""
        password = one_time_password()
        hashed = await self._hash(password)
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(staff)
                .where(staff.c.user_name == user_name.strip().lower())
                .values(password_hash=hashed, must_change=True, failed=0, locked_until=None)
                .returning(staff.c.id)
            )
            found = changed.scalar()
            if found is None:
                raise NameRefused("nobody has that user name")
            await connection.execute(delete(staff_sessions).where(staff_sessions.c.staff == found))
        return password

    async def sign_in(self, user_name: str, password: str) -> tuple[Staff, str]:
        """The person and a session token. Raises Locked, or SignInRefused; both after the same work."""
        wanted = select(staff).where(staff.c.user_name == user_name.strip().lower(), staff.c.disabled_at.is_(None))
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).mappings().first()
            now = await clock_ms(connection, self._clock)
        fits = await self._verify(row["password_hash"] if row else self._nobody, password)
        if row is None:
            raise SignInRefused
        if row["locked_until"] is not None and (left := _left(row["locked_until"], now)) > 0:
            raise Locked(left)
        if not fits:
            await self._failed(row["id"], now)
            raise SignInRefused
        rehashed = await self._hash(password) if self._hasher.check_needs_rehash(row["password_hash"]) else None
        token = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            values: dict[str, Any] = {"failed": 0, "locked_until": None, "on_break": False}
            if rehashed is not None:
                values["password_hash"] = rehashed
            await connection.execute(update(staff).where(staff.c.id == row["id"]).values(values))
            await connection.execute(delete(staff_sessions).where(staff_sessions.c.expires_at < now))
            await connection.execute(
                insert(staff_sessions).values(
                    token_hash=_token_hash(token),
                    staff=row["id"],
                    created_at=now,
                    expires_at=now + SESSION_HOURS * 3_600_000,
                )
            )
        return replace(_person(row), on_break=False), token

    async def session(self, token: str) -> Staff | None:
        """Who holds the session now; None when it is over or was never given."""
        wanted = (
            select(staff, staff_sessions.c.expires_at)
            .join(staff_sessions, staff_sessions.c.staff == staff.c.id)
            .where(staff_sessions.c.token_hash == _token_hash(token), staff.c.disabled_at.is_(None))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).mappings().first()
            if row is None or _ms(row["expires_at"]) <= await clock_ms(connection, self._clock):
                return None
        return _person(row)

    async def sign_out(self, token: str) -> None:
        """End the session; whoever has no other one is off shift at once."""
        async with self._database.write() as connection:
            ended = await connection.execute(
                delete(staff_sessions)
                .where(staff_sessions.c.token_hash == _token_hash(token))
                .returning(staff_sessions.c.staff)
            )
            person = ended.scalar()
            if person is None:
                return
            others = select(func.count()).where(staff_sessions.c.staff == person)
            if not await connection.scalar(others):
                await connection.execute(update(staff).where(staff.c.id == person).values(present_until=None))

    async def change_password(self, person: Staff, current: str, new: str, token: str) -> None:
        """Change the password; all other sessions end. Raises SignInRefused, Locked, PasswordRefused."""
        if len(new) < MIN_PASSWORD:
            raise PasswordRefused("password_too_short")
        if len(new) > MAX_PASSWORD or new == current or new.lower() in (person.user_name, person.alias.lower()):
            raise PasswordRefused("password_not_taken")
        async with self._database.read() as connection:
            row = (await connection.execute(select(staff).where(staff.c.id == person.id))).mappings().one()
            now = await clock_ms(connection, self._clock)
        if row["locked_until"] is not None and (left := _left(row["locked_until"], now)) > 0:
            raise Locked(left)
        if not await self._verify(row["password_hash"], current):
            await self._failed(person.id, now)
            raise SignInRefused
        hashed = await self._hash(new)
        async with self._database.write() as connection:
            # conditional on the old hash: a reset meanwhile must not be undone
            await connection.execute(
                update(staff)
                .where(staff.c.id == person.id, staff.c.password_hash == row["password_hash"])
                .values(password_hash=hashed, must_change=False, failed=0, locked_until=None)
            )
            await connection.execute(
                delete(staff_sessions).where(
                    staff_sessions.c.staff == person.id, staff_sessions.c.token_hash != _token_hash(token)
                )
            )

    async def present(self, *people: int) -> None:
        """The heartbeat of open consoles: on shift for the next 45 seconds."""
        async with self._database.write() as connection:
            now = await clock_ms(connection, self._clock)
            await connection.execute(
                update(staff).where(staff.c.id.in_(sorted(people))).values(present_until=now + PRESENT_SECONDS * 1000)
            )

    async def set_break(self, person: int, on: bool) -> None:
        """On break nobody counts on this person, but what they hold stays theirs."""
        async with self._database.write() as connection:
            await connection.execute(update(staff).where(staff.c.id == person).values(on_break=on))

    async def on_shift(self) -> tuple[str, ...]:
        """The aliases of those on shift now."""
        async with self._database.read() as connection:
            now = await clock_ms(connection, self._clock)
            wanted = (
                select(staff.c.alias)
                .where(staff.c.present_until > now, staff.c.on_break.is_(False), staff.c.disabled_at.is_(None))
                .order_by(staff.c.alias)
            )
            return tuple((await connection.execute(wanted)).scalars())

    async def holding(self, person: int) -> int:
        """How many conversations this person holds."""
        held = and_(conversations.c.counsellor == person, conversations.c.state == "counsellor")
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(conversations).where(held)) or 0

    async def _failed(self, person: int, now: int) -> None:
        """Count a wrong password; the eighth in a row locks the account for a quarter of an hour."""
        async with self._database.write() as connection:
            counted = await connection.execute(
                update(staff).where(staff.c.id == person).values(failed=staff.c.failed + 1).returning(staff.c.failed)
            )
            if counted.scalar_one() >= MAX_FAILED:
                await connection.execute(
                    update(staff).where(staff.c.id == person).values(failed=0, locked_until=now + LOCK_MINUTES * 60_000)
                )

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _verify(self, hashed: str, password: str) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self._verified, hashed, password[: MAX_PASSWORD + 1])

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def one_time_password() -> str:
    """Four groups of five readable characters: 99 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))


def _account(user_name: str, alias: str, role: str, hashed: str, now: int) -> dict[str, Any]:
    return {
        "user_name": user_name,
        "alias": alias,
        "role": role,
        "password_hash": hashed,
        "must_change": True,
        "created_at": now,
    }


def _person(row: RowMapping) -> Staff:
    return Staff(row["id"], row["user_name"], row["alias"], row["role"], row["must_change"], row["on_break"])


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _left(until: datetime, now: int) -> int:
    """Whole minutes until then, rounded up; 0 or less when it is over."""
    return -((instant(now) - until) // timedelta(minutes=1))
