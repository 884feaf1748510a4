"""What a person wants to know of the lexicon: why a message is raised, and whether all examples hold."""

from __future__ import annotations

from collections.abc import Iterator

from screening.entries import Entry
from screening.screen import Screen

_WORTH_SAYING = 0.1


def explained(screen: Screen, message: str) -> str:
    """A readable explanation of one message's assessment."""
    result = screen.screen(message)
    lines = [
        f"level {result.level}  {', '.join(result.categories) or 'no category'}"
        f"  about {result.about}  speaker {result.speaker}  language {result.language}",
    ]
    lines += [
        f"  {evidence.category}: «{evidence.text}» [{evidence.start}:{evidence.end}] {evidence.source}"
        for evidence in result.evidence
    ]
    flags = [
        name
        for name, on in (("wish", result.wish), ("safe word", result.safe_word), ("check-in", result.check_in))
        if on
    ]
    if result.answer:
        flags.append(f"answer {result.answer}")
    if flags:
        lines.append("  says: " + ", ".join(flags))
    levels = {hit.entry.id: hit.level for hit in screen.hits(message)}
    for entry in screen.entries_in(message):
        left = levels.get(entry.id)
        effect: str = entry.kind
        if entry.kind == "risk":
            effect = f"level {entry.level}"
            effect += "" if left == entry.level else f", lowered to {left or 0}"
            effect += "" if screen.decides_alone(entry) else ", with the model"
        lines.append(f"  {entry.path.name}:{entry.line} {entry.id} ({effect})")
    chances = screen.chances(message)
    if chances is not None:
        likely = [f"{name} {chance:.2f}" for name, chance in chances.items() if chance >= _WORTH_SAYING]
        lines.append("  the model: " + (", ".join(likely) or "nothing of note"))
    return "\n".join(lines)


def broken_examples(screen: Screen) -> Iterator[str]:
    """One line for each example of the lexicon that does not do what it is there for."""
    for entry in screen.lexicon.entries:
        for text in entry.examples:
            problem = _example_problem(screen, entry, text)
            if problem:
                yield f"{entry.path}:{entry.line}: {entry.id}: “{text}” {problem}"
        for text in entry.counterexamples:
            if _applies(screen, entry, text):
                yield f"{entry.path}:{entry.line}: {entry.id}: “{text}” must not match"


def _example_problem(screen: Screen, entry: Entry, text: str) -> str | None:
    if not _applies(screen, entry, text):
        return "does not match" if entry not in screen.entries_in(text) else "is lowered by a guard"
    if entry.kind == "guard":
        level = screen.screen(text).level
        return f"stays at level {level}" if level > entry.level else None
    return None


def _applies(screen: Screen, entry: Entry, text: str) -> bool:
    if entry.kind != "risk":
        return entry in screen.entries_in(text)
    if entry.level == 0:
        return entry in screen.entries_in(text)
    return any(hit.entry is entry and hit.level == entry.level for hit in screen.hits(text))
