"""Reading content/: what is wrong in it stops the start with the file, the place and what was expected."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from frontdoor.content import ALWAYS_SHOWN, Content, ContentError
from frontdoor.settings import ROOT

Edit = Callable[[str, str, str], None]

_ARTICLE = """---
title: Diçka
button: Diçka
topic: something
theme: drugs
audience: child
register: ti
sources: []
reviewed_by: null
reviewed_on: null
written_on: 2026-11-22
review_by: 2027-11-01
---
Një paragraf.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of content/ to be spoilt."""
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace a piece of a file, once."""

    def change(name: str, old: str, new: str) -> None:
        file = folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    return change


def _offered_in_the_menu(folder: Path, topic: str) -> None:
    themes = folder / "themes.yml"
    themes.write_text(themes.read_text("utf-8").replace("[drugs_overview,", f"[{topic}, drugs_overview,"), "utf-8")


def _complaint(folder: Path) -> str:
    with pytest.raises(ContentError) as told:
        Content(folder)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_the_projects_own_content_is_right(content: Content) -> None:
    assert {"alo", "missing"} <= set(content.directory)
    assert content.numbers.keys() == set(ALWAYS_SHOWN)
    assert len(content.articles) >= 20
    assert "suicide-3-self" in content.scripts


class TestTheDirectory:
    """The numbers of help."""

    @pytest.mark.parametrize("slug", ALWAYS_SHOWN)
    def test_one_of_the_six_that_is_missing_is_named(self, folder: Path, edit: Edit, slug: str) -> None:
        edit("directory.yml", f"slug: {slug}", f"slug: {slug}_gone")
        assert "content/directory.yml" in _complaint(folder)
        assert slug in _complaint(folder)

    @pytest.mark.parametrize(
        ("field", "value"), [("verified", "perhaps"), ("colour", "red"), ("audience", "child"), ("number", 116)]
    )
    def test_a_wrong_field_is_named_with_its_entry(self, folder: Path, field: str, value: object) -> None:
        file = folder / "directory.yml"
        data = yaml.safe_load(file.read_text("utf-8"))
        data["entries"][1][field] = value
        file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
        assert f"content/directory.yml, {data['entries'][1]['slug']}.{field}" in _complaint(folder)

    def test_broken_yaml_is_named_with_its_line(self, folder: Path) -> None:
        (folder / "directory.yml").write_text("entries:\n  - {slug: alo\n  - x", "utf-8")
        assert re.search(r"content/directory\.yml, line [34]: ", _complaint(folder))

    @pytest.mark.parametrize("text", ["", "entries: 7", "[]", "entries:\n  - nothing"])
    def test_something_else_than_a_list_of_entries(self, folder: Path, text: str) -> None:
        (folder / "directory.yml").write_text(text, "utf-8")
        assert "content/directory.yml" in _complaint(folder)

    @pytest.mark.parametrize("name", ["directory.yml", "phrases/bot.yml", "scripts/any.yml", "articles/cannabis.md"])
    def test_bytes_that_are_no_text(self, folder: Path, name: str) -> None:
        (folder / name).write_bytes("- ë".encode("latin-1"))
        assert _complaint(folder) == f"content/{name}: byte 2 is not UTF-8"

    def test_a_file_that_is_not_there(self, folder: Path) -> None:
        (folder / "directory.yml").unlink()
        complaint = _complaint(folder)
        assert "content/directory.yml" in complaint
        assert "No such file" in complaint


