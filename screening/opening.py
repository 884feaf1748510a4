"""Screening as a process opens it: the lexicon with the trained model, which is trained anew when it cannot be used."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import logging
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from screening.examples import HERE as EXAMPLES
from screening.lexicon import HERE
from screening.model import MODELS, Model, ModelError
from screening.screen import Screen
from screening.train import made_from

log = logging.getLogger(__name__)

TRAINING = (sys.executable, "-m", "screening.train")
"""Training in a process of its own: its libraries are large, and the service needs none of them."""

ROOT = Path(__file__).resolve().parent.parent
_LOOK_AGAIN = 1.0


def load_model(models: Path = MODELS, examples: Path = EXAMPLES) -> Model:
    """The model made from the present examples and code. Raises ModelError, with what is wrong in one line."""
    try:
        return Model.load(models, made_from=made_from(examples))
    except OSError as error:
        raise ModelError(f"{models}: the examples cannot be read: {type(error).__name__}") from error


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """While what stays for good is loaded nothing is looked through for waste, and afterwards that never again.

    It makes the start a quarter of a second shorter, and spares messages the pauses.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


async def open_screen(
    training: Sequence[str] = TRAINING, models: Path = MODELS, examples: Path = EXAMPLES, lexicon: Path = HERE
) -> Screen:
    """The lexicon with the model; a model that is missing, damaged or outdated is trained first, which takes minutes.

    Where that fails too the lexicon works alone, and the screen's state says so. Raises LexiconError.
    """
    try:
        with loading():
            return Screen(lexicon, load_model(models, examples))
    except ModelError as problem:
        log.error("the screening model is refused: %s", problem)
    # before some minutes go by: a lexicon that cannot be used ends the start
    screen = Screen(lexicon)
    try:
        return Screen(lexicon, await _trained(training, models, examples))
    except (ModelError, OSError) as problem:
        log.critical("screening works with the lexicon alone: %s", problem)
    return screen


async def _trained(training: Sequence[str], models: Path, examples: Path) -> Model:
    """The model after training. Raises ModelError, and OSError where nothing can be started or written."""
    async with _alone(models):
        with contextlib.suppress(ModelError):
            # another process of this machine was first
            return load_model(models, examples)
        log.warning("the screening model is being trained anew; the service waits for it, some minutes")
        child = await asyncio.create_subprocess_exec(
            *training,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            code = await child.wait()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if code:
        raise ModelError(f"training ended with code {code}; try `make model`")
    return load_model(models, examples)


@contextlib.asynccontextmanager
async def _alone(models: Path) -> AsyncIterator[None]:
    """One training at a time on a machine."""
    models.parent.mkdir(parents=True, exist_ok=True)
    with (models.parent / f".{models.name}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_LOOK_AGAIN)
        yield


__all__ = ["EXAMPLES", "TRAINING", "load_model", "loading", "open_screen"]
