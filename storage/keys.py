"""Encryption at rest: a key per conversation, wrapped by the service's key; keyed hashes for what must be found."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import threading
from collections import OrderedDict
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_CACHED_KEYS = 20_000


class KeyMissing(Exception):
    """The service's key is not there, is not readable, or is not the one that wrapped what is kept."""


class Cipher:
    """Seals and opens the fields of one conversation; each field is bound to its place by associated data."""

    __slots__ = ("_aead", "_conversation")

    def __init__(self, conversation: str, key: bytes) -> None:
        """`key` is the conversation's own key, 32 bytes."""
        self._conversation = conversation
        self._aead = AESGCM(key)

    def seal(self, place: int | str, field: str, plain: bytes) -> bytes:
        """Nonce and cipher text, bound to conversation, message (or other place) and field."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, self._bound(place, field))

    def open(self, place: int | str, field: str, sealed: bytes) -> bytes:
        """The plain bytes; raises KeyMissing when key or place do not fit."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound(place, field))
        except (InvalidTag, ValueError) as error:
            raise KeyMissing("a kept field does not open with its conversation's key") from error

    def _bound(self, place: int | str, field: str) -> bytes:
        return f"{self._conversation}:{place}:{field}".encode()


class ServiceKey:
    """The key that wraps all others, and what is derived from it: key id, keyed hashes, token signatures."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 random bytes, kept in a file of mode 0600."""
        if len(key) != KEY_BYTES:
            raise KeyMissing(f"the service key must be {KEY_BYTES} bytes, this one has {len(key)}")
        self._aead = AESGCM(self._derive(key, b"wrap"))
        self._mac_key = self._derive(key, b"mac")
        self._token_key = self._derive(key, b"token")
        self.id = hashlib.sha256(self._derive(key, b"id")).hexdigest()[:16]
        # opened by the event loop and by the thread that writes
        self._lock = threading.Lock()
        self._ciphers: OrderedDict[str, tuple[bytes, Cipher]] = OrderedDict()

    @staticmethod
    def _derive(key: bytes, purpose: bytes) -> bytes:
        return hmac.digest(key, b"frontdoor:" + purpose, "sha256")

    @classmethod
    def read(cls, path: Path) -> ServiceKey:
        """The key in a file; raises KeyMissing with one clear line."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            key = path.read_bytes()
        except OSError as error:
            raise KeyMissing(f"the service key {path} cannot be read: {error.strerror}") from error
        if mode & 0o077:
            raise KeyMissing(f"the service key {path} can be read by others (mode {mode:o}): make it 0600")
        return cls(key)

    @classmethod
    def create(cls, path: Path) -> ServiceKey:
        """Make a new key file, readable by its owner only; it must not exist."""
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        key = secrets.token_bytes(KEY_BYTES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return cls(key)

    def new_wrapped_key(self, conversation: str) -> bytes:
        """A fresh key for a conversation, wrapped."""
        key = secrets.token_bytes(KEY_BYTES)
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._aead.encrypt(nonce, key, f"{conversation}:{self.id}".encode())
        self._remember(conversation, wrapped, Cipher(conversation, key))
        return wrapped

    def cipher(self, conversation: str, wrapped: bytes, key_id: str) -> Cipher:
        """The conversation's cipher; raises KeyMissing when another service key wrapped it."""
        with self._lock:
            known = self._ciphers.get(conversation)
            if known is not None and known[0] == wrapped:
                self._ciphers.move_to_end(conversation)
                return known[1]
        if key_id != self.id:
            raise KeyMissing(f"this conversation was wrapped by key {key_id}, the service has {self.id}")
        try:
            key = self._aead.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], f"{conversation}:{key_id}".encode()
            )
        except (InvalidTag, ValueError) as error:
            raise KeyMissing("a conversation's key does not unwrap with the service key") from error
        cipher = Cipher(conversation, key)
        self._remember(conversation, wrapped, cipher)
        return cipher

    def forget(self, conversation: str) -> None:
        """Drop the conversation's key from memory."""
        with self._lock:
            self._ciphers.pop(conversation, None)

    def mac(self, field: str, value: str) -> bytes:
        """A keyed hash by which a value is found again without being readable."""
        return hmac.digest(self._mac_key, f"{field}:{value}".encode(), "sha256")

    def sign(self, text: str) -> bytes:
        """A signature of 16 bytes, for tokens that we gave out."""
        return hmac.digest(self._token_key, text.encode(), "sha256")[:16]

    def _remember(self, conversation: str, wrapped: bytes, cipher: Cipher) -> None:
        with self._lock:
            self._ciphers[conversation] = (wrapped, cipher)
            if len(self._ciphers) > _CACHED_KEYS:
                self._ciphers.popitem(last=False)