class TestScripts:
    """What is said while a person is awaited."""

    def test_a_step_that_is_named_but_not_there(self, folder: Path, edit: Edit) -> None:
        edit("scripts/suicide.yml", "{step: safe}", "{step: nowhere}")
        complaint = _complaint(folder)
        assert "content/scripts/suicide.yml" in complaint
        assert "'nowhere'" in complaint

    def test_a_category_that_nobody_knows(self, folder: Path, edit: Edit) -> None:
        edit("scripts/suicide.yml", "category: suicide", "category: sucide")
        complaint = _complaint(folder)
        assert "content/scripts/suicide.yml" in complaint
        assert "'sucide'" in complaint

    def test_a_level_that_does_not_exist(self, folder: Path, edit: Edit) -> None:
        edit("scripts/suicide.yml", "level: 4}", "level: 5}")
        complaint = _complaint(folder)
        assert "content/scripts/suicide.yml" in complaint
        assert "level" in complaint

    def test_a_number_that_the_directory_does_not_have(self, folder: Path, edit: Edit) -> None:
        edit("scripts/suicide.yml", "{alo}", "{alo_private}")
        complaint = _complaint(folder)
        assert "suicide" in complaint
        assert "alo_private" in complaint

    def test_two_of_the_same_name(self, folder: Path, edit: Edit) -> None:
        edit("scripts/suicide.yml", "id: suicide-3-self", "id: level-3-self")
        complaint = _complaint(folder)
        assert "content/scripts/" in complaint
        assert "level-3-self: there is another script of this name" in complaint

    def test_where_nothing_fits_it_is_said_which(self, folder: Path) -> None:
        for file in (folder / "scripts").glob("*.yml"):
            file.write_text("[]", "utf-8")
        with pytest.raises(ContentError, match="no script for suicide at level 3"):
            Content(folder).script_for("suicide", 3, "self", "child")

    def test_a_signature_holds_for_the_words_as_they_stand(self, folder: Path) -> None:
        digest = Content(folder).scripts["suicide-3-self"].digest
        (folder / "signatures.yml").write_text(
            f"signatures:\n  - {{digest: {digest}, signed_by: Dikush, signed_on: 2026-11-22}}\n", "utf-8"
        )
        assert Content(folder).signed_scripts == 1
        file = folder / "scripts" / "suicide.yml"
        scripts = yaml.safe_load(file.read_text("utf-8"))
        mine = next(script for script in scripts if script["id"] == "suicide-3-self")
        mine["steps"]["start"]["text"] += " Një fjalë tjetër."
        file.write_text(yaml.safe_dump(scripts, allow_unicode=True), "utf-8")
        changed = Content(folder)
        assert changed.scripts["suicide-3-self"].digest != digest
        assert changed.signed_scripts == 0

    def test_other_levels_do_not_need_another_signature(self, content: Content) -> None:
        script = content.scripts["suicide-3-self"]
        assert script.model_copy(update={"levels": (3, 4)}).digest == script.digest


class TestPhrases:
    """The texts of the house."""

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("- a\n- b\n", "names with their texts"),
            ("greet: {en: Hello}\n", "greet.sq"),
            ("greet: Hello\n", "greet"),
            ("greet: {sq: Tung, buttons: [{do: menu}]}\n", "greet.buttons.0.title"),
            ("greet: {sq: 'Tung}\n", "line 2"),
        ],
    )
    def test_what_is_wrong_is_named(self, folder: Path, text: str, complaint: str) -> None:
        (folder / "phrases" / "bot.yml").write_text(text, "utf-8")
        told = _complaint(folder)
        assert "content/phrases/bot.yml" in told
        assert complaint in told


class TestArticles:
    """Pages of knowledge."""

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("Pa kokë.", "between two lines of ---"),
            ("x\n" + _ARTICLE, "between two lines of ---"),
            (_ARTICLE.replace("topic: something", "topic: other"), "'other' must be the file's name"),
            (_ARTICLE.replace("register: ti", "register: ju e ti"), "head.register"),
            (_ARTICLE.replace("written_on: 2026-11-22", "written_on: dje"), "head.written_on"),
            (_ARTICLE.replace("theme: drugs\n", ""), "head.theme"),
            (_ARTICLE.replace("title: Diçka", "title: [Diçka"), "line 3"),
            (_ARTICLE + "\n## Diçka krejt tjetër\nx\n", "'Diçka krejt tjetër'"),
        ],
    )
    def test_what_is_wrong_is_named(self, folder: Path, text: str, complaint: str) -> None:
        (folder / "articles" / "something.md").write_text(text, "utf-8")
        told = _complaint(folder)
        assert "content/articles/something.md" in told
        assert complaint in told

    def test_a_number_that_the_directory_does_not_have(self, folder: Path) -> None:
        (folder / "articles" / "something.md").write_text(_ARTICLE + "Telefono {nobody}.\n", "utf-8")
        assert "article something: {nobody}" in _complaint(folder)

    def test_one_that_the_menu_does_not_offer(self, folder: Path) -> None:
        (folder / "articles" / "something.md").write_text(_ARTICLE, "utf-8")
        assert "content/themes.yml: something must stand under" in _complaint(folder)

    def test_a_menu_that_leads_nowhere(self, folder: Path) -> None:
        (folder / "articles" / "hiv.md").unlink()
        assert "content/themes.yml: there is no article hiv" in _complaint(folder)

    def test_its_parts_are_told_apart(self, folder: Path) -> None:
        body = (
            "I dyti,\nnë dy rreshta.\n\n## Çfarë mund të bësh\n- një\n- dy\n\n"
            "## Kush të ndihmon\nTelefono {alo}.\n\n## Më thjesht\nMë thjesht.\n"
        )
        (folder / "articles" / "something.md").write_text(_ARTICLE + "\n" + body, "utf-8")
        _offered_in_the_menu(folder, "something")
        article = Content(folder).articles["something"]
        assert article.paragraphs == ("Një paragraf.", "I dyti, në dy rreshta.")
        assert article.steps == ("një", "dy")
        assert (article.help, article.simple) == ("Telefono {alo}.", "Më thjesht.")
