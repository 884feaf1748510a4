"""`bot/.venv/bin/python -m tests.bot.evaluation`: read all questions, write docs/evaluation/topics.md."""

from __future__ import annotations

import sys

from bot.inputs import EXAMPLES
from bot.quiet import prepare

prepare()

from bot.dialogue import Dialogue  # noqa: E402
from bot.running import InProcessActions, actions_of  # noqa: E402
from bot.train import main as train  # noqa: E402
from bot.train import model_path  # noqa: E402
from bot.training_data import read_examples  # noqa: E402
from tests.bot.evaluation.page import kept, page  # noqa: E402
from tests.bot.evaluation.questions import read_questions, twins  # noqa: E402
from tests.bot.evaluation.report import write_questions  # noqa: E402
from tests.bot.evaluation.understanding import Understanding, limits, read_all  # noqa: E402


def main() -> int:
    """Trains the bot first when its model is not current; 1 when that fails. What fell is for `make test` to say."""
    if train([]):
        return 1
    examples, questions = read_examples(EXAMPLES), read_questions()
    near = twins(questions, [example.text for example in examples])
    questions = [question for question in questions if question.id not in near]
    dialogue = Dialogue(model_path(), InProcessActions(actions_of("actions")))
    understood = Understanding(read_all(dialogue, questions), limits())
    write_questions(page(understood, len(examples), near), kept(understood))
    print("docs/evaluation: topics.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
