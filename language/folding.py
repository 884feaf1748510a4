"""Text brought to one plain spelling, with the way back to the raw characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from language.look_alikes import APOSTROPHES, BREAKS, LOOK_ALIKES, QUOTES, sound, sounded_out


class Folded(NamedTuple):
    """Folded text; `offsets[i]` is the raw code point that the folded character `i` comes from."""

    text: str
    offsets: Sequence[int]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open span in the raw text for the folded half-open span."""
        if start >= end:
            at = self.offsets[start] if start < len(self.offsets) else 0
            return at, at
        return self.offsets[start], self.offsets[end - 1] + 1


def fold_text(text: str) -> str:
    """The folded text alone, for those who need no way back."""
    return fold(text).text


def fold(text: str) -> Folded:
    """Lower case without diacritics, look-alikes, invisible characters, long repeats and glued punctuation.

    "Sdiiii, çka m’BËN?" becomes "sdi, cka m ben?". Digits and emoji stay; clitics are split at the apostrophe.
    Any string is accepted, also lone surrogates; the work grows linearly with its length.
    """
    folded = _plain_characters(text)
    if _REPEATED.search(folded.text):
        folded = _rewrite(folded, _REPEATED, _once)
    if _GLUED.search(folded.text):
        folded = _rewrite(folded, _GLUED, _spaced)
    if _BLANKS.search(folded.text):
        folded = _rewrite(folded, _BLANKS, _one_blank)
    return folded


_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_GLUED = re.compile(
    r"[,;!?](?=[^\W\d_])"
    # A full stop is glued punctuation only between words, not in "v.d.e.s", in an address or in a number.
    r"|(?<=[^\W\d_]{2})[.:](?=[^\W\d_]{2})(?!\.(?:al|com|net|org|info|edu|gov|mk|it|de|uk|gr|eu|me|tv|io|app)\b)"
)
_BLANKS = re.compile(r"^[ \n]+|[ \n]+$|[ \n]{2,}")
_SIMPLE = re.compile(r"[\n -~ËëÇçÂâÎîÊêÔôÉéÈèÀàÙùÒòÌì’‘]*")
_MOST_REMEMBERED = 8_192


def _once(match: re.Match[str]) -> str:
    letter = match[1]
    # "rr" and "ll" are letters of the alphabet: "rrrreh" is "rreh".
    return letter * 2 if letter in "rl" else letter


def _spaced(match: re.Match[str]) -> str:
    return match[0] + " "


def _one_blank(match: re.Match[str]) -> str:
    if match.start() == 0 or match.end() == len(match.string):
        return ""
    return "\n" if "\n" in match[0] else " "


def _rewrite(folded: Folded, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> Folded:
    """Replace all matches and carry the offsets along; what is added points to the character before it."""
    parts: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in pattern.finditer(folded.text):
        start, end = match.span()
        new = replace(match)
        parts += folded.text[done:start], new
        offsets += folded.offsets[done:start]
        length = end - start
        if len(new) < length and new:
            # All letters of a long repeat stand for what is left of it, so evidence covers them.
            offsets += folded.offsets[start : start + len(new) - 1]
            offsets.append(folded.offsets[end - 1])
        else:
            offsets += [folded.offsets[start + min(i, length - 1)] for i in range(len(new))]
        done = end
    parts.append(folded.text[done:])
    offsets += folded.offsets[done:]
    return Folded("".join(parts), offsets)


def _plain_characters(text: str) -> Folded:
    if _SIMPLE.fullmatch(text):
        return Folded(text.translate(_SIMPLE_TABLE), range(len(text)))
    plain = _PLAIN
    parts = [plain[character] for character in text]
    for start, end in sounded_out(text):
        parts[start:end] = [sound(character) for character in text[start:end]]
    offsets = [i for i, part in enumerate(parts) for _ in part]
    return Folded("".join(parts), offsets)


class _PlainCharacters(dict[str, str]):
    """What each character folds to, worked out when first met."""

    def __missing__(self, character: str) -> str:
        plain = _plain(character)
        if len(self) < _MOST_REMEMBERED:
            self[character] = plain
        return plain


def _plain(character: str) -> str:
    if character in APOSTROPHES:
        return " "
    if character in QUOTES:
        return '"'
    if character in BREAKS:
        return "\n"
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me", "Mc"):
        return ""
    if category in ("Zs", "Cc"):
        return " "
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd":
        return "-"
    decomposed = unicodedata.normalize("NFKD", character.lower()).lower()
    kept = [c for c in decomposed if unicodedata.category(c) not in ("Mn", "Me", "Cf", "Mc")]
    return "".join(LOOK_ALIKES.get(c, c) for c in kept)


_PLAIN = _PlainCharacters()
_SIMPLE_TABLE = {ord(c): _plain(c) for c in map(chr, [10, *range(32, 127)])} | {
    ord(c): _plain(c) for c in "ËëÇçÂâÎîÊêÔôÉéÈèÀàÙùÒòÌì’‘"
}
