"""Which language a message is written in; "unknown" when unsure. Nothing that protects a child hangs on it."""

from __future__ import annotations

from language.common_words import COMMON_WORDS
from language.folding import fold_text
from language.spelling import WORD


def detect_language(text: str) -> str:
    words = WORD.findall(fold_text(text))
    if not words:
        return "unknown"
    return "sq" if sum(word in COMMON_WORDS for word in words) * 2 >= len(words) else "unknown"
