"""The live feed: consoles hear at once what changed; wakes of one moment are read together, for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from frontdoor.ports import Wake
from handoff.frames import Open, conversation_json, held_json, news_json, person_json, raised_json
from handoff.guard import dumps
from handoff.house import HOUSE, PERSON, TOKEN, House, HouseStatus
from handoff.rights import may_read
from handoff.screening_news import ScreeningNews
from storage.database import StoreUnavailable
from storage.staff import Staff

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.02
BUSY_GATHER_SECONDS = 0.06
BUSY = 6
"""From so many conversations at once on, news is gathered a little longer: fewer readings for the same words."""

LISTS_SECONDS = 0.1
REREAD_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
STATUS_SECONDS = 5.0
ABANDONED_SECONDS = 60
SIGNED_OUT = 4401
_MOST = 2_000
_MAX_FRAME = 4_096


class Feed:
    """One open console. Frames wait in a short queue, so that a slow console holds up nobody."""

    def __init__(
        self, person: Staff, token: str, socket: web.WebSocketResponse, abort: Callable[[], None], most: int = _MOST
    ) -> None:
        """`token` is asked about again while the feed is open; `abort` cuts a connection that takes no more."""
        self.person = person
        self.token = token
        self.socket = socket
        self._abort = abort
        self.sent: dict[str, int] = {}
        self.held: set[str] = set()
        self.looking: str | None = None
        self._last: dict[str, str] = {}
        self._frames: asyncio.Queue[str] = asyncio.Queue(most)

    def push(self, kind: str, **fields: Any) -> None:
        """Send a frame; a console that no longer takes any is closed, and re-reads when it is back."""
        self._put(dumps({"type": kind, **fields}))

    def push_changed(self, kind: str, frame: str) -> None:
        """Send a frame that is already JSON, unless the last of its kind was the same."""
        if self._last.get(kind) != frame:
            self._last[kind] = frame
            self._put(frame)

    def _put(self, frame: str) -> None:
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            log.warning("a console does not keep up and is closed")
            self._abort()

    async def carry(self) -> None:
        """Send what waits until the socket is gone."""
        while not self.socket.closed:
            frame = await self._frames.get()
            try:
                await self.socket.send_str(frame)
            except (ConnectionError, RuntimeError):
                return


class Hub:
    """All consoles of this process. What it pushes it has read from SQL; wakes only say what to read again."""

    def __init__(self, house: House, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        """Nothing runs yet. `heartbeat` in seconds: presence, sessions that have ended, abandoned conversations."""
        self._house = house
        self._heartbeat = heartbeat
        self._feeds: set[Feed] = set()
        self._following: dict[str, set[Feed]] = defaultdict(set)
        self._dirty: set[str] = set()
        self._lists_dirty = False
        self._wanted = asyncio.Event()
        self._lists_read = 0.0
        self._status = HouseStatus()
        self._screening = ScreeningNews()
        self._status_dirty = False
        self._pulse: tuple[tuple[Any, ...], ...] = ()
        self._known: dict[str, tuple[Any, ...]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def alive(self) -> bool:
        """False once one of its tasks has died: then this process is not healthy."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def running(self, app: web.Application) -> AsyncIterator[None]:
        """A cleanup context: the hub's tasks live as long as the application."""
        work = {"listen": self._listen, "read": self._read, "tick": self._tick, "rescue": self._rescue}
        self._tasks = [asyncio.create_task(run(), name=f"feed {name}") for name, run in work.items()]
        yield
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close_all(self, app: web.Application) -> None:
        """Consoles are told to come back; they do so by themselves."""
        await asyncio.gather(
            *[feed.socket.close(code=1012, message=b"restarting") for feed in list(self._feeds)],
            return_exceptions=True,
        )

    def holds(self, person: int, conversation: str) -> bool:
        """Whether a console of this process shows that person as the holder."""
        feeds = self._following.get(conversation, ())
        return any(feed.person.id == person and conversation in feed.held for feed in feeds)

    async def welcome(self, feed: Feed) -> None:
        """Everything that a console shows at first; its heartbeat begins."""
        self._feeds.add(feed)
        await self._house.accounts.present(feed.person.id)
        await self._house.bus.publish(Wake("presence"))
        self._status = await self._now()
        feed.push("welcome", now=round(time.time() * 1000), person=person_json(feed.person))
        feed.push_changed("status", _status_frame(self._status))
        await self._push_lists([feed])

    async def leave(self, feed: Feed) -> None:
        """A console is gone; presence runs out by itself, because it may be a reload."""
        self._feeds.discard(feed)
        for conversation in list(feed.sent):
            self._unfollow(feed, conversation)

    async def open(self, feed: Feed, conversation: str | None, after: int) -> None:
        """This console looks at a conversation: it follows it from `after` on, if its person may read it."""
        before, feed.looking = feed.looking, conversation
        if before is not None and before != conversation and before not in feed.held:
            self._unfollow(feed, before)
        if conversation is None:
            return
        found = await self._house.desk.conversation(conversation)
        if found is None or not may_read(found, feed.person):
            feed.looking = None
            return
        self._follow(feed, conversation, after)
        self._dirty.add(conversation)
        self._wanted.set()

    def _follow(self, feed: Feed, conversation: str, after: int) -> None:
        feed.sent[conversation] = after
        self._following[conversation].add(feed)

    def _unfollow(self, feed: Feed, conversation: str) -> None:
        feed.sent.pop(conversation, None)
        followers = self._following.get(conversation)
        if followers is not None:
            followers.discard(feed)
            if not followers:
                del self._following[conversation]
                self._known.pop(conversation, None)

    async def _listen(self) -> None:
        async with self._house.bus.listen() as wakes:
            async for wake in wakes:
                self._woken(wake)

    def _woken(self, wake: Wake) -> None:
        match wake.kind:
            case "conversation" | "read" | "erased" if wake.conversation in self._following:
                self._dirty.add(wake.conversation)
            case "queue" | "presence":
                self._lists_dirty = True
            case "screening":
                self._screening.hear(wake)
                self._status_dirty = True
                return
            case "reread":
                self._screening.bus_is_back()
                self._lists_dirty = True
                self._dirty.update(self._following)
            case "typing" if wake.conversation in self._following and wake.detail.get("by") == "visitor":
                for feed in self._following[wake.conversation]:
                    feed.push("typing", conversation=wake.conversation)
                return
            case _:
                return
        self._wanted.set()

    async def _read(self) -> None:
        """Read what is wanted: at once when it is quiet, together with all of the next moment when it is not."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            began = time.monotonic()
            gather = BUSY_GATHER_SECONDS if len(self._dirty) >= BUSY else GATHER_SECONDS
            try:
                await self._push_news()
                if self._lists_dirty and self._feeds:
                    wait = self._lists_read + LISTS_SECONDS - time.monotonic()
                    if wait <= 0:
                        self._lists_dirty = False
                        await self._push_lists(self._feeds)
                        self._lists_read = time.monotonic()
                    else:
                        asyncio.get_running_loop().call_later(wait, self._wanted.set)
            except Exception as error:
                # the next second reads again; a console that silently stands still would be worse
                log.error("the feed could not read: %s", type(error).__name__)
            await asyncio.sleep(max(0.0, gather - (time.monotonic() - began)))

    async def _push_news(self) -> None:
        dirty, self._dirty = self._dirty, set()
        after = {
            conversation: min(feed.sent[conversation] for feed in feeds)
            for conversation in dirty
            if (feeds := self._following.get(conversation))
        }
        if not after:
            return
        batches: dict[Feed, list[dict[str, Any]]] = defaultdict(list)
        found = await self._house.desk.news(after)
        for conversation in after.keys() - found.keys():
            for feed in list(self._following.get(conversation, ())):
                feed.push("erased", conversation=conversation)
                self._unfollow(feed, conversation)
                self._lists_dirty = True
        for conversation, news in found.items():
            now = news.conversation
            self._known[conversation] = (now.last_id, now.epoch, news.seen_by_visitor, now.visitor_gone)
            last = news.entries[-1].message.id if news.entries else 0
            rows: dict[int, dict[str, Any]] = {}
            for feed in list(self._following.get(conversation, ())):
                sent = feed.sent[conversation]
                if not may_read(news.conversation, feed.person):
                    # the talk has ended for this person: they learn that, and read no further
                    batches[feed].append(conversation_json(news.conversation) | {"messages": []})
                    self._unfollow(feed, conversation)
                    self._lists_dirty = True
                    continue
                if sent not in rows:
                    rows[sent] = news_json(news, sent)
                batches[feed].append(rows[sent])
                feed.sent[conversation] = max(sent, last)
                if (conversation in feed.held) != (news.conversation.counsellor == feed.person.id):
                    self._lists_dirty = True
        for feed, items in batches.items():
            feed.push("messages", items=items)

    async def _push_lists(self, feeds: Iterable[Feed]) -> None:
        """Queue, watch list and who is on shift for all; to each console what its person holds."""
        feeds = list(feeds)
        desk = self._house.desk
        queue = dumps({"type": "queue", "items": [raised_json(raised) for raised in await desk.queue()]})
        watch = dumps({"type": "watch", "items": [raised_json(raised) for raised in await desk.watch()]})
        shift = dumps({"type": "shift", "aliases": await self._house.accounts.on_shift()})
        held = await desk.held(sorted({feed.person.id for feed in feeds}))
        for feed in feeds:
            mine = held.get(feed.person.id, [])
            now_held = {one.conversation.id for one in mine}
            for conversation in feed.held - now_held - {feed.looking}:
                self._unfollow(feed, conversation)
            for one in mine:
                if one.conversation.id not in feed.sent:
                    self._follow(feed, one.conversation.id, one.conversation.last_id)
            feed.held = now_held
            feed.push_changed("mine", dumps({"type": "mine", "items": [held_json(one) for one in mine]}))
            feed.push_changed("queue", queue)
            feed.push_changed("watch", watch)
            feed.push_changed("shift", shift)

    async def _tick(self) -> None:
        """What a lost wake would leave stale is found each second; every few seconds, presence and status."""
        beat = looked = 0.0
        while True:
            await asyncio.sleep(REREAD_SECONDS)
            if not self._feeds:
                continue
            with contextlib.suppress(StoreUnavailable):
                await self._compare()
            if time.monotonic() - beat >= self._heartbeat:
                beat = time.monotonic()
                with contextlib.suppress(StoreUnavailable):
                    await self._beat()
            if self._status_dirty or time.monotonic() - looked >= STATUS_SECONDS:
                looked = time.monotonic()
                self._status_dirty = False
                self._lists_dirty = True
                self._wanted.set()
                self._status = await self._now()
                frame = _status_frame(self._status)
                for feed in list(self._feeds):
                    feed.push_changed("status", frame)

    async def _now(self) -> HouseStatus:
        """How the house is, with what the processes that screen have told."""
        status = await self._house.status()
        heard = self._screening.with_own(status.screening, bus_up=bool(getattr(self._house.bus, "up", True)))
        return replace(status, screening=heard)

    async def _compare(self) -> None:
        """Read again only what is no longer as it was shown; a quiet night costs one small question a second."""
        pulse = await self._house.desk.pulse()
        if pulse == self._pulse:
            return
        self._pulse = pulse
        self._lists_dirty = True
        self._dirty.update(await self._house.desk.moved({name: self._known.get(name, ()) for name in self._following}))
        self._wanted.set()

    async def end(self, token: str) -> None:
        """The feeds of a session that has just ended."""
        for feed in [feed for feed in self._feeds if feed.token == token]:
            await self._end(feed)

    async def _end(self, feed: Feed) -> None:
        self._feeds.discard(feed)
        await feed.socket.close(code=SIGNED_OUT, message=b"signed out")

    async def _beat(self) -> None:
        """An open console is its counsellor's presence, as long as the session lasts."""
        for feed in list(self._feeds):
            if await self._house.accounts.session(feed.token) is None:
                await self._end(feed)
        people = {feed.person.id for feed in self._feeds}
        if people:
            await self._house.accounts.present(*people)

    async def _rescue(self) -> None:
        """Conversations whose counsellor has disappeared go back into the queue."""
        while True:
            await asyncio.sleep(self._heartbeat)
            with contextlib.suppress(StoreUnavailable):
                for conversation in await self._house.desk.release_abandoned(ABANDONED_SECONDS):
                    await self._house.bus.publish(Wake("conversation", conversation))
                    await self._house.bus.publish(Wake("queue", conversation))


