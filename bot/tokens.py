"""Cuts a message into words that keep their place in the raw text and carry their folded form."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.inputs import LANGUAGE, READING, content_hash
from language.folding import fold
from language.spelling import WORD


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class AlbanianTokenizer(WhitespaceTokenizer):
    """Splits clitics and glued punctuation; `lemma` is the folded word, `start` and `end` are raw places."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What else than this class decides the tokens: Rasa's cache looks at the class alone."""
        return content_hash([*READING, LANGUAGE])

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The words of the message; a message without any (emoji, signs) is one token."""
        raw: str = message.get(attribute)
        folded = fold(raw)
        tokens = []
        for word in WORD.finditer(folded.text):
            start, end = folded.raw_span(*word.span())
            tokens.append(Token(raw[start:end], start, end, lemma=word[0]))
        return tokens or [Token(raw, 0, lemma=folded.text)]
