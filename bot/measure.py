"""How well unseen examples are understood, and at which threshold to say so: `python -m bot.measure`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold

from bot.inputs import EXAMPLES
from bot.reader import Reader
from bot.training_data import Example, read_examples
from language.folding import fold_text
from language.spelling import second_form

THRESHOLDS = (0.0, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
AMBIGUITY = 0.05


def main() -> None:
    """Cross-validates five-fold, three times, and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m bot.measure", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    examples = read_examples(parser.parse_args().examples)
    guesses = [guess for seed in range(3) for guess in _unseen(examples, seed)]
    right = [expected == ranking[0][0] for expected, ranking in guesses]
    among = [expected in [name for name, _ in ranking[:3]] for expected, ranking in guesses]
    print(f"{len(examples)} examples: first guess right {np.mean(right):.1%}, among three {np.mean(among):.1%}")
    chances = np.array([ranking[0][1] for _, ranking in guesses])
    print(f"probability of the first guess, mean: {chances.mean():.1%}")
    print("threshold  answered  right of these  wrong of all  right but withheld")
    for threshold in THRESHOLDS:
        given = np.array([_is_given(ranking, threshold) for _, ranking in guesses])
        correct = np.array(right)
        print(
            f"{threshold:9.2f}  {given.mean():8.1%}  {correct[given].mean():14.1%}"
            f"  {(given & ~correct).mean():12.1%}  {(~given & correct).mean():18.1%}"
        )
    wrong = Counter((expected, ranking[0][0]) for expected, ranking in guesses if expected != ranking[0][0])
    print("most often taken for another:")
    for (expected, taken), times in wrong.most_common(15):
        print(f"  {expected} for {taken}: {times / 3:.0f}")


def _is_given(ranking: list[tuple[str, float]], threshold: float) -> bool:
    """What Rasa's FallbackClassifier lets through."""
    return ranking[0][1] >= threshold and ranking[0][1] - ranking[1][1] >= AMBIGUITY


def _unseen(examples: Sequence[Example], seed: int) -> list[tuple[str, list[tuple[str, float]]]]:
    texts = [second_form(fold_text(example.text)) for example in examples]
    intents = [example.intent for example in examples]
    guesses = []
    for learn, ask in StratifiedKFold(5, shuffle=True, random_state=seed).split(texts, intents):
        model = Reader.fit([texts[i] for i in learn], [intents[i] for i in learn])
        rankings = model.rankings([texts[i] for i in ask])
        guesses += [(intents[i], ranking) for i, ranking in zip(ask, rankings, strict=True)]
    return guesses


if __name__ == "__main__":
    main()
