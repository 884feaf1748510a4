"""All visitors' sockets of this process, and what wakes them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from frontdoor.ports import Bus, Wake
from storage.conversations import Conversations
from storage.database import StoreUnavailable

if TYPE_CHECKING:
    from webchat.visitor import VisitorSocket

log = logging.getLogger(__name__)

_REREAD_UP = 5.0
_REREAD_DOWN = 1.0
_STEPS_AFTER = 5
_PRESENT_SECONDS = 120.0
_AT_ONCE = 50


class Sockets:
    """Wakes the sockets of a conversation when it changes; re-reads all of them, so that no wake-up is needed."""

    def __init__(self, store: Conversations, bus: Bus) -> None:
        """`bus` may be down at any time."""
        self._store = store
        self._bus = bus
        self._of: defaultdict[str, set[VisitorSocket]] = defaultdict(set)
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._read: dict[str, int] = {}

    def add(self, socket: VisitorSocket) -> None:
        """A socket that has said hello."""
        if socket.conversation is not None:
            self._of[socket.conversation].add(socket)

    def remove(self, socket: VisitorSocket) -> None:
        """A socket that has closed or lost its conversation."""
        conversation = socket.conversation
        if conversation is not None and conversation in self._of:
            self._of[conversation].discard(socket)
            if not self._of[conversation]:
                del self._of[conversation]

    async def listen(self) -> None:
        """Hear wake-ups until cancelled."""
        async with self._bus.listen() as wakes:
            async for wake in wakes:
                self._woken(wake)

    async def reread(self) -> None:
        """Look again at what may have changed unheard: each second while the bus is down."""
        present_at = waited = 0.0
        alone = 0
        while True:
            # in short steps, for the bus may go down in the middle of a long one; and when it is back
            # for us, other processes may still be without it and wake nobody
            await asyncio.sleep(_REREAD_DOWN)
            waited += _REREAD_DOWN
            alone = _STEPS_AFTER if not getattr(self._bus, "up", True) else max(0, alone - 1)
            if not alone and waited < _REREAD_UP:
                continue
            waited = 0.0
            try:
                known = {s.conversation: s.known for s in self._all() if s.kept and s.conversation}
                for conversation in await self._store.moved(known) if known else ():
                    self._catch_up(conversation)
                await self._places()
                now = asyncio.get_running_loop().time()
                read = {s.conversation: s.seen for s in self._all() if s.kept and s.conversation and s.seen}
                read = {name: up_to for name, up_to in read.items() if self._read.get(name) != up_to}
                due = now - present_at > _PRESENT_SECONDS
                if read or (due and known):
                    await self._store.alive(list(known) if due else [], read)
                    self._read = {name: up_to for name, up_to in {**self._read, **read}.items() if name in self._of}
                    present_at = now if due else present_at
                    for name, up_to in read.items():
                        await self._bus.publish(Wake("read", name, up_to))
            except StoreUnavailable:
                log.error("the store is away; visitors' sockets wait")

    async def _places(self) -> None:
        """Each who waits sees the place move up."""
        waiting = [socket for socket in self._all() if socket.waiting]
        places = await self._store.places() if waiting else {}
        for socket in waiting:
            await socket.show_place(places.get(socket.conversation or ""))

    def _all(self) -> Iterator[VisitorSocket]:
        return (socket for sockets in list(self._of.values()) for socket in list(sockets))

    def _woken(self, wake: Wake) -> None:
        if wake.kind == "reread":
            for conversation in {socket.conversation for socket in self._all() if socket.kept}:
                self._catch_up(conversation or "")
            return
        if wake.conversation is None or wake.conversation not in self._of:
            return
        sockets = list(self._of[wake.conversation])
        if wake.kind == "conversation":
            if not wake.last_id or any(socket.delivered < wake.last_id for socket in sockets):
                self._catch_up(wake.conversation)
        elif wake.kind == "typing" and wake.detail.get("by") != "visitor":
            for socket in sockets:
                self._run(socket.typing(str(wake.detail.get("by", "counsellor"))))
        elif wake.kind == "seen":
            for socket in sockets:
                self._run(socket.read_by_staff(wake.last_id))
        elif wake.kind == "erased":
            for socket in sockets:
                self._run(socket.erased(wake.detail.get("kept_days")))

    def _catch_up(self, conversation: str) -> None:
        for socket in list(self._of.get(conversation, ())):
            self._run(socket.catch_up())

    async def close(self) -> None:
        """End what is being shown; whoever comes back finds all of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: object) -> None:
        async def bounded() -> None:
            async with self._slots:
                try:
                    await work  # type: ignore[misc]
                except StoreUnavailable:
                    log.error("the store is away; a visitor's socket waits")

        task = asyncio.create_task(bounded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
