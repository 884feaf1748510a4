"""Which language a message is written in; "unknown" when unsure. Nothing that protects a child hangs on it."""

from __future__ import annotations

import re
from typing import Any

from language.common_words import COMMON_WORDS
from language.folding import fold_text
from language.spelling import WORD, second_form

CANDIDATES = ("sq", "en", "it", "de", "fr", "tr", "el", "hr", "sr", "sl")
_SOUTH_SLAVIC = frozenset({"hr", "sr", "sl"})
_LONGEST = 400
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_MACEDONIAN = re.compile(r"[ѓќѕѐѝ]", re.IGNORECASE)
_GREEK = re.compile(r"[\u0370-\u03ff]")
_LATIN = re.compile(r"[A-Za-zëçËÇ]")
_SHORT = {
    "en": "hello hi hey help yes please thanks thank you i am the is what are my me and want need can how why",
    "it": "ciao aiuto aiutami grazie perche sono voglio non mi che sto cosa come ho bisogno",
    "de": "hallo hilfe danke ich bin nicht und bitte wie geht",
    "fr": "bonjour salut aide merci je suis oui pas",
    "tr": "merhaba yardim tesekkurler ben evet hayir",
}
_SHORT_WORDS = {language: frozenset(words.split()) for language, words in _SHORT.items()}


def _loaded() -> Any:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    eldc.set_languages(list(CANDIDATES))
    return eldc


_eldc = _loaded()


def detect_language(text: str, folded: str | None = None) -> str:
    """ISO 639-1 code of one of the candidate languages, "mk", or "unknown"; pass the folded text when at hand.

    Without the detector's package only Albanian and a few greetings of other languages are told.
    """
    by_script = _by_script(text[:_LONGEST])
    if by_script:
        return by_script
    folded = (fold_text(text[:_LONGEST]) if folded is None else folded)[:_LONGEST]
    words = [word for word in WORD.findall(folded) if not word.isdigit()]
    if not words:
        return "unknown"
    albanian = sum(word in COMMON_WORDS for word in second_form(folded).split())
    others = {language: sum(word in known for word in words) for language, known in _SHORT_WORDS.items()}
    other = max(others, key=lambda language: others[language])
    if len(words) <= 2:
        if albanian >= others[other]:
            return "sq" if albanian else "unknown"
        return other
    if albanian * 2 >= len(words) and albanian > others[other]:
        return "sq"
    guess = _guess(folded)
    if guess:
        return guess
    if others[other] * 2 >= len(words):
        return other
    return "sq" if albanian >= 2 and albanian > others[other] else "unknown"


def _by_script(text: str) -> str | None:
    """Macedonian, Serbian or Greek when the text is mostly in that script."""
    latin = len(_LATIN.findall(text))
    cyrillic = _CYRILLIC.findall(text)
    if len(cyrillic) > latin:
        return "mk" if _MACEDONIAN.search(text) else "sr"
    return "el" if len(_GREEK.findall(text)) > latin else None


def _guess(folded: str) -> str | None:
    if _eldc is None:
        return None
    guess = str(_eldc.detect(folded))
    if guess in _SOUTH_SLAVIC:
        return "sr"
    return guess if guess in CANDIDATES else None
