"""`python -m tests.evaluation`: measure, and write the report under docs/evaluation/."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from screening.lexicon import HERE
from screening.model import Model
from screening.screen import Screen
from tests.evaluation import languages
from tests.evaluation.report import page, plot
from tests.evaluation.screening import changed, figures, sets

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "evaluation"


def main() -> int:
    """Always 0: what fell is for `make test` to say."""
    DOCS.mkdir(parents=True, exist_ok=True)
    screen, lexicon = Screen(HERE, Model.load()), Screen(HERE)
    counted, alone, drops = {}, {}, {}
    for name, examples in sets().items():
        counted[name] = figures(screen, examples)
        alone[name] = figures(lexicon, examples)
        drops[name] = changed(screen, examples)
        plot(counted[name], DOCS / f"screening_{name}.svg")
    report = page(counted, {"the lexicon alone": alone}, drops, screen.version)
    (DOCS / "screening.md").write_text(report, encoding="utf-8")
    kept = {
        name: {key: round(share.percent, 2) for key, share in sorted(found.shares.items())}
        for name, found in counted.items()
    }
    (DOCS / "screening.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (DOCS / "languages.md").write_text(languages.report(), encoding="utf-8")
    print(f"docs/evaluation: screening.md, languages.md (version {screen.version})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