HUB = web.AppKey("hub", Hub)


def _status_frame(status: HouseStatus) -> str:
    return dumps(
        {
            "type": "status",
            "bus": status.bus,
            "bot": status.bot,
            "screening": status.screening.state,
            "screening_version": status.screening.version,
            "draft_scripts": status.draft_scripts,
        }
    )


async def feed(request: web.Request) -> web.WebSocketResponse:
    """GET /feed: the console's live connection."""
    house, hub = request.app[HOUSE], request.app[HUB]
    socket = web.WebSocketResponse(compress=False, heartbeat=20, max_msg_size=_MAX_FRAME)
    await socket.prepare(request)
    transport = request.transport
    console = Feed(request[PERSON], request[TOKEN], socket, transport.abort if transport else lambda: None)
    carrying = asyncio.create_task(console.carry(), name="console")
    try:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            await _heard(house, hub, console, message.data)
    finally:
        carrying.cancel()
        await hub.leave(console)
    return socket


async def _heard(house: House, hub: Hub, console: Feed, data: str) -> None:
    """One frame of a console; what is not understood gets a notice, never an end."""
    try:
        frame = json.loads(data)
        kind = frame.pop("type")
        if kind == "hello":
            await hub.welcome(console)
        elif kind == "open":
            wanted = Open.model_validate(frame)
            await hub.open(console, wanted.conversation, wanted.after)
        else:
            console.push("notice", code="error_bad_request")
    except (ValidationError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        console.push("notice", code="error_bad_request")
    except StoreUnavailable:
        console.push("notice", code="error_store")
