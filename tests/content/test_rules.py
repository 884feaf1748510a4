"""Each rule of safe messaging finds what it is for: a good article with one bad sentence, part or date is caught."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdoor.content import Article, ArticleHead, ArticleSource, Content, Script
from frontdoor.safe_messaging import (
    RULES,
    Finding,
    Kind,
    Severity,
    Text,
    article_texts,
    bodies,
    check,
    check_article,
    check_script,
    check_text,
    sentences,
)
from frontdoor.words import Words

CONTENT = Path(__file__).parents[2] / "content"
TODAY = date(2026, 11, 22)
GOOD = "Nuk është faji yt. Telefono {alo}, falas. Mund të flasësh me një të rritur që i beson."
WORDS = Words(Content(CONTENT))


def say(name: str, /, **fill: str) -> str:
    return WORDS.text("checks", name, **fill)


def text(words: str, kind: Kind = "article", register: Any = "ti", *, strict: bool = False) -> Text:
    return Text("here", kind, words, register, strict)


def rules(one: Text) -> set[str]:
    return {finding.rule for finding in check_text(one, say)}


HARMFUL = [
    ("hurtful", "Mos u mërzit, do të kalojë."),
    ("hurtful", "Ka njerëz më keq se ti."),
    ("hurtful", "Mendo për prindërit."),
    ("hurtful", "Pse s'e the më parë?"),
    ("hurtful", "Bëhu burrë."),
    ("hurtful", "Ajo kreu vetëvrasje."),
    ("blame", "Ky është faji yt."),
    ("blame", "Ti ke faj për këtë."),
    ("blame", "Vetë e kërkove."),
    ("blame", "Duhej ta kishe menduar."),
    ("why", "Pse e dërgove foton?"),
    ("why", "Po përse nuk tregove?"),
    ("diagnosis", "Ti je e sëmurë."),
    ("diagnosis", "Ti vuan nga ankthi."),
    ("diagnosis", "Ke depresion."),
    ("diagnosis", "Nëse je i/e rritur, fol."),
    ("verdict", "Kjo është mëkat."),
    ("verdict", "Është turp të flasësh për këtë."),
    ("verdict", "Zoti të sheh."),
    ("label", "Narkomanët nuk e lënë dot."),
    ("label", "Një budalla e bën këtë."),
    ("secrecy", "Kjo mbetet mes nesh."),
    ("secrecy", "Do ta mbajmë sekret."),
    ("secrecy", "Nuk do t'ia tregojmë kurrë askujt."),
    ("secrecy", "Biseda është plotësisht anonime."),
    ("promise", "Të premtoj që do të ndalet."),
    ("promise", "Gjithçka do të shkojë mirë."),
    ("promise", "Me siguri do të shërohesh."),
    ("methods", "Disa presin venat."),
    ("amount", "Deri në 400 mg nuk dëmton."),
    ("amount", "Dy gota nuk bëjnë gjë."),
    ("amount", "Mori tri kokrra."),
    ("amount", "Mjaftojnë 80 miligramë."),
    ("amount", "Mori dy hapa."),
    ("price", "Kushton 500 lekë."),
    ("hiding", "Bëje natën, që të mos e marrë vesh mami."),
    ("comparison", "Vape është më pak e dëmshme se cigarja."),
    ("shouting", "Kujdes!"),
    ("emoji", "Fol me ne 🙂."),
    ("gender", "Nëse je i trishtuar, fol."),
    ("register_ju", "Flisni me psikologun tuaj."),
    ("number", "Telefono 116 111."),
    ("number", "Telefono 129."),
    ("number", "Telefono +355 69 123 4567."),
    ("number", "Telefono 069 123 4567."),
    ("number", "Hap www.shembull.al."),
    ("number", "Shkruaj te dikush@shembull.com."),
    ("number", "Shko te Rruga Myslym Shyri."),
    ("placeholder", "Telefono {Alo}."),
    ("placeholder", "Telefono {alo."),
]


def test_a_good_text_is_left_alone() -> None:
    assert [*check_text(text(GOOD), say)] == []
    assert [*check_text(text(GOOD, "script", strict=True), say)] == []


@pytest.mark.parametrize(("rule", "bad"), HARMFUL, ids=[bad for _, bad in HARMFUL])
def test_a_bad_sentence_is_found_wherever_it_stands(rule: str, bad: str) -> None:
    for words in (f"{GOOD} {bad}", f"{bad} {GOOD}", f"{GOOD}\n{bad}", bad):
        assert rule in rules(text(words)), words


def test_each_rule_has_a_sentence_that_breaks_it() -> None:
    tried = {rule for rule, _ in HARMFUL} | {"leading", "register_ti"}
    assert {rule.name for rule in RULES} <= tried


@pytest.mark.parametrize(
    "words",
    [
        "Nuk është faji yt, edhe nëse e dërgove vetë.",
        "Askush nuk mund të thotë se është faji yt.",
        "Faji është i atij që e bëri.",
        "Nëse ke depresion, mjeku të ndihmon.",
        "Nuk është turp të kërkosh ndihmë.",
        "Mos ia thuaj «ti ke faj» shokut.",
        "Nuk mund të premtojmë fshehtësi.",
        "Pi një gotë ujë dhe merr frymë.",
        "Vendos hyrjen me dy hapa.",
        "Në vitin 2015 e kishin provuar 7 nga 100 nxënës 15–16 vjeç.",
        "Ligji 18 i vitit 2017 të mbron.",
        "Ai tha: «Pse s'ma tregove?»",
        "Nuk je vetëm.",
        "Telefono {alo} ose {police}.",
    ],
)
def test_what_only_looks_alike_is_left_alone(words: str) -> None:
    assert rules(text(words)) == set()


def test_titles_may_ask_why_for_the_child() -> None:
    assert rules(text("Pse ndryshon zëri?", "title")) == set()
    assert rules(text("Pse ndryshon zëri?")) == {"why"}


def test_adults_are_not_spoken_to_as_children() -> None:
    assert rules(text("Telefono {alo} dhe fol me të.", register="ju")) == {"register_ti"}
    assert rules(text("Thuajini fëmijës: «Ti nuk ke faj.»", register="ju")) == set()


@pytest.mark.parametrize(
    "means", ["Ke pranë ilaçe?", "Largoje thikën.", "A ke pushkë në shtëpi?", "Mos u hidh, hidhem."]
)
def test_scripts_and_phrases_name_no_means(means: str) -> None:
    assert "methods" in rules(text(means, "script", strict=True))
    assert "methods" in rules(text(means, "phrase", strict=True))


def test_the_articles_on_self_harm_and_suicide_name_no_means_either() -> None:
    content = Content(CONTENT)
    strict = {topic for topic, a in content.articles.items() for one in article_texts(a, say) if one.strict}
    assert strict == {"self_harm_info", "suicide_info"} & set(content.articles)


def test_nothing_is_put_into_a_childs_mouth() -> None:
    assert "leading" in rules(text("A të preku babai?", "script"))
    assert "leading" in rules(text("A ta ka prekur dikush trupin?", "phrase"))
    assert rules(text("A je në siguri tani?", "script")) == set()


def test_one_question_at_a_time() -> None:
    assert "questions" in rules(text("Ku je? Kush të rrahu?", "script"))
    content = Content(CONTENT)
    script = next(iter(content.scripts.values()))
    first = script.steps[script.first]
    assert [*check_script(script, say)] == []
    for step in (
        first.model_copy(update={"text": f"Ku je? {first.text}"}),
        first.model_copy(update={"question": "Ku je? Kush të rrahu?"}),
        first.model_copy(update={"question": "Më trego."}),
    ):
        changed: Script = script.model_copy(update={"steps": {**script.steps, script.first: step}})
        assert [finding.rule for finding in check_script(changed, say)] == ["questions"]


def _sentence(words: int) -> str:
    return " ".join(["fjalë"] * words) + "."


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("article", 14, set()),
        ("article", 15, {"sentence_longish"}),
        ("article", 18, {"sentence_longish"}),
        ("article", 19, {"sentence"}),
        ("simple", 19, {"sentence"}),
        ("script", 22, set()),
        ("script", 23, {"sentence"}),
        ("phrase", 23, {"sentence"}),
    ],
)
def test_sentences_have_a_length(kind: Kind, words: int, found: set[str]) -> None:
    assert rules(text(_sentence(words), kind)) == found


def test_the_advice_says_what_to_do() -> None:
    (finding,) = check_text(text(_sentence(24)), say)
    assert finding.advice == "Fjalia ka 24 fjalë; shumë e gjatë. Ndaje në dy."
    (finding,) = check_text(text(_sentence(16)), say)
    assert (finding.severity, finding.advice) == (Severity.WARNING, "Fjalia ka 16 fjalë; më mirë deri në 14.")


def test_a_reader_takes_breath_at_a_colon_and_at_a_quotation_mark() -> None:
    assert [*sentences("Thuaj: «Jo.» Pastaj largohu; telefono")] == ["Thuaj", "«Jo", "» Pastaj largohu", "telefono"]


# -- the parts, sources and dates of an article

BODY = """\
Stresi është i zakonshëm. Vjen e ikën.

