"""Visitors' tokens: signed when they are given, kept as a hash from the first word on, useless after idling."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode

from storage.keys import ServiceKey

_UNUSED_SECONDS = 1_800


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


class Tokens:
    """Gives tokens for conversations that nobody has written to yet; no row is needed to know our own."""

    def __init__(self, key: ServiceKey) -> None:
        """Signs with a key derived from the service's."""
        self._key = key

    def new(self) -> tuple[str, str]:
        """A new conversation's id and its token."""
        conversation = secrets.token_hex(12)
        body = f"{conversation}.{int(time.time())}.{secrets.token_urlsafe(18)}"
        return conversation, f"{body}.{self._signature(body)}"

    def unused(self, token: str) -> str | None:
        """The conversation of a token that we gave and that still waits for its first word; None otherwise."""
        body, _, signature = token.rpartition(".")
        parts = body.split(".")
        if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit():
            return None
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode("utf-8", "replace")):
            return None
        return parts[0] if time.time() - int(parts[1]) < _UNUSED_SECONDS else None

    def _signature(self, body: str) -> str:
        return _b64(self._key.sign(body))


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
