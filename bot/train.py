"""Trains the bot's model when what it is made of has changed: `python -m bot.train`."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.inputs import CONFIG, DIALOGUE, DOMAIN, EXAMPLES, ROOT, all_inputs, content_hash
from bot.quiet import prepare

MODELS = ROOT / "models"


def model_path(models: Path = MODELS, examples: Path = EXAMPLES) -> Path:
    """Where the model of the present inputs is, or will be: the name carries their hash."""
    return models / f"bot-{content_hash(all_inputs(examples))[:16]}.tar.gz"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the model is there, 1 when it could not be made."""
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__)
    parser.add_argument("--out", type=Path, default=MODELS, help="folder of the model (%(default)s)")
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of the training examples")
    parser.add_argument("--quiet", action="store_true", help="print the model's path and nothing else")
    options = parser.parse_args(arguments)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        with _alone(options.out):
            print(_current(options.out, options.examples.resolve(), quiet=options.quiet))
    except Exception as error:  # one clear line instead of a traceback
        print(f"bot: training failed: {error or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


def _current(models: Path, examples: Path, *, quiet: bool) -> Path:
    target = model_path(models, examples)
    if not target.exists():
        say = _silent if quiet else _aloud
        started = time.monotonic()
        _train(target, examples, say)
        say(f"bot: trained in {time.monotonic() - started:.0f} s")
    for old in models.glob("bot-*.tar.gz"):
        if old != target:
            old.unlink()
    return target


def _train(target: Path, examples: Path, say: Callable[[str], None]) -> None:
    # The libraries of the training data take a second, Rasa takes ten: not needed when the model is current.
    from bot.training_data import check, intents_of, read_examples

    known = read_examples(examples)
    intents = intents_of(DOMAIN)
    check(known, intents)
    say(f"bot: training on {len(known)} examples of {len(intents)} intents (minutes when they have changed)")
    prepare()
    # Rasa keeps what each component has learnt: a changed rule or threshold does not read all examples again.
    os.environ |= {"RASA_CACHE_DIRECTORY": str(target.parent / ".cache"), "RASA_MAX_CACHE_SIZE": "1000"}
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        from rasa.model_training import train

        with tempfile.TemporaryDirectory(prefix=".training-", dir=target.parent) as folder:
            try:
                result = train(
                    domain=str(DOMAIN),
                    config=str(CONFIG),
                    training_files=[*map(str, DIALOGUE), str(examples)],
                    output=folder,
                    fixed_model_name=target.name,
                )
            except SystemExit as stopped:
                raise RuntimeError(said.getvalue().strip() or "Rasa refused the files") from stopped
            if result.code != 0 or not result.model:
                raise RuntimeError(said.getvalue().strip() or "Rasa made no model")
            Path(result.model).replace(target)


def _aloud(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _silent(line: str) -> None:
    pass


@contextlib.contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Two trainings at once would do the work twice: the second waits, then finds the model."""
    with (models / ".training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
