"""Characters that look or sound like a Latin letter, apostrophes, quotation marks and line breaks."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = frozenset("'’‘‛ʼʻʹˈ`´′＇՚‵")
QUOTES = frozenset('"“”„‟«»″＂')
BREAKS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")

_CYRILLIC_LOOK = dict(zip("асеһіјоԛѕԝхуркмтнвгпүьзб", "acehijoqswxypkmthbrnyb36", strict=True))
_CYRILLIC_SOUND = {
    **dict(zip("абвгдезийклмнопрстуфхыѕіј", "abvgdeziiklmnoprstufhizij", strict=True)),
    **{"ж": "zh", "ц": "c", "ч": "c", "ш": "sh", "щ": "sht", "ъ": "e", "ь": "", "э": "e", "ю": "ju", "я": "ja"},
    **{"ё": "e", "ђ": "gj", "ѓ": "gj", "ќ": "q", "ћ": "q", "џ": "xh", "љ": "l", "њ": "nj", "є": "e", "ї": "i"},
}
_GREEK = dict(zip("αβγεζηικμνορστυχωςλδπφθξψ", "abyeznikmvopstuxwsldpf8cy", strict=True))
_LATIN = dict(zip("ıłøđðħɑɡɩʋᴀᴇᴅꜱᴠᴛǝəɛ", "ilodd" + "hagivaedsvteee", strict=True))
_LATIN |= {"æ": "ae", "œ": "oe", "ß": "ss"}

LOOK_ALIKES: dict[str, str] = _CYRILLIC_SOUND | _CYRILLIC_LOOK | _GREEK | _LATIN
"""Lower-case character to the Latin letter that it is read as inside a Latin word."""

CYRILLIC_WORD = re.compile(r"(?<![^\W\d_])[\u0400-\u04ff]{2,}(?![^\W\d_])")
_ONLY_LOOKS_LATIN = re.compile(r"[асеһіјоԛѕԝхуркмтн]*")
_LATIN_LETTER = re.compile(r"[A-Za-z]")


def sounded_out(text: str) -> list[tuple[int, int]]:
    """Spans of words wholly in Cyrillic that are read by sound ("вдес" is "vdes"), not by look."""
    mixed = _LATIN_LETTER.search(text) is not None
    return [
        match.span()
        for match in CYRILLIC_WORD.finditer(text)
        if not (mixed and _ONLY_LOOKS_LATIN.fullmatch(match[0].lower()))
    ]


def sound(character: str) -> str:
    """A Cyrillic letter as an Albanian would spell its sound; others as they are, in lower case."""
    lower = character.lower()
    plain = unicodedata.normalize("NFD", lower)[:1]
    return _CYRILLIC_SOUND.get(lower) or _CYRILLIC_SOUND.get(plain, lower)
