"""The bot process measured: loading, reading, turns a second, beside `rasa run` with the same model.

Run it with `python -m tests.bench.bench_bot`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.bot.process import BOT_PYTHON, ROOT, SECONDS_TO_LOAD, BotProcess
from tests.servers import free_port

MESSAGES = (
    "pershendetje",
    "cfare eshte kanabisi",
    "si mund te infektohem me HIV",
    "a je robot",
    "dikush po me kercenon me foto",
    "flm",
    "kush i lexon mesazhet e mia",
    "dua te flas me nje njeri",
)
TURNS_A_CONVERSATION = 10

Answer = Callable[[str], Awaitable[None]]
Conversations = Callable[[], Answer]


@dataclass(frozen=True)
class Load:
    """What so many clients at once got; `processor_ms` is the server's processor time for each answer."""

    clients: int
    a_second: float
    half_ms: float
    worst_ms: float
    processor_ms: float

    def __str__(self) -> str:
        took = f"p50 {self.half_ms:5.1f} ms  p99 {self.worst_ms:6.1f} ms  processor {self.processor_ms:4.1f} ms each"
        return f"{self.clients} clients {self.a_second:6.0f}/s  {took}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_bot", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each figure (%(default)s)")
    parser.add_argument("--without-rasa-run", action="store_true", help="leave out the comparison")
    options = parser.parse_args(arguments)
    asyncio.run(measure(options.seconds, beside_rasa_run=not options.without_rasa_run))


async def measure(seconds: float, *, beside_rasa_run: bool) -> None:
    """All figures of the bot, on standard output. Both are measured in turns: what else runs here changes."""
    model = _train()
    async with contextlib.AsyncExitStack() as stack:
        bot = await stack.enter_async_context(bot_process(model))
        print(f"bot: parse           {await _under(1, lambda: _reader(bot), seconds, bot.process.pid)}")
        theirs = await stack.enter_async_context(_rasa_run(model)) if beside_rasa_run else None
        for clients in (1, 4, 8):
            ours = await _under(clients, lambda: _visitor(bot), seconds, bot.process.pid)
            print(f"bot: turn            {ours}")
            if theirs:
                conversation, pid = theirs
                rest = await _under(clients, conversation, seconds, pid)
                print(f"rasa run: REST turn  {rest}")
                print(f"bot: {ours.a_second / rest.a_second:.2f} of the turns a second of `rasa run`")
        print(f"bot: after that {_megabytes(bot.process.pid)} MB")


def _train() -> Path:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        subprocess.run(
            [BOT_PYTHON, "-m", "bot.train", "--quiet", "--out", folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        print(f"bot: training from nothing {time.monotonic() - began:.1f} s")
    return present_model()


def present_model() -> Path:
    """The model of the present examples, trained now if it is not there."""
    done = subprocess.run(
        [BOT_PYTHON, "-m", "bot.train", "--quiet"], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    )
    return Path(done.stdout.strip())


@contextlib.asynccontextmanager
async def bot_process(model: Path) -> AsyncIterator[BotProcess]:
    """A bot that is ready, with connections to it; prints how long that took."""
    began = time.monotonic()
    bot = BotProcess(model)
    try:
        await asyncio.to_thread(bot.wait_until, "loading")
        listening = time.monotonic() - began
        await asyncio.to_thread(bot.wait_until, "ready")
        print(f"bot: listens after {listening:.1f} s, ready after {time.monotonic() - began:.1f} s", end="")
        print(f", {_megabytes(bot.process.pid)} MB")
        async with bot.open():
            yield bot
    finally:
        bot.stop()


def _reader(bot: BotProcess) -> Answer:
    async def read(text: str) -> None:
        answer = await bot.post("/parse", {"text": text})
        assert answer.status == 200, answer.body

    return read


def _visitor(bot: BotProcess) -> Answer:
    events: list[dict[str, Any]] = []

    async def say(text: str) -> None:
        nonlocal events
        answer = await bot.turn(text, events)
        assert answer.said
        events = answer.body["events"]

    return say


@contextlib.asynccontextmanager
async def _rasa_run(model: Path) -> AsyncIterator[tuple[Conversations, int]]:
    senders = itertools.count()
    with _rasa_server(model) as (process, url):
        began = time.monotonic()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            await _listening(session, url, process)
            print(f"rasa run: ready after {time.monotonic() - began:.1f} s, {_megabytes(process.pid)} MB")

            def visitor() -> Answer:
                sender = str(next(senders))

                async def say(text: str) -> None:
                    body = {"sender": sender, "message": text}
                    async with session.post(f"{url}/webhooks/rest/webhook", json=body) as response:
                        assert await response.json(), "rasa run said nothing"

                return say

            yield visitor, process.pid


@contextlib.contextmanager
def _rasa_server(model: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    folder = Path(tempfile.mkdtemp(prefix="rasa-"))
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text("{}\n")
    port = free_port()
    where = ["-i", "127.0.0.1", "--port", str(port), "--model", str(model)]
    files = ["--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")]
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR", "OMP_NUM_THREADS": "1"}
    threads = {"TF_INTRA_OP_PARALLELISM_THREADS": "1", "TF_INTER_OP_PARALLELISM_THREADS": "1"}
    process = subprocess.Popen(
        [str(BOT_PYTHON), "-m", "rasa", "run", *where, *files],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT), **quiet, **threads},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder)


async def _listening(session: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(SECONDS_TO_LOAD * 10)):
        assert process.poll() is None, "rasa run ended"
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(f"{url}/") as response:
                await response.read()
                return
        await asyncio.sleep(0.1)
    raise AssertionError("rasa run does not answer")


async def _under(clients: int, conversation: Conversations, seconds: float, pid: int) -> Load:
    """Conversations of some turns each, one after the other, by so many clients at once."""
    took: list[float] = []

    async def client(until: float) -> None:
        async for say, text in _talk(conversation, until):
            began = time.perf_counter()
            await say(text)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(client(time.monotonic() + 0.5) for _ in range(clients)))
    took.clear()
    began, used = time.monotonic(), _processor_seconds(pid)
    await asyncio.gather(*(client(began + seconds) for _ in range(clients)))
    lasted, used = time.monotonic() - began, _processor_seconds(pid) - used
    took.sort()
    worst = took[int(len(took) * 0.99)]
    half = took[len(took) // 2]
    return Load(clients, len(took) / lasted, half * 1000, worst * 1000, used / len(took) * 1000)


async def _talk(conversation: Conversations, until: float) -> AsyncIterator[tuple[Answer, str]]:
    while True:
        say = conversation()
        for text in itertools.islice(itertools.cycle(MESSAGES), TURNS_A_CONVERSATION):
            if time.monotonic() >= until:
                return
            yield say, text


def _processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _megabytes(pid: int) -> int:
    return round(psutil.Process(pid).memory_info().rss / 1e6)


if __name__ == "__main__":
    main()
