"""Encryption at rest: each field in its place, each conversation under its own key, and a service key that is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.keys import KEY_BYTES, Cipher, KeyMissing, ServiceKey
from storage.migrate import open_key
from tests.storage.process import Process

KEY = ServiceKey(b"k" * KEY_BYTES)


def _cipher(conversation: str = "c", key: ServiceKey = KEY) -> Cipher:
    return key.cipher(conversation, key.new_wrapped_key(conversation), key.id)


class TestCipher:
    """A field opens only where it was sealed."""

    @settings(max_examples=50, derandomize=True, deadline=None, database=None)
    @given(st.binary(max_size=500), st.integers(0, 2**31), st.text(max_size=20))
    def test_what_was_sealed_opens(self, plain: bytes, place: int, field: str) -> None:
        cipher = _cipher()
        assert cipher.open(place, field, cipher.seal(place, field, plain)) == plain

    def test_the_same_words_never_look_the_same(self) -> None:
        cipher = _cipher()
        assert cipher.seal(1, "body", b"x") != cipher.seal(1, "body", b"x")

    @pytest.mark.parametrize(("place", "field"), [(2, "body"), (1, "evidence"), ("1:body", "")])
    def test_moved_to_another_place_it_does_not_open(self, place: int | str, field: str) -> None:
        cipher = _cipher()
        sealed = cipher.seal(1, "body", b"x")
        with pytest.raises(KeyMissing):
            cipher.open(place, field, sealed)

    def test_nor_in_another_conversation_nor_when_touched(self) -> None:
        wrapped = KEY.new_wrapped_key("c")
        cipher = KEY.cipher("c", wrapped, KEY.id)
        sealed = cipher.seal(1, "body", b"x")
        with pytest.raises(KeyMissing):
            _cipher("d").open(1, "body", sealed)
        for spoilt in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"short"):
            with pytest.raises(KeyMissing):
                cipher.open(1, "body", spoilt)


class TestServiceKey:
    """It wraps a key per conversation; what is derived from it tells nothing of it."""

    def test_a_wrapped_key_opens_after_a_restart(self) -> None:
        wrapped = KEY.new_wrapped_key("c")
        sealed = KEY.cipher("c", wrapped, KEY.id).seal(1, "body", b"x")
        again = ServiceKey(b"k" * KEY_BYTES)
        assert again.id == KEY.id
        assert again.cipher("c", wrapped, again.id).open(1, "body", sealed) == b"x"

    def test_a_wrapped_key_holds_for_its_conversation_only(self) -> None:
        wrapped = KEY.new_wrapped_key("c")
        with pytest.raises(KeyMissing, match="does not unwrap"):
            KEY.cipher("d", wrapped, KEY.id)

    def test_another_service_key_is_named(self) -> None:
        other = ServiceKey(b"o" * KEY_BYTES)
        with pytest.raises(KeyMissing, match=f"{KEY.id}.*{other.id}"):
            other.cipher("c", KEY.new_wrapped_key("c"), KEY.id)

    def test_a_forgotten_conversation_is_unwrapped_anew(self) -> None:
        key = ServiceKey(b"k" * KEY_BYTES)
        wrapped = key.new_wrapped_key("c")
        first = key.cipher("c", wrapped, key.id)
        assert key.cipher("c", wrapped, key.id) is first
        key.forget("c")
        assert key.cipher("c", wrapped, key.id) is not first
        key.forget("never seen")

    def test_a_conversation_erased_and_begun_anew_has_a_new_key(self) -> None:
        key = ServiceKey(b"k" * KEY_BYTES)
        first, second = key.new_wrapped_key("c"), key.new_wrapped_key("c")
        sealed = key.cipher("c", first, key.id).seal(1, "body", b"x")
        with pytest.raises(KeyMissing):
            key.cipher("c", second, key.id).open(1, "body", sealed)

    def test_keyed_hashes_differ_by_field_value_and_key(self) -> None:
        other = ServiceKey(b"o" * KEY_BYTES)
        hashes = {KEY.mac("telegram", "7"), KEY.mac("telegram", "8"), KEY.mac("code", "7"), other.mac("telegram", "7")}
        assert len(hashes) == 4
        assert KEY.mac("telegram", "7") in hashes
        assert len({KEY.sign("a"), KEY.sign("b"), other.sign("a"), KEY.mac("", "a")[:16]}) == 4

    @pytest.mark.parametrize("length", [0, 16, 31, 33])
    def test_a_key_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(KeyMissing, match=str(length)):
            ServiceKey(b"k" * length)


class TestTheFile:
    """Made once, for its owner alone; never replaced."""

    def test_a_new_one_is_for_its_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "data" / "service.key"
        made = ServiceKey.create(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert len(file.read_bytes()) == KEY_BYTES
        assert ServiceKey.read(file).id == made.id

    def test_an_existing_one_is_never_overwritten(self, tmp_path: Path) -> None:
        file = tmp_path / "service.key"
        ServiceKey.create(file)
        before = file.read_bytes()
        with pytest.raises(FileExistsError):
            ServiceKey.create(file)
        assert file.read_bytes() == before

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
    def test_one_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        file = tmp_path / "service.key"
        ServiceKey.create(file)
        os.chmod(file, mode)
        with pytest.raises(KeyMissing, match=f"mode {mode:o}.*0600"):
            ServiceKey.read(file)

    def test_one_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(KeyMissing, match="No such file"):
            ServiceKey.read(tmp_path / "service.key")
        with pytest.raises(KeyMissing, match="Is a directory"):
            ServiceKey.read(tmp_path)


class TestOpening:
    """The key that fits what the database holds, one clear line, or a new one for an empty database."""

    async def test_an_empty_database_gets_one_when_it_may(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "service.key"
        with pytest.raises(KeyMissing, match="SERVICE_KEY_FILE"):
            await open_key(database, file, may_create=False)
        assert not file.exists()
        made = await open_key(database, file, may_create=True)
        assert (await open_key(database, file, may_create=True)).id == made.id
        assert (await open_key(database, file, may_create=False)).id == made.id

    async def test_a_lost_key_is_never_replaced(self, database: Database, tmp_path: Path) -> None:
        await Process(database).keeps("c", "pershendetje")
        file = tmp_path / "service.key"
        for may_create in (True, False):
            with pytest.raises(KeyMissing) as told:
                await open_key(database, file, may_create=may_create)
            assert str(file) in str(told.value)
            assert "put the key back" in str(told.value)
            assert "\n" not in str(told.value)
            assert not file.exists()

    async def test_a_key_that_wrapped_something_else_is_refused(self, database: Database, tmp_path: Path) -> None:
        await Process(database).keeps("c", "pershendetje")
        file = tmp_path / "service.key"
        ServiceKey.create(file)
        before = file.read_bytes()
        with pytest.raises(KeyMissing, match="put the right key back"):
            await open_key(database, file, may_create=True)
        assert file.read_bytes() == before

    async def test_the_right_key_opens(self, database: Database, tmp_path: Path) -> None:
        process = Process(database)
        await process.keeps("c", "pershendetje")
        file = tmp_path / "service.key"
        file.write_bytes(b"k" * KEY_BYTES)
        os.chmod(file, 0o600)
        assert (await open_key(database, file, may_create=True)).id == process.key.id
