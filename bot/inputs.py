"""The files that a model is made of, and the hash that tells whether a model is still theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CONFIG = ROOT / "config.yml"
DOMAIN = ROOT / "bot" / "domain"
TOPICS = DOMAIN / "topics.yml"
DIALOGUE = (ROOT / "bot" / "rules", ROOT / "bot" / "stories")
EXAMPLES = ROOT / "nlu_data"
READING = tuple(
    ROOT / "bot" / f"{name}.py" for name in ("tokens", "places", "intents", "features", "network", "reader", "doubt")
)
LANGUAGE = ROOT / "language"
LOCK = ROOT / "bot" / "uv.lock"


def all_inputs(examples: Path = EXAMPLES) -> list[Path]:
    """Whatever changes the model when it changes, its libraries included; actions run beside it."""
    return [CONFIG, DOMAIN, *DIALOGUE, examples, *READING, LANGUAGE, LOCK]


def content_hash(places: Iterable[Path]) -> str:
    """SHA-256 over names and contents of these files, and of all files in these folders."""
    digest = hashlib.sha256()
    for place in places:
        for file in files_in(place):
            inside = file.relative_to(place.parent).as_posix()
            content = file.read_bytes()
            digest.update(f"{inside}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def files_in(place: Path) -> Iterator[Path]:
    """The file itself, or the YAML, Python and data files of the folder, in a fixed order."""
    if place.is_file():
        yield place
        return
    if not place.is_dir():
        raise FileNotFoundError(f"{place} is missing")
    for file in sorted(place.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
            yield file
