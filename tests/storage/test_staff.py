"""Scenes of signing in: one-time passwords, wrong ones, sessions that end, and who counts as on shift."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from storage.database import Database
from storage.staff import Locked, NameRefused, PasswordRefused, SignInRefused, StaffAccounts
from storage.tables import staff, staff_sessions
from tests.handoff.scene import PASSWORD, Scene


@pytest.fixture
def scene(database: Database) -> Scene:
    """The house with its staff."""
    return Scene(database)


class Together(PasswordHasher):
    """Hashes for several services, and lets none go on before all have come so far."""

    def __init__(self, services: int) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self._barrier = threading.Barrier(services)
        self.waits = False

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        hashed = super().hash(password, salt=salt)
        if self.waits:
            self._barrier.wait(5)
        return hashed


async def test_of_services_that_start_at_once_one_makes_the_first_administrator(database: Database) -> None:
    hasher = Together(4)
    services = [StaffAccounts(database, hasher=hasher) for _ in range(4)]
    hasher.waits = True
    passwords = await asyncio.gather(*[service.ensure_admin() for service in services])
    hasher.waits = False
    made = [password for password in passwords if password is not None]
    assert len(made) == 1
    admin, _ = await services[0].sign_in("admin", made[0])
    assert admin.must_change


async def test_the_first_administrator_gets_a_password_once_and_must_change_it(scene: Scene) -> None:
    first = await scene.accounts.ensure_admin()
    assert first is not None
    assert await scene.accounts.ensure_admin() is None

    admin, token = await scene.accounts.sign_in("admin", first)
    assert (admin.role, admin.must_change) == ("admin", True)

    await scene.accounts.change_password(admin, first, PASSWORD, token)
    again = await scene.accounts.session(token)
    assert again is not None
    assert not again.must_change
    with pytest.raises(SignInRefused):
        await scene.accounts.sign_in("admin", first)


async def test_no_plain_password_or_token_is_in_the_database(scene: Scene) -> None:
    await scene.hires("Era")
    _, token = await scene.accounts.sign_in("era", PASSWORD)
    kept = str(await scene.rows(staff)) + str(await scene.rows(staff_sessions))
    assert PASSWORD not in kept
    assert token not in kept
    assert "argon2id" in kept


async def test_an_unknown_name_and_a_wrong_password_are_refused_alike(scene: Scene) -> None:
    await scene.hires("Era")
    for name, password in (("era", "wrong"), ("nobody", PASSWORD), ("", ""), ("era", "x" * 100_000)):
        with pytest.raises(SignInRefused) as refused:
            await scene.accounts.sign_in(name, password)
        assert not isinstance(refused.value, Locked)


async def test_eight_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(scene: Scene) -> None:
    await scene.hires("Era")
    for _ in range(8):
        with pytest.raises(SignInRefused):
            await scene.accounts.sign_in("era", "wrong")
    with pytest.raises(Locked) as locked:
        await scene.accounts.sign_in("era", PASSWORD)
    assert locked.value.minutes == 15

    scene.clock.passes(minutes=15, seconds=1)
    person, _ = await scene.accounts.sign_in("era", PASSWORD)
    assert person.alias == "Era"


async def test_a_good_password_in_between_forgets_the_wrong_ones(scene: Scene) -> None:
    await scene.hires("Era")
    for _ in range(3):
        for _ in range(7):
            with pytest.raises(SignInRefused):
                await scene.accounts.sign_in("era", "wrong")
        await scene.accounts.sign_in("era", PASSWORD)


async def test_wrong_passwords_at_the_same_moment_are_all_counted(scene: Scene) -> None:
    await scene.hires("Era")
    tries = await asyncio.gather(*[scene.accounts.sign_in("era", "w") for _ in range(8)], return_exceptions=True)
    assert all(isinstance(outcome, SignInRefused) for outcome in tries)
    with pytest.raises(Locked):
        await scene.accounts.sign_in("era", PASSWORD)


async def test_a_session_ends_after_twelve_hours_and_at_signing_out(scene: Scene) -> None:
    await scene.hires("Era")
    _, token = await scene.accounts.sign_in("era", PASSWORD)
    scene.clock.passes(hours=11, minutes=59)
    assert await scene.accounts.session(token) is not None
    scene.clock.passes(minutes=2)
    assert await scene.accounts.session(token) is None

    person, token = await scene.accounts.sign_in("era", PASSWORD)
    await scene.on_shift(person.id)
    await scene.accounts.sign_out(token)
    assert await scene.accounts.session(token) is None
    assert await scene.accounts.on_shift() == ()


async def test_a_forged_token_is_nobody(scene: Scene) -> None:
    for token in ("", "x", "x" * 10_000, "\ud800"):
        assert await scene.accounts.session(token) is None


async def test_a_new_password_ends_the_other_sessions(scene: Scene) -> None:
    await scene.hires("Era")
    _, elsewhere = await scene.accounts.sign_in("era", PASSWORD)
    person, here = await scene.accounts.sign_in("era", PASSWORD)
    await scene.accounts.change_password(person, PASSWORD, PASSWORD + " tjetër", here)
    assert await scene.accounts.session(elsewhere) is None
    assert await scene.accounts.session(here) is not None


@pytest.mark.parametrize("new", ["short", PASSWORD, "x" * 201])
async def test_a_password_too_short_too_long_or_the_same_is_not_taken(scene: Scene, new: str) -> None:
    await scene.hires("Era")
    person, token = await scene.accounts.sign_in("era", PASSWORD)
    with pytest.raises(PasswordRefused):
        await scene.accounts.change_password(person, PASSWORD, new, token)
    await scene.accounts.sign_in("era", PASSWORD)


async def test_changing_needs_the_old_password(scene: Scene) -> None:
    await scene.hires("Era")
    person, token = await scene.accounts.sign_in("era", PASSWORD)
    with pytest.raises(SignInRefused):
        await scene.accounts.change_password(person, "wrong", PASSWORD + " tjetër", token)


async def test_a_reset_gives_a_new_one_time_password_and_ends_sessions(scene: Scene) -> None:
    await scene.hires("Era")
    _, token = await scene.accounts.sign_in("era", PASSWORD)
    fresh = await scene.accounts.reset_password("era")
    assert await scene.accounts.session(token) is None
    person, _ = await scene.accounts.sign_in("era", fresh)
    assert person.must_change
    with pytest.raises(NameRefused):
        await scene.accounts.reset_password("nobody")


async def test_names_and_aliases_are_taken_once(scene: Scene) -> None:
    await scene.accounts.add("era", "Era")
    for user_name, alias in (("era", "Other"), ("other", "Era"), ("x", "X"), ("ok-name", " ")):
        with pytest.raises(NameRefused):
            await scene.accounts.add(user_name, alias)


async def test_a_heartbeat_counts_for_forty_five_seconds_and_a_break_does_not_count(scene: Scene) -> None:
    era, ben = await scene.hires("Era"), await scene.hires("Ben")
    await scene.on_shift(era, ben)
    assert await scene.accounts.on_shift() == ("Ben", "Era")

    await scene.accounts.set_break(ben, True)
    assert await scene.accounts.on_shift() == ("Era",)

    scene.clock.passes(seconds=46)
    assert await scene.accounts.on_shift() == ()
