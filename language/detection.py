"""Which language a message is written in; "unknown" when unsure. Nothing that protects a child hangs on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from language.chat_words import ABBREVIATIONS, GHEG
from language.common_words import COMMON_WORDS
from language.folding import fold_text
from language.foreign_words import CYRILLIC_WORDS, FOREIGN_WORDS, NOBODYS_WORDS, OPENINGS
from language.spelling import WORD, single_letters, spelled_together, undisguised

ALBANIAN = "sq"
UNKNOWN = "unknown"
LANGUAGES = (ALBANIAN, *FOREIGN_WORDS)

_LONGEST = 400
_SHORT = 2
_LONG_ENOUGH = 4
_GREEK = re.compile(r"[\u0370-\u03ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_MACEDONIAN = re.compile(r"[ѓќѕѐѝ]|\b\w{3,}(?:от|ата|ите|ње)\b")
_SERBIAN = re.compile(r"[ћђ]")
_NEITHER = re.compile(r"[ыэёъщйюяієї]")

# Greetings and chat words that the tables of words for other purposes lack.
_CHAT = """
tungjatjeta tungjateta mirupafshim mirdita miredita miremengjes mirmengjes miremengjesi mirembrema mirmbrema
naten dakord nejse ani kadal avash qyre qyr kqyr kqyre pra prit degjo degjon ndihme ndihm nihm nihme ndimo
sben sbn cpo cne cpate cbo hajt haj hej hajd ore ene edhe veq met msu hup naj hin luj bon bona bone bash bre
hiq hic fare kot zor mo mor moj moi xhan xhani zemer shpirt vlla vllau motra gjith krejt gjithmon vet kon kan
knaq qef qejf gajle hajgare marre merzi merzit ftoft nadje mbramje nesr qitu ktu knej qatje atje tutje oda
flm shnet naten klm pshr qr mpc cik cop bezdi bezdis punt uri ik rri fol ec eja ketej andej
"""
# Words of several languages that are an Albanian answer when nothing else is said.
_ANSWERS = frozenset({"mir", "po", "si", "hic", "bon"})
_CORE_WORDS = COMMON_WORDS | frozenset(ABBREVIATIONS) | frozenset(GHEG) | frozenset(_CHAT.split())
# Words that stand three times or more in the examples screening learns from, without what looks foreign.
_HEARD_WORDS = frozenset(Path(__file__).with_name("heard_words.txt").read_text(encoding="ascii").split())
_CLITIC_BEFORE = re.compile(r"[cmntsk](?=[^\W\d_]{3})")
_NO_VOWEL = re.compile(r"[bcdfghjklmnpqrstvxz]{2,5}")
_ALBANIAN_LOOK = re.compile(
    r"xh|gj|sh[kptqn]|zh[vdb]|q(?!u)|^(?:nd|mb|ng|nj|rr|ll|dh|th|c[dfpk])[a-z]{2}|[aeiou]rr|[aeio]j$"
)

_GREEK_LETTERS = {"ch": "χ", "ph": "φ", "th": "θ", "ps": "ψ", "ks": "ξ", "ou": "ου", "b": "μπ", "8": "θ", "3": "ξ"}
_GREEK_LETTERS |= dict(zip("avgdezhiklmnxoprstyufwcjq", "αβγδεζηικλμνχοπρστυυφωσικ", strict=True))
_CYRILLIC_LETTERS = {"nj": "њ", "lj": "љ", "gj": "ѓ", "kj": "ќ", "dz": "џ", "sh": "ш", "ch": "ч", "zh": "ж"}
_CYRILLIC_LETTERS |= dict(zip("abvgdezijklmnoprstufhc", "абвгдезијклмнопрстуфхц", strict=True))
_LATIN_GREEK = re.compile("|".join(_GREEK_LETTERS))
_LATIN_CYRILLIC = re.compile("|".join(_CYRILLIC_LETTERS))
_LAST_SIGMA = re.compile(r"σ\b")

_HAVING = {
    word: tuple(language for language, known in FOREIGN_WORDS.items() if word in known)
    for word in frozenset().union(*FOREIGN_WORDS.values())
}

# The vote. Both errors counted, these were the best of a flat field on messages kept apart from the final figures.
_CORE = 3.0  # a frequent Albanian word that no other language has
_HEARD = 1.0  # a word heard in Albanian talk
_MADE_LIKE = 0.8  # a known one with a clitic before it or a letter doubled
_NO_VOWELS = 0.5  # "prsh": abbreviations are commoner than foreign ones
_LOOKS = 0.4  # "xh", "gj", "q" and their like
_SHARED = 1.2  # this is an Albanian service
_LEANS_ALBANIAN = 0.08
_NO_ALBANIAN_WORD = -0.2
_LETTERS_WEIGH = 1.2
_CLEAR = 0.3
# How well other languages fit when read in that script, and what is a full match.
_FITS = {"el": (0.80, 0.95), "sr": (0.74, 0.92), "mk": (0.70, 0.86)}
_FEW_LETTERS = 10


def _loaded() -> Any:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    return eldc


def _instance(loaded: Any, languages: Sequence[str]) -> Any:
    detector = loaded.instance()
    detector.set_languages(list(languages))
    detector.set_scores(len(languages))
    return detector


_SOUTH_SLAVIC = ("hr", "sr", "sl")
_eldc = _loaded()
_by_letters = _eldc and _instance(_eldc, ("sq", "en", "it", "de", "fr", "tr", *_SOUTH_SLAVIC))
_greek_by_letters = _eldc and _instance(_eldc, ("el",))
_serbian_by_letters = _eldc and _instance(_eldc, ("sr",))
_bulgarian_by_letters = _eldc and _instance(_eldc, ("bg",))


def detect_language(text: str, folded: str | None = None, before: Sequence[str] = ()) -> str:
    """ISO 639-1 code of one of LANGUAGES, or "unknown"; pass the folded text when at hand.

    `before`: what the visitor's earlier messages were called, oldest first. One or two words, and what is
    unclear, keep the conversation's language, save that clear Albanian is Albanian at once. Another language
    is named for four words or more, for an opening like "hello", or when the message before was not Albanian
    either; until then it is "unknown". Without the detector's package more stays unknown.
    """
    known = next((language for language in reversed(before) if language != UNKNOWN), None)
    by_script = _by_script(text[:_LONGEST])
    if by_script:
        return by_script
    folded = (fold_text(text[:_LONGEST]) if folded is None else folded)[:_LONGEST]
    words = [undisguised(word) or word for word, _, _ in spelled_together(WORD.findall(folded))]
    words = [word for word in words if not word.isdigit()]
    guess = _guess(words) if words else UNKNOWN
    if guess == ALBANIAN and known and len(words) <= _SHORT and _also(known, words):
        return known
    if guess in (ALBANIAN, known):
        return guess
    if guess == UNKNOWN or (known == ALBANIAN and len(words) <= _SHORT):
        return known or UNKNOWN
    not_albanian_before = bool(before) and before[-1] != ALBANIAN
    opens = known is None and any(word in OPENINGS[guess] for word in words)
    return guess if len(words) >= _LONG_ENOUGH or not_albanian_before or opens else UNKNOWN


def _also(language: str, words: Sequence[str]) -> bool:
    """Whether all words are also words of that language ("si", "me")."""
    known = FOREIGN_WORDS.get(language, frozenset())
    return all(word in known or word in NOBODYS_WORDS for word in words)


def _by_script(text: str) -> str | None:
    """Macedonian, Serbian or Greek when the text is mostly in that script; another Cyrillic language is unknown."""
    latin = len(_LATIN.findall(text))
    if len(_GREEK.findall(text)) > latin:
        return "el"
    if len(_CYRILLIC.findall(text)) <= latin:
        return None
    text = text.lower()
    if _NEITHER.search(text):
        return UNKNOWN
    words = WORD.findall(text)
    votes = {language: sum(word in known for word in words) for language, known in CYRILLIC_WORDS.items()}
    macedonian = votes["mk"] + 2 * len(_MACEDONIAN.findall(text))
    return "mk" if macedonian > votes["sr"] + 2 * len(_SERBIAN.findall(text)) else "sr"


def _guess(words: Sequence[str]) -> str:
    """The language of Latin words, by a vote of words and letters."""
    own = [word for word in words if word not in NOBODYS_WORDS]
    if not own:
        return UNKNOWN
    if len(own) == 1 and own[0] in _ANSWERS:
        return ALBANIAN
    votes = _votes(own)
    letters = _letters(" ".join(own))
    scores = {name: votes[name] / len(own) + _LETTERS_WEIGH * letters.get(name, 0.0) for name in LANGUAGES}
    scores[ALBANIAN] += _LEANS_ALBANIAN if votes[ALBANIAN] else _NO_ALBANIAN_WORD
    best = max(LANGUAGES, key=lambda name: scores[name])
    if scores[best] < _CLEAR:
        return UNKNOWN
    return best


def _votes(words: Sequence[str]) -> dict[str, float]:
    """How many words each language has; one that several have is shared among them."""
    votes = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        having = _HAVING.get(word)
        if having is None:
            votes[ALBANIAN] += _only_albanian(word)
            continue
        albanian = word in _CORE_WORDS
        # Serbian and Macedonian do not stand against the others as two.
        parts = len(having) - ("sr" in having and "mk" in having) + albanian
        for language in having:
            votes[language] += 1 / parts
        if albanian:
            votes[ALBANIAN] += _SHARED / parts
    return votes


def _only_albanian(word: str) -> float:
    """How much a word that is frequent in no other language speaks for Albanian."""
    if word in _CORE_WORDS:
        return _CORE
    if word in _HEARD_WORDS:
        return _HEARD
    if single_letters(word) in _CORE_WORDS:
        return _MADE_LIKE
    if _CLITIC_BEFORE.match(word) and (word[1:] in _CORE_WORDS or word[1:] in _HEARD_WORDS):
        return _MADE_LIKE
    if _NO_VOWEL.fullmatch(word):
        return _NO_VOWELS
    return _LOOKS if _ALBANIAN_LOOK.search(word) else 0.0


def _letters(text: str) -> dict[str, float]:
    """How well the letters go with each language, 0 to 1; Greek and Slavic ones are also read in their own script."""
    if _by_letters is None:
        return {}
    scores: dict[str, float] = dict(_by_letters.detect_details(text).scores)
    slavic = max((scores.pop(language, 0.0) for language in _SOUTH_SLAVIC), default=0.0)
    greek = _LAST_SIGMA.sub("ς", _LATIN_GREEK.sub(lambda match: _GREEK_LETTERS[match[0]], text))
    cyrillic = _LATIN_CYRILLIC.sub(lambda match: _CYRILLIC_LETTERS[match[0]], text)
    scores["el"] = _fit("el", _greek_by_letters, greek)
    scores["sr"] = max(slavic, _fit("sr", _serbian_by_letters, cyrillic))
    # The detector knows no Macedonian; Bulgarian is nearest.
    scores["mk"] = _fit("mk", _bulgarian_by_letters, cyrillic.replace("ј", "й"))
    return scores


def _fit(language: str, detector: Any, text: str) -> float:
    """How far above what other languages reach, 0 to 1."""
    found = detector.detect_details(text).scores
    low, full = _FITS[language]
    fit = (max(found.values(), default=0.0) - low) / (full - low)
    return min(1.0, max(0.0, fit)) * min(1.0, len(text) / _FEW_LETTERS)
