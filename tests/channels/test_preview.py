"""`make content` as a counsellor sees it: the report, the preview of each channel, and errors in one line."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from channels.preview import WIDTH, main
from frontdoor.content import Content
from frontdoor.words import Words

CONTENT = Path(__file__).parents[2] / "content"
TODAY = date(2026, 11, 22)
THREE = ("cannabis", "alcohol", "smoking")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Content with three good articles that lead to each other, and a menu of these three."""
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    themes = yaml.safe_load((root / "themes.yml").read_text("utf-8"))
    for group in (group for theme in themes for group in theme["groups"]):
        group["topics"] = [topic for topic in group["topics"] if topic in THREE]
    (root / "themes.yml").write_text(yaml.safe_dump(themes, allow_unicode=True), "utf-8")
    for path in (root / "articles").glob("*.md"):
        if path.stem not in THREE:
            path.unlink()
        else:
            lines = path.read_text("utf-8").splitlines(keepends=True)
            related = "related: [alcohol]\n" if path.stem == "cannabis" else "related: [cannabis]\n"
            path.write_text("".join(related if line.startswith("related:") else line for line in lines), "utf-8")
    return root


def run(root: Path, *arguments: str, today: date = TODAY) -> tuple[int, str]:
    out = io.StringIO()
    code = main(arguments, out, root, today)
    return code, out.getvalue()


def change(root: Path, old: str, new: str, topic: str = "cannabis") -> None:
    path = root / "articles" / f"{topic}.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_good_texts_are_reported_and_the_exit_code_is_good(root: Path) -> None:
    code, said = run(root, "--report")
    assert code == 0, said
    assert "Asnjë gabim." in said
    assert "Artikuj ..................................................... 3\n" in said
    assert "Artikuj të pafirmosur nga një specialist .................... 3 nga 3\n" in said
    assert "NË FAQE" not in said


def test_one_article_is_shown_as_the_page_and_as_telegram_show_it(root: Path) -> None:
    code, said = run(root, "cannabis")
    assert code == 0, said
    content = Content(root)
    article = Words(content).article("cannabis")
    page, telegram = (part.split("──", 1)[1] for part in said.split("── cannabis · ")[1:])
    flat = " ".join(telegram.split())
    assert " ".join(article.text.split()) in flat
    for button in article.buttons:
        assert f"[ {button.title} ]" in page
        assert f"[ {button.title} ]" in telegram
    assert article.article is not None
    assert "[ Më thjesht ]" in page
    assert article.article["simple"] in " ".join(page.split())
    assert article.article["simple"] not in flat
    assert "{alo}" not in said
    assert "116 111" in page
    assert "alcohol · " not in said


def test_every_article_is_shown_when_none_is_named(root: Path) -> None:
    _, said = run(root)
    for topic in ("alcohol", "cannabis", "smoking"):
        assert f"── {topic} · NË FAQE" in said
        assert f"── {topic} · NË TELEGRAM, mesazhi 1 nga 1" in said
    assert said.rstrip().endswith("Asnjë gabim.")


def test_it_fits_a_narrow_terminal(root: Path) -> None:
    _, said = run(root, "--all")
    wide = [line for line in said.splitlines() if len(line) > WIDTH and "http" not in line]
    assert wide == []


def test_a_bad_sentence_is_an_error_with_its_place_and_what_to_do(root: Path) -> None:
    change(root, "Shumica nuk e provojnë.", "Mos u mërzit.")
    code, said = run(root, "cannabis", "--report")
    assert code == 1
    assert "GABIM  articles/cannabis.md, hyrja\n  «Mos u mërzit»\n  → Këto fjalë lëndojnë" in said
    assert "Gabime (duhen ndrequr) ...................................... 1\n" in said
    assert run(root, "alcohol", "--report")[0] == 0
    assert run(root, "--report")[0] == 1


def test_a_long_text_is_shown_as_all_the_messages_that_telegram_sends(root: Path) -> None:
    change(root, "Shumica nuk e provojnë.", "Fjalë e gjatë. " * 400)
    _, said = run(root, "cannabis")
    assert "NË TELEGRAM, mesazhi 1 nga 2" in said
    assert "NË TELEGRAM, mesazhi 2 nga 2" in said


def test_a_text_past_its_date_is_an_error_and_one_near_it_is_named(root: Path) -> None:
    code, said = run(root, "--report", today=date(2027, 10, 20))
    assert code == 0
    assert "Artikuj që skadojnë brenda 30 ditëve ........................ 3\n" in said
    code, said = run(root, "--report", today=date(2027, 11, 20))
    assert code == 1
    assert "kaloi më 1.11.2027" in " ".join(said.split())


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("title: Kanabisi\n", "", "head.title", "mungon ky rresht"),
        ("title: Kanabisi\n", "title: Kanabisi: çfarë është\n", "line 2", "brenda thonjëzave"),
        ("theme: drugs\n", "tema: drugs\n", "head.theme", "mungon ky rresht"),
        ("theme: drugs\n", "theme: drugs\nngjyra: e kuqe\n", "head.ngjyra", "nuk njihet"),
        ("register: ti\n", "register: ata\n", "head.register", "ti ose ju"),
        ("button: Kanabisi\n", f"button: {'K' * 31}\n", "head.button", "30 shkronja"),
        ("written_on: 2026-11-22\n", "written_on: dje\n", "head.written_on", "2026-11-22"),
        ("topic: cannabis\n", "topic: canabis\n", "'canabis'", "si emri i skedarit"),
        ("## Kush të ndihmon", "## Kush ndihmon", "'Kush ndihmon'", "nuk njihet"),
        ("{ambulance}", "{ambulanca}", "{ambulanca}", "content/directory.yml"),
        ("---\n", "", "cannabis.md", "nga një rresht ---"),
    ],
)
def test_a_broken_file_is_said_in_two_lines_never_as_a_trace(
    root: Path, old: str, new: str, line: str, reason: str
) -> None:
    change(root, old, new)
    code, said = run(root, "cannabis")
    assert code == 1
    lines = said.splitlines()
    assert len(lines) == 3, said
    assert "cannabis" in lines[1]
    assert line in lines[1]
    assert lines[2].startswith("→ ")
    assert reason in lines[2]


def test_a_name_that_is_not_there_is_said_with_the_nearest(root: Path) -> None:
    assert run(root, "canabis") == (2, "Nuk ka artikull me emrin «canabis». A mendove «cannabis»?\n")
    assert run(root, "xyz") == (2, "Nuk ka artikull me emrin «xyz».\n")


def test_the_files_name_is_as_good_as_the_articles(root: Path) -> None:
    assert run(root, "content/articles/cannabis.md", "--report") == run(root, "cannabis", "--report")
