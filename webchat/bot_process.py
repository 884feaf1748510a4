"""The bot as a child of this process: started, watched, started again with growing pauses, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)

_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_LIVED_SECONDS = 60.0
_STOP_SECONDS = 2.0


class BotProcess:
    """Runs bot/server.py with the bot's own Python. Its standard input is the leash: closed, it ends."""

    def __init__(self, python: Path, root: Path, models: Path, environ: Mapping[str, str]) -> None:
        """`python` of the bot's environment; `root` the project's folder; `models` where the model lies."""
        self._python = python
        self._root = root
        self._models = models
        self._environ = {name: value for name, value in environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        self._folder = Path(tempfile.mkdtemp(prefix="bot-"))
        self.listen = f"unix:{self._folder}/s"
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def run(self) -> None:
        """Keep it running until cancelled."""
        attempt = 0
        while True:
            began = asyncio.get_running_loop().time()
            code = await self._once()
            lived = asyncio.get_running_loop().time() - began
            attempt = 0 if lived > _LIVED_SECONDS else attempt + 1
            pause = _PAUSES[min(attempt, len(_PAUSES)) - 1] if attempt else _PAUSES[0]
            log.error("the bot ended with code %s after %.0f s; starting it again in %.1f s", code, lived, pause)
            await asyncio.sleep(pause)

    async def _once(self) -> int | None:
        model = ["--model", str(self._models)]
        try:
            self._process = await asyncio.create_subprocess_exec(
                str(self._python),
                *("-m", "bot.server", "--listen", self.listen, "--parent-stdin", *model),
                cwd=self._root,
                env=self._environ,
                stdin=asyncio.subprocess.PIPE,
                # Ctrl-C in the terminal reaches the parent alone, which then ends the child in order
                start_new_session=True,
            )
        except OSError as error:
            log.error("the bot cannot be started: %s", error.strerror)
            return None
        return await self._process.wait()

    async def stop(self) -> None:
        """End the child and remove its folder."""
        process = self._process
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