## Çfarë mund të bësh
- Merr frymë ngadalë.
- Fol me dikë.

## Kush të ndihmon
Telefono {alo}, falas.

## Më thjesht
Fol me një të rritur.
"""


_THEMES = """
- theme: growing_up
  title: {sq: Rritja, en: Growing up}
  groups:
    - {name: all, title: {sq: Rritja, en: Growing up}, topics: [stress]}
"""


def head(**changed: Any) -> ArticleHead:
    whole = {
        "title": "Stresi",
        "button": "Stresi",
        "topic": "stress",
        "theme": "growing_up",
        "audience": "child",
        "register": "ti",
        "sources": (ArticleSource(id="who", publisher="WHO", year=2021, facts="të gjitha", verified=True),),
        "reviewed_by": None,
        "reviewed_on": None,
        "written_on": TODAY,
        "review_by": date(2027, 11, 1),
        "related": ("sleep",),
    }
    return ArticleHead.model_validate(whole | changed)


def found(tmp_path: Path, body: str = BODY, today: date = TODAY, **changed: Any) -> list[Finding]:
    """What is found in one article, read as the house reads it."""
    root = tmp_path / "content"
    if not root.exists():
        shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("*.md"))
        (root / "articles").mkdir(exist_ok=True)
    (root / "themes.yml").write_text(_THEMES, "utf-8")
    (root / "articles" / "stress.md").write_text(f"---\n{_yaml(head(**changed))}---\n{body}", "utf-8")
    article: Article = Content(root).articles["stress"]
    return [*check_article(article, bodies(root)["stress"], {"sleep", "stress"}, today, say)]


def _yaml(of: ArticleHead) -> str:
    return of.model_dump_json(by_alias=True) + "\n"


def _rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_whole_article_is_left_alone(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("no_paragraph", "Stresi është i zakonshëm. Vjen e ikën.\n\n", ""),
        ("paragraphs", "Vjen e ikën.\n", "Vjen.\n\nIkën.\n\nVjen.\n\nIkën.\n"),
        ("no_section", "## Kush të ndihmon\nTelefono {alo}, falas.\n\n", ""),
        ("no_section", "## Çfarë mund të bësh\n- Merr frymë ngadalë.\n- Fol me dikë.\n\n", ""),
        ("wrong_heading", "## Kush të ndihmon", "## Kush ju ndihmon"),
        ("wrong_heading", "## Çfarë mund të bësh", "## Çfarë mund të bëni"),
        ("steps", "- Fol me dikë.\n", ""),
        ("steps", "- Fol me dikë.\n", "- Fol.\n" * 5),
        ("lost", "- Fol me dikë.\n", "- Fol me\n  dikë që i beson.\n"),
        ("lost", "- Fol me dikë.\n", "- Fol me dikë.\nKjo fjali nuk shihet.\n"),
        ("no_helpline", "Telefono {alo}, falas.", "Fol me psikologun."),
        ("words", "Vjen e ikën.", "Vjen e ikën. " * 40),
        ("simple_words", "Fol me një të rritur.", "Fol me një të rritur. " * 11),
    ],
)
def test_each_part_of_an_article_is_looked_at(tmp_path: Path, rule: str, old: str, new: str) -> None:
    assert old in BODY
    assert rule in _rules(found(tmp_path, BODY.replace(old, new)))


def _source(**changed: Any) -> dict[str, Any]:
    return {"id": "who", "publisher": "WHO", "year": 2021, "facts": "të gjitha", "verified": True} | changed


@pytest.mark.parametrize(
    ("rule", "severity", "changed"),
    [
        ("title_long", "error", {"title": "Fjalë " * 11}),
        ("register_audience", "error", {"audience": "parent"}),
        ("simple_for_adults", "error", {"audience": "parent", "register": "ju"}),
        ("wrong_heading", "error", {"audience": "parent", "register": "ju"}),
        ("related_many", "error", {"related": ("sleep",) * 5}),
        ("related_unknown", "error", {"related": ("slep",)}),
        ("related_self", "error", {"related": ("stress",)}),
        ("no_source", "error", {"sources": ()}),
        ("source_twice", "error", {"sources": (_source(), _source(title="Tjetër"))}),
        ("source_facts", "error", {"sources": (_source(facts=None),)}),
        ("source_unnamed", "error", {"sources": (_source(publisher=None),)}),
        ("source_undated", "warning", {"sources": (_source(year=None),)}),
        ("half_reviewed", "error", {"reviewed_by": "Ana"}),
        ("half_reviewed", "error", {"reviewed_on": TODAY}),
        ("future", "error", {"written_on": TODAY + timedelta(days=1)}),
        ("review_early", "error", {"review_by": TODAY - timedelta(days=1)}),
        ("review_far", "error", {"review_by": date(2027, 11, 23)}),
    ],
)
def test_each_line_of_the_head_is_looked_at(tmp_path: Path, rule: str, severity: str, changed: dict[str, Any]) -> None:
    findings = {finding.rule: finding for finding in found(tmp_path, **changed)}
    assert rule in findings
    assert findings[rule].severity == severity
    assert findings[rule].where.startswith("articles/stress.md, ")


def test_an_unverified_source_may_be_without_a_year(tmp_path: Path) -> None:
    assert found(tmp_path, sources=(_source(year=None, verified=False),)) == []


@pytest.mark.parametrize(
    ("today", "rules"),
    [
        (date(2027, 10, 1), []),
        (date(2027, 10, 2), ["expires"]),
        (date(2027, 11, 1), ["expires"]),
        (date(2027, 11, 2), ["expired"]),
    ],
)
def test_a_review_is_asked_for_thirty_days_before_and_is_due_on_its_day(
    tmp_path: Path, today: date, rules: list[str]
) -> None:
    findings = found(tmp_path, today=today)
    assert _rules(findings) == rules
    assert [finding.severity for finding in findings] == [
        Severity.WARNING if rule == "expires" else Severity.ERROR for rule in rules
    ]


def test_a_review_moves_the_year_on(tmp_path: Path) -> None:
    reviewed: dict[str, Any] = {
        "reviewed_by": "Ana",
        "reviewed_on": date(2027, 10, 20),
        "review_by": date(2028, 10, 20),
    }
    assert found(tmp_path, today=date(2027, 10, 21), **reviewed) == []


# -- the real content


def _good_articles() -> Iterator[Article]:
    content = Content(CONTENT)
    for topic in ("cannabis", "hiv", "sextortion"):
        yield content.articles[topic]


@pytest.mark.parametrize("article", [*_good_articles()], ids=lambda article: article.head.topic)
@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ("hurtful", "Mos u mërzit."),
        ("blame", "Ky është faji yt."),
        ("secrecy", "Kjo mbetet mes nesh."),
        ("number", "Telefono 129."),
        ("shouting", "Ndal!"),
    ],
)
def test_a_bad_sentence_in_any_part_of_a_real_article_is_found(article: Article, rule: str, bad: str) -> None:
    for one in article_texts(article, say):
        if one.kind not in ("title", "button"):
            before = rules(one)
            assert rules(replace(one, words=f"{one.words} {bad}")) == before | {rule}


def test_every_finding_has_its_advice_and_every_advice_its_use() -> None:
    """The advice stands in content/phrases/checks.yml; a rule without a sentence would stop `make content`."""
    source = Path(CONTENT.parent, "frontdoor", "safe_messaging.py").read_text("utf-8")
    preview = Path(CONTENT.parent, "channels", "preview.py").read_text("utf-8")
    for name in Content(CONTENT).phrases["checks"]:
        family = name.split("_")[0]
        assert re.search(f"[\"']{name}[\"']", source + preview) or family in ("level", "part"), name


def test_the_whole_house_is_checked() -> None:
    content = Content(CONTENT)
    wheres = {finding.where.split(",")[0] for finding in check(content, bodies(CONTENT), date(2030, 1, 1), say)}
    assert {f"articles/{topic}.md" for topic in content.articles} <= wheres
